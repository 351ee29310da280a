"""Keeps the stretches that runs prove off (`collector.domain.coverage`), and marks the site slots that they touch.

Ingest marks a run when it says something new of the time off. The marked stations' runs are read, then their
stretches derived anew; in one transaction the marks are removed and what changed is written. A station of which a
mark has changed meanwhile is left as it is, marks included: whoever reads it next reads the newer run as well.

A run that was made from the system's log may come after its slot records: then their site slots are marked, too.
"""

import json
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, select, update

from collector.domain.coverage import DATABLE, SLOT_SECONDS, Off, Run, proved_off, slots_of
from collector.ingest.derivation import horizons
from collector.ingest.facts import MARKS
from collector.storage.models import off_stretch, run, slot_record
from collector.storage.rows import Row, delete_by_keys, insert_rows, insertion, select_by_keys, set_by_keys

Station = tuple[int, int]
"""site_id, station_id"""

REPAIRED = "system_log"
"""The start reason of a run that was made from what the system had logged while no agent ran."""

_STATION = ("site_id", "station_id")
_MARK = (*_STATION, "run_id", "mark")
_RUN = (
    *_MARK,
    "previous_run_id",
    "clock",
    "start_reason",
    "started_at",
    "last_seen_at",
    "stopped_at",
    "stop_reason",
    "sleeps",
    "received_at",
)
_STRETCHES = insertion(off_stretch, ("site_id", "off_until", "station_id", "off_from"))


class Found(NamedTuple):
    """What marked runs change, by station."""

    marks: dict[Station, list[Row]]
    stretches: dict[Station, list[Off]]
    repaired: list[Row]
    """The keys of marked runs that were made from the system's log."""


def find(connection: Connection, limit: int) -> Found | None:
    """Up to `limit` stations with marked runs and what their runs prove; None when no run is marked."""
    rows = connection.execute(
        select(run.c.site_id, run.c.station_id)
        .where(run.c.mark.is_not(None))
        .distinct()
        .order_by(run.c.site_id, run.c.station_id)
        .limit(limit)
    )
    stations = [(row.site_id, row.station_id) for row in rows]
    if not stations:
        return None
    marks: dict[Station, list[Row]] = {station: [] for station in stations}
    runs: dict[Station, list[Run]] = {station: [] for station in stations}
    repaired: list[Row] = []
    for row in select_by_keys(connection, run, _RUN, _STATION, stations):
        runs[row[0], row[1]].append(_run(row))
        if row[3] is not None:
            marks[row[0], row[1]].append(tuple(row[:4]))
            if row[_RUN.index("start_reason")] == REPAIRED:
                repaired.append(tuple(row[:3]))
    return Found(marks, {station: proved_off(some) for station, some in runs.items()}, repaired)


def write(connection: Connection, found: Found, mark: int) -> None:
    """Writes the stretches of those stations whose marks all are still the same, and marks their site slots."""
    everything = [row for rows in found.marks.values() for row in rows]
    cleared = {tuple(row) for row in set_by_keys(connection, run, "mark = NULL", _MARK, everything, returned=3)}
    whole = [station for station, rows in found.marks.items() if all(row[:3] in cleared for row in rows)]
    _put_back(connection, [row for row in everything if row[:3] in cleared and row[:2] not in whole])
    first = horizons(connection, {site_id for site_id, _ in whole})
    old = stretches_of(connection, whole)
    new = {
        station: {off for off in found.stretches[station] if off.end > first[station[0]] * SLOT_SECONDS}
        for station in whole
    }
    gone = [(site_id, off.end, number, off.start) for site_id, number in whole for off in old[site_id, number]]
    come = [(site_id, off.end, number, off.start) for site_id, number in whole for off in new[site_id, number]]
    key = ("site_id", "off_until", "station_id", "off_from")
    delete_by_keys(connection, off_stretch, key, sorted(set(gone) - set(come)))
    insert_rows(connection, _STRETCHES, sorted(set(come) - set(gone)))
    touched = {
        (station[0], slot) for station in whole for slot in slots_of(old[station] ^ new[station], first[station[0]])
    }
    repaired = [row for row in found.repaired if row[:2] in whole]
    told = select_by_keys(connection, slot_record, ("site_id", "slot"), _MARK[:3], repaired)
    touched |= {(site_id, slot) for site_id, slot in told if slot >= first[site_id]}
    insert_rows(connection, MARKS, [(*key, mark) for key in sorted(touched)])


def runs_of(connection: Connection, site_id: int) -> dict[int, list[Run]]:
    """All runs of a site, by station."""
    found: dict[int, list[Run]] = {}
    for row in connection.execute(select(*(run.c[name] for name in _RUN)).where(run.c.site_id == site_id)):
        found.setdefault(row.station_id, []).append(_run(tuple(row)))
    return found


def stretches_of(connection: Connection, stations: Sequence[Station]) -> dict[Station, set[Off]]:
    """What is stored."""
    found: dict[Station, set[Off]] = {station: set() for station in stations}
    columns = (*_STATION, "off_from", "off_until")
    for site_id, number, start, end in select_by_keys(connection, off_stretch, columns, _STATION, stations):
        found[site_id, number].add(Off(start, end))
    return found


def stretches_of_site(connection: Connection, site_id: int) -> list[tuple[int, Off]]:
    """What is stored of a site, with the number of the station."""
    columns = (off_stretch.c.station_id, off_stretch.c.off_from, off_stretch.c.off_until)
    rows = connection.execute(select(*columns).where(off_stretch.c.site_id == site_id))
    return [(row.station_id, Off(row.off_from, row.off_until)) for row in rows]


def start_over(connection: Connection, site_id: int, mark: int) -> None:
    """Marks every run of a site, and deletes the stretches of stations that have none."""
    connection.execute(update(run).where(run.c.site_id == site_id).values(mark=mark))
    with_runs = select(run.c.station_id).where(run.c.site_id == site_id)
    connection.execute(
        delete(off_stretch).where(off_stretch.c.site_id == site_id, off_stretch.c.station_id.not_in(with_runs))
    )


def waiting(connection: Connection) -> int:
    """How many runs are marked."""
    return connection.execute(select(func.count()).select_from(run).where(run.c.mark.is_not(None))).scalar_one()


def _put_back(connection: Connection, rows: Sequence[Row]) -> None:
    for site_id, number, run_id, mark in rows:
        mine = (run.c.site_id == site_id, run.c.station_id == number, run.c.run_id == run_id)
        connection.execute(update(run).where(*mine).values(mark=mark))


def _run(row: Row) -> Run:
    _site, _station, run_id, _mark, previous, clock, reason, started_at, last_seen_at = row[:9]
    stopped_at, stop_reason, sleeps, received_at = row[9:]
    slept = tuple((start, end) for start, end in json.loads(sleeps)) if sleeps != "[]" else ()
    datable = clock in DATABLE
    return Run(
        run_id,
        previous,
        datable=datable,
        booted=reason != "restart",
        started_at=started_at,
        powered_off_at=stopped_at if stop_reason == "power_off" else None,
        sleeps=slept,
        heard_at=max(last_seen_at, stopped_at or 0, *(end for _, end in slept)) if datable else received_at,
    )
