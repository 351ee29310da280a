"""What nobody has entered yet for the annual report of a site."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple

from collector.domain.calendar import Month
from collector.domain.entered import Entered
from collector.domain.equipment import Equipment
from collector.domain.opening_hours import timetable_of
from collector.domain.register import Calendar


class Wanted(StrEnum):
    """What the report needs."""

    OPENING_HOURS = "opening_hours"
    ATTENDANCE = "attendance"
    ACTIVITIES = "activities"
    FACILITATORS = "facilitators"
    SERVICES = "services"
    NARRATIVE = "narrative"
    SUPPLY_DATES = "supply_dates"


class Filled(StrEnum):
    """How much of a month is there."""

    WHOLE = "whole"
    PART = "part"
    NOTHING = "nothing"
    CLOSED = "closed"
    """The site does not open in it, so nothing is wanted."""
    LATER = "later"


OPEN = {Filled.PART, Filled.NOTHING}


class Missing(NamedTuple):
    """The state of a year."""

    months: dict[Wanted, tuple[Filled, ...]]
    """Of what belongs to months: twelve states."""
    year: tuple[Wanted, ...]
    """Of what belongs to the year: what is missing."""

    def open_months(self, wanted: Wanted) -> list[int]:
        """The numbers of the months in which something should still be entered."""
        return [number for number, state in enumerate(self.months[wanted], 1) if state in OPEN]

    def open_points(self) -> int:
        """How many things somebody should still enter."""
        return len(self.year) + sum(len(self.open_months(wanted)) for wanted in self.months)


def missing(
    year: int,
    entered: Entered,
    calendar: Calendar,
    open_months: Sequence[bool],
    equipment: Sequence[Equipment],
    today: dt.date,
) -> Missing:
    """`open_months` says of each month whether the site opens in it at all; a month is wanted when it is over.

    Activities are whole when there is any: that there were none, nobody enters.
    """
    months = [Month(year, number) for number in range(1, 13)]

    def states(filled: list[Filled]) -> tuple[Filled, ...]:
        found = []
        for month, is_open, state in zip(months, open_months, filled, strict=True):
            if month.next().first_day() > today and state is not Filled.WHOLE:
                state = Filled.LATER  # noqa: PLW2901  # what is not over yet
            elif not is_open and state is Filled.NOTHING:
                state = Filled.CLOSED  # noqa: PLW2901  # nothing is wanted
            found.append(state)
        return tuple(found)

    of_year = next((each for each in entered.years if each.year == year), None)
    wanted = []
    if of_year is None or of_year.facilitators is None:
        wanted.append(Wanted.FACILITATORS)
    if of_year is None or of_year.services is None:
        wanted.append(Wanted.SERVICES)
    if of_year is None or not of_year.narrative:
        wanted.append(Wanted.NARRATIVE)
    there = [each for each in equipment if each.retired_on is None or each.retired_on > dt.date(year, 1, 1)]
    if any(each.supplied_on is None for each in there):
        wanted.append(Wanted.SUPPLY_DATES)
    return Missing(
        {
            # Without a timetable nobody can say that a month is closed.
            Wanted.OPENING_HOURS: tuple(
                Filled.LATER if month.first_day() > today else _hours(calendar, month) for month in months
            ),
            Wanted.ATTENDANCE: states([_attendance(entered, month) for month in months]),
            Wanted.ACTIVITIES: states([_activities(entered, month) for month in months]),
        },
        tuple(wanted),
    )


def _hours(calendar: Calendar, month: Month) -> Filled:
    if timetable_of(calendar, month.first_day()) is not None:
        return Filled.WHOLE
    last = month.next().first_day() - dt.timedelta(days=1)
    return Filled.PART if timetable_of(calendar, last) is not None else Filled.NOTHING


def _attendance(entered: Entered, month: Month) -> Filled:
    first, last = month.first_day(), month.next().first_day() - dt.timedelta(days=1)
    days = sum(
        (min(each.last_day, last) - max(each.first_day, first)).days + 1
        for each in entered.attendances
        if each.first_day <= last and first <= each.last_day
    )
    if days > (last - first).days:
        return Filled.WHOLE
    return Filled.PART if days else Filled.NOTHING


def _activities(entered: Entered, month: Month) -> Filled:
    first, last = month.first_day(), month.next().first_day()
    some = any(first <= each.first_day < last for each in entered.activities)
    return Filled.WHOLE if some else Filled.NOTHING
