"""When a site is open: the regular week, without closures and holidays, with extras.

An opening belongs to the local day on which it begins. So one that goes on past midnight is cut neither by a closure
nor by a new timetable of the next day, and the other way round nothing of a closed day remains on the next.

Minutes are those that a clock on the wall shows. Where the clock jumps over an hour, a time within that hour is the
moment of the jump; where it shows an hour twice, such a time is the first of the two. So a night from 20:00 to 06:00
has 9 hours when summer begins and 11 when winter does.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from operator import attrgetter
from zoneinfo import ZoneInfo

from collector.domain.calendar import SLOT_SECONDS, Period
from collector.domain.register import Calendar, Opening, OpeningKind, Timetable, WeeklyInterval

MINUTES_OF_DAY = 1440
MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY
LONGEST_DAYS = 2
"""An opening that begins on one day has ended when the day after the next begins."""


def openings(calendar: Calendar, period: Period, zone: ZoneInfo) -> list[Opening]:
    """What the site is open within a period: in order, disjoint, neighbours of one kind joined.

    An extra wins over the timetable where they overlap, and of two others the one that begins first.
    """
    first = period.first_day - dt.timedelta(days=LONGEST_DAYS)
    count = (period.last_day - first).days + 1
    dates = [first + dt.timedelta(days=number) for number in range(count)]
    regular: list[Opening] = []
    for date in dates:
        regular += [_opening(date, *interval[1:], zone) for interval in regular_intervals(calendar, date)]
    extras = [
        _opening(extra.day, extra.from_minute, extra.until_minute, extra.kind, zone)
        for extra in calendar.extras
        if first <= extra.day <= period.last_day
    ]
    extras = list(_disjoint(extras))
    whole = sorted([*extras, *_without(_disjoint(regular), extras)])
    return _joined(_cut(whole, period))


def regular_intervals(calendar: Calendar, date: dt.date) -> tuple[WeeklyInterval, ...]:
    """What the timetable offers on a day, nothing where the site is closed; without extras."""
    timetable = timetable_of(calendar, date)
    if timetable is None or is_closed(calendar, date):
        return ()
    return tuple(interval for interval in timetable.intervals if interval.weekday == date.weekday())


def timetable_of(calendar: Calendar, date: dt.date) -> Timetable | None:
    """The timetable in force on a day; None before the first."""
    known = sorted(calendar.timetables, key=attrgetter("valid_from"))
    number = bisect_right([timetable.valid_from for timetable in known], date)
    return known[number - 1] if number else None


def is_closed(calendar: Calendar, date: dt.date) -> bool:
    """Whether a closure or a public holiday takes the timetable of a day away."""
    if any(closure.first_day <= date <= closure.last_day for closure in calendar.closures):
        return True
    for choice in calendar.choices:
        if choice.day == date:
            return not choice.is_open
    return date in calendar.holidays


def regular_week(intervals: Iterable[WeeklyInterval]) -> list[WeeklyInterval]:
    """A timetable in minutes since the midnight of Monday, the first interval once more behind the last."""
    week = [
        each._replace(
            from_minute=each.weekday * MINUTES_OF_DAY + each.from_minute,
            until_minute=each.weekday * MINUTES_OF_DAY + each.until_minute,
        )
        for each in intervals
    ]
    week.sort(key=attrgetter("from_minute"))
    again = [
        each._replace(
            from_minute=each.from_minute + MINUTES_OF_WEEK,
            until_minute=each.until_minute + MINUTES_OF_WEEK,
        )
        for each in week[:1]
    ]
    return week + again


@lru_cache(maxsize=16_384)  # sites open at the same few times, on the same days
def slot_of(date: dt.date, minute: int, zone: ZoneInfo) -> int:
    """The first slot in which a clock on the wall shows so many minutes since the midnight of a day, or more."""
    days, minute = divmod(minute, MINUTES_OF_DAY)
    shown = dt.datetime.combine(date + dt.timedelta(days=days), dt.time(*divmod(minute, 60)))
    slot = int(shown.replace(tzinfo=zone).timestamp()) // SLOT_SECONDS
    while dt.datetime.fromtimestamp((slot - 1) * SLOT_SECONDS, zone).replace(tzinfo=None) >= shown:
        slot -= 1
    return slot


def _opening(date: dt.date, from_minute: int, until_minute: int, kind: OpeningKind, zone: ZoneInfo) -> Opening:
    return Opening(slot_of(date, from_minute, zone), slot_of(date, until_minute, zone), kind)


def _disjoint(some: Iterable[Opening]) -> Iterator[Opening]:
    """In order; what begins later begins where the one before ends."""
    end = None
    for opening in sorted(some):
        first = opening.first_slot if end is None else max(opening.first_slot, end)
        if first < opening.end_slot:
            yield opening._replace(first_slot=first)
            end = opening.end_slot


def _without(some: Iterable[Opening], taken: Sequence[Opening]) -> Iterator[Opening]:
    """What remains of some openings beside those that are taken; the latter are in order and disjoint."""
    ends = [opening.end_slot for opening in taken]
    for opening in some:
        first = opening.first_slot
        for other in taken[bisect_right(ends, first) :]:
            if other.first_slot >= opening.end_slot:
                break
            if first < other.first_slot:
                yield opening._replace(first_slot=first, end_slot=other.first_slot)
            first = other.end_slot
        if first < opening.end_slot:
            yield opening._replace(first_slot=first)


def _cut(some: Sequence[Opening], period: Period) -> Iterator[Opening]:
    begin = bisect_left([opening.end_slot for opening in some], period.first_slot)
    for opening in some[begin:]:
        first, end = max(opening.first_slot, period.first_slot), min(opening.end_slot, period.end_slot)
        if first < end:
            yield Opening(first, end, opening.kind)


def _joined(some: Iterable[Opening]) -> list[Opening]:
    found: list[Opening] = []
    for opening in some:
        if found and found[-1].end_slot == opening.first_slot and found[-1].kind is opening.kind:
            found[-1] = found[-1]._replace(end_slot=opening.end_slot)
        else:
            found.append(opening)
    return found
