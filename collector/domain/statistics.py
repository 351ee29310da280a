"""The short row of figures of one site in one period: sessions, hours of use, the four states, coverage.

It takes B1, B1x, B2, B2x, A5, A6 and A8 of the catalogue from the sums that everything else is computed from. Each
available second is in use, free, off (proved) or unknown (`collector.domain.site_slots`). In use, free and off are
known: coverage is their share. What was counted without a place in time is told by month of receipt, apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collector.domain import cells
from collector.domain.calendar import Period, local_date
from collector.domain.cells import Cell
from collector.domain.marks import Mark
from collector.domain.offer import EVERY
from collector.domain.operation import operation
from collector.domain.tally import Tally
from collector.domain.use import IDLE_RULES_MINUTES, use
from collector.domain.year import marks_of


class Undated(NamedTuple):
    """Counts without a place in time that were received in one local month, by idle rule in minutes."""

    starts: Mapping[int, int]
    seconds_in_use: Mapping[int, int]


NO_UNDATED = Undated(dict.fromkeys(IDLE_RULES_MINUTES, 0), dict.fromkeys(IDLE_RULES_MINUTES, 0))


class DatedRule(NamedTuple):
    """The official idle rule, in force from the first whole local month after `valid_from`."""

    valid_from: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Rules:
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("Europe/Brussels"))
    idle_rules: Sequence[DatedRule] = (DatedRule(0, 10),)
    coverage_limit: Fraction = Fraction(4, 5)


@dataclass(frozen=True, slots=True)
class Figures:
    """One row of every table, file and answer."""

    period: Period
    idle_rule_minutes: int
    sessions: Cell
    sessions_outside: Cell
    """Outside opening hours, and not in the quarter of an hour before; in no other figure."""
    sessions_by_rule: Mapping[int, Cell]
    """The sensitivity line: only where sessions are recognised by activity, else not applicable."""
    seconds_of_use: Cell
    seconds_outside: Cell
    seconds_free: Cell
    seconds_off: Cell
    seconds_unknown: Cell
    seconds_offered: Cell
    seconds_available: Cell
    """In use, free, off and unknown, where none of them is confidential."""
    coverage: Cell
    undated_sessions: Cell
    """Received in this month, taken place nobody knows when: in no other figure. For whole months only."""
    undated_seconds_of_use: Cell
    methods: frozenset[str]
    marks: tuple[Mark, ...]


def idle_rule_of(period: Period, rules: Rules) -> int:
    """The official idle rule of the month in which a period begins, so that days and their month agree."""
    month = period.first_day.replace(day=1)
    in_force = [rule for rule in rules.idle_rules if local_date(rule.valid_from, rules.zone) <= month]
    return max(in_force or [min(rules.idle_rules)]).minutes


def figures(
    period: Period,
    found: Tally,
    now: int,
    rules: Rules,
    *,
    undated: Undated | None = None,
    late_correction: bool = False,
) -> Figures:
    """What may be said about a period of which `found` holds the sums up to now.

    `undated` is what was received without a place in time, where the period is a month.
    """
    official = idle_rule_of(period, rules)
    made = operation(found) | use(found, rules.coverage_limit)
    lost_sessions, lost_seconds = undated_cells(undated, official, found)
    marks = marks_of(found, made, rules.coverage_limit)
    if period.end() > now:
        marks |= {Mark.RUNNING}
    if undated is not None and undated != NO_UNDATED:
        marks |= {Mark.UNDATED}
    if late_correction:
        marks |= {Mark.LATE_CORRECTION}
    return Figures(
        period=period,
        idle_rule_minutes=official,
        methods=found.methods(),
        marks=tuple(mark for mark in Mark if mark in marks),
        **_columns(made | {"B1u": lost_sessions, "B2u": lost_seconds}),
    )


def with_cells(row: Figures, cells_seen: Mapping[str, Cell]) -> Figures:
    """The row with the cells that its readers may see, by id of the catalogue."""
    return replace(row, **_columns(cells_seen))


def _columns(made: Mapping[str, Cell]) -> dict[str, Any]:
    """The cells of a row by their names there."""
    return {
        "sessions": made["B1"],
        "sessions_outside": made["B1x"],
        "sessions_by_rule": {minutes: made[f"B1r.{minutes}"] for minutes in IDLE_RULES_MINUTES},
        "seconds_of_use": made["B2"],
        "seconds_outside": made["B2x"],
        "seconds_free": made["B2.free"],
        "seconds_off": made["A8.off"],
        "seconds_unknown": made["A8.unknown"],
        "seconds_offered": made["A5"],
        "seconds_available": made["A6"],
        "coverage": made["A8"],
        "undated_sessions": made["B1u"],
        "undated_seconds_of_use": made["B2u"],
    }


def undated_cells(undated: Undated | None, official: int, found: Tally) -> tuple[Cell, Cell]:
    """B1u and B2u: they belong to no quarter-hour, so all of the month must be of a kind that may be shown."""
    if undated is None:
        return cells.NOT_APPLICABLE, cells.NOT_APPLICABLE
    everything, shown = found.over(EVERY), found.over(EVERY, shown=True)
    all_shown = 0 < everything.seconds_installed == shown.seconds_installed
    if not all_shown and undated != NO_UNDATED:
        return cells.CONFIDENTIAL, cells.CONFIDENTIAL
    return cells.counted(undated.starts[official]), cells.counted(undated.seconds_in_use[official])
