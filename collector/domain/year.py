"""A year of a site, or of the Region, in twelve months: every figure of the catalogue, each with its own kind of empty.

What adds up over months is the sum of the months as they are shown, so that nothing hidden is in it; a share, a rate or
a peak is computed again from the sums of all months. The same holds for sites and the Region.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import NamedTuple

from collector.domain import cells
from collector.domain.catalogue import Catalogue
from collector.domain.cells import Cell, Status
from collector.domain.marks import Mark
from collector.domain.offer import OPEN, SlotKind
from collector.domain.operation import operation
from collector.domain.tally import Tally, tallied
from collector.domain.use import use
from collector.domain.week import Week


@dataclass(frozen=True, slots=True)
class PeriodFigures:
    """All figures of one period, with what a reader must know of them."""

    cells: Mapping[str, Cell]
    """By id of the catalogue."""
    marks: tuple[Mark, ...]
    methods: frozenset[str]
    """log_on, activity."""
    idle_rules: frozenset[int]
    """The official idle rules, in minutes."""
    seconds_repaired: int
    """Of opening hours, over all stations: on, as the systems' logs told while no agent ran."""


@dataclass(frozen=True, slots=True)
class YearFigures:
    site: str
    """Its code; empty for the Region."""
    year: int
    months: tuple[PeriodFigures, ...]
    """Twelve, January first."""
    whole: PeriodFigures
    week: Week = field(default_factory=dict)
    """B9, over the whole year."""
    tallies: tuple[Tally, ...] = ()
    """By month: what shares of several sites together are computed from."""


class Material(NamedTuple):
    """What the figures of one period are made from."""

    tally: Tally
    beside: Mapping[str, Cell]
    """Figures that follow from something else: the register, what people enter, what was imported."""
    idle_rule_minutes: int
    marks: frozenset[Mark]
    """Those that do not follow from the tally."""


def period_figures(made_from: Material, catalogue: Catalogue, limit: Fraction) -> PeriodFigures:
    found = made_from.tally
    made = _all(operation(found) | use(found, limit) | dict(made_from.beside), catalogue)
    marks = made_from.marks | marks_of(found, made, limit)
    return PeriodFigures(
        made,
        tuple(mark for mark in Mark if mark in marks),
        found.methods(),
        frozenset({made_from.idle_rule_minutes}),
        found.over(OPEN).seconds_repaired,
    )


def year_figures(
    site: str, year: int, months: Sequence[Material], beside: Mapping[str, Cell], catalogue: Catalogue, limit: Fraction
) -> YearFigures:
    """`beside` holds what does not follow from the months, such as how many stations there are at the end."""
    done = [period_figures(month, catalogue, limit) for month in months]
    together = tallied(month.tally for month in months)
    made = operation(together) | use(together, limit)
    sums = _sums([month.cells for month in done], {each.id for each in catalogue.cells() if each.over_months})
    made |= sums | dict(beside) | {"B11": annual_estimate([month.cells for month in done], limit)}
    made = _all(made, catalogue)
    return YearFigures(
        site,
        year,
        tuple(done),
        _whole(done, together, made, limit),
        tallies=tuple(month.tally for month in months),
    )


def region_figures(year: int, sites: Sequence[YearFigures], catalogue: Catalogue, limit: Fraction) -> YearFigures:
    """All sites together. What makes sense within one site only, such as peak use, is not applicable."""
    additive = {each.id for each in catalogue.cells() if each.over_sites}
    months = []
    tallies = []
    for number in range(12):
        some = [site.months[number] for site in sites]
        together = tallied(site.tallies[number] for site in sites)
        made = _of_region([each.cells for each in some], together, additive, catalogue, limit)
        months.append(_whole(some, together, made, limit))
        tallies.append(together)
    together = tallied(tallies)
    made = _of_region([site.whole.cells for site in sites], together, additive, catalogue, limit)
    whole = _whole([site.whole for site in sites], together, made, limit)
    return YearFigures("", year, tuple(months), whole, tallies=tuple(tallies))


def annual_estimate(months: Sequence[Mapping[str, Cell]], limit: Fraction) -> Cell:
    """B11: the sessions of each month divided by its coverage, added up; closed months add nothing.

    Not applicable before the year is over, and where an open month was not measured or less than `limit` of it is
    known.
    """
    found = Fraction(0)
    least = False
    for month in months:
        sessions, coverage = month["B1"], month["A8"]
        if month["A5"].status is Status.CLOSED:
            found += sessions.value or 0
        elif coverage.value is None or coverage.value < limit or sessions.status is Status.UNKNOWN:
            return cells.NOT_APPLICABLE
        elif sessions.value is None:
            return Cell(sessions.status)
        else:
            found += sessions.value / Fraction(coverage.value)
            # Low coverage is made up for; what is confidential is not.
            least = least or sessions.at_least
    return cells.counted(found, at_least=least)


def marks_of(found: Tally, made: Mapping[str, Cell], limit: Fraction) -> frozenset[Mark]:
    """What the figures themselves ask to be said."""
    coverage = made["A8"].value
    applies = {
        Mark.LOW_COVERAGE: coverage is not None and coverage < limit,
        Mark.PARTLY_CONFIDENTIAL: found.is_partly_confidential(),
        Mark.UPPER_BOUND: made["B2"].at_most,
        Mark.CAPPED: made["B1"].value is not None and found.over(SlotKind, shown=True).records_capped > 0,
        Mark.UNTIMED: found.is_untimed(),
    }
    return frozenset(mark for mark, holds in applies.items() if holds)


def _all(made: Mapping[str, Cell], catalogue: Catalogue) -> dict[str, Cell]:
    """Every figure of the catalogue in its order; one that nobody made is not applicable."""
    return {each.id: made.get(each.id, cells.NOT_APPLICABLE) for each in catalogue.cells()}


def _sums(months: Sequence[Mapping[str, Cell]], additive: set[str]) -> dict[str, Cell]:
    names = [name for name in dict.fromkeys(name for month in months for name in month) if name in additive]
    return {name: cells.total(month[name] for month in months if name in month) for name in names}


def _of_region(
    sites: Sequence[Mapping[str, Cell]], together: Tally, additive: set[str], catalogue: Catalogue, limit: Fraction
) -> dict[str, Cell]:
    again = operation(together) | use(together, limit)
    within_one = {"A3", "A3.actual", "B7.longest", "B8"}
    made = {name: cell for name, cell in again.items() if name not in within_one}
    made |= _sums(sites, additive)
    return _all(made | {"B4": _per_station(made)}, catalogue)


def _per_station(made: Mapping[str, Cell]) -> Cell:
    """B4 of several sites: their seconds add up to more than the period has, so it is taken from their stations."""
    sessions, stations, coverage = (made[figure].value for figure in ("B1", "A1.average", "A8"))
    if made["B4"].value is None or not (stations and coverage) or sessions is None:
        return made["B4"]
    return replace(made["B4"], value=Fraction(sessions) / (Fraction(stations) * Fraction(coverage)))


def _whole(some: Sequence[PeriodFigures], together: Tally, made: Mapping[str, Cell], limit: Fraction) -> PeriodFigures:
    marks = marks_of(together, made, limit) | {
        mark for each in some for mark in each.marks if mark is not Mark.LOW_COVERAGE
    }
    return PeriodFigures(
        made,
        tuple(mark for mark in Mark if mark in marks),
        frozenset(method for each in some for method in each.methods),
        frozenset(minutes for each in some for minutes in each.idle_rules),
        together.over(OPEN).seconds_repaired,
    )
