"""What must be hidden outside a site for its own sake, before anything is hidden for the sake of another.

The thresholds are those of the statistics' description. They count sessions, not persons: that many sessions can still
be those of one regular visitor.
"""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

from collector.domain.cells import Cell, Status
from collector.domain.disclosure.tables import LENGTHS, RULES, Figures, Key, NotATable, Tables, is_month

FEWEST_SESSIONS = 5
"""A count of 1 to 4 is hidden."""
FEWEST_IN_CROSS_TABLES = 10
"""So is one of 1 to 9 by length, or by weekday and hour."""
FEWEST_SESSIONS_FOR_HOURS = 10
"""Five sessions can be one regular person, whose hours they would be."""
PEAK_OF_TOO_FEW = 2
"""Hours of a time in which never more than two stations were taken at once say too much of too few."""
WIDTH_HOURS = 10.0
"""How far apart the least and the greatest hours of use must stay: an hour for each of the sessions above."""
LONGEST_SESSION_HOURS = 12
"""Where sessions are not counted by kind of opening, at least this many hours make one."""

SECONDS_PER_HOUR = 3600
PER_CENT = 100
OPEN = ("A", "C", "D", "E")
"""Parts of the catalogue that are not about use: offer, attendance, activities, equipment."""

PARTS_OF_OPENING = {
    "B3.free_access": "A4.free_access",
    "B3.accompanied": "A4.accompanied",
    "B3.training": "A4.training",
}


class Count(NamedTuple):
    """A count of sessions that stands for itself, and what follows from it."""

    figure: str
    hours: str
    copies: tuple[str, ...] = ()
    """The same sessions, counted under other idle rules."""
    derived: tuple[str, ...] = ()
    """Told where the count is told."""
    derived_from_hours: tuple[str, ...] = ()
    peak: str = ""
    """Must be above PEAK_OF_TOO_FEW before hours are told."""


SESSIONS = Count(
    "B1", "B2", RULES, ("B4", "B5"), ("B2.free", "B3", *PARTS_OF_OPENING, "B7.share", "B7.longest", "B8"), "B8"
)
COUNTS = (
    SESSIONS,
    Count("B1x", "B2x"),
    Count("B1u", "B2u"),
    Count("B1.imported", "B2.imported", (), (), ("B3.imported",)),
)
COUNTED = {figure for count in COUNTS for figure in (count.figure, *count.copies)}
ESTIMATE = "B11"
MEDIAN = "B6.median"
NOT_BY_MONTH = (*LENGTHS, MEDIAN, "B7.share", "B7.longest", "B8", "B9")
"""Outside the site these are told by quarter or year."""
HOURS = {count.hours for count in COUNTS} | {"B2.free"}
SHARES = {"B3", "B3.imported", *PARTS_OF_OPENING, "B7.share"}

KNOWN = {
    *(figure for count in COUNTS for figure in (count.figure, count.hours, *count.copies, *count.derived)),
    *(figure for count in COUNTS for figure in count.derived_from_hours),
    *LENGTHS,
    ESTIMATE,
    MEDIAN,
    "B9",
    "B10",
}


def check_figures(figures: Figures) -> None:
    """Raises NotATable for a figure of use about which nobody decided who may see it."""
    for figure in figures:
        if not figure.startswith(OPEN) and figure not in KNOWN:
            raise NotATable(f"Nobody decided who may see the figure {figure}; give it a rule before it is published.")


def fewest_of(figure: str) -> int:
    """Below which a count is small; 0 of what is no count of sessions."""
    if figure in LENGTHS or figure.startswith("B9."):
        return FEWEST_IN_CROSS_TABLES
    return FEWEST_SESSIONS if any(figure in (count.figure, *count.copies) for count in COUNTS) else 0


def totals_of(figure: str) -> tuple[str, ...]:
    """What the parts add up to of which this is one: the bands of length, or the hours of the week."""
    if figure in LENGTHS:
        return SESSIONS.figure, "B1x"
    return (SESSIONS.figure,) if figure.startswith("B9.") else ()


