"""Sites beside each other: chosen, sorted, and counted by what the Region's label asks of them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from collector.domain.cells import Cell
from collector.domain.label import Criterion
from collector.domain.register import LabelStatus

NAME = "name"


class Beside(NamedTuple):
    """A site, as far as it is compared."""

    site_id: int
    code: str
    name: str
    municipality: str
    operator: str
    label: LabelStatus
    cells: Mapping[str, Cell]
    """Of the year, by id of the catalogue, as the reader may see them."""
    frozen_at: int | None
    """When the report of the year was last frozen."""


def chosen(sites: Iterable[Beside], municipality: str, operator: str) -> list[Beside]:
    """Empty stands for all."""
    return [each for each in sites if municipality in {"", each.municipality} and operator in {"", each.operator}]


def ordered(sites: Sequence[Beside], by: str, *, falling: bool) -> list[Beside]:
    """By a figure, or by name; what has no value comes last in either order, and equals stand by name."""
    named = sorted(sites, key=lambda each: each.name.casefold(), reverse=falling and by == NAME)
    if by == NAME:
        return named
    known = [each for each in named if each.cells[by].value is not None]
    unknown = [each for each in named if each.cells[by].value is None]
    return [*sorted(known, key=lambda each: each.cells[by].value or 0, reverse=falling), *unknown]


def meets_all(site: Beside, criteria: Sequence[Criterion]) -> bool | None:
    """None where one is not known and none is missed."""
    found = [each.is_met(site.cells) for each in criteria]
    if False in found:
        return False
    return None if None in found else True
