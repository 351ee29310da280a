"""Attacks what was published as its readers could, with all of it in hands.

The attacker knows the shown figures up to their rounding, that no count is negative and none that is hidden is zero,
all sums, the order of the idle rules, and how rates are made. Each hidden figure must stay uncertain by its threshold,
or by as much as it would if everything of its kind were hidden.
"""

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from collector.domain.cells import Cell, Status
from collector.domain.disclosure import vintages
from collector.domain.disclosure.crosses import hours_there, with_hours
from collector.domain.disclosure.equations import NEARLY, Number, Reader, System
from collector.domain.disclosure.ledger import Ledger, hours
from collector.domain.disclosure.rules import (
    COUNTS,
    ESTIMATE,
    FEWEST_SESSIONS_FOR_HOURS,
    NOT_BY_MONTH,
    PEAK_OF_TOO_FEW,
    PER_CENT,
    SECONDS_PER_HOUR,
    SESSIONS,
    SHARES,
    WIDTH_HOURS,
    Count,
    fewest_of,
    known_hours,
    of_one_station,
    totals_of,
    value,
)
from collector.domain.disclosure.tables import LENGTHS, Key, Tables, check_names, is_month
from collector.domain.solver import INFINITY, Contradiction

HALF = 0.5
HALF_PER_CENT = Fraction(1, 200)


class Failure(NamedTuple):
    """Something that the published figures tell, or contradict."""

    figure: str
    unit: str
    period: str
    what: str

    def __str__(self) -> str:
        return f"{self.figure} of {self.unit} in {self.period} {self.what}."


def audit(tables: Tables, older: Sequence[Tables] = (), *, idle_rule_minutes: int = 0) -> list[Failure]:
    """What a reader of these tables, and of older vintages of them, can tell. Raises NotATable."""
    check_names(tables)
    whole = with_hours(tables)
    counts, apart = _counts(whole, hours_there(tables), idle_rule_minutes)
    found = [
        Failure("B9", unit, period, "is told by month")
        for (unit, period), week in tables.weeks.items()
        if is_month(period) and any(value(cell) for cells in week.values() for cell in cells.values())
    ]
    found += _told_plainly(whole)
    for old in older:
        found += _subtracted(whole, with_hours(old))
    found += _computed(SESSIONS.figure, counts)
    for count in COUNTS:
        found += _computed(count.hours, _hours(tables, count, apart))
    return found


def _told_plainly(tables: Tables) -> Iterator[Failure]:
    """What one table shows against the rules, without any arithmetic."""
    for key, figures in tables.figures.items():
        for figure, cell in figures.items():
            for what in _against(tables, key, figure, cell):
                yield Failure(figure, *key, what)


def _against(tables: Tables, key: Key, figure: str, cell: Cell) -> Iterator[str]:
    shown = value(cell)
    if not shown:
        return
    if figure in NOT_BY_MONTH and is_month(key[1]):
        yield "is told by month"
    if shown < fewest_of(figure):
        yield f"shows {shown}, fewer than {fewest_of(figure)}"
    for count in COUNTS:
        sessions = tables.cell(*key, count.figure)
        if figure in (*count.copies, *count.derived) and sessions.status is Status.CONFIDENTIAL:
            yield f"is shown although {count.figure} is hidden"
        if figure in (count.hours, *count.derived_from_hours):
            yield from _hours_against(tables, key, figure, count)
    if figure in SHARES and (shown * PER_CENT) % 1:
        yield "is not told in whole per cent"


