"""Sites whose stations report at given moments, and the rows of alerts that come of it; opening hours as in the domain.

Stations write their contacts into the table as the intake does; 2026-11-23 is a Monday.
"""

import datetime as dt
import json
from collections.abc import Callable, Sequence
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select, update

from collector.alerts.looking import How, look
from collector.domain.health.findings import Level
from collector.storage import models
from collector.storage.engine import reading, writing
from collector.storage.queries.alerts import Alert, open_alerts
from tests.collector.domain.health.town import WEEK, ZONE, at
from tests.collector.web.seeded_region import READINGS, add_site, add_station

ENROLLED = at("2026-11-20 16:00")
GIGABYTE = 10**9
SINCE = dt.date(2020, 1, 1)


def how(mark: Callable[[], int] | None = None) -> How:
    return How(ZoneInfo(ZONE.key), 1800, "0.1.0", mark or count(1).__next__)


class Town:
    """One site with some stations."""

    def __init__(self, engine: Engine, stations: int = 3, code: str = "CANAL") -> None:
        self.engine = engine
        self.how = how()
        with writing(engine) as connection:
            self.site_id = add_site(connection, code, "Canal")
            connection.execute(insert(models.timetable).values(site_id=self.site_id, valid_from=SINCE))
            connection.execute(
                insert(models.weekly_interval),
                [
                    {**each._asdict(), "kind": each.kind.value, "site_id": self.site_id, "valid_from": SINCE}
                    for each in WEEK
                ],
            )
            for number in range(1, stations + 1):
                add_station(connection, self.site_id, number, f"{code}-{number}", ENROLLED)

    def hear(
        self, when: str, stations: Sequence[int] = (1,), *, stopped: bool = False, skew: int = 0, **readings: Any
    ) -> None:
        """The last word of some stations; `readings` are those that are out of the ordinary."""
        moment = at(when)
        values = {probe: ["ok", value, moment] for probe, value in (READINGS | readings).items()}
        row = {
            "received_at": moment,
            "last_envelope_id": "0" * 32,
            "agent_version": "0.1.0",
            "clock_skew_seconds": skew,
            "stopped_at": moment if stopped else None,
            "readings": json.dumps(values),
        }
        with writing(self.engine) as connection:
            for number in stations:
                mine = (models.station_contact.c.site_id == self.site_id) & (
                    models.station_contact.c.station_id == number
                )
                if not connection.execute(update(models.station_contact).where(mine).values(row)).rowcount:
                    connection.execute(
                        insert(models.station_contact).values(**row, site_id=self.site_id, station_id=number)
                    )

    def look(self, when: str) -> list[tuple[int, str, str, str]]:
        """What is open after a look: station, rule, item, level."""
        look(self.engine, at(when), self.how)
        return self.open()

    def alerts(self) -> list[Alert]:
        with reading(self.engine) as connection:
            return open_alerts(connection, [self.site_id])

    def open(self) -> list[tuple[int, str, str, str]]:
        found = [each for each in self.alerts() if each.level is not Level.INFORMATION]
        return sorted((each.station_id, each.rule.value, each.item, each.level.value) for each in found)

    def states(self) -> dict[int, str]:
        """Of each station, as the last look found it."""
        with reading(self.engine) as connection:
            rows = connection.execute(select(models.station_health.c.station_id, models.station_health.c.state))
            return {row.station_id: row.state for row in rows}

    def events(self) -> list[str]:
        with reading(self.engine) as connection:
            columns = models.alert_event.c
            rows = connection.execute(select(columns.kind).order_by(columns.happened_at, columns.event_id))
            return [row.kind for row in rows]


def disk(free: int, total: int = 100 * GIGABYTE) -> dict[str, Any]:
    return {"fixed": [{"label": "C:", "file_system": "NTFS", "total_bytes": total, "free_bytes": free}]}
