"""What a reader of published tables can compute: numbers, some of them hidden, and what ties them together.

The reader knows the shown numbers, that no number is negative, and every row: months that add up to a year, sites that
add up to a municipality, bands that add up to a total. Linear programming gives the least and the greatest value that
a hidden number can have for him.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple

from collector.domain.solver import INFINITY, Extreme, Polytope, Row

NEARLY = 1e-6
"""Below the rounding of the solver; all numbers are counts or hours."""


class Number(NamedTuple):
    """One cell as the reader stands before it."""

    name: tuple[str, str, str]
    """Figure, unit (site or group) and period."""
    least: float
    """What he knows of it where it is hidden."""
    greatest: float
    shown: tuple[float, float] | None
    """Between what he knows it where it is shown: twice the same, except for rounding. None: it never is."""
    switch: int | None = None
    """What hides it, together with all numbers of the same switch; None: nothing does."""
    need: float = 0.0
    """How wide his interval must stay where it is hidden."""
    whole: bool = True
    """It is a count; he can round."""


class System(NamedTuple):
    numbers: Sequence[Number]
    rows: Sequence[Row]

    def hidden(self, switches: Collection[int]) -> set[int]:
        """Numbers that are hidden when these switches are on."""
        return {
            index
            for index, number in enumerate(self.numbers)
            if number.shown is None or (number.switch is not None and number.switch in switches)
        }


class Interval(NamedTuple):
    least: float
    greatest: float

    def width(self, *, whole: bool) -> float:
        """Whole numbers lie between the least and the greatest whole number within."""
        if whole and math.isfinite(self.greatest):
            return math.floor(self.greatest + NEARLY) - math.ceil(self.least - NEARLY)
        return self.greatest - self.least


class Weights(NamedTuple):
    """How much wider an interval can become at most when other numbers are hidden, or narrower when they are shown."""

    interval: Interval
    by_number: dict[int, float]
    rest: float
    """What stays when all are shown."""


class Reader:
    """Answers what one who has everything but the hidden numbers can compute; raises Contradiction when asked."""

    def __init__(self, system: System, hidden: Collection[int]) -> None:
        self._system = system
        self._hidden = frozenset(hidden)
        self._bounds: dict[int, tuple[float, float]] = {}
        for index, number in enumerate(system.numbers):
            if index in self._hidden or number.shown is None:
                self._bounds[index] = (number.least, number.greatest)
            elif number.shown[0] < number.shown[1]:
                self._bounds[index] = number.shown
        self._part_of: dict[int, int] = {}
        self._parts: list[_Part] = self._cut()
        self._asked: dict[int, _Ends] = {}

    def wide_enough(self, index: int) -> bool:
        """Whether the interval is as wide as it must be; often known from the answers before."""
        number = self._system.numbers[index]
        part = self._parts[self._part_of[index]]
        if part.seen(part.columns[index]).width(whole=number.whole) >= number.need - NEARLY:
            return True
        return self.interval(index).width(whole=number.whole) >= number.need - NEARLY

    def interval(self, index: int) -> Interval:
        return self._ends(index).interval

    def weights(self, index: int) -> Weights:
        """What the interval of a hidden number rests on. The interval must be bounded."""
        interval, part, ups, downs = self._ends(index)
        gains: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0])
        for row, up, down in zip(part.rows, ups, downs, strict=True):
            if abs(up) > NEARLY or abs(down) > NEARLY:
                for number, factor in self._system.rows[row].entries:
                    gains[number][0] -= factor * up
                    gains[number][1] -= factor * down
        gains[index][0] += 1.0
        gains[index][1] += 1.0
        by_number = {}
        for other, (up, down) in gains.items():
            weight = self._weight(other, up, down)
            if weight > NEARLY and not (other in self._hidden and math.isinf(weight)):
                by_number[other] = weight
        rest = interval.greatest - interval.least
        rest -= sum(weight for other, weight in by_number.items() if other in self._hidden)
        return Weights(interval, by_number, rest)

    def _weight(self, index: int, up: float, down: float) -> float:
        """`up` and `down`: by how much the greatest and the least value grow with this number."""
        number = self._system.numbers[index]
        if number.shown is None:
            return 0.0
        above, below = number.greatest - number.shown[1], number.shown[0] - number.least
        weight = 0.0
        if abs(up) > NEARLY:
            weight += up * above if up > 0 else -up * below
        if abs(down) > NEARLY:
            weight += down * below if down > 0 else -down * above
        return weight

    def _ends(self, index: int) -> "_Ends":
        found = self._asked.get(index)
        if found is None:
            part = self._parts[self._part_of[index]]
            column = part.columns[index]
            greatest = part.extreme(column, greatest=True)
            least = part.extreme(column, greatest=False)
            nothing = [0.0] * len(part.rows)
            interval = Interval(least.value, greatest.value)
            found = self._asked[index] = _Ends(interval, part, greatest.prices or nothing, least.prices or nothing)
        return found

    def _cut(self) -> "list[_Part]":
        """Parts that share no number that is open: each is a small question of its own."""
        leader = {index: index for index in self._bounds}

        def lead(index: int) -> int:
            while leader[index] != index:
                leader[index] = leader[leader[index]]
                index = leader[index]
            return index

        open_of = []
        for row in self._system.rows:
            found = [index for index, _ in row.entries if index in leader]
            open_of.append(found)
            for other in found[1:]:
                leader[lead(other)] = lead(found[0])
        parts: dict[int, _Part] = {}
        for index, bounds in self._bounds.items():
            part = parts.setdefault(lead(index), _Part())
            part.columns[index] = len(part.bounds)
            part.bounds.append(bounds)
        for place, found in enumerate(open_of):
            if found:
                self._take(parts[lead(found[0])], place)
        self._part_of = {index: place for place, part in enumerate(parts.values()) for index in part.columns}
        return list(parts.values())

    def _take(self, part: "_Part", place: int) -> None:
        row = self._system.rows[place]
        known = 0.0
        entries = []
        for index, factor in row.entries:
            if index in part.columns:
                entries.append((part.columns[index], factor))
            else:
                shown = self._system.numbers[index].shown
                assert shown is not None
                known += factor * shown[0]
        part.rows.append(place)
        part.reduced.append(Row(entries, row.lower - known, row.upper - known))


class _Part:
    """A question of its own, and what its answers showed so far."""

    def __init__(self) -> None:
        self.columns: dict[int, int] = {}
        self.bounds: list[tuple[float, float]] = []
        self.rows: list[int] = []
        self.reduced: list[Row] = []
        self._polytope: Polytope | None = None
        self._least: list[float] = []
        self._greatest: list[float] = []

    def extreme(self, column: int, *, greatest: bool) -> Extreme:
        if self._polytope is None:
            self._polytope = Polytope(self.bounds, self.reduced)
        found = self._polytope.extreme(column, greatest=greatest)
        if found.point:
            # Every answer is a point for all columns: two far apart spare the question for another one.
            self._least = list(map(min, self._least or found.point, found.point))
            self._greatest = list(map(max, self._greatest or found.point, found.point))
        return found

    def seen(self, column: int) -> Interval:
        return Interval(self._least[column], self._greatest[column]) if self._least else Interval(0.0, 0.0)


class _Ends(NamedTuple):
    interval: Interval
    part: _Part
    ups: Sequence[float]
    downs: Sequence[float]


def exactly(parts: Collection[int], total: int) -> Row:
    """The parts add up to the total."""
    return Row([*((part, 1.0) for part in parts), (total, -1.0)], 0.0, 0.0)


def at_most(smaller: int, larger: int) -> Row:
    return Row([(larger, 1.0), (smaller, -1.0)], 0.0, INFINITY)
