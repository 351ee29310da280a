"""What may be entered. Each check raises Mistake with one sentence."""

import datetime as dt
from collections.abc import Iterable

from collector.domain.calendar import Month
from collector.domain.entered import VALUES, Activity, Attendance, MonthlyFigure, SiteYear
from collector.domain.fields import read_lines, read_text
from collector.domain.mistakes import N_, Mistake

LONGEST_TITLE = 120
LONGEST_SOURCE = 120
LONGEST_METHOD = 200
LONGEST_NARRATIVE = 20_000
LONGEST_DAYS = 366
MOST_FTE_PER_HEAD = 100
"""Hundredths."""


def checked_attendance(entry: Attendance, others: Iterable[Attendance], today: dt.date) -> Attendance:
    """`others` are those of the site, without the one that it replaces."""
    _check_days(entry.first_day, entry.last_day, today)
    if entry.persons is not None and entry.persons > entry.visits:
        raise Mistake(N_("There cannot be more persons than visits; correct one of the two numbers.")).at("persons")
    for other in others:
        if entry.first_day <= other.last_day and other.first_day <= entry.last_day:
            raise Mistake(
                N_("From %(first)s to %(last)s attendance has been entered already; correct that entry instead."),
                first=other.first_day.isoformat(),
                last=other.last_day.isoformat(),
            )
    return entry


def checked_activity(entry: Activity, today: dt.date) -> Activity:
    _check_days(entry.first_day, entry.last_day, today)
    if entry.number < 1:
        raise Mistake(N_("The number of activities must be at least 1; leave out what did not take place.")).at(
            "number"
        )
    if entry.first_day != entry.last_day and (
        entry.first_day.day != 1
        or Month(*entry.first_day.timetuple()[:2]).next().first_day() != entry.last_day + dt.timedelta(days=1)
    ):
        raise Mistake(N_("An activity is of one day, or a total of one whole month; correct one of the two days."))
    if entry.recurrent is not None and (entry.attendances is None or entry.recurrent > entry.attendances):
        raise Mistake(
            N_("There cannot be more recurrent attendances than attendances; correct one of the two numbers.")
        ).at("recurrent")
    for trait, value, persons in entry.public:
        if value not in VALUES[trait]:
            raise Mistake(
                N_("“%(text)s” is not one of these words: %(words)s."), text=value, words=", ".join(VALUES[trait])
            )
        if entry.attendances is not None and persons > entry.attendances:
            raise Mistake(
                N_("There cannot be more persons of one kind than attendances; correct one of the two numbers.")
            )
    return entry._replace(title=read_text(entry.title, LONGEST_TITLE))


def checked_year(entry: SiteYear, today: dt.date) -> SiteYear:
    if entry.year > today.year:
        raise Mistake(N_("The year %(year)s has not begun; enter it later."), year=entry.year)
    if entry.facilitators_fte is not None:
        if entry.facilitators is None:
            raise Mistake(N_("Say also how many persons the full-time equivalents are.")).at("facilitators")
        if entry.facilitators_fte > entry.facilitators * MOST_FTE_PER_HEAD:
            raise Mistake(
                N_("There cannot be more full-time equivalents than persons; correct one of the two numbers.")
            ).at("facilitators_fte")
    return entry._replace(narrative=read_lines(entry.narrative, LONGEST_NARRATIVE))


def checked_month(entry: MonthlyFigure, today: dt.date) -> MonthlyFigure:
    if entry.month > Month(today.year, today.month):
        raise Mistake(N_("The month %(month)s has not begun; enter it later."), month=str(entry.month))
    source, method = read_text(entry.source, LONGEST_SOURCE), read_text(entry.method, LONGEST_METHOD)
    if not source:
        raise Mistake(N_("Say from which tool or person this figure is.")).at("source")
    if not method:
        raise Mistake(N_("Say how this figure was counted.")).at("method")
    return entry._replace(source=source, method=method)


def _check_days(first: dt.date, last: dt.date, today: dt.date) -> None:
    if last < first:
        raise Mistake(N_("The last day cannot lie before the first; correct one of the two days.")).at("last_day")
    if first > today:
        raise Mistake(N_("%(day)s lies in the future; enter it later."), day=first.isoformat())
    if (last - first).days >= LONGEST_DAYS:
        raise Mistake(N_("One entry covers at most a year; write several."))