def _hours_against(tables: Tables, key: Key, figure: str, count: Count) -> Iterator[str]:
    sessions, hours_of_use = tables.cell(*key, count.figure), tables.cell(*key, count.hours)
    if sessions.status is Status.CONFIDENTIAL or hours_of_use.status is Status.CONFIDENTIAL:
        yield f"is shown although {count.figure} or {count.hours} is hidden"
    elif value(sessions) < FEWEST_SESSIONS_FOR_HOURS:
        yield f"is shown although {count.figure} is below {FEWEST_SESSIONS_FOR_HOURS}"
    peak = tables.cell(*key, count.peak) if count.peak else None
    if peak is not None and peak.value is not None and peak.value <= PEAK_OF_TOO_FEW:
        yield f"is shown although {count.peak} is {peak.value}"
    if figure == count.hours and value(hours_of_use) % SECONDS_PER_HOUR:
        yield "is not told in whole hours"


def _subtracted(tables: Tables, old: Tables) -> Iterator[Failure]:
    """What the difference of two vintages tells."""
    for key, figures in tables.figures.items():
        for figure, cell in figures.items():
            fewest = fewest_of(figure)
            if not fewest or not vintages.would_reveal([old], figure, key, cell, fewest):
                continue
            if not vintages.hid(old, figure, key) and cell.value is not None:
                difference = abs(value(cell) - value(old.cell(*key, figure)))
                yield Failure(figure, *key, f"differs by {difference} from an older vintage")
            elif cell.value:
                yield Failure(figure, *key, "is shown although an older vintage hides it")
        for count in COUNTS:
            if tables.cell(*key, count.hours).value and vintages.would_reveal_hours([old], tables, count, key):
                yield Failure(count.hours, *key, "tells, beside an older vintage, the hours of few sessions")


def _computed(figure: str, system: System) -> list[Failure]:
    """Hidden numbers that can be bounded too narrowly, or that no true figures fit.

    Hours do not fit where more are told than are known of: use of a station that was off.
    """
    try:
        return list(_narrow(system))
    except Contradiction:
        what = f"contradicts what is told beside it: no true {figure} fits"
        return [Failure(figure, "all sites", "all periods", what)]


def _narrow(system: System) -> Iterator[Failure]:
    """Hidden numbers that can be bounded too narrowly; raises Contradiction."""
    hidden = system.hidden(())
    reader = Reader(system, hidden)
    for index in sorted(hidden):
        number = system.numbers[index]
        if number.need <= 0 or reader.wide_enough(index):
            continue
        interval = reader.interval(index)
        width = interval.width(whole=number.whole)
        if number.switch is not None:
            alone = Reader(system, hidden | _of_kind(system, number.switch)).interval(index)
            if width >= alone.width(whole=number.whole) - NEARLY:
                continue
        exact = interval.greatest - interval.least < NEARLY
        where = f"to be {interval.least:g}" if exact else f"to lie between {interval.least:g} and {interval.greatest:g}"
        unit = "" if number.whole else " hours"
        yield Failure(*number.name, f"is hidden, but can be computed {where}{unit}")


def _of_kind(system: System, kind: int) -> set[int]:
    return {index for index, number in enumerate(system.numbers) if number.switch == kind}


def _published(tables: Tables, figure: str, key: Key, kind: int) -> Number | None:
    """A count as a reader sees it; `kind` says with what it would be hidden."""
    cell = tables.figures[key].get(figure)
    if cell is None or cell.status not in (Status.VALUE, Status.CONFIDENTIAL):
        return None
    if cell.status is Status.VALUE and not cell.value:
        return Number((figure, *key), 0, 0, (0, 0))
    shown = None if cell.value is None else (float(cell.value),) * 2
    # The use of a single station may be hidden without being part of any sum.
    apart = shown is None and of_one_station(tables, key)
    least = 0 if apart or _of_hidden_total(tables, figure, key) else 1
    return Number((figure, *key), least, INFINITY, shown, kind, fewest_of(figure))


def _of_hidden_total(tables: Tables, figure: str, key: Key) -> bool:
    """Of a hidden total all parts are hidden, also those that are nothing; where one is told they are not."""
    totals = totals_of(figure)
    return any(tables.cell(*key, name).status is Status.CONFIDENTIAL for name in totals) and not any(
        cell.status is Status.VALUE and totals_of(name) == totals for name, cell in tables.figures[key].items()
    )


