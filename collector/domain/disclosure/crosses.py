"""Tables that divide the sessions of a unit and period: by length, and by weekday and hour.

The sessions themselves, and where they are hidden, are settled before.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from collector.domain.cells import CONFIDENTIAL, Cell, Status
from collector.domain.disclosure import vintages
from collector.domain.disclosure.equations import Number
from collector.domain.disclosure.ledger import Hidden, Ledger
from collector.domain.disclosure.rules import (
    FEWEST_IN_CROSS_TABLES,
    FEWEST_SESSIONS,
    MEDIAN,
    SESSIONS,
    is_small,
    told,
    totals_of,
    value,
)
from collector.domain.disclosure.suppression import choose
from collector.domain.disclosure.switches import Switches, count_of, weight
from collector.domain.disclosure.tables import LENGTHS, Figures, Key, Tables, Week, is_month
from collector.domain.solver import INFINITY


def lengths(tables: Tables, hidden: Hidden, older: Sequence[Tables]) -> dict[str, frozenset[Key]]:
    """Where bands of lengths are hidden, and the band of the middle."""
    found = _divided(tables, LENGTHS, totals_of(LENGTHS[0]), hidden, older)
    pattern = {**hidden, **found}
    found[MEDIAN] = frozenset(key for key in tables.figures if _middle_tells_more(tables, key, pattern))
    return found


def hours_of_week(tables: Tables, hidden: Hidden, older: Sequence[Tables]) -> dict[str, frozenset[Key]]:
    """Where hours of the week profiles are hidden."""
    flat = with_hours(tables)
    names = hours_there(tables)
    return _divided(flat, names, (SESSIONS.figure,), hidden, [with_hours(old) for old in older])


def weeks(tables: Tables, hidden: Hidden) -> dict[Key, Week]:
    """The week profiles as they leave the sites, by quarter and year."""
    return {
        key: {
            hour: _hour(key, figures, key in hidden.get(name_of_hour(hour), ()), hidden)
            for hour, figures in week.items()
        }
        for key, week in tables.weeks.items()
        if not is_month(key[1])
    }


def _hour(key: Key, figures: Figures, hides: bool, hidden: Hidden) -> Figures:
    few = 0 < value(figures.get(SESSIONS.figure, CONFIDENTIAL)) < FEWEST_IN_CROSS_TABLES
    cells: dict[str, Cell] = {}
    for figure, cell in figures.items():
        of_hours = figure != SESSIONS.figure and (few or key in hidden[SESSIONS.hours])
        closed = cell.value is not None and (hides or of_hours)
        cells[figure] = CONFIDENTIAL if closed else told(figure, cell)
    return cells


def name_of_hour(hour: tuple[int, int]) -> str:
    """B9.0.09 of Monday from nine to ten."""
    return f"B9.{hour[0]}.{hour[1]:02d}"


def hours_there(tables: Tables) -> list[str]:
    return [name_of_hour(hour) for hour in sorted({hour for week in tables.weeks.values() for hour in week})]


def with_hours(tables: Tables) -> Tables:
    """Each weekday and hour as a figure of its own, beside the others."""
    figures = {key: dict(there) for key, there in tables.figures.items()}
    for key, week in tables.weeks.items():
        if not is_month(key[1]):
            for hour, cells in week.items():
                if SESSIONS.figure in cells:
                    figures[key][name_of_hour(hour)] = cells[SESSIONS.figure]
    return Tables(figures, tables.members)


def _divided(
    tables: Tables, parts: Sequence[str], totals: Sequence[str], hidden: Hidden, older: Sequence[Tables]
) -> dict[str, frozenset[Key]]:
    """Where the parts of the totals are hidden: small ones, those of a hidden total, and what would tell them."""
    switches = Switches()
    ledger = Ledger(tables)
    must: set[int] = set()
    closed: dict[str, set[Key]] = defaultdict(set)

    def total(figure: str, key: Key) -> Number | None:
        cell = tables.figures[key].get(figure)
        if cell is None:
            return None
        number = count_of(figure, key, cell, None, FEWEST_SESSIONS)
        return number._replace(shown=None) if number and key in hidden[figure] and value(cell) else number

    def part(figure: str, key: Key) -> Number | None:
        cell = tables.figures[key].get(figure)
        if cell is None or cell.status is not Status.VALUE:
            return None
        if any(key in hidden[name] and value(tables.cell(*key, name)) for name in totals):
            # Of a hidden total all parts are hidden, those that are nothing too: they would say how many parts it has.
            closed[figure].add(key)
            return Number((figure, *key), 0, INFINITY, None, None, FEWEST_IN_CROSS_TABLES)
        switch = switches.of(figure, key, weight(tables, key, figure))
        if value(cell) and _must_be_hidden(figure, key, cell, older):
            must.add(switch)
        return count_of(figure, key, cell, switch, FEWEST_IN_CROSS_TABLES)

    for figure in totals:
        ledger.enter(figure, total)
    keys = [key for key in tables.figures if not is_month(key[1])]
    for figure in parts:
        ledger.enter(figure, part, keys)
    ledger.divide(parts, totals)
    for old in older:
        vintages.compare(ledger, old, parts, FEWEST_IN_CROSS_TABLES)
    chosen = choose(ledger.system(), switches.costs, must).switches
    return {figure: switches.keys(figure, chosen) | closed[figure] for figure in parts}


def _must_be_hidden(figure: str, key: Key, cell: Cell, older: Sequence[Tables]) -> bool:
    return is_small(cell, FEWEST_IN_CROSS_TABLES) or vintages.would_reveal(
        older, figure, key, cell, FEWEST_IN_CROSS_TABLES
    )


def _middle_tells_more(tables: Tables, key: Key, hidden: Mapping[str, frozenset[Key]]) -> bool:
    """Whether the middle band says something that the shown bands do not."""
    closed = [figure for figure in LENGTHS if key in hidden[figure] and value(tables.cell(*key, figure))]
    if not closed:
        return False
    middle = tables.cell(*key, MEDIAN).value
    if middle is None or LENGTHS[-1] in closed or any(key in hidden[figure] for figure in totals_of(LENGTHS[0])):
        return True
    places = [LENGTHS.index(figure) for figure in closed]
    return min(places) <= middle <= max(places)
