"""The computers of sites with their hardware, for those who look after them; never their use."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from pydantic_core import from_json
from sqlalchemy import Connection, Select, and_, func, null, select, tuple_

from collector.domain.equipment import MAINTENANCE_YEARS, years_after
from collector.domain.fleet import UNREAD, Computer, Hardware, hardware_of
from collector.domain.health.thresholds import Thresholds
from collector.storage.models import equipment, station, station_contact
from collector.storage.queries.standings import places

IN_PLACE = station.c.retired_at.is_(None)


def counts_by_site(connection: Connection) -> dict[int, int]:
    """How many stations are in place at each site that has any."""
    rows = select(station.c.site_id, func.count().label("stations")).where(IN_PLACE).group_by(station.c.site_id)
    return {row.site_id: row.stations for row in connection.execute(rows)}


def computers_of(connection: Connection, site_ids: Sequence[int], *, hardware: bool) -> list[Computer]:
    """In no order, without their states; without their readings where nobody asks for the `hardware`."""
    found = []
    for site_id, number, label, received_at, version, model, supplied, maintained, readings in connection.execute(
        _asked(site_ids, hardware=hardware)
    ):
        end = maintained
        if maintained is None and supplied is not None:
            end = years_after(supplied, MAINTENANCE_YEARS)
        built = _hardware(readings) if hardware else UNREAD
        found.append(
            Computer(
                site_id,
                number,
                label,
                received_at,
                version or "",
                model=model or "",
                supplied_on=supplied,
                maintenance_end=end,
                hardware=built,
            )
        )
    return found


def with_states(
    connection: Connection, computers: Sequence[Computer], now: int, zone: ZoneInfo, limits: Thresholds, interval: int
) -> list[Computer]:
    """The same with their states now; `interval` is how often stations are asked to report."""
    site_ids = sorted({one.site_id for one in computers})
    known = places(connection, site_ids, now, zone, limits, interval)
    return [one._replace(state=known[one.site_id].standings[one.station_id].state) for one in computers]


def with_hardware(connection: Connection, computers: Sequence[Computer]) -> list[Computer]:
    """The same with what their readings say; for the few of one page."""
    columns = station_contact.c
    keys = [(one.site_id, one.station_id) for one in computers]
    mine = tuple_(columns.site_id, columns.station_id).in_(keys)
    rows = connection.execute(select(columns.site_id, columns.station_id, columns.readings).where(mine))
    known: Mapping[tuple[int, int], str] = {(row.site_id, row.station_id): row.readings for row in rows}
    return [one._replace(hardware=_hardware(known.get((one.site_id, one.station_id)))) for one in computers]


def _hardware(readings: str | None) -> Hardware:
    return hardware_of(from_json(readings)) if readings else UNREAD


def _asked(site_ids: Sequence[int], *, hardware: bool) -> Select[Any]:
    def same(table: object) -> object:
        return and_(station.c.site_id == table.c.site_id, station.c.station_id == table.c.station_id)  # type: ignore[attr-defined]

    columns = [
        *(station.c.site_id, station.c.station_id, station.c.label),
        *(station_contact.c.received_at, station_contact.c.agent_version),
        *(equipment.c.model, equipment.c.supplied_on, equipment.c.maintained_until),
        station_contact.c.readings if hardware else null(),
    ]
    joined = station.outerjoin(station_contact, same(station_contact)).outerjoin(equipment, same(equipment))  # type: ignore[arg-type]
    return select(*columns).select_from(joined).where(IN_PLACE, station.c.site_id.in_(site_ids))
