"""The computers of sites with their hardware, for those who look after them; never their use."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from pydantic_core import from_json
from sqlalchemy import Connection, Select, and_, func, select, tuple_

from collector.domain.equipment import MAINTENANCE_YEARS, years_after
from collector.domain.fleet import UNREAD, Computer, Hardware, hardware_of
from collector.domain.stations import Contact, State, state_of
from collector.storage.models import equipment, station, station_contact
from collector.storage.queries.identities import quarantined

IN_PLACE = station.c.retired_at.is_(None)


class Clockwork(NamedTuple):
    """By what states are told."""

    now: int
    contact_seconds: int


def counts_by_site(connection: Connection) -> dict[int, int]:
    """How many stations are in place at each site that has any."""
    rows = select(station.c.site_id, func.count().label("stations")).where(IN_PLACE).group_by(station.c.site_id)
    return {row.site_id: row.stations for row in connection.execute(rows)}


def computers_of(
    connection: Connection, site_ids: Sequence[int], clockwork: Clockwork, *, hardware: bool
) -> list[Computer]:
    """In no order; without their readings where nobody asks for the `hardware`."""
    apart = quarantined(connection)
    found = []
    for row in connection.execute(_asked(site_ids, hardware=hardware)):
        site_id, number, label, received_at, stopped_at, version, model, supplied, maintained, *readings = row
        contact = None if received_at is None else Contact(received_at, stopped_at is not None)
        state = state_of(contact, clockwork.now, clockwork.contact_seconds)
        if maintained is None and supplied is not None:
            maintained = years_after(supplied, MAINTENANCE_YEARS)
        found.append(
            Computer(
                site_id,
                number,
                label,
                State.QUARANTINED if (site_id, number) in apart else state,
                received_at,
                version or "",
                model or "",
                supplied,
                maintained,
                _hardware(readings[0]) if hardware else UNREAD,
            )
        )
    return found


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


def _asked(site_ids: Sequence[int], *, hardware: bool) -> Select[tuple[object, ...]]:
    def same(table: object) -> object:
        return and_(station.c.site_id == table.c.site_id, station.c.station_id == table.c.station_id)  # type: ignore[attr-defined]

    columns = [
        *(station.c.site_id, station.c.station_id, station.c.label),
        *(station_contact.c.received_at, station_contact.c.stopped_at, station_contact.c.agent_version),
        *(equipment.c.model, equipment.c.supplied_on, equipment.c.maintained_until),
        *([station_contact.c.readings] if hardware else []),
    ]
    joined = station.outerjoin(station_contact, same(station_contact)).outerjoin(equipment, same(equipment))  # type: ignore[arg-type]
    return select(*columns).select_from(joined).where(IN_PLACE, station.c.site_id.in_(site_ids))
