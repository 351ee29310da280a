"""When runs of one station lived, when it is known to have been off, and when it was not heard; never its use."""

from typing import NamedTuple

from pydantic_core import from_json
from sqlalchemy import Connection, func, or_, select

from collector.domain.calendar import SLOT_SECONDS
from collector.domain.contacts import Contact
from collector.domain.coverage import DATABLE
from collector.domain.power import Span, alive
from collector.storage.models import off_stretch, run, slot_record


class Told(NamedTuple):
    """Spans in no order, which may overlap and begin before the time that was asked for."""

    on: list[Span]
    off: list[Span]
    unheard: list[Span]


def power_of(connection: Connection, site_id: int, station_id: int, since: int) -> Told:
    """What is known from `since` on."""
    runs, stretches = run.c, off_stretch.c
    lives = connection.execute(
        select(runs.started_at, runs.last_seen_at, runs.stopped_at, runs.sleeps).where(
            runs.site_id == site_id,
            runs.station_id == station_id,
            runs.clock.in_(sorted(DATABLE)),
            or_(runs.last_seen_at > since, runs.stopped_at > since),
        )
    )
    on = [
        span
        for row in lives
        for span in alive(
            row.started_at,
            max(row.last_seen_at, row.stopped_at or 0),
            [(start, end) for start, end in from_json(row.sleeps)],
        )
    ]
    off = connection.execute(
        select(stretches.off_from, stretches.off_until).where(
            stretches.site_id == site_id, stretches.station_id == station_id, stretches.off_until > since
        )
    )
    return Told(on, [(row.off_from, row.off_until) for row in off], _unheard(connection, site_id, station_id, since))


def _unheard(connection: Connection, site_id: int, station_id: int, since: int) -> list[Span]:
    """Quarter-hours of which a contact that was due did not come; of several runs in one, the best counts."""
    records = slot_record.c
    rows = connection.execute(
        select(records.slot)
        .where(
            records.site_id == site_id,
            records.slot >= since // SLOT_SECONDS,
            records.station_id == station_id,
        )
        .group_by(records.slot)
        .having(func.max(records.contact) == int(Contact.FAILED))
    )
    return [(row.slot * SLOT_SECONDS, (row.slot + 1) * SLOT_SECONDS) for row in rows]
