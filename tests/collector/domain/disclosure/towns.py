"""Small regions, made of what their sites counted each month; the totals are added up here."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product

from collector.domain.cells import Cell, counted
from collector.domain.disclosure.tables import LENGTHS, Figures, Key, Tables

MONTHS = tuple(f"2026-{month:02d}" for month in range(1, 13))
YEAR = "2026"
Counts = Mapping[str, int]
"""By figure; hours of use are in seconds."""


def region(sites: Mapping[str, Mapping[str, Counts]], groups: Mapping[str, tuple[str, ...]] | None = None) -> Tables:
    """A year and its months of all sites, and of the groups: a group may name groups before it."""
    counts: dict[Key, dict[str, int]] = {}
    for site, months in sites.items():
        for month, figures in months.items():
            counts[site, month] = dict(figures)
        counts[site, YEAR] = added([counts[site, month] for month in months])
    groups = groups or {}
    for group, members in groups.items():
        for period in {period for unit, period in counts if unit in members}:
            counts[group, period] = added([counts[member, period] for member in members])
    return Tables({key: cells(figures) for key, figures in counts.items()}, groups)


def sessions(*by_month: int) -> dict[str, Counts]:
    """The months of a site that counted so many sessions, beginning with January."""
    return {month: {"B1": count} for month, count in zip(MONTHS, by_month, strict=False)}


def added(parts: Sequence[Counts]) -> dict[str, int]:
    return {figure: sum(part.get(figure, 0) for part in parts) for figure in {name for part in parts for name in part}}


def cells(figures: Counts) -> dict[str, Cell]:
    return {figure: counted(count) for figure, count in figures.items()}


def with_figures(tables: Tables, more: Mapping[Key, Figures]) -> Tables:
    """The same with other figures at some keys."""
    return Tables({key: {**there, **more.get(key, {})} for key, there in tables.figures.items()}, tables.members)


def hours_of_use(sessions_counted: int, *, available: int = 1000) -> Counts:
    """A session is half an hour; the hours of the stations are always the same."""
    return {"B1": sessions_counted, "B2": 1800 * sessions_counted, "A6": 3600 * available, "B8": 4}


def with_rates(tables: Tables, coverage: Fraction = Fraction(9, 10)) -> Tables:
    """Coverage, and what is a ratio of the other figures."""
    more: dict[Key, Figures] = {}
    for key, figures in tables.figures.items():
        use, available = figures["B2"].value, figures["A6"].value
        assert use is not None
        assert available
        more[key] = {
            "A8": counted(coverage),
            "B3": counted(Fraction(use) / (available * coverage)),
            "B8": counted(4),
            "B7.share": counted(Fraction(1, 8)),
        }
    return with_figures(tables, more)


def spread(total: int, weights: Sequence[int]) -> dict[str, int]:
    """So many sessions over the bands of length, by weight."""
    whole = sum(weights) or 1
    found = {band: total * weight // whole for band, weight in zip(LENGTHS, weights, strict=True)}
    found[LENGTHS[0]] += total - sum(found.values())
    return found


def hidden(tables: Tables, figure: str) -> set[Key]:
    """Where a figure is marked as confidential."""
    return {
        key for key, figures in tables.figures.items() if figure in figures and figures[figure].status == "confidential"
    }


def all_keys(units: Sequence[str], periods: Sequence[str]) -> set[Key]:
    return set(product(units, periods))


def told_in_words(tables: Tables) -> str:
    """A line for each unit and period, for whom a test fails."""
    groups = [f"{group} = {' + '.join(members)}" for group, members in tables.members.items()]
    lines = [
        f"{unit} {period}: {', '.join(f'{figure} {cell.value}' for figure, cell in figures.items())}"
        for (unit, period), figures in tables.figures.items()
    ]
    return "\n".join([*groups, *lines])
