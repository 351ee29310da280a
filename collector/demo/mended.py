"""What technicians of the invented region had to see to before today, and have."""

import datetime as dt
import json
from collections.abc import Mapping
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, insert

from collector.demo.region import Place
from collector.domain.calendar import SLOT_SECONDS, start_of_day
from collector.domain.health.findings import Level, Rule
from collector.domain.health.site_states import SiteState
from collector.storage.models import alert, alert_event, site_health
from collector.storage.queries.alerts import EventKind

DAY_SECONDS = 86_400
DAYS_APART = 300
"""At most, from one fault of a station to its next."""
LONGEST_DAYS = 15
NOON = 12 * 3600
FAULTS: tuple[tuple[Rule, Level, Mapping[str, Any]], ...] = (
    (Rule.PROTECTION, Level.WARNING, {"why": "off", "days": 0}),
    (Rule.CARD_READER, Level.WARNING, {"count": 0, "usual": 1}),
    (Rule.CLOCK, Level.CRITICAL, {"seconds": 5400}),
    (Rule.CRASHES, Level.WARNING, {"crashes": 4}),
)


def watch(
    connection: Connection, site_id: int, place: Place, zone: ZoneInfo, first: dt.date, today: dt.date, draw: Random
) -> None:
    """Say that the place was watched from its first day on, and what was found and mended up to yesterday."""
    begun, end = (start_of_day(day, zone) * SLOT_SECONDS for day in (first, today))
    row = {"site_id": site_id, "revision": 1, "due_at": end, "state": SiteState.USUAL, "state_since": begun, "day": 0}
    connection.execute(insert(site_health).values(**row, watched_from=begun))
    came = dict(place.newcomers)
    mended = []
    for number in range(1, place.stations + 1):
        day = (today - first).days - came.get(number, (today - first).days) + draw.randrange(DAYS_APART)
        while (until := day + draw.randint(1, LONGEST_DAYS)) < (today - first).days:
            mended.append((number, begun + day * DAY_SECONDS + NOON, begun + until * DAY_SECONDS + NOON))
            day = until + draw.randrange(DAYS_APART)
    for alert_id, (number, raised_at, ended_at) in enumerate(mended, 1):
        rule, level, facts = draw.choice(FAULTS)
        mine = {"site_id": site_id, "alert_id": alert_id}
        connection.execute(
            insert(alert).values(
                **mine,
                station_id=number,
                rule=rule,
                item="",
                level=level,
                started_at=raised_at,
                raised_at=raised_at,
                ended_at=ended_at,
                facts=json.dumps(facts),
                told_at=raised_at,
            )
        )
        for event_id, (kind, at, by_level) in enumerate(
            ((EventKind.RAISED, raised_at, level.value), (EventKind.ENDED, ended_at, ""))
        ):
            event = {**mine, "happened_at": at, "event_id": event_id, "kind": kind, "level": by_level}
            connection.execute(insert(alert_event).values(event))
