"""Notices where the register changed the life of a station at its site, and marks the slots and months it touches.

Each station carries the life with which it was counted last. So whoever enrols, approves or retires a station only
writes the register; nobody needs to know what follows from it.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select, union, update

from collector.domain.coverage import slots_of
from collector.ingest.derivation import horizons, slots_of_life
from collector.ingest.facts import MARKS
from collector.ingest.off_time import stretches_of
from collector.storage.models import horizon, site_slot, slot_record, station
from collector.storage.queries.rolled_months import mark_months, months_over, note_late_corrections
from collector.storage.rows import Row, insert_rows, insertion, set_by_keys

_HORIZONS = insertion(horizon, ("site_id", "slot"), replaced={"slot": "horizon.slot"})
_EVER = 2**40
"""A slot that never comes."""


def find(connection: Connection, limit: int) -> Sequence[Row]:
    """Up to `limit` stations whose life is not the one with which they were counted."""
    columns = station.c
    return [
        tuple(row)
        for row in connection.execute(
            select(
                columns.site_id,
                columns.station_id,
                columns.installed_at,
                columns.retired_at,
                columns.counted_from,
                columns.counted_until,
            )
            .where(
                columns.counted_from.is_distinct_from(columns.installed_at)
                | columns.counted_until.is_distinct_from(columns.retired_at)
            )
            .limit(limit)
        )
    ]


def due(connection: Connection, site_id: int, first: int) -> list[tuple[int, int]]:
    """The ranges of a site's slots, from `first` on, that will be derived again for such changes."""
    found = [row for row in find(connection, _EVER) if row[0] == site_id]
    return [(max(start, first), end) for row in found for start, end in _changed(row)]


def write(connection: Connection, found: Sequence[Row], mark: int) -> None:
    """Marks what changes for the stations found, and notes the life with which they will be counted."""
    first = horizons(connection, {row[0] for row in found})
    ranges: dict[int, set[tuple[int, int]]] = {}
    touched: set[tuple[int, int]] = set()
    months: set[tuple[int, int]] = set()
    late: set[tuple[int, int]] = set()
    offs = stretches_of(connection, [(row[0], row[1]) for row in found])
    for row in found:
        site_id, number = row[:2]
        for start, end in _changed(row):
            ranges.setdefault(site_id, set()).add((start, end))
            slots = slots_of(offs[site_id, number], max(start, first[site_id]))
            touched |= {(site_id, slot) for slot in slots if slot < end}
    for site_id, some in ranges.items():
        for start, end in some:
            months |= months_over(connection, site_id, start, end)
            late |= months_over(connection, site_id, start, min(end, first[site_id]))
            touched |= _spoken(connection, site_id, max(start, first[site_id]), end)
    _note(connection, found)
    insert_rows(connection, MARKS, [(*key, mark) for key in touched])
    mark_months(connection, months, mark)
    note_late_corrections(connection, late)
    # Something to lock and to move when days are sealed; it stays where it is.
    insert_rows(connection, _HORIZONS, [(site_id, 0) for site_id in first])


def _note(connection: Connection, found: Sequence[Row]) -> None:
    """Writes down the lives that were read; one that has changed since then is found again."""
    new = [tuple(row[:3]) for row in found if row[3] is row[5] is None]
    key = ("site_id", "station_id", "installed_at")
    set_by_keys(connection, station, "counted_from = installed_at", key, new, returned=3)
    for site_id, number, installed_at, retired_at, _, counted_until in found:
        if retired_at is not None or counted_until is not None:
            mine = (station.c.site_id == site_id, station.c.station_id == number)
            connection.execute(update(station).where(*mine).values(counted_from=installed_at, counted_until=retired_at))


def _changed(row: Row) -> list[tuple[int, int]]:
    """Where the life of one of the stations found is not the one with which it was counted."""
    installed_at, retired_at, counted_from, counted_until = row[2:]
    new = slots_of_life(installed_at, retired_at)
    old = (new[0], new[0]) if counted_from is None else slots_of_life(counted_from, counted_until)
    return _differences(old, new)


def _differences(old: tuple[int, int | None], new: tuple[int, int | None]) -> list[tuple[int, int]]:
    """Where two lives differ; more where they have nothing in common, which does no harm."""
    starts, ends = sorted((old[0], new[0])), sorted(_EVER if life[1] is None else life[1] for life in (old, new))
    return [(before, after) for before, after in (starts, ends) if before < after]


def _spoken(connection: Connection, site_id: int, start: int, end: int) -> set[tuple[int, int]]:
    """The site slots from `start` to `end` that are there, or of which there are slot records."""
    tables = [
        select(table.c.slot).where(table.c.site_id == site_id, table.c.slot >= start, table.c.slot < end)
        for table in (site_slot, slot_record)
    ]
    return {(site_id, row.slot) for row in connection.execute(union(*tables))}
