"""The sites of the demonstration and what befalls them. Names are invented, municipalities are not.

Days are counted back from the day of the start, so that the same things have always happened lately.
"""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

from collector.domain.register import Calendar, Closure, Extra, OpeningKind, Timetable, WeeklyInterval

MONTHS = 14
SEED = 2026
MONDAY_TO_FRIDAY = range(5)
SATURDAY = 5


class Out(NamedTuple):
    """A station out of order, in days before the start."""

    station: int
    from_days: int
    until_days: int
    reason: str


class Gap(NamedTuple):
    """Days of which nothing ever arrives from a site, in days before the start."""

    from_days: int
    until_days: int


class Fault(StrEnum):
    """What a technician has to see to."""

    FULL_DISK = "full_disk"
    FAILING_DISK = "failing_disk"
    EMPTY_PRINTER = "empty_printer"
    """The station asks an old printer of the site, which has hardly any toner left."""


class Place(NamedTuple):
    """One site. `demand` is the share of the open time for which visitors would use a station on a usual day."""

    code: str
    name: str
    name_nl: str
    municipality: str
    operator: str
    stations: int
    method: str
    """log_on or activity."""
    presence: bool
    demand: float
    minutes: float
    """The median length of a visit."""
    week: tuple[WeeklyInterval, ...]
    certified_since: dt.date
    outages: tuple[Out, ...] = ()
    gaps: tuple[Gap, ...] = ()
    newcomers: tuple[tuple[int, int], ...] = ()
    """Stations that came later: (number, days before the start)."""
    printers: int = 1
    projectors: int = 0
    faults: tuple[tuple[int, Fault], ...] = ()
    """By the number of the station."""


def week(
    *,
    days: range | tuple[int, ...],
    hours: tuple[tuple[int, int], ...],
    kind: OpeningKind = OpeningKind.FREE_ACCESS,
) -> tuple[WeeklyInterval, ...]:
    """The same hours on several days; `hours` are (from, until) in minutes after midnight."""
    return tuple(WeeklyInterval(day, start, end, kind) for day in days for start, end in hours)


_MORNING = (9 * 60, 12 * 60 + 30)
_AFTERNOON = (13 * 60 + 30, 17 * 60)
_BOTH = (_MORNING, _AFTERNOON)
_TRAINING = OpeningKind.TRAINING
_ACCOMPANIED = OpeningKind.ACCOMPANIED

PLACES: tuple[Place, ...] = (
    Place(
        *("ALLEE", "Espace numérique de l’Allée verte", "Digitale ruimte Groendreef", "Bruxelles – Brussel", "CPAS"),
        *(14, "log_on", True, 0.46, 32),
        week(days=range(1, 5), hours=_BOTH)
        + week(days=(0,), hours=(_AFTERNOON,))
        + week(days=(SATURDAY,), hours=((10 * 60, 13 * 60),))
        + week(days=(0,), hours=(_MORNING,), kind=_TRAINING),
        dt.date(2019, 11, 1),
        outages=(Out(5, 75, 41, "carte mère"), Out(9, 210, 199, "alimentation")),
        printers=2,
        projectors=1,
        faults=((1, Fault.EMPTY_PRINTER), (3, Fault.FULL_DISK)),
    ),
    Place(
        *("BASSIN", "EPN du Bassin", "OCR aan het Dok", "Molenbeek-Saint-Jean – Sint-Jans-Molenbeek", "Commune"),
        *(12, "log_on", True, 0.55, 38),
        week(days=MONDAY_TO_FRIDAY, hours=((10 * 60, 18 * 60),)),
        dt.date(2020, 3, 1),
        newcomers=((11, 150), (12, 150)),
        printers=1,
        projectors=1,
        faults=((4, Fault.FAILING_DISK),),
    ),
    Place(
        *("CITE", "La Cité connectée", "De Verbonden Stad", "Schaerbeek – Schaarbeek", "ASBL"),
        *(10, "activity", True, 0.38, 27),
        week(days=(0, 2, 4), hours=_BOTH) + week(days=(1, 3), hours=(_AFTERNOON,), kind=_ACCOMPANIED),
        dt.date(2021, 6, 1),
        projectors=1,
    ),
    Place(
        *("DUCHESSE", "Médiathèque de la Duchesse", "Mediatheek Hertogin", "Ixelles – Elsene", "Commune"),
        *(9, "log_on", False, 0.42, 41),
        week(days=range(1, 6), hours=((11 * 60, 18 * 60 + 30),)),
        dt.date(2022, 1, 1),
        outages=(Out(2, 30, 0, "disque"),),
    ),
    Place(
        *("ETANGS", "EPN des Étangs", "OCR De Vijvers", "Anderlecht", "CPAS"),
        *(8, "log_on", True, 0.33, 30),
        week(days=MONDAY_TO_FRIDAY, hours=_BOTH),
        dt.date(2020, 9, 1),
        gaps=(Gap(235, 196),),
    ),
    Place(
        *("FABRIQUE", "La Fabrique", "De Fabriek", "Forest – Vorst", "ASBL"),
        *(8, "activity", True, 0.29, 24),
        week(days=(0, 1, 3, 4), hours=((13 * 60, 19 * 60),))
        + week(days=(2,), hours=((9 * 60, 12 * 60),), kind=_TRAINING)
        + week(days=(4,), hours=((19 * 60, 21 * 60 + 30),)),
        dt.date(2023, 2, 1),
        projectors=2,
    ),
    Place(
        *("GARE", "Point numérique de la Gare", "Digitaal Punt Station", "Etterbeek", "Commune"),
        *(7, "log_on", True, 0.24, 22),
        week(days=MONDAY_TO_FRIDAY, hours=((9 * 60, 12 * 60),)) + week(days=(2,), hours=((13 * 60, 16 * 60),)),
        dt.date(2024, 1, 1),
    ),
    # Few visitors: most of its months stay below the thresholds of disclosure control.
    Place(
        *("HAMEAU", "Le Hameau numérique", "Het Digitale Gehucht", "Watermael-Boitsfort – Watermaal-Bosvoorde", "ASBL"),
        *(6, "log_on", True, 0.012, 35),
        week(days=(1, 3), hours=((14 * 60, 17 * 60),)),
        dt.date(2025, 5, 1),
        printers=0,
    ),
)


def first_day(today: dt.date, months: int = MONTHS) -> dt.date:
    """The first day of so many months, this one included."""
    number = today.year * 12 + today.month - months
    return dt.date(number // 12, number % 12 + 1, 1)


def calendar_of(place: Place, first: dt.date, last: dt.date, holidays: tuple[dt.date, ...]) -> Calendar:
    """When a site is open: its week, the closed end of the year and of July, and an open day in October."""
    closures: list[Closure] = []
    extras: list[Extra] = []
    for year in range(first.year - 1, last.year + 1):
        closures.append(Closure(dt.date(year, 12, 24), dt.date(year + 1, 1, 2), "Fin d’année / Eindejaar"))
        if place.operator == "ASBL":
            closures.append(Closure(dt.date(year, 7, 18), dt.date(year, 8, 9), "Vacances / Vakantie"))
        if place.projectors:
            day = dt.date(year, 10, 10)
            extras.append(Extra(day, 10 * 60, 16 * 60, OpeningKind.ACCOMPANIED))
    return Calendar(
        (Timetable(dt.date(2019, 1, 1), place.week),),
        tuple(closures),
        tuple(extras),
        holidays,
    )
