"""Which cells to hide beside those that must be hidden, so that nobody can compute those.

A master question chooses what to hide at the least cost; the reader of `equations` then attacks the choice. Each hidden
number that he can bound too narrowly gives a condition, valid for every choice, and the master question is asked again.
This is the method of Fischetti and Salazar (Management Science 47, 2001); it ends with the least cost, up to 0.2 %.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from collector.domain.disclosure.equations import NEARLY, Number, Reader, System
from collector.domain.solver import INFINITY, Row, cheapest

NODES = 200
"""Branchings of one master question. Beyond it the best choice so far is taken; most need none."""


FREE_ROUNDS = 4
"""Rounds in which the choice is made anew. After them it only grows, so that it ends soon."""


class Choice(NamedTuple):
    switches: frozenset[int]
    needs: Mapping[int, float]
    """Of numbers that nothing can make as wide as wished: how wide they are when everything is hidden."""
    rounds: int


def choose(
    system: System,
    costs: Sequence[float],
    must: Collection[int],
    follows: Collection[tuple[int, int]] = (),
    *,
    nodes: int = NODES,
    free_rounds: int = FREE_ROUNDS,
) -> Choice:
    """The switches to turn on; `must` are on anyway, and of each pair in `follows` the first turns on the second."""
    if not system.hidden(must) or not costs:
        return Choice(frozenset(must), {}, 0)
    conditions = [Row([(first, -1.0), (second, 1.0)], 0.0, INFINITY) for first, second in follows]
    conditions += _company(system)
    needs = {index: number.need for index, number in enumerate(system.numbers) if number.need > 0}
    reduced: dict[int, float] = {}
    on = frozenset(must)
    rounds = 0
    everything = _Everything(system)
    while True:
        rounds += 1
        kept = on if rounds > free_rounds else must
        on = frozenset(switch for switch, chosen in enumerate(cheapest(costs, conditions, kept, nodes)) if chosen)
        needed = system._replace(
            numbers=[
                number._replace(need=needs[index]) if index in needs else number
                for index, number in enumerate(system.numbers)
            ]
        )
        hidden = needed.hidden(on)
        reader = Reader(needed, hidden)
        before = len(conditions)
        changed = False
        for index in sorted(hidden):
            number = needed.numbers[index]
            if number.need <= 0 or reader.wide_enough(index):
                continue
            condition = _condition(needed, reader, index)
            if condition is not None and _holds(condition, on):
                # By the rounding of the solver only: ask for anything else that helps.
                entries = [(switch, 1.0) for switch, factor in condition.entries if factor > 0 and switch not in on]
                condition = Row(entries, 1.0, INFINITY) if entries else None
            if condition is None:
                # Nothing that could be hidden makes it wider: it is as wide as it can be, or only whole numbers fail.
                needs[index] = reduced[index] = _widest(everything, index, needs[index], reader)
                changed = True
            else:
                conditions.append(condition)
        if len(conditions) == before and not changed:
            return Choice(on, reduced, rounds)


def _holds(condition: Row, on: Collection[int]) -> bool:
    return sum(factor for switch, factor in condition.entries if switch in on) >= condition.lower


def _company(system: System) -> list[Row]:
    """No number is hidden alone in its row, where the rest of the row can be shown exactly."""
    found = []
    for row in system.rows:
        if row.lower != row.upper:
            continue
        members = [(index, system.numbers[index]) for index, _ in row.entries]
        if any(number.shown is None or number.shown[0] != number.shown[1] for _, number in members):
            continue
        switches = {number.switch for _, number in members if number.switch is not None}
        for _, number in members:
            if number.switch is not None and number.need > 0 and len(switches) > 1:
                others = [(other, 1.0) for other in sorted(switches - {number.switch})]
                found.append(Row([*others, (number.switch, -1.0)], 0.0, INFINITY))
    return found


def _condition(system: System, reader: Reader, index: int) -> Row | None:
    """What must be hidden too so that this number's interval can be as wide as needed; None where nothing helps."""
    number: Number = system.numbers[index]
    weights = reader.weights(index)
    lacking = number.need - weights.rest
    interval = weights.interval
    if interval.greatest - interval.least >= number.need - NEARLY:
        # Wide enough but for rounding to whole numbers.
        lacking += number.need - interval.width(whole=number.whole)
    by_switch: dict[int, float] = defaultdict(float)
    for other, weight in weights.by_number.items():
        switch = system.numbers[other].switch
        if switch is not None:
            by_switch[switch] += weight
    own = by_switch.pop(number.switch, 0.0) if number.switch is not None else 0.0
    lacking -= own
    if lacking <= NEARLY or not any(by_switch.values()):
        return None
    entries = [(switch, min(weight / lacking, 1.0)) for switch, weight in sorted(by_switch.items())]
    if sum(factor for _, factor in entries) < 1 - NEARLY:
        return None
    if number.switch is None:
        return Row(entries, 1.0, INFINITY)
    return Row([*entries, (number.switch, -1.0)], 0.0, INFINITY)


class _Everything:
    """The system with everything hidden; the reader of it is made once, when it is first asked."""

    def __init__(self, system: System) -> None:
        self.system = system

    @cached_property
    def reader(self) -> Reader:
        switches = {number.switch for number in self.system.numbers if number.switch is not None}
        return Reader(self.system, self.system.hidden(switches))


def _widest(everything: _Everything, index: int, need: float, reader: Reader) -> float:
    """The width that a number has for a reader from whom everything is hidden, at most what is needed."""
    whole = everything.system.numbers[index].whole
    widest = everything.reader.interval(index).width(whole=whole)
    if widest < need - NEARLY:
        return widest
    return min(need, math.floor(reader.interval(index).width(whole=whole)))
