"""What can be hidden, and what that costs."""

import math
from collections.abc import Iterable

from collector.domain.cells import Cell, Status
from collector.domain.disclosure.equations import Number
from collector.domain.disclosure.rules import value
from collector.domain.disclosure.tables import Key, Tables, is_month
from collector.domain.solver import INFINITY


class Switches:
    """By name and key; each has a place in the question to the solver."""

    def __init__(self) -> None:
        self.places: dict[tuple[str, Key], int] = {}
        self.costs: list[float] = []

    def of(self, name: str, key: Key, cost: float) -> int:
        if (name, key) not in self.places:
            self.places[name, key] = len(self.costs)
            self.costs.append(cost)
        return self.places[name, key]

    def keys(self, name: str, on: Iterable[int]) -> frozenset[Key]:
        chosen = set(on)
        return frozenset(key for (other, key), place in self.places.items() if other == name and place in chosen)


def count_of(figure: str, key: Key, cell: Cell, switch: int | None, need: float) -> Number | None:
    """A count as one knows it who knows all about it; nobody hides a zero, so a hidden count is 1 or more."""
    if cell.status is not Status.VALUE:
        return None
    if not value(cell):
        return Number((figure, *key), 0, 0, (0, 0))
    return Number((figure, *key), 1, INFINITY, (float(value(cell)),) * 2, switch, need)


def weight(tables: Tables, key: Key, figure: str) -> float:
    """What is lost when a cell is hidden: most with a year and a large group, a little more with a large value."""
    unit, period = key
    breadth = 1.0 if tables.is_site(unit) else 2.0 * len(tables.sites(unit)) ** 0.5
    length = 1.0 if is_month(period) else 2.0 if "Q" in period else 4.0
    return breadth * length * (1 + 0.05 * math.log2(1 + int(value(tables.cell(unit, period, figure)))))
