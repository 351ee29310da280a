"""What a reader learns who holds an older vintage of the same cells beside the new one, and subtracts.

Both are frozen files: what the older one shows cannot be taken back. So what it hides stays hidden, and a cell that
changed by less than a small cell is hidden from then on.
"""

from collections.abc import Iterable

from collector.domain.cells import Cell, Status
from collector.domain.disclosure.equations import Number, exactly
from collector.domain.disclosure.ledger import Ledger
from collector.domain.disclosure.rules import FEWEST_SESSIONS_FOR_HOURS, Count, told, value
from collector.domain.disclosure.tables import Key, Tables, sums
from collector.domain.solver import INFINITY


def has(old: Tables, figure: str, key: Key) -> bool:
    return key in old.figures and figure in old.figures[key]


def hid(old: Tables, figure: str, key: Key) -> bool:
    return old.cell(*key, figure).status is Status.CONFIDENTIAL


def would_reveal(older: Iterable[Tables], figure: str, key: Key, cell: Cell, fewest: int) -> bool:
    """Whether a cell that is shown anew tells what an older vintage hides, or a small difference."""
    return any(
        hid(old, figure, key) or (has(old, figure, key) and 0 < abs(_change(old, figure, key, cell)) < fewest)
        for old in older
    )


def would_reveal_hours(older: Iterable[Tables], tables: Tables, count: Count, key: Key) -> bool:
    """The same of hours: a difference of hours is that of the sessions that came or went."""
    cell = told(count.hours, tables.cell(*key, count.hours))
    sessions = tables.cell(*key, count.figure)
    return any(
        hid(old, count.hours, key)
        or (
            has(old, count.hours, key)
            and value(cell) != value(old.cell(*key, count.hours))
            and abs(_change(old, count.figure, key, sessions)) < FEWEST_SESSIONS_FOR_HOURS
        )
        for old in older
    )


def _change(old: Tables, figure: str, key: Key, cell: Cell) -> int:
    return int(value(cell) - value(old.cell(*key, figure)))


def compare(ledger: Ledger, old: Tables, figures: Iterable[str], need: float) -> None:
    """Add the tables of the differences to the equations.

    The reader is given what changed and what did not, as if the list of corrections told him all; a change that is
    hidden must not follow from the others.
    """
    for figure in figures:
        _compare(ledger, old, figure, need)


def _compare(ledger: Ledger, old: Tables, figure: str, need: float) -> None:
    changes = Ledger(ledger.tables)
    for key in ledger.tables.figures:
        place = ledger.place(figure, key)
        if place is None or not has(old, figure, key):
            continue
        name = (f"{figure} changed", *key)
        number = ledger.numbers[place]
        if hid(old, figure, key):
            changes.add(Number(name, -INFINITY, INFINITY, None))
            continue
        before = float(value(old.cell(*key, figure)))
        after = number.shown[0] if number.shown else None
        if after is None:
            changes.add(Number(name, number.least - before, INFINITY, None))
        elif after == before:
            changes.add(Number(name, 0, 0, (0, 0)))
        else:
            exact = (after - before, after - before)
            switch = number.switch if after else None
            changes.add(Number(name, number.least - before, INFINITY, exact, switch, need))
    start = len(ledger.numbers)
    ledger.numbers += changes.numbers
    for line in sums(ledger.tables, lambda key: (figure, *key) in ledger.places):
        group, member = line.total[0], line.parts[0][0]
        same = line.complete and (group == member or old.members.get(group) == ledger.tables.members[group])
        places = [changes.places.get((f"{figure} changed", *key)) for key in (*line.parts, line.total)]
        known = [start + place for place in places if place is not None]
        if same and len(known) == len(places):
            ledger.rows.append(exactly(known[:-1], known[-1]))
