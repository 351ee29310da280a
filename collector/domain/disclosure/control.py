"""Turns the true figures into those that may leave the sites: hides what must be hidden, and what would reveal it.

The pattern is set on the sessions and copied to every figure that follows from them; hours, lengths and the week are
then hidden further where their own rules ask for it.
"""

from collections.abc import Sequence

from collector.domain.cells import CONFIDENTIAL, Cell
from collector.domain.disclosure import vintages
from collector.domain.disclosure.crosses import hours_of_week, lengths, weeks
from collector.domain.disclosure.equations import Number
from collector.domain.disclosure.ledger import Hidden, Ledger, hours
from collector.domain.disclosure.rules import (
    COUNTED,
    COUNTS,
    ESTIMATE,
    FEWEST_SESSIONS,
    NOT_BY_MONTH,
    PARTS_OF_OPENING,
    SESSIONS,
    WIDTH_HOURS,
    Count,
    check_figures,
    hours_may_be_told,
    is_small,
    known_hours,
    of_one_station,
    parts_may_be_told,
    told,
    value,
)
from collector.domain.disclosure.suppression import choose
from collector.domain.disclosure.switches import Switches, count_of, weight
from collector.domain.disclosure.tables import Key, Tables, check_names, is_month
from collector.domain.solver import INFINITY

CHEAP = 0.1
"""What a line of sensitivity, or an estimate, is worth beside the count itself."""


def control(tables: Tables, older: Sequence[Tables] = (), *, idle_rule_minutes: int = 0) -> Tables:
    """What may leave the sites. `older` are frozen vintages of the same cells, as they left them.

    `idle_rule_minutes` is the official rule, which is printed beside the count; 0 where it changed meanwhile.
    Raises NotATable.
    """
    return as_told(tables, pattern(tables, older, idle_rule_minutes=idle_rule_minutes))


def pattern(tables: Tables, older: Sequence[Tables] = (), *, idle_rule_minutes: int = 0) -> Hidden:
    """Where each figure is hidden, and each hour of the week; takes and raises what `control` does."""
    check_names(tables)
    # Among choices that cost the same the order decides: it is that of the names, however the tables came.
    tables = Tables(dict(sorted(tables.figures.items())), dict(sorted(tables.members.items())), tables.weeks)
    for figures in tables.figures.values():
        check_figures(figures)
    hidden: dict[str, frozenset[Key]] = {}
    for count in COUNTS:
        hidden |= _sessions(tables, count, older, idle_rule_minutes)
        hidden |= _hours(tables, count, hidden, older)
    hidden |= lengths(tables, hidden, older)
    return hidden | hours_of_week(tables, hidden, older)


def as_told(tables: Tables, hidden: Hidden) -> Tables:
    """The tables as they leave the sites, where `pattern` says what is hidden in them."""
    return Tables(
        figures={
            key: {figure: _cell(tables, key, figure, hidden) for figure in figures if _is_told(key, figure)}
            for key, figures in sorted(tables.figures.items())
        },
        members=dict(sorted(tables.members.items())),
        weeks=weeks(tables, hidden),
    )


def _is_told(key: Key, figure: str) -> bool:
    return not (is_month(key[1]) and figure in NOT_BY_MONTH)


def _cell(tables: Tables, key: Key, figure: str, hidden: Hidden) -> Cell:
    cell = tables.figures[key][figure]
    # A count of nothing is told; a rate of nothing is not, where it would say something of a hidden count.
    hides = (value(cell) if figure in COUNTED else cell.value is not None) and key in hidden.get(figure, ())
    return CONFIDENTIAL if hides else told(figure, cell)