def _counts(tables: Tables, hours_of_week: Sequence[str], idle_rule_minutes: int) -> tuple[System, set[Key]]:
    """All counts of sessions together, for each is tied to others; and the keys that enter no sum."""
    ledger = Ledger(tables)
    apart: set[Key] = set()

    def enter(figures: Sequence[str], kind: int) -> None:
        def describe(figure: str, key: Key) -> Number | None:
            by_month = figure in NOT_BY_MONTH and is_month(key[1])
            return None if by_month or key in apart else _published(tables, figure, key, kind)

        for figure in figures:
            ledger.enter(figure, describe)

    enter((SESSIONS.figure,), 0)
    apart |= ledger.leave_out()
    enter(SESSIONS.copies, 0)
    for kind, count in enumerate(COUNTS):
        if count is not SESSIONS:
            enter((count.figure, *count.copies), kind)
    ledger.leave_out()
    ledger.order_rules(idle_rule_minutes)
    for key, figures in tables.figures.items():
        cell = figures.get(ESTIMATE)
        if cell is not None and cell.status in (Status.VALUE, Status.CONFIDENTIAL) and key not in apart:
            ledger.add(_estimate(key, cell))
    ledger.weigh()
    enter(LENGTHS, len(COUNTS))
    ledger.divide(LENGTHS, totals_of(LENGTHS[0]))
    enter(hours_of_week, len(COUNTS) + 1)
    ledger.divide(hours_of_week, (SESSIONS.figure,))
    return ledger.system(), apart


def _estimate(key: Key, cell: Cell) -> Number:
    shown = None if cell.value is None else (float(cell.value),) * 2
    if shown and isinstance(cell.value, int):
        shown = (shown[0] - HALF, shown[0] + HALF)
    return Number((ESTIMATE, *key), 0, INFINITY, shown, 0, whole=False)


def _hours(tables: Tables, count: Count, apart: Collection[Key]) -> System:
    """Hours of use, each known to half an hour where shown, and more closely where its rate is told with it."""
    ledger = Ledger(tables)

    def describe(figure: str, key: Key) -> Number | None:
        cell = tables.figures[key].get(figure)
        if cell is None or cell.status not in (Status.VALUE, Status.CONFIDENTIAL) or key in apart:
            return None
        known = known_hours(tables, key) if count is SESSIONS else None
        most = INFINITY if known is None else known + HALF
        if cell.value is None:
            return Number((figure, *key), 0, most, None, 0, min(WIDTH_HOURS, most), whole=False)
        told = hours(cell.value)
        shown = (max(told - HALF, 0.0), told + HALF)
        if count is SESSIONS:
            shown = _closer(tables, key, shown, known)
        return Number((figure, *key), 0, max(most, shown[1]), shown, 0, min(WIDTH_HOURS, most), whole=False)

    ledger.enter(count.hours, describe)
    return ledger.system()


def _closer(tables: Tables, key: Key, shown: tuple[float, float], known: float | None) -> tuple[float, float]:
    """What the occupancy rate, and the hours that were free, tell of the hours of use."""
    share = tables.cell(*key, "B3").value
    if known is not None and share is not None:
        shown = _both(shown, (float(share - HALF_PER_CENT) * known, float(share + HALF_PER_CENT) * known))
    free, off, unknown, available = (
        tables.cell(*key, name).value for name in ("B2.free", "A8.off", "A8.unknown", "A6")
    )
    if free is not None and off is not None and unknown is not None and available is not None:
        used = hours(available - off - unknown - free)
        shown = _both(shown, (used - HALF, used + HALF))
    return shown


def _both(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    """Where both hold; the first where they contradict each other."""
    least, greatest = max(one[0], other[0]), min(one[1], other[1])
    return (least, greatest) if least < greatest else one
