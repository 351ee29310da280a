"""The figures of all sites and groups for a stretch of time, and which of them add up to which.

A unit is a site or a group of sites (a municipality, the Region), by its code. A period is a month, a quarter or a
year, by its name: 2026-03, 2026-Q1, 2026.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from collector.domain.cells import NOT_APPLICABLE, Cell, Status

Key = tuple[str, str]
"""Unit and period."""
Figures = Mapping[str, Cell]
"""By the catalogue's id: B1, B2, B6.5_15."""
Week = Mapping[tuple[int, int], Figures]
"""B9: by weekday (0 is Monday) and local hour."""

BANDS = ("0_1", "1_5", "5_15", "15_30", "30_60", "60_120", "120_more", "unknown")
LENGTHS = tuple(f"B6.{band}" for band in BANDS)
RULES = ("B1r.3", "B1r.5", "B1r.10", "B1r.15")

PERIOD = re.compile(r"(?P<year>\d{4})(?:-(?:(?P<month>0[1-9]|1[0-2])|Q(?P<quarter>[1-4])))?")


class NotATable(ValueError):
    """Its text is one sentence for the reader."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What one reader may have in hands, or the truth behind it."""

    figures: Mapping[Key, Figures] = field(repr=False)
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Sites or groups that a group consists of. All are there, and each is in one group at most."""
    weeks: Mapping[Key, Week] = field(default_factory=dict, repr=False)

    def cell(self, unit: str, period: str, figure: str) -> Cell:
        return self.figures.get((unit, period), {}).get(figure, NOT_APPLICABLE)

    def is_site(self, unit: str) -> bool:
        return unit not in self.members

    def sites(self, unit: str) -> tuple[str, ...]:
        """The sites of a group; a site is its own."""
        if self.is_site(unit):
            return (unit,)
        return tuple(site for member in self.members[unit] for site in self.sites(member))


class Sum(NamedTuple):
    """The parts add up to the total."""

    parts: tuple[Key, ...]
    total: Key
    complete: bool = True
    """Otherwise nothing is known of other parts, and these add up to the total at most."""


def check_names(tables: Tables) -> None:
    """Raises NotATable where a period or a group cannot be understood."""
    for _, period in tables.figures:
        if not PERIOD.fullmatch(period):
            raise NotATable(f"“{period}” is not a period; write 2026-03, 2026-Q1 or 2026.")
    for unit, period in tables.weeks:
        if (unit, period) not in tables.figures:
            raise NotATable(f"There is a week of {unit} in {period}, but there are no figures.")
    units = {unit for unit, _ in tables.figures}
    seen: dict[str, str] = {}
    for group, members in tables.members.items():
        for member in members:
            if member in seen:
                raise NotATable(f"{member} belongs to both {seen[member]} and {group}; each belongs to one group.")
            if member not in units:
                raise NotATable(f"{group} names {member}, of which there are no figures.")
            seen[member] = group


def quarter_of(month: str) -> str:
    """2026-Q1 of 2026-03."""
    year, _, number = month.partition("-")
    return f"{year}-Q{(int(number) + 2) // 3}"


def is_month(period: str) -> bool:
    return len(period) == len("2026-03") and "Q" not in period


def within(part: str, period: str) -> bool:
    """Whether a period is another one, or lies in it."""
    return part == period or part.startswith(f"{period}-") or (is_month(part) and quarter_of(part) == period)


def parts_of(period: str, periods: set[str]) -> list[tuple[str, ...]]:
    """The ways in which a period is made of others that are there."""
    ways: list[tuple[str, ...]] = []
    if is_month(period):
        return ways
    if "Q" in period:
        ways = [tuple(sorted(other for other in periods if is_month(other) and within(other, period)))]
    else:
        inside = sorted(other for other in periods if other != period and within(other, period))
        ways = [tuple(other for other in inside if is_month(other)), tuple(other for other in inside if "Q" in other)]
    return [way for way in ways if way]


def sums(tables: Tables, has: Callable[[Key], bool], among: Iterable[Key] | None = None) -> list[Sum]:
    """All additive lines among the keys for which there is something: months to the year, sites to their group."""
    keys = {key for key in (tables.figures if among is None else among) if has(key)}
    periods: dict[str, set[str]] = {}
    for unit, period in keys:
        periods.setdefault(unit, set()).add(period)
    found = [
        Sum(tuple((unit, part) for part in way), (unit, period))
        for unit, period in sorted(keys)
        for way in parts_of(period, periods[unit])
    ]
    for group, members in tables.members.items():
        for period in sorted(periods.get(group, ())):
            parts = tuple((member, period) for member in members if (member, period) in keys)
            if parts:
                # A report tells last year's figures of the Region, and only of a few sites: the others are not nothing.
                complete = all((member, period) in tables.figures for member in members)
                found.append(Sum(parts, (group, period), complete))
    return found


def neighbours(tables: Tables, unit: str, period: str) -> list[tuple[str, str]]:
    """Pairs of idle rules of which the first never counts less than the second."""
    counted = (Status.VALUE, Status.CONFIDENTIAL)
    there = [rule for rule in RULES if tables.cell(unit, period, rule).status in counted]
    return list(pairwise(there))