def _sessions(
    tables: Tables, count: Count, older: Sequence[Tables], idle_rule_minutes: int
) -> dict[str, frozenset[Key]]:
    """Where a count is hidden, and its copies and what is derived from it."""
    switches = Switches()
    ledger = Ledger(tables)
    must: set[int] = set()
    follows: set[tuple[int, int]] = set()

    def describe(figure: str, key: Key) -> Number | None:
        cell = tables.figures[key].get(figure)
        if cell is None:
            return None
        cost = weight(tables, key, count.figure)
        if figure == count.figure:
            switch = switches.of(count.figure, key, cost)
        else:
            switch = switches.of("copies", key, CHEAP * cost)
            follows.add((switches.of(count.figure, key, cost), switch))
        if _must_be_hidden(tables, older, figure, key):
            must.add(switch)
        return count_of(figure, key, cell, switch, FEWEST_SESSIONS)

    for figure in (count.figure, *count.copies):
        ledger.enter(figure, describe)
    if count is SESSIONS:
        ledger.order_rules(idle_rule_minutes)
        _estimates(ledger, switches, must, follows, older)
    for old in older:
        vintages.compare(ledger, old, (count.figure, *count.copies), FEWEST_SESSIONS)
    chosen = choose(ledger.system(), switches.costs, must, follows).switches
    found = {count.figure: switches.keys(count.figure, chosen)}
    copies = switches.keys("copies", chosen)
    found |= dict.fromkeys(count.copies, copies)
    found |= dict.fromkeys(count.derived, found[count.figure])
    if count is SESSIONS:
        found[ESTIMATE] = switches.keys(ESTIMATE, chosen)
    return found


def _must_be_hidden(tables: Tables, older: Sequence[Tables], figure: str, key: Key) -> bool:
    cell = tables.figures[key][figure]
    if not value(cell):
        return False
    few = is_small(cell, FEWEST_SESSIONS) or of_one_station(tables, key)
    return few or vintages.would_reveal(older, figure, key, cell, FEWEST_SESSIONS)


def _estimates(
    ledger: Ledger, switches: Switches, must: set[int], follows: set[tuple[int, int]], older: Sequence[Tables]
) -> None:
    """The annual estimate: hidden with the year, and where it would reveal a month."""
    tables = ledger.tables
    for key, figures in tables.figures.items():
        cell = figures.get(ESTIMATE)
        if cell is None or not value(cell):
            continue
        cost = weight(tables, key, SESSIONS.figure)
        switch = switches.of(ESTIMATE, key, CHEAP * cost)
        follows.add((switches.of(SESSIONS.figure, key, cost), switch))
        if any(vintages.hid(old, ESTIMATE, key) for old in older):
            must.add(switch)
        exact = float(value(cell))
        ledger.add(Number((ESTIMATE, *key), 0, INFINITY, (exact, exact), switch, whole=False))
    for place in ledger.weigh():
        # Made in another way than we know: hidden where any month of it is.
        number = ledger.numbers[place]
        assert number.switch is not None
        _, unit, period = number.name
        for (name, key), month in switches.places.items():
            if name == SESSIONS.figure and key[0] == unit and key[1].startswith(f"{period}-"):
                follows.add((month, number.switch))


def _hours(tables: Tables, count: Count, hidden: Hidden, older: Sequence[Tables]) -> dict[str, frozenset[Key]]:
    """Where hours are hidden: with their sessions, where these are few, and where others would tell them."""
    switches = Switches()
    ledger = Ledger(tables)
    must: set[int] = set()

    def describe(figure: str, key: Key) -> Number | None:
        cell = tables.figures[key].get(figure)
        if cell is None:
            return None
        exact = hours(value(cell))
        if not exact and not value(tables.cell(*key, count.figure)):
            return Number((figure, *key), 0, 0, (0, 0))
        switch = switches.of(figure, key, weight(tables, key, count.figure))
        if (
            key in hidden[count.figure]
            or not hours_may_be_told(tables, key, count)
            or vintages.would_reveal_hours(older, tables, count, key)
        ):
            must.add(switch)
        known = known_hours(tables, key) if count is SESSIONS else None
        most = INFINITY if known is None else max(known, exact)
        return Number((figure, *key), 0, most, (exact, exact), switch, min(WIDTH_HOURS, most), whole=False)

    ledger.enter(count.hours, describe)
    chosen = choose(ledger.system(), switches.costs, must).switches
    found = {count.hours: switches.keys(count.hours, chosen)}
    closed = {key for key in tables.figures if not hours_may_be_told(tables, key, count)}
    for figure in count.derived_from_hours:
        found[figure] = found[count.hours] | {key for key in closed if value(tables.cell(*key, figure))}
    if count is SESSIONS:
        found |= _by_opening(tables, found)
    return found


def _by_opening(tables: Tables, hidden: Hidden) -> dict[str, frozenset[Key]]:
    """Occupancy by kind of opening is hidden with the hours, and where its own are those of too few sessions."""
    may = {key: parts_may_be_told(tables, key, hidden) for key in tables.figures}
    return {
        figure: hidden[figure] | {key for key, told_there in may.items() if figure not in told_there}
        for figure in PARTS_OF_OPENING
    }
