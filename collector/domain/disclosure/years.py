"""Between the years of sites, as they are computed, and the tables of disclosure control."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from collector.domain.cells import CONFIDENTIAL, Cell
from collector.domain.disclosure.tables import Key, Tables, Week
from collector.domain.year import PeriodFigures, YearFigures


def tables_of(years: Iterable[YearFigures], members: Mapping[str, tuple[str, ...]]) -> Tables:
    """The figures of sites and groups, by code; the Region's is "". `members` says what each group consists of."""
    figures: dict[Key, Mapping[str, Cell]] = {}
    weeks: dict[Key, Week] = {}
    for each in years:
        for period, there in _periods(each):
            figures[each.site, period] = there.cells
        if each.week:
            weeks[each.site, str(each.year)] = each.week
    return Tables(figures, members, weeks)


def seen_year(year: YearFigures, seen: Tables) -> YearFigures:
    """The year as it is seen; figures that are not told at all by month read confidential where there is a value.

    It has no tallies: nothing may be computed again from what was hidden.
    """

    def told(period: str, there: PeriodFigures) -> PeriodFigures:
        cells = seen.figures[year.site, period]
        return replace(
            there,
            cells={
                figure: cells.get(figure, cell if cell.value is None else CONFIDENTIAL)
                for figure, cell in there.cells.items()
            },
        )

    *months, whole = [told(period, there) for period, there in _periods(year)]
    return replace(
        year, months=tuple(months), whole=whole, week=seen.weeks.get((year.site, str(year.year)), {}), tallies=()
    )


def _periods(year: YearFigures) -> list[tuple[str, PeriodFigures]]:
    months = [(f"{year.year}-{number:02d}", there) for number, there in enumerate(year.months, 1)]
    return [*months, (str(year.year), year.whole)]
