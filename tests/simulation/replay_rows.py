"""Reads a log of events, row by row, twice: first to learn what each station records, then to replay it.

Rows of one station that come late are put in their place if at most WINDOW_ROWS later rows of that station stand
before them; rows of different stations may stand in any order. Two rows of the same second keep the order of the file.
"""

import csv
import heapq
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.simulation.replay_notes import Notes

COLUMNS = ("time", "station", "event")
EVENTS = frozenset(
    ("power_on", "power_off", "power_lost", "logon", "logoff", "lock", "unlock", "input", "suspend", "resume")
)
WINDOW_ROWS = 1_000
LATEST = 4_102_444_800
"""The year 2100, where the wire format ends."""
SECONDS_OF_DAY = 86_400


class NotALogError(Exception):
    """The file cannot be replayed; the text is one sentence."""


class Row(NamedTuple):
    """One event; `at` is seconds since 1970. Rows compare by time, then by their line."""

    at: int
    line: int
    station: str
    event: str


class Profile:
    """What the rows of one station show, over the whole log."""

    __slots__ = ("in_order", "last_at", "logs_on", "tells_input")

    def __init__(self) -> None:
        self.logs_on = False
        self.tells_input = False
        self.in_order = True
        self.last_at = 0


class Moments:
    """Reads times; most of them share their day and their second of the day with others."""

    def __init__(self) -> None:
        self._days: dict[str, int] = {}
        self._seconds: dict[str, int] = {}

    def read(self, text: str) -> int | None:
        """Whole seconds since 1970; None where the text is no time of ISO 8601 between 1970 and 2100."""
        if len(text) == len("2026-01-01T00:00:00Z") and text[19] == "Z" and text[10] == "T":
            day, second = self._days.get(text[:10]), self._seconds.get(text[11:19])
            if day is not None and second is not None:
                return day + second
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            return None
        moment = int((found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp())
        if not 0 <= moment < LATEST:
            return None
        if text.endswith("Z") and len(text) == len("2026-01-01T00:00:00Z"):
            self._days[text[:10]] = moment - moment % SECONDS_OF_DAY
            self._seconds[text[11:19]] = moment % SECONDS_OF_DAY
        return moment


def survey(file: Path) -> dict[str, Profile]:
    """What each station of the log records, by its name."""
    stations: dict[str, Profile] = {}
    for at, _, station, event in rows(file, Notes()):
        profile = stations.get(station)
        if profile is None:
            profile = stations[station] = Profile()
        if at < profile.last_at:
            profile.in_order = False
        else:
            profile.last_at = at
        if event == "input":
            profile.tells_input = True
        elif event in {"logon", "logoff"}:
            profile.logs_on = True
    return stations


def ordered(file: Path, stations: dict[str, Profile], notes: Notes) -> Iterator[Row]:
    """The rows, those of each station in the order of time; what is odd about them is noted."""
    windows: dict[str, list[Row]] = {name: [] for name, profile in stations.items() if not profile.in_order}
    newest = dict.fromkeys(windows, 0)
    done = dict.fromkeys(windows, 0)
    for row in rows(file, notes):
        window = windows.get(row.station)
        if window is None:
            yield row
            continue
        if row.at < done[row.station]:
            notes.add("too_late", row.line, described(row))
            continue
        if row.at < newest[row.station]:
            notes.add("late", row.line, described(row))
        newest[row.station] = max(row.at, newest[row.station])
        heapq.heappush(window, row)
        if len(window) > WINDOW_ROWS:
            first = heapq.heappop(window)
            done[row.station] = first.at
            yield first
    for window in windows.values():
        yield from sorted(window)


def rows(file: Path, notes: Notes) -> Iterator[Row]:
    """The rows of the file in its own order. Raises NotALogError and OSError."""
    read = Moments().read
    with file.open(encoding="utf-8-sig", errors="backslashreplace", newline="") as stream:
        reader = csv.reader(stream)
        time_at, station_at, event_at = places(next(reader, []), file)
        most = max(time_at, station_at, event_at)
        for _ in count():
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                notes.add("unreadable", reader.line_num, str(error))
                continue
            if not cells:
                continue
            if len(cells) <= most:
                notes.add("unreadable", reader.line_num, ",".join(cells)[:80])
                continue
            station, event = cells[station_at].strip(), cells[event_at].strip()
            at = read(cells[time_at].strip())
            if at is None or not station or not event:
                notes.add("unreadable", reader.line_num, ",".join(cells)[:80])
            elif event not in EVENTS:
                notes.add_unknown(reader.line_num, event[:40])
            else:
                yield Row(at, reader.line_num, station, event)


def places(header: list[str], file: Path) -> tuple[int, int, int]:
    """Where the three columns stand; others are left alone."""
    names = [name.strip().lower() for name in header]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise NotALogError(f"{file} has no column {' and no column '.join(missing)}; its first line must name them")
    return names.index("time"), names.index("station"), names.index("event")


def described(row: Row) -> str:
    when = datetime.fromtimestamp(row.at, tz=UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{when} {row.station} {row.event}"
