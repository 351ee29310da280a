"""The figures of a site beside those of the year before, as its first page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from collector.domain.calendar import MONTHS_OF_YEAR
from collector.domain.catalogue import Catalogue, Figure, Unit
from collector.domain.cells import Cell, Status
from collector.domain.year import PeriodFigures, YearFigures
from collector.i18n import Speech
from collector.reports.comparing import KNOWN, SIGNS_OF_LIFE
from collector.reports.shown import bound_of, change, shown_value
from collector.storage.queries.site_trend import Trend

FIGURES = ("B1", "B2", "B3", "C1", "D1.number")
ENTERED = "CD"
ENTERED_WHEN_THERE_IS_ANY = "D"
POINTS = 100


@dataclass(frozen=True, slots=True)
class Value:
    """A cell with how much of it is known."""

    cell: Cell
    known: Cell | None
    """The coverage; None where people enter the figure."""
    months_entered: int | None
    """Of twelve; None where agents count, or of a single month."""


@dataclass(frozen=True, slots=True)
class Pair:
    now: Value
    then: Value
    growth: Fraction | None
    """A share of what it was, or per cent of a share; None where the two cannot be compared."""
    change: str
    """The same in words."""


@dataclass(frozen=True, slots=True)
class Line:
    figure: Figure
    whole: Figure | None
    """The one that it is a part of."""
    month: Pair
    year: Pair


def lines_of(trend: Trend, catalogue: Catalogue, speech: Speech) -> list[Line]:
    found = []
    for name in FIGURES:
        figure = catalogue.figures[name]
        whole = catalogue.figures.get(figure.whole() or "")
        month, year = _month(figure, trend, speech), _year(figure, trend.year, trend.before, speech)
        found.append(Line(figure, whole, month, year))
    return found


def _month(figure: Figure, trend: Trend, speech: Speech) -> Pair:
    """Nobody enters a month that is not over as a whole, so it is compared only where agents count."""
    now, then = (Value(each.cells[figure.id], _known(figure, each), None) for each in (trend.so_far, trend.then))
    entered = figure.letter() in ENTERED
    growth = None if entered else grown(now.cell, then.cell, figure.unit)
    return Pair(now, then, growth, in_words(growth, figure.unit, speech))


def _year(figure: Figure, year: YearFigures, before: YearFigures, speech: Speech) -> Pair:
    now, then = (
        Value(each.whole.cells[figure.id], _known(figure, each.whole), _months(figure, each)) for each in (year, before)
    )
    if figure.letter() == ENTERED_WHEN_THERE_IS_ANY:
        same = _first(year.months) == _first(before.months)
    else:
        same = _places(year.months, figure.id) == _places(before.months, figure.id)
    growth = grown(now.cell, then.cell, figure.unit) if same else None
    return Pair(now, then, growth, in_words(growth, figure.unit, speech))


def _known(figure: Figure, period: PeriodFigures) -> Cell | None:
    return None if figure.letter() in ENTERED else period.cells["A8"]


def _months(figure: Figure, year: YearFigures) -> int | None:
    if figure.letter() not in ENTERED:
        return None
    return sum(month.cells[figure.id].status is Status.VALUE for month in year.months)


def _places(months: Sequence[PeriodFigures], figure: str) -> set[int]:
    """The numbers of the months of which something is known."""
    return {at for at, month in enumerate(months) if month.cells[figure].status in KNOWN}


def _first(months: Sequence[PeriodFigures]) -> int:
    """The number of the first month of which anything is known; 12 where there is none."""
    return min((at for figure in SIGNS_OF_LIFE for at in _places(months, figure)), default=MONTHS_OF_YEAR)


def grown(now: Cell, then: Cell, unit: Unit) -> Fraction | None:
    if unit is not Unit.SHARE:
        return change(then, now, unit)
    if now.value is None or then.value is None or bound_of(now) or bound_of(then):
        return None
    return Fraction(shown_value(now.value, unit) - shown_value(then.value, unit)) * POINTS


def in_words(growth: Fraction | None, unit: Unit, speech: Speech) -> str:
    """With its sign; empty where there is none."""
    if growth is None:
        return ""
    sign = "+" if growth > 0 else "\u2212" if growth < 0 else "\u00b1"
    size = abs(growth)
    if unit is not Unit.SHARE:
        return sign + speech.percent(size)
    words = speech.ngettext("%(count)s point", "%(count)s points", int(size))
    return sign + words % {"count": speech.number(size)}
