"""Plausibility gates: what must be looked at before a year of figures is frozen.

Each gate is a plain function of what is known of one month of one site. An open gate is no error in itself: somebody
mends what is wrong, or accepts it and says why. The limits are those of the annual report in the catalogue's notes.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from collector.domain.cells import Cell, counted

LARGEST_FALL = Fraction(60, 100)
LARGEST_RISE = Fraction(150, 100)
FEWEST_TO_COMPARE = 20
"""Sessions of the same month a year before; below, a fall or rise says nothing."""
LARGEST_SHARE = Fraction(40, 100)
"""Of a month's sessions on one station, where it also is more than `UNEVEN` times its equal share."""
UNEVEN = Fraction(3, 2)
LARGEST_OUTSIDE = Fraction(10, 100)
"""Of the hours of use."""


class Gate(StrEnum):
    OCCUPANCY = "occupancy"
    NO_USE = "no_use"
    FALL = "fall"
    RISE = "rise"
    ONE_STATION = "one_station"
    NOBODY_ON = "nobody_on"
    BROKEN_USED = "broken_used"
    MISSING = "missing"
    OUTSIDE = "outside"
    RUNNING = "running"


OF_USE = frozenset({Gate.OCCUPANCY, Gate.NO_USE, Gate.FALL, Gate.RISE, Gate.OUTSIDE})
"""Their facts are figures of one site and month: disclosure control does not let them out."""


class Finding(NamedTuple):
    """An open gate. What was accepted stays accepted as long as its facts are the same."""

    gate: Gate
    site: str
    month: str
    """"2026-03", or the year."""
    facts: Mapping[str, Cell]
    days: tuple[dt.date, ...] = ()
    """On which it was noticed, where it tells of days."""


class MonthFacts(NamedTuple):
    """What is known of one month of one site; figures by id of the catalogue, before disclosure control."""

    site: str
    month: str
    figures: Mapping[str, Cell]
    year_before: Mapping[str, Cell] = {}
    """The same month a year before."""
    busiest_share: Fraction | None = None
    """The share of the sessions on the station that has most of them; it is compared here and told to nobody."""
    openings_without_station: tuple[dt.date, ...] = ()
    """Days with openings in which every station was proved off."""
    seconds_used_while_broken: int = 0
    stations_missing: int = 0
    """Measured by the register, and not heard of all month."""


def value(figures: Mapping[str, Cell], name: str) -> Fraction | None:
    cell = figures.get(name)
    return None if cell is None or cell.value is None else Fraction(cell.value)


def found(gate: Gate, month: MonthFacts, **facts: int | Fraction) -> Finding:
    return Finding(gate, month.site, month.month, {name: counted(value) for name, value in facts.items()})


def occupancy_over_all(month: MonthFacts) -> Finding | None:
    """More use than there was time for: such a figure was once published as 198 %."""
    share, used, there = (value(month.figures, name) for name in ("B3", "B2", "A6"))
    if share is not None and share > 1:
        return found(Gate.OCCUPANCY, month, B3=share)
    if used is not None and there is not None and used > there:
        return found(Gate.OCCUPANCY, month, B2=used, A6=there)
    return None


def no_use(month: MonthFacts) -> Finding | None:
    """Stations were on during the opening hours, and nobody used one all month."""
    free = value(month.figures, "B2.free")
    return found(Gate.NO_USE, month, free=free) if value(month.figures, "B1") == 0 and free else None


def compared(month: MonthFacts) -> tuple[Fraction, Fraction] | None:
    """Sessions of this month and of the same one a year before, where both are known and complete."""
    before, now = month.year_before.get("B1"), month.figures.get("B1")
    if before is None or now is None or before.value is None or now.value is None:
        return None
    if before.at_least or now.at_least or before.value < FEWEST_TO_COMPARE:
        return None
    return Fraction(before.value), Fraction(now.value)


def fall(month: MonthFacts) -> Finding | None:
    pair = compared(month)
    if pair is None or pair[1] >= pair[0] * (1 - LARGEST_FALL):
        return None
    return found(Gate.FALL, month, before=pair[0], now=pair[1])


def rise(month: MonthFacts) -> Finding | None:
    pair = compared(month)
    if pair is None or pair[1] <= pair[0] * (1 + LARGEST_RISE):
        return None
    return found(Gate.RISE, month, before=pair[0], now=pair[1])


def one_station(month: MonthFacts) -> Finding | None:
    """Its share is not among the facts: nobody sees the use of a single station."""
    stations = value(month.figures, "A1.average")
    if month.busiest_share is None or not stations:
        return None
    uneven = month.busiest_share > LARGEST_SHARE and month.busiest_share > UNEVEN / stations
    return found(Gate.ONE_STATION, month) if uneven else None


def nobody_on(month: MonthFacts) -> Finding | None:
    days = month.openings_without_station
    return found(Gate.NOBODY_ON, month, days=len(days))._replace(days=days) if days else None


def broken_used(month: MonthFacts) -> Finding | None:
    """For how long is not among the facts either: mostly it is one station that is out of order."""
    return found(Gate.BROKEN_USED, month) if month.seconds_used_while_broken else None


def missing(month: MonthFacts) -> Finding | None:
    stations = month.stations_missing
    return found(Gate.MISSING, month, stations=stations) if stations else None


def outside(month: MonthFacts) -> Finding | None:
    """Much use while the site was closed: the timetable is wrong, or the stations are used by others."""
    used, beside = value(month.figures, "B2"), value(month.figures, "B2x")
    if not beside or beside <= LARGEST_OUTSIDE * ((used or 0) + beside):
        return None
    return found(Gate.OUTSIDE, month, seconds=beside)


GATES: tuple[Callable[[MonthFacts], Finding | None], ...] = (
    occupancy_over_all,
    no_use,
    fall,
    rise,
    one_station,
    nobody_on,
    broken_used,
    missing,
    outside,
)


def findings(months: Iterable[MonthFacts]) -> list[Finding]:
    """Every open gate of these months, in order."""
    return [finding for month in months for gate in GATES if (finding := gate(month)) is not None]


def year_running(site: str, year: int, days_left: int) -> list[Finding]:
    """A year that is not over can be frozen only by who says why."""
    return [Finding(Gate.RUNNING, site, str(year), {"days": counted(days_left)})] if days_left > 0 else []
