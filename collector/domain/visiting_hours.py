"""When visitors find a site open, as a page or a leaflet says it: by local day, in times that a clock shows."""

import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.domain.calendar import SLOT_SECONDS, day
from collector.domain.fields import write_clock
from collector.domain.opening_hours import openings, timetable_of
from collector.domain.register import Calendar, OpeningKind

DAYS_OF_WEEK = 7


class Span(NamedTuple):
    """Open from a time to a time of one day; "24:00" is its end."""

    from_clock: str
    until_clock: str
    kind: OpeningKind


class Day(NamedTuple):
    date: dt.date
    known: bool
    """Whether the register says anything of this day; else "closed" would be a guess."""
    spans: tuple[Span, ...]


class Now(NamedTuple):
    is_open: bool
    until_clock: str = ""
    kind: OpeningKind | None = None


def day_of(calendar: Calendar, date: dt.date, zone: ZoneInfo) -> Day:
    """What the site is open on a day, closures and holidays regarded."""
    period = day(date, zone)
    spans = tuple(
        Span(
            _clock(each.first_slot, zone),
            "24:00" if each.end_slot == period.end_slot else _clock(each.end_slot, zone),
            each.kind,
        )
        for each in openings(calendar, period, zone)
    )
    return Day(date, bool(spans) or timetable_of(calendar, date) is not None, spans)


def week_from(calendar: Calendar, date: dt.date, zone: ZoneInfo) -> list[Day]:
    """A day and the six after it."""
    return [day_of(calendar, date + dt.timedelta(days=number), zone) for number in range(DAYS_OF_WEEK)]


def at_moment(calendar: Calendar, now: int, zone: ZoneInfo) -> Now:
    """Whether it is open at a moment, and until when without a change."""
    date = dt.datetime.fromtimestamp(now, zone).date()
    slot = now // SLOT_SECONDS
    for each in openings(calendar, day(date, zone), zone):
        if each.first_slot <= slot < each.end_slot:
            end = "24:00" if each.end_slot == day(date, zone).end_slot else _clock(each.end_slot, zone)
            return Now(True, end, each.kind)
    return Now(False)


def regular_hours(calendar: Calendar, date: dt.date) -> list[tuple[Span, ...]] | None:
    """The timetable in force on a day, Monday first, without closures; None where there is none."""
    timetable = timetable_of(calendar, date)
    if timetable is None:
        return None
    return [
        tuple(
            Span(write_clock(each.from_minute), write_clock(each.until_minute), each.kind)
            for each in sorted(timetable.intervals)
            if each.weekday == weekday
        )
        for weekday in range(DAYS_OF_WEEK)
    ]


def _clock(slot: int, zone: ZoneInfo) -> str:
    return dt.datetime.fromtimestamp(slot * SLOT_SECONDS, zone).strftime("%H:%M")
