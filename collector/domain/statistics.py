"""Sessions, hours of use, the four states of station time, and coverage, of one site in one period.

Formulas B1, B1r, B2 and A8 of the catalogue, without opening hours: until a site has a timetable, all time in which a
station is in service counts as offered, up to now. The life of a station at its site is snapped to the grid of
quarter-hours, outwards: a slot that it touches is offered whole. A period is first cut into stretches in which the
same number of stations was installed (`stretches`); whoever has the slots adds them up by stretch (`Sums`); then
`figures` says what may be said. Sums are exact and cut at the same slots, so days sum to months and months to years.

Each offered second is in use, free, off (proved) or unknown (`collector.domain.site_slots`). In use, free and off are
known: coverage is their share. What was counted without a place in time is told by month of receipt, apart.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.domain import cells, disclosure
from collector.domain.calendar import SLOT_SECONDS, Period, local_date
from collector.domain.cells import Cell

IDLE_RULES_MINUTES = (3, 5, 10, 15)
NEVER = 2**62


class Mark(StrEnum):
    """What a reader must know about the figures of use in a row."""

    RUNNING = "running"
    """The period is not over."""
    LOW_COVERAGE = "low_coverage"
    """Less is known than the limit asks for: the true figures may be larger."""
    UNDATED = "undated"
    """Sessions were received of which nobody knows when they took place; they are in no figure but their own."""
    PARTLY_CONFIDENTIAL = "partly_confidential"
    """A part with fewer than two stations is left out."""
    UPPER_BOUND = "upper_bound"
    """Nobody could see whether the visitor was still there: hours of use are at most this."""


class Installed(NamedTuple):
    """The life of one station at the site, in seconds since 1970-01-01 UTC."""

    start: int
    end: int | None


class Stretch(NamedTuple):
    """Slots with the same stations. `seconds_per_slot` is what they offer in each of them."""

    first_slot: int
    end_slot: int
    stations: int
    seconds_per_slot: int

    def seconds_offered(self) -> int:
        return (self.end_slot - self.first_slot) * self.seconds_per_slot


@dataclass(frozen=True, slots=True)
class Sums:
    """What the slots of one stretch add up to, each slot clipped to what was offered in it."""

    seconds_observed: int = 0
    """In use or free."""
    seconds_off: int = 0
    starts: Mapping[int, int] = field(default_factory=dict)
    """Sessions started, by idle rule in minutes."""
    seconds_in_use: Mapping[int, int] = field(default_factory=dict)
    records_log_on: int = 0
    records_activity: int = 0
    records_upper_bound: int = 0
    """How many slot records counted in each way; among those by log-on, how many with hours that are at most that."""

    def seconds_known(self) -> int:
        return self.seconds_observed + self.seconds_off


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
    sessions_by_rule: Mapping[int, Cell]
    """The sensitivity line: only where sessions are recognised by activity, else not applicable."""
    seconds_of_use: Cell
    seconds_free: Cell
    seconds_off: Cell
    seconds_unknown: Cell
    seconds_offered: Cell
    """In use, free, off and unknown, where none of them is confidential."""
    coverage: Cell
    undated_sessions: Cell
    """Received in this month, taken place nobody knows when: in no other figure. For whole months only."""
    undated_seconds_of_use: Cell
    methods: frozenset[str]
    marks: tuple[Mark, ...]


def stretches(period: Period, installed: Iterable[Installed], now: int) -> list[Stretch]:
    """Cut a period where the number of installed stations changes; leave out what no station offers, or not yet."""
    end = min(period.end(), now)
    lives = [(max(_down(life.start), period.start()), min(_up(life.end), end)) for life in installed]
    lives = [(start, stop) for start, stop in lives if start < stop]
    edges = set()
    for moment in {moment for life in lives for moment in life}:
        # A slot in which something changes is a stretch of its own.
        edges.add(moment // SLOT_SECONDS)
        edges.add(-(-moment // SLOT_SECONDS))
    found = []
    for first, after in pairwise(sorted(edges)):
        first_second, second_after = first * SLOT_SECONDS, after * SLOT_SECONDS
        offered = [min(stop, second_after) - max(start, first_second) for start, stop in lives]
        offered = [seconds for seconds in offered if seconds > 0]
        if offered:
            found.append(Stretch(first, after, len(offered), sum(offered) // (after - first)))
    return found


def idle_rule_of(period: Period, rules: Rules) -> int:
    """The official idle rule of the month in which a period begins, so that days and their month agree."""
    month = period.first_day.replace(day=1)
    in_force = [rule for rule in rules.idle_rules if local_date(rule.valid_from, rules.zone) <= month]
    return max(in_force or [min(rules.idle_rules)]).minutes


def _down(moment: int) -> int:
    return moment // SLOT_SECONDS * SLOT_SECONDS


def _up(moment: int | None) -> int:
    return NEVER if moment is None else -(-moment // SLOT_SECONDS) * SLOT_SECONDS


def figures(
    period: Period,
    summed: Sequence[tuple[Stretch, Sums]],
    now: int,
    rules: Rules,
    *,
    demonstration: bool,
    undated: Undated | None = None,
) -> Figures:
    """What may be said about a period; `summed` holds its stretches with what their slots add up to.

    `undated` is what was received without a place in time, where the period is a month.
    """
    official = idle_rule_of(period, rules)
    offered = sum(stretch.seconds_offered() for stretch, _ in summed)
    known = sum(sums.seconds_known() for _, sums in summed)
    coverage = cells.ratio(known, offered)
    shown = [
        sums for stretch, sums in summed if disclosure.use_may_be_shown(stretch.stations, demonstration=demonstration)
    ]
    partly = bool(shown) and len(shown) < len(summed)
    upper = any(sums.records_upper_bound for _, sums in summed)
    low = coverage.value is not None and coverage.value < rules.coverage_limit

    def use(count: int, *, at_least: bool = low or partly, at_most: bool = False) -> Cell:
        if not offered:
            return cells.NOT_APPLICABLE
        if not shown:
            return cells.CONFIDENTIAL
        if not any(sums.seconds_known() for sums in shown):
            return cells.UNKNOWN
        return cells.counted(count, at_least=at_least, at_most=at_most)

    def time(seconds: int) -> Cell:
        return cells.counted(seconds) if offered else cells.NOT_APPLICABLE

    in_use = sum(sums.seconds_in_use.get(official, 0) for sums in shown)
    by_activity = any(sums.records_activity for _, sums in summed)
    by_rule = {minutes: use(sum(sums.starts.get(minutes, 0) for sums in shown)) for minutes in IDLE_RULES_MINUTES}
    # Counts without a place belong to no stretch: all of the month must be of a kind that may be shown.
    lost_sessions, lost_seconds = _lost(undated, official, confidential=len(shown) < len(summed) or not summed)
    found = {
        Mark.RUNNING: period.end() > now,
        Mark.LOW_COVERAGE: low,
        Mark.PARTLY_CONFIDENTIAL: partly,
        Mark.UPPER_BOUND: upper,
        Mark.UNDATED: undated is not None and undated != NO_UNDATED,
    }
    return Figures(
        period=period,
        idle_rule_minutes=official,
        sessions=by_rule[official],
        sessions_by_rule=by_rule if by_activity else dict.fromkeys(IDLE_RULES_MINUTES, cells.NOT_APPLICABLE),
        seconds_of_use=use(in_use, at_most=upper),
        # Where use may be too much, free is too little by as much.
        seconds_free=use(sum(sums.seconds_observed for sums in shown) - in_use, at_least=low or partly or upper),
        seconds_off=time(sum(sums.seconds_off for _, sums in summed)),
        seconds_unknown=time(offered - known),
        seconds_offered=time(offered),
        coverage=coverage,
        undated_sessions=lost_sessions,
        undated_seconds_of_use=lost_seconds,
        methods=_methods([sums for _, sums in summed]),
        marks=tuple(mark for mark, applies in found.items() if applies),
    )


def _lost(undated: Undated | None, official: int, *, confidential: bool) -> tuple[Cell, Cell]:
    if undated is None:
        return cells.NOT_APPLICABLE, cells.NOT_APPLICABLE
    if confidential and undated != NO_UNDATED:
        return cells.CONFIDENTIAL, cells.CONFIDENTIAL
    return cells.counted(undated.starts[official]), cells.counted(undated.seconds_in_use[official])


def _methods(sums: Sequence[Sums]) -> frozenset[str]:
    counted = {
        "log_on": any(each.records_log_on for each in sums),
        "activity": any(each.records_activity for each in sums),
    }
    return frozenset(method for method, occurs in counted.items() if occurs)
