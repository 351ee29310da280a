"""What people say of a site: opening hours, closures, equipment, and when something was out of order.

All of it is dated: the opening hours of the past are those of the past. Local days and minutes are those of the site's
time zone; moments are seconds since 1970-01-01 UTC.
"""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple


class LabelStatus(StrEnum):
    """Where a site stands with the Region's label."""

    NONE = "none"
    REQUESTED = "requested"
    CERTIFIED = "certified"
    WITHDRAWN = "withdrawn"


class OpeningKind(StrEnum):
    """For what a site is open (A4 of the catalogue)."""

    FREE_ACCESS = "free_access"
    ACCOMPANIED = "accompanied"
    TRAINING = "training"


class WeeklyInterval(NamedTuple):
    """Open every week from `from_minute` up to, and without, `until_minute` after the local midnight of a day.

    Minutes are whole quarter-hours; past midnight they go on beyond 1,440. A lunch break is a gap between two
    intervals.
    """

    weekday: int
    """0 is Monday."""
    from_minute: int
    until_minute: int
    kind: OpeningKind


class Timetable(NamedTuple):
    """The regular week, from a day on until the next timetable begins."""

    valid_from: dt.date
    intervals: tuple[WeeklyInterval, ...]


class Closure(NamedTuple):
    """Closed on all days from the first to the last, both included, whatever the timetable says."""

    first_day: dt.date
    last_day: dt.date
    reason: str


class Extra(NamedTuple):
    """Open on one day beside the timetable, also within a closure or on a holiday."""

    day: dt.date
    from_minute: int
    until_minute: int
    kind: OpeningKind


class HolidayChoice(NamedTuple):
    """What a site says of one public holiday; without it the site is closed then."""

    day: dt.date
    is_open: bool


class Outage(NamedTuple):
    """A station out of order; `end` is None while it lasts."""

    station_id: int
    start: int
    end: int | None


class Opening(NamedTuple):
    """Open from `first_slot` up to, and without, `end_slot`."""

    first_slot: int
    end_slot: int
    kind: OpeningKind


class Calendar(NamedTuple):
    """All that decides when a site is open. `holidays` are those of its country within the years of interest."""

    timetables: tuple[Timetable, ...]
    closures: tuple[Closure, ...] = ()
    extras: tuple[Extra, ...] = ()
    holidays: tuple[dt.date, ...] = ()
    choices: tuple[HolidayChoice, ...] = ()
