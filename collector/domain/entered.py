"""What people enter of the use of a site, and what of it makes the figures C and D of the catalogue.

Nothing here is computed from sessions, and no session from it. A month that an entry reaches beyond has a part of it
that nobody knows: such an entry counts in the year only.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from collector.domain.calendar import Month
from collector.domain.cells import NOT_APPLICABLE, UNKNOWN, Cell, counted


class HowCounted(StrEnum):
    """C2 of the catalogue."""

    DOOR_COUNTER = "door_counter"
    TALLY = "tally"
    SAMPLE_WEEK = "sample_week"
    ESTIMATE = "estimate"


class ActivityKind(StrEnum):
    WORKSHOP = "workshop"
    TRAINING = "training"
    SUPPORT_APPOINTMENT = "support_appointment"
    SUPPORT_WALK_IN = "support_walk_in"


class Trait(StrEnum):
    """By what the persons of an activity may be told apart (D3); counts only, all optional."""

    AGE = "age"
    GENDER = "gender"
    STATUS = "status"
    THEME = "theme"
    LANGUAGE = "language"
    AUDIENCE = "audience"


VALUES: Mapping[Trait, tuple[str, ...]] = {
    Trait.AGE: ("0_11", "12_17", "18_25", "26_54", "55_64", "65_more"),
    Trait.GENDER: ("women", "men", "other"),
    Trait.STATUS: ("employed", "job_seeker", "student", "retired", "other"),
    Trait.THEME: ("first_steps", "administration", "work", "communication", "safety", "creation", "other"),
    Trait.LANGUAGE: ("fr", "nl", "en", "other"),
    Trait.AUDIENCE: ("job_seekers", "young_people", "seniors", "disabilities", "precarity", "women"),
}
"""The audiences are the six of the regional plan; one person may be in several."""


class Service(StrEnum):
    """What a site offers beside its stations: the checklist of D5."""

    WIFI = "wifi"
    PRINTING = "printing"
    SCANNING = "scanning"
    OFFICE_SOFTWARE = "office_software"
    ADAPTED_EQUIPMENT = "adapted_equipment"
    LENDING = "lending"
    PUBLIC_WRITER = "public_writer"
    JOB_SEARCH = "job_search"
    ADMINISTRATIVE_HELP = "administrative_help"
    REPAIR = "repair"


class MonthlyKind(StrEnum):
    """A figure of a whole month from another tool, and its unit."""

    SESSIONS = "sessions"
    HOURS = "hours"
    """Seconds of use."""
    VISITS = "visits"
    OCCUPANCY = "occupancy"
    """Hundredths of a per cent."""
    PAGE_VIEWS = "page_views"
    WIFI_SESSIONS = "wifi_sessions"


IMPORTED = (MonthlyKind.SESSIONS, MonthlyKind.HOURS, MonthlyKind.VISITS, MonthlyKind.OCCUPANCY)
"""Those that stand in columns of their own beside what was counted here."""


class Attendance(NamedTuple):
    """Persons who entered for whatever reason, from the first to the last day, both included."""

    first_day: dt.date
    last_day: dt.date
    visits: int
    how: HowCounted
    persons: int | None = None
    """Distinct ones, where the site keeps that."""


def span_to_enter(known: Iterable[Attendance], today: dt.date) -> tuple[dt.date, dt.date]:
    """The first and the last day that somebody most likely enters now: what follows the latest entry, as long as it.

    A site that enters months goes on with the month after, one that enters weeks with the week after; never beyond
    today. Where nothing is known it is the month before this one. Worked examples, today 22 November 2026:

    * nothing: October;
    * the latest is October: November up to today;
    * the latest is the week of 9 November: the week of 16 November.
    """
    latest = max(known, key=lambda each: each.last_day, default=None)
    if latest is None:
        last = today.replace(day=1) - dt.timedelta(days=1)
        return last.replace(day=1), last
    first = min(latest.last_day + dt.timedelta(days=1), today)
    is_month = latest.first_day.day == 1 and (latest.last_day + dt.timedelta(days=1)).day == 1
    following = (first.replace(day=1) + dt.timedelta(days=32)).replace(day=1) if is_month else None
    last = following - dt.timedelta(days=1) if following else first + (latest.last_day - latest.first_day)
    return first, min(last, today)


class Activity(NamedTuple):
    """One activity, or all of a kind in a month. None is not known."""

    activity_id: int | None
    kind: ActivityKind
    first_day: dt.date
    last_day: dt.date
    number: int = 1
    seconds: int | None = None
    attendances: int | None = None
    recurrent: int | None = None
    """Of the attendances: those of persons who had come before."""
    title: str = ""
    public: tuple[tuple[Trait, str, int], ...] = ()


class SiteYear(NamedTuple):
    year: int
    facilitators: int | None = None
    facilitators_fte: int | None = None
    """Hundredths."""
    services: tuple[Service, ...] | None = None
    """None: nobody has looked at the list yet."""
    narrative: str = ""


class MonthlyFigure(NamedTuple):
    month: Month
    kind: MonthlyKind
    value: int
    source: str
    method: str


class Entered(NamedTuple):
    """All that people entered of a site and year."""

    attendances: Sequence[Attendance] = ()
    activities: Sequence[Activity] = ()
    years: Sequence[SiteYear] = ()
    monthly: Sequence[MonthlyFigure] = ()


class EnteredFigures(NamedTuple):
    """Figures by catalogue id."""

    months: tuple[Mapping[str, Cell], ...]
    year: Mapping[str, Cell]
    how_counted: tuple[HowCounted, ...]
    """C2."""
    imported: tuple[Mapping[MonthlyKind, MonthlyFigure], ...]
    """By month; never part of the figures above."""


IMPORTED_FIGURES = {
    MonthlyKind.SESSIONS: ("B1.imported", 1),
    MonthlyKind.HOURS: ("B2.imported", 1),
    MonthlyKind.OCCUPANCY: ("B3.imported", 10_000),
    MonthlyKind.VISITS: ("C1.imported", 1),
}
"""By catalogue id, and what the stored number must be divided by."""


def imported_figures(imported: Mapping[MonthlyKind, MonthlyFigure]) -> dict[str, Cell]:
    """What was imported of one month, beside what was counted."""
    return {
        name: counted(Fraction(imported[kind].value, divisor) if divisor > 1 else imported[kind].value)
        for kind, (name, divisor) in IMPORTED_FIGURES.items()
        if kind in imported
    }


EVENTS = (ActivityKind.WORKSHOP, ActivityKind.TRAINING)
"""D1; the others are D2."""


def figures_of(entered: Entered, year: int) -> EnteredFigures:
    """C1, C3, C4, D1, D2, D4 and D6 of a year and its months."""
    spans = [_month_span(Month(year, number)) for number in range(1, 13)]
    whole = (dt.date(year, 1, 1), dt.date(year, 12, 31))
    imported = tuple(
        {each.kind: each for each in entered.monthly if each.month == Month(year, number) and each.kind in IMPORTED}
        for number in range(1, 13)
    )
    found = next((each for each in entered.years if each.year == year), SiteYear(year))
    staff = {
        "D4.heads": UNKNOWN if found.facilitators is None else counted(found.facilitators),
        "D4.fte": UNKNOWN if found.facilitators_fte is None else counted(Fraction(found.facilitators_fte, 100)),
    }
    how = {each.how for each in entered.attendances if _overlaps(each.first_day, each.last_day, whole)}
    return EnteredFigures(
        tuple(_of_span(entered, span) for span in spans),
        {**_of_span(entered, whole), **staff},
        tuple(sorted(how)),
        imported,
    )


def _of_span(entered: Entered, span: tuple[dt.date, dt.date]) -> dict[str, Cell]:
    visits = [each for each in entered.attendances if _within(each.first_day, each.last_day, span)]
    activities = [each for each in entered.activities if _within(each.first_day, each.last_day, span)]
    events = [each for each in activities if each.kind in EVENTS]
    days = sum((each.last_day - each.first_day).days + 1 for each in visits)
    gaps = days < (span[1] - span[0]).days + 1
    persons = [each.persons for each in visits if each.persons is not None]
    return {
        "C1": counted(sum(each.visits for each in visits), at_least=gaps) if visits else UNKNOWN,
        # Persons of two periods may be the same: only one period can say how many they are.
        "C3": counted(persons[0], at_least=gaps) if len(persons) == len(visits) == 1 else NOT_APPLICABLE,
        "C4": _sum_of_months(entered, MonthlyKind.PAGE_VIEWS, span),
        "D1.number": _sum([each.number for each in events]),
        "D1.hours": _sum([each.seconds for each in events]),
        "D1.attendances": _sum([each.attendances for each in events]),
        "D1.recurrent": _sum([each.recurrent for each in events]),
        "D1.persons": _persons(events),
        "D2.appointment": _number(activities, ActivityKind.SUPPORT_APPOINTMENT),
        "D2.walk_in": _number(activities, ActivityKind.SUPPORT_WALK_IN),
        "D6": _sum_of_months(entered, MonthlyKind.WIFI_SESSIONS, span),
    }


def _persons(events: Sequence[Activity]) -> Cell:
    """Attendances without the recurrent ones, of the events of which both are known."""
    known = [
        each.attendances - each.recurrent
        for each in events
        if each.attendances is not None and each.recurrent is not None
    ]
    if not events:
        return NOT_APPLICABLE
    return counted(sum(known), at_least=len(known) < len(events)) if known else UNKNOWN


def _number(activities: Sequence[Activity], kind: ActivityKind) -> Cell:
    return _sum([each.number for each in activities if each.kind is kind])


def _sum(values: Sequence[int | None]) -> Cell:
    """Nothing entered is not applicable; where a value is not known, the sum reads "at least"."""
    known = [value for value in values if value is not None]
    if not values:
        return NOT_APPLICABLE
    return counted(sum(known), at_least=len(known) < len(values)) if known else UNKNOWN


def _sum_of_months(entered: Entered, kind: MonthlyKind, span: tuple[dt.date, dt.date]) -> Cell:
    values = [each.value for each in entered.monthly if each.kind is kind and _within(*_month_span(each.month), span)]
    months = (span[1].year - span[0].year) * 12 + span[1].month - span[0].month + 1
    return counted(sum(values), at_least=len(values) < months) if values else NOT_APPLICABLE


def _month_span(month: Month) -> tuple[dt.date, dt.date]:
    return month.first_day(), month.next().first_day() - dt.timedelta(days=1)


def _within(first: dt.date, last: dt.date, span: tuple[dt.date, dt.date]) -> bool:
    return span[0] <= first and last <= span[1]


def _overlaps(first: dt.date, last: dt.date, span: tuple[dt.date, dt.date]) -> bool:
    return first <= span[1] and span[0] <= last


def by_trait(activities: Iterable[Activity]) -> dict[tuple[Trait, str], int]:
    """D3: persons by trait and value."""
    found: dict[tuple[Trait, str], int] = {}
    for each in activities:
        for trait, value, persons in each.public:
            found[trait, value] = found.get((trait, value), 0) + persons
    return found
