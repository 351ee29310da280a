"""Builds the equations of `equations` from tables: one number for each cell, one row for each identity."""

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction

from collector.domain.disclosure.equations import NEARLY, Number, System, at_most, exactly
from collector.domain.disclosure.rules import ESTIMATE, SESSIONS
from collector.domain.disclosure.tables import Key, NotATable, Tables, is_month, neighbours, sums
from collector.domain.solver import INFINITY, Row

Describe = Callable[[str, Key], Number | None]
"""The number of a figure at a key; None where nothing is counted there."""


class Ledger:
    """Numbers by name, and the rows between them."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables
        self.numbers: list[Number] = []
        self.rows: list[Row] = []
        self.places: dict[tuple[str, str, str], int] = {}

    def system(self) -> System:
        return System(self.numbers, self.rows)

    def place(self, figure: str, key: Key) -> int | None:
        return self.places.get((figure, *key))

    def add(self, number: Number | None) -> None:
        if number is not None:
            self.places[number.name] = len(self.numbers)
            self.numbers.append(number)

    def enter(self, figure: str, describe: Describe, keys: Sequence[Key] | None = None) -> None:
        """All cells of a figure, and the lines on which they add up; `keys` are those that can have one."""
        for key in self.tables.figures if keys is None else keys:
            self.add(describe(figure, key))
        self.add_up(figure, keys)

    def add_up(self, figure: str, keys: Sequence[Key] | None = None) -> None:
        for line in sums(self.tables, lambda key: (figure, *key) in self.places, keys):
            parts = [self.places[(figure, *part)] for part in line.parts]
            total = self.places[(figure, *line.total)]
            if line.complete:
                self.equal(parts, total)
            else:
                self.rows.append(exactly(parts, total)._replace(lower=-INFINITY))

    def equal(self, parts: Sequence[int], total: int) -> None:
        """Raises NotATable where what is shown, before anything is hidden, does not add up."""
        known = [self.numbers[index].shown for index in (*parts, total)]
        if all(shown is not None and shown[0] == shown[1] for shown in known):
            added = sum(shown[0] for shown in known[:-1] if shown is not None)
            last = self.numbers[total]
            assert last.shown is not None
            if abs(added - last.shown[0]) > NEARLY * max(1.0, added):
                figure, unit, period = last.name
                raise NotATable(
                    f"{figure} of {unit} in {period} is {last.shown[0]:g}, and its parts add up to {added:g}."
                )
        self.rows.append(exactly(parts, total))

    def order_rules(self, idle_rule_minutes: int) -> None:
        """A shorter idle rule never counts fewer sessions, and the official rule counts the sessions themselves."""
        for unit, period in self.tables.figures:
            for more, fewer in neighbours(self.tables, unit, period):
                larger, smaller = self.place(more, (unit, period)), self.place(fewer, (unit, period))
                if larger is not None and smaller is not None:
                    self.rows.append(at_most(smaller, larger))
        official = f"B1r.{idle_rule_minutes}"
        for unit in sorted({unit for unit, _ in self.tables.figures if self.tables.is_site(unit)}):
            if not counts_the_same(self.tables, unit, official):
                continue
            for period in (period for other, period in self.tables.figures if other == unit):
                one, same = self.place(SESSIONS.figure, (unit, period)), self.place(official, (unit, period))
                if one is not None and same is not None:
                    self.rows.append(exactly([one], same))
                    self.numbers[same] = self.numbers[same]._replace(need=0.0)

    def weigh(self) -> list[int]:
        """The annual estimate is the months' sessions, each divided by its coverage; places where it is not."""
        others = []
        for unit, period in self.tables.figures:
            total = self.place(ESTIMATE, (unit, period))
            if total is None or not self.tables.is_site(unit):
                continue
            months = [
                (place, key)
                for key in self.tables.figures
                if key[0] == unit and is_month(key[1]) and key[1].startswith(f"{period}-")
                if (place := self.place(SESSIONS.figure, key)) is not None
            ]
            coverages = [self.tables.cell(*key, "A8").value for _, key in months]
            if not months or not all(coverages):
                others.append(total)
                continue
            entries = [
                (place, float(1 / Fraction(share or 1))) for (place, _), share in zip(months, coverages, strict=True)
            ]
            entries.append((total, -1.0))
            if self._differs(entries, 1):
                others.append(total)
            else:
                self.rows.append(Row(entries, 0.0, 0.0))
        self.add_up_estimates()
        return others

    def add_up_estimates(self) -> None:
        for group, members in self.tables.members.items():
            for period in sorted({period for unit, period in self.tables.figures if unit == group}):
                total = self.place(ESTIMATE, (group, period))
                parts = [self.place(ESTIMATE, (member, period)) for member in members]
                found = [part for part in parts if part is not None]
                complete = all((member, period) in self.tables.figures for member in members)
                if total is None or not found or not complete:
                    continue
                entries = [*((part, 1.0) for part in found), (total, -1.0)]
                if not self._differs(entries, 1):
                    self.rows.append(Row(entries, 0.0, 0.0))

    def _differs(self, entries: Sequence[tuple[int, float]], by: float) -> bool:
        """Whether what is shown contradicts that this adds up to nothing."""
        least = greatest = 0.0
        for place, factor in entries:
            shown = self.numbers[place].shown
            if shown is None:
                return False
            least += factor * shown[factor < 0]
            greatest += factor * shown[factor > 0]
        return least > by or greatest < -by

    def leave_out(self) -> set[Key]:
        """Take hidden parts as nothing where the shown ones add up to the total without them; where that is.

        No zero is hidden: such a part does not enter the sums at all, being the use of a single station.
        """
        left: set[Key] = set()
        changed = True
        while changed:
            changed = False
            for row in self.rows:
                open_parts = [place for place, _ in row.entries if self.numbers[place].shown is None]
                rest = [(place, factor) for place, factor in row.entries if place not in open_parts]
                signs = {factor for place, factor in row.entries if place in open_parts}
                if row.lower == row.upper == 0 and signs == {1.0} and not self._differs(rest, NEARLY):
                    changed = True
                    for place in open_parts:
                        name = self.numbers[place].name
                        self.numbers[place] = Number(name, 0, 0, (0, 0))
                        left.add(name[1:])
        return left

    def divide(self, parts: Sequence[str], totals: Sequence[str]) -> None:
        """The parts of each key add up to its totals together, such as bands of lengths to the sessions."""
        for key in self.tables.figures:
            there = [place for figure in parts if (place := self.place(figure, key)) is not None]
            whole = [place for figure in totals if (place := self.place(figure, key)) is not None]
            entries = [*((place, 1.0) for place in there), *((place, -1.0) for place in whole)]
            if there and whole and not self._differs(entries, NEARLY):
                self.rows.append(Row(entries, 0.0, 0.0))


def counts_the_same(tables: Tables, unit: str, official: str) -> bool:
    """Whether a site's sessions are those under the official idle rule wherever both are shown."""
    pairs = [
        (figures[SESSIONS.figure].value, figures[official].value)
        for (other, _), figures in tables.figures.items()
        if other == unit and SESSIONS.figure in figures and official in figures
    ]
    return bool(pairs) and all(one == same for one, same in pairs)


def hours(cell_value: int | Fraction) -> float:
    return float(Fraction(cell_value) / 3600)


Hidden = Mapping[str, frozenset[Key]]
"""By figure: the keys at which it is hidden."""
