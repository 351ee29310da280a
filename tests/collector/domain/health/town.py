"""A site for worked examples: open from Monday to Friday from 9:00 to 12:30 and from 13:00 to 18:00, in Brussels."""

import datetime as dt
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from collector.domain.calendar import days
from collector.domain.health.hours import OpenHours
from collector.domain.opening_hours import openings
from collector.domain.register import Calendar, Closure, OpeningKind, Timetable, WeeklyInterval

ZONE = ZoneInfo("Europe/Brussels")
WEEK = tuple(
    WeeklyInterval(weekday, *minutes, OpeningKind.FREE_ACCESS)
    for weekday in range(5)
    for minutes in ((540, 750), (780, 1080))
)


def at(text: str) -> int:
    """Such as "2026-11-23 09:30", by a clock on the wall. That day is a Monday."""
    return int(dt.datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp())


def hours_of(
    closures: Sequence[Closure] = (), first: str = "2026-09-28", last: str = "2027-01-10", *, written: bool = True
) -> OpenHours:
    timetables = (Timetable(dt.date(2020, 1, 1), WEEK),) if written else ()
    stretch = days(dt.date.fromisoformat(first), dt.date.fromisoformat(last), ZONE)
    return OpenHours(openings(Calendar(timetables, tuple(closures)), stretch, ZONE), ZONE, written=written)
