"""The days of a year as a site opens on them: how long, and why not."""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.domain import calendar as periods
from collector.domain.calendar import MONTHS_OF_YEAR, SLOT_SECONDS, Month, start_of_day
from collector.domain.opening_hours import is_closed, openings, timetable_of
from collector.domain.register import Calendar


class DayKind(StrEnum):
    OPEN = "open"
    EXTRA = "extra"
    """Open, and not by the timetable alone."""
    CLOSED = "closed"
    """By the timetable."""
    CLOSURE = "closure"
    HOLIDAY = "holiday"
    NOT_KNOWN = "not_known"
    """Before the first timetable, and nothing else says that the site opens."""


class YearDay(NamedTuple):
    date: dt.date
    kind: DayKind
    seconds: int
    """Of opening; a night's opening counts on both of its days."""


def days_of_year(calendar: Calendar, year: int, zone: ZoneInfo) -> list[tuple[YearDay, ...]]:
    """By month."""
    return [_days_of_month(calendar, Month(year, number), zone) for number in range(1, MONTHS_OF_YEAR + 1)]


def _days_of_month(calendar: Calendar, month: Month, zone: ZoneInfo) -> tuple[YearDay, ...]:
    period = periods.month(month, zone)
    opened = openings(calendar, period, zone)
    extras = {extra.day for extra in calendar.extras}
    found = []
    for number in range((period.last_day - period.first_day).days + 1):
        date = period.first_day + dt.timedelta(days=number)
        first, end = start_of_day(date, zone), start_of_day(date + dt.timedelta(days=1), zone)
        slots = sum(max(0, min(each.end_slot, end) - max(each.first_slot, first)) for each in opened)
        found.append(YearDay(date, _kind(calendar, date, slots, date in extras), slots * SLOT_SECONDS))
    return tuple(found)


def _kind(calendar: Calendar, date: dt.date, slots: int, extra: bool) -> DayKind:  # of this file only
    if slots:
        return DayKind.EXTRA if extra else DayKind.OPEN
    if timetable_of(calendar, date) is None:
        return DayKind.NOT_KNOWN
    if any(each.first_day <= date <= each.last_day for each in calendar.closures):
        return DayKind.CLOSURE
    return DayKind.HOLIDAY if is_closed(calendar, date) else DayKind.CLOSED
