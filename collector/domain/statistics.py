"""Sessions, hours of use and coverage of one site in one period.

Formulas B1, B1r, B2 and A8 of the catalogue, without opening hours: until a site has a timetable, every second from
the installation of a station to its end counts as offered, up to now. A period is first cut into stretches in which
the same number of stations was installed (`stretches`); whoever has the slots adds them up by stretch (`Sums`); then
`figures` says what may be said. Sums are exact and cut at the same slots, so days sum to months and months to years.
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


class Mark(StrEnum):
    """What a reader must know about the figures of use in a row."""

    RUNNING = "running"
    """The period is not over."""
    LOW_COVERAGE = "low_coverage"
    """Less is known than the limit asks for: the true figures may be larger."""
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
    seconds_readable: int = 0
    starts: Mapping[int, int] = field(default_factory=dict)
    """Sessions started, by idle rule in minutes."""
    seconds_in_use: Mapping[int, int] = field(default_factory=dict)


class Method(NamedTuple):
    """How the sessions of one slot were counted."""

    slot: int
    method: str
    presence_readable: bool


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
    seconds_observed: Cell
    seconds_offered: Cell
    coverage: Cell
    methods: frozenset[str]
    marks: tuple[Mark, ...]


def stretches(period: Period, installed: Iterable[Installed], now: int) -> list[Stretch]:
    """Cut a period where the number of installed stations changes; leave out what no station offers, or not yet."""
    end = min(period.end(), now)
    lives = [(max(life.start, period.start()), end if life.end is None else min(life.end, end)) for life in installed]
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


def marks_of(
    period: Period, now: int, rules: Rules, coverage: Cell, *, partly: bool, methods: Iterable[Method]
) -> tuple[Mark, ...]:
    upper = any(each.method == "log_on" and not each.presence_readable for each in methods)
    low = coverage.value is not None and coverage.value < rules.coverage_limit
    found = {
        Mark.RUNNING: period.end() > now,
        Mark.LOW_COVERAGE: low,
        Mark.PARTLY_CONFIDENTIAL: partly,
        Mark.UPPER_BOUND: upper,
    }
    return tuple(mark for mark, applies in found.items() if applies)


def figures(
    period: Period,
    summed: Sequence[tuple[Stretch, Sums]],
    methods: Iterable[Method],
    now: int,
    rules: Rules,
    *,
    demonstration: bool,
) -> Figures:
    """What may be said about a period; `summed` holds its stretches with what their slots add up to."""
    official = idle_rule_of(period, rules)
    methods = [each for each in methods if period.first_slot <= each.slot < period.end_slot]
    offered = sum(stretch.seconds_offered() for stretch, _ in summed)
    observed = sum(sums.seconds_observed for _, sums in summed)
    readable = sum(sums.seconds_readable for _, sums in summed)
    coverage = cells.ratio(readable, offered)
    shown = [
        sums for stretch, sums in summed if disclosure.use_may_be_shown(stretch.stations, demonstration=demonstration)
    ]
    partly = bool(shown) and len(shown) < len(summed)
    marks = marks_of(period, now, rules, coverage, partly=partly, methods=methods)

    def use(count: int, *, at_most: bool = False) -> Cell:
        if not offered:
            return cells.NOT_APPLICABLE
        if not shown:
            return cells.CONFIDENTIAL
        if not any(sums.seconds_readable for sums in shown):
            return cells.UNKNOWN
        return cells.counted(count, at_least=Mark.LOW_COVERAGE in marks or partly, at_most=at_most)

    by_activity = any(each.method == "activity" for each in methods)
    by_rule = {minutes: use(sum(sums.starts.get(minutes, 0) for sums in shown)) for minutes in IDLE_RULES_MINUTES}
    return Figures(
        period=period,
        idle_rule_minutes=official,
        sessions=by_rule[official],
        sessions_by_rule=by_rule if by_activity else dict.fromkeys(IDLE_RULES_MINUTES, cells.NOT_APPLICABLE),
        seconds_of_use=use(
            sum(sums.seconds_in_use.get(official, 0) for sums in shown), at_most=Mark.UPPER_BOUND in marks
        ),
        seconds_observed=cells.counted(observed) if offered else cells.NOT_APPLICABLE,
        seconds_offered=cells.counted(offered) if offered else cells.NOT_APPLICABLE,
        coverage=coverage,
        methods=frozenset(each.method for each in methods),
        marks=marks,
    )
