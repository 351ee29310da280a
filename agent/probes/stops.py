"""Stops of the last seven days that were not in order: crashes, and the power button or a power cut.

On Linux a start without a shutdown before it, in the system's record of its boots, is a stop without order; it is
known from the start after it. What the kernel left when it failed (pstore, kdump) makes a crash of it.

A worked example: started on Monday, shut down on Monday evening, started on Tuesday and again on Wednesday. Between
those two nobody shut it down: one stop without order, told with the time of Wednesday's start. A folder that kdump
left four minutes before that start makes it a crash.
"""

from itertools import pairwise
from pathlib import Path

from agent.errors import NoData
from agent.machine.utmp import records_of
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import entries_of
from agent.wire.health import Stop, Stops

DAYS = 7
MOST_TOLD = 20
MOST_COUNTED = 10_000
SAME_SECONDS = 900
"""A dump of memory and the start after it take so long at most."""
WTMP, WTMPDB = "var/log/wtmp", "var/lib/wtmpdb/wtmp.db"
CRASHES = ("var/lib/systemd/pstore", "var/crash")
"""Where the kernel's last words go after a failure: a folder each. Reports of programs (apport) are files."""

_RUN_LEVEL, _BOOT = 1, 2
_TAIL_BYTES = 192_000
"""500 records of 384 bytes, or 480 of 400: 20 times what both divide."""
_LAYOUTS = (384, 400)
_LARGEST_BYTES = 1024 * 1024
_MILLION = 1_000_000
_DAY_SECONDS = 86_400


def read(surroundings: Surroundings) -> Outcome:
    unclean = _from_wtmp(surroundings.root / WTMP)
    if unclean is None:
        unclean = _from_database(surroundings.root / WTMPDB)
    if unclean is None:
        raise NoData("no record of boots (wtmp, wtmpdb)")
    places = [surroundings.root / place for place in CRASHES]
    crashes = [at for place in places for entry in entries_of(place, "") if (at := _folder_of(entry)) is not None]
    return outcome_of(crashes, unclean, surroundings.wall_seconds, crashes_readable=any(p.is_dir() for p in places))


def outcome_of(crashes: list[int], unclean: list[int], now: int, *, crashes_readable: bool = True) -> Outcome:
    """From the times of both; a stop without order at the time of a crash is that crash."""
    since = now - DAYS * _DAY_SECONDS
    failed = sorted({at for at in crashes if since <= at <= now})
    rest = sorted(
        {at for at in unclean if since <= at <= now and not any(abs(at - crash) <= SAME_SECONDS for crash in failed)}
    )
    both = [Stop(kind="crash", at_seconds=at) for at in failed] + [Stop(kind="unclean", at_seconds=at) for at in rest]
    both.sort(key=lambda stop: stop.at_seconds)
    return Outcome(
        Stops(
            crashes=min(len(failed), MOST_COUNTED),
            unclean=min(len(rest), MOST_COUNTED),
            last=tuple(both[-MOST_TOLD:]),
            crashes_readable=crashes_readable,
        )
    )


def unclean_in(wtmp: bytes) -> list[int]:
    """When the system started although nobody had shut it down, from the records of wtmp(5)."""
    found: list[int] = []
    running = False
    for record in records_of(wtmp):
        if record.kind == _BOOT:
            if running:
                found.append(record.start)
            running = True
        elif record.kind == _RUN_LEVEL and record.user == "shutdown":
            running = False
    return found


def _from_wtmp(path: Path) -> list[int] | None:
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            whole = any(size % layout == 0 for layout in _LAYOUTS)
            # From the end, at the edge of a record; a file that was cut short is read from its beginning.
            file.seek(max(0, size - _TAIL_BYTES) if whole else 0)
            found = file.read(_LARGEST_BYTES)
    except OSError:
        return None
    return unclean_in(found) if found else None


def _from_database(path: Path) -> list[int] | None:
    """From the boots of wtmpdb(8), in millionths of a second; one that was shut down in order has an end."""
    if not path.is_file():
        return None
    try:
        import sqlite3  # noqa: PLC0415 - most systems have no such file, and each contact would pay for it
    except ImportError:
        return None  # left out of the frozen program
    connection = sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)
    try:
        rows = connection.execute(
            "SELECT Login, Logout FROM wtmp WHERE Type = 1 ORDER BY Login DESC LIMIT 200"
        ).fetchall()
    except sqlite3.Error:
        return None
    finally:
        connection.close()
    rows.reverse()
    return [
        int(after[0]) // _MILLION for before, after in pairwise(rows) if not before[1] and isinstance(after[0], int)
    ]


def _folder_of(entry: Path) -> int | None:
    try:
        return int(entry.stat().st_mtime) if entry.is_dir() else None
    except OSError:
        return None