def value(cell: Cell) -> int | Fraction:
    """0 where there is none: closed, unknown and not applicable add nothing to a total."""
    return 0 if cell.value is None else cell.value


def is_small(cell: Cell, fewest: int) -> bool:
    return 0 < value(cell) < fewest


def of_one_station(tables: Tables, key: Key) -> bool:
    """Whether never more than one measured station stood there: nobody sees the use of a single one.

    Where none did, nothing was measured, and what was imported is not of a station.
    """
    figures = tables.figures[key]
    at_most = [value(figures[name]) for name in ("A1.measured", "A1.average") if name in figures]
    return tables.is_site(key[0]) and "A1.measured" in figures and 0 < max(at_most) <= 1


def hours_may_be_told(tables: Tables, key: Key, count: Count) -> bool:
    if value(tables.cell(*key, count.figure)) < FEWEST_SESSIONS_FOR_HOURS:
        return False
    return not count.peak or peak(tables, key, count.peak) > PEAK_OF_TOO_FEW


def peak(tables: Tables, key: Key, figure: str) -> int | Fraction:
    """Of a group without a figure of its own, the greatest of its sites."""
    unit, period = key
    own = tables.cell(unit, period, figure)
    if own.value is not None:
        return own.value
    return max((value(tables.cell(site, period, figure)) for site in tables.sites(unit)), default=0)


def known_hours(tables: Tables, key: Key) -> float | None:
    """Station-hours about which something is known: hours of use cannot be more, and the rate is the part of these."""
    available, coverage = tables.cell(*key, "A6"), tables.cell(*key, "A8")
    if available.value is None:
        return None
    share = 1 if coverage.value is None else coverage.value
    return float(available.value * share) / SECONDS_PER_HOUR


def parts_may_be_told(tables: Tables, key: Key, hidden: Mapping[str, frozenset[Key]]) -> set[str]:
    """Occupancy by kind of opening, of which no sessions are counted: where its hours are those of many sessions.

    Not by month, and not for a group with a site whose own is hidden: neither can then be computed from the other.
    """
    told = set()
    unit, period = key
    for figure, opening in PARTS_OF_OPENING.items():
        only = tables.cell(*key, opening) == tables.cell(*key, "A2")
        if only or (
            not is_month(period)
            and all(_many_hours(tables, (site, period), figure, opening, hidden) for site in tables.sites(unit))
        ):
            told.add(figure)
    return told


def _many_hours(tables: Tables, key: Key, figure: str, opening: str, hidden: Mapping[str, frozenset[Key]]) -> bool:
    share = value(tables.cell(*key, figure))
    if not share:
        return True
    known, all_hours = known_hours(tables, key), value(tables.cell(*key, "A2"))
    if known is None or not all_hours or key in hidden[SESSIONS.hours]:
        return False
    hours = float(share) * known * float(value(tables.cell(*key, opening)) / all_hours)
    return hours >= FEWEST_SESSIONS_FOR_HOURS * LONGEST_SESSION_HOURS


def told(figure: str, cell: Cell) -> Cell:
    """The cell as it leaves the site: whole hours, whole per cent."""
    if cell.value is None:
        return cell
    if figure in HOURS:
        rounded: int | Fraction = round(Fraction(cell.value) / SECONDS_PER_HOUR) * SECONDS_PER_HOUR
    elif figure in SHARES:
        rounded = Fraction(round(cell.value * PER_CENT), PER_CENT)
    else:
        return cell
    return Cell(Status.VALUE, rounded, cell.at_least, cell.at_most)


def is_lifted(settings: Mapping[dt.date, bool], first_day: dt.date) -> bool:
    """Whether regional coordinators see everything about a period; `settings` say it from a day on.

    Whole years are asked about by their first of January: a year that is lifted in part would show what the other part
    hides.
    """
    in_force = [day for day in settings if day <= first_day]
    return bool(in_force) and settings[max(in_force)]
