"""Part A of the catalogue, as far as it follows from opening hours and the lives of stations: A1.average and A2 to A8.

E4 stands with them: the contacts that came, of those due during opening hours (`collector.domain.contacts`).

Before the first timetable of a site its opening hours are unknown, and all time counts as offered.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from operator import attrgetter
from zoneinfo import ZoneInfo

from collector.domain import cells
from collector.domain.calendar import SLOT_SECONDS, Period, start_of_day
from collector.domain.cells import Cell
from collector.domain.offer import EVERY, OPEN, TIMED
from collector.domain.register import Calendar, Opening
from collector.domain.tally import Counts, Tally

SECONDS_OF_MINUTE = 60
WHILE_OPEN = ("A5", "A6", "A7", "A8", "A8.off", "A8.unknown", "E4")


def operation(found: Tally) -> dict[str, Cell]:
    """The figures of one period."""
    whole = found.over(EVERY)
    offered = found.over(OPEN)
    average = cells.counted(Fraction(whole.seconds_installed, whole.seconds)) if whole.seconds else cells.NOT_APPLICABLE
    made = {"A1.average": average, "A2": _hours(found, found.seconds(TIMED))}
    for kind in TIMED:
        made[f"A4.{kind}"] = _hours(found, found.seconds([kind]))
    if found.is_closed():
        return made | dict.fromkeys(WHILE_OPEN, cells.CLOSED)
    if not offered.seconds_installed:
        return made | dict.fromkeys(WHILE_OPEN, cells.NOT_APPLICABLE)
    known = offered.seconds_known()
    return made | {
        "A5": cells.counted(offered.seconds_installed),
        "A6": cells.counted(offered.seconds_in_service),
        "A7": cells.ratio(offered.seconds_in_service, offered.seconds_installed),
        "A8": cells.ratio(known, offered.seconds_in_service),
        "A8.off": cells.counted(offered.seconds_off),
        "A8.unknown": cells.counted(offered.seconds_in_service - known),
        "E4": _contacts(offered),
    }


def _contacts(offered: Counts) -> Cell:
    """E4. Where no contact was due it must be known that no station was on."""
    if offered.contacts_due:
        return cells.ratio(offered.contacts_made, offered.contacts_due)
    nobody_on = offered.seconds_off == offered.seconds_in_service
    return cells.NOT_APPLICABLE if nobody_on else cells.UNKNOWN


def _hours(found: Tally, seconds: int) -> Cell:
    """Opening hours: all of the period, or of the part in which they are known."""
    if not found.has_begun():
        return cells.NOT_APPLICABLE
    if found.is_closed():
        return cells.CLOSED
    if not found.seconds(TIMED) and found.is_untimed():
        return cells.UNKNOWN
    return cells.counted(seconds, at_least=found.is_untimed())


def regular_week(calendar: Calendar, day: dt.date) -> Cell:
    """A3: the opening hours of a week, by the timetable in force on a day."""
    in_force = [timetable for timetable in calendar.timetables if timetable.valid_from <= day]
    if not in_force:
        return cells.UNKNOWN
    intervals = max(in_force).intervals
    return cells.counted(sum(each.until_minute - each.from_minute for each in intervals) * SECONDS_OF_MINUTE)


def whole_weeks(period: Period, openings: Sequence[Opening], zone: ZoneInfo, now: int, timed_from: int | None) -> Cell:
    """A3.actual: the mean opening hours of the weeks, Monday to Sunday, that lie in the period and are over.

    Weeks before the first timetable are left out.
    """
    monday = period.first_day + dt.timedelta(days=-period.first_day.weekday() % 7)
    starts = [start_of_day(monday, zone)]
    while monday + dt.timedelta(days=6) <= period.last_day:
        monday += dt.timedelta(days=7)
        starts.append(start_of_day(monday, zone))
    if timed_from is None:
        return cells.UNKNOWN
    weeks = [(first, end) for first, end in pairwise(starts) if first >= timed_from and end * SLOT_SECONDS <= now]
    if not weeks:
        return cells.NOT_APPLICABLE
    first, end = weeks[0][0], weeks[-1][1]
    slots = 0
    for opening in openings[bisect_right(openings, first, key=attrgetter("end_slot")) :]:
        if opening.first_slot >= end:
            break
        slots += min(opening.end_slot, end) - max(opening.first_slot, first)
    return cells.counted(Fraction(slots * SLOT_SECONDS, len(weeks)))
