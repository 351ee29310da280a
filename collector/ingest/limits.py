"""What one station may say, record by record.

A document that follows the schema is never refused for its content. Records that are too old, in the future, beyond
the limits or at odds with themselves are left out, counted by reason, and the envelope is acknowledged: sending them
again could never help, and a refusal would stop the good records beside them for ever. So a stolen station secret
can spoil little, and a station with a broken clock loses only what nobody could place.
"""

from collections import Counter, OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from itertools import chain, compress
from operator import not_
from typing import NamedTuple, TypeVar

from agent.wire.figures import IDLE_RULES_MINUTES, SLOT_SECONDS
from agent.wire.v1 import (
    Envelope,
    IdleRule,
    RunRecord,
    SlotRecord,
    UndatedRecord,
    UndatedRule,
)

DAY_SECONDS = 86_400
SLOTS_PER_DAY = DAY_SECONDS // SLOT_SECONDS
SLOTS_AHEAD = 1
"""The slot after the current one is accepted: the station's clock may be a little ahead of ours."""
_IN_ORDER = list(IDLE_RULES_MINUTES)
ROUNDING_SECONDS = 2
"""How far outside its life a run may put its sleeps and its stop."""
ARRIVALS = 5
"""So many days' worth of runs may be new on one day: a station that was offline for weeks sends them together."""
TOO_MANY = "too_many_runs"
REASONS = ("too_old", "future", "too_many_starts", TOO_MANY, "inconsistent")


Record = TypeVar("Record", RunRecord, SlotRecord, UndatedRecord)


class Limits(NamedTuple):
    """The settings of the same names."""

    slots_back_days: int = 14
    slots_back_backlog_days: int = 60
    starts_per_slot_limit: int = 60
    runs_per_day_limit: int = 200


class RunsSeen:
    """The runs that each station named, by the day that they claim and by that of their arrival.

    In memory, so each worker and each start counts anew. That is enough: it keeps a thief from filling the disk,
    whatever dates are forged, and counts stay right without it.
    """

    def __init__(self, *, stations: int = 50_000, days: int = 100) -> None:
        self._stations = stations
        self._days = days
        self._seen: OrderedDict[tuple[int, int], OrderedDict[int, set[str]]] = OrderedDict()

    def admits(self, station: tuple[int, int], day: int, today: int, run_id: str, limit: int) -> bool:
        """Whether a run that claims a `day` may be believed when it arrives `today`; days since 1970."""
        by_day = self._seen.get(station)
        if by_day is None:
            by_day = self._seen[station] = OrderedDict()
            if len(self._seen) > self._stations:
                self._seen.popitem(last=False)
        elif run_id in by_day.get(day, ()):
            return True
        runs, arrived = self._bucket(by_day, day), self._bucket(by_day, ~today)
        if len(runs) >= limit or (run_id not in arrived and len(arrived) >= ARRIVALS * limit):
            return False
        runs.add(run_id)
        arrived.add(run_id)
        return True

    def _bucket(self, by_day: OrderedDict[int, set[str]], day: int) -> set[str]:
        """The runs of a day; the day of arrival has its number below zero."""
        runs = by_day.get(day)
        if runs is None:
            runs = by_day[day] = set()
            if len(by_day) > self._days:
                by_day.popitem(last=False)
        else:
            by_day.move_to_end(day)
        return runs


def within_limits(
    envelope: Envelope, now: int, limits: Limits, seen: RunsSeen, station: tuple[int, int]
) -> tuple[Envelope, dict[str, int]]:
    """The envelope without what is over the limits, and how many records were left out, by reason."""
    days = limits.slots_back_backlog_days if envelope.backlog else limits.slots_back_days
    current = now // SLOT_SECONDS
    earliest, latest = current - days * SLOTS_PER_DAY, current + SLOTS_AHEAD
    today = now // DAY_SECONDS
    most_runs, most_starts = limits.runs_per_day_limit, limits.starts_per_slot_limit
    # Of each record what is wrong with it, if anything; comprehensions, because this is done for every envelope.
    runs = [
        _run_reason(record, earliest, latest)
        or ("" if seen.admits(station, _day(record, earliest, today), today, record.run_id, most_runs) else TOO_MANY)
        for record in envelope.runs
    ]
    slots = [
        _slot_reason(record, earliest, latest, most_starts)
        or ("" if seen.admits(station, record.slot // SLOTS_PER_DAY, today, record.run_id, most_runs) else TOO_MANY)
        for record in envelope.slots
    ]
    undated = [
        _undated_reason(record) or ("" if seen.admits(station, today, today, record.run_id, most_runs) else TOO_MANY)
        for record in envelope.undated
    ]
    if not (any(runs) or any(slots) or any(undated)):
        return envelope, {}
    good = replace(
        envelope,
        runs=_good(envelope.runs, runs),
        slots=_good(envelope.slots, slots),
        undated=_good(envelope.undated, undated),
    )
    return good, Counter(filter(None, chain(runs, slots, undated)))


def _good(records: tuple[Record, ...], reasons: list[str]) -> tuple[Record, ...]:
    return tuple(compress(records, map(not_, reasons)))


def _day(record: RunRecord, earliest: int, today: int) -> int:
    """The day that a run claims; one that began long ago counts for the first day of which anything is accepted."""
    if record.clock == "untrusted":
        return today
    return max(record.started_at_seconds // DAY_SECONDS, earliest // SLOTS_PER_DAY)


def _slot_reason(record: SlotRecord, earliest: int, latest: int, most_starts: int) -> str:
    if record.slot < earliest:
        return "too_old"
    if record.slot > latest:
        return "future"
    if not _agrees(record.idle_rules, record.method):
        return "inconsistent"
    for rule in record.idle_rules:
        if rule.starts > most_starts or sum(rule.lengths) > most_starts:
            return "too_many_starts"
    return ""


def _run_reason(record: RunRecord, earliest: int, latest: int) -> str:
    if record.clock == "untrusted":
        return ""
    if record.last_seen_at_seconds < earliest * SLOT_SECONDS:
        return "too_old"
    if record.last_seen_at_seconds >= (latest + 1) * SLOT_SECONDS:
        return "future"
    if record.started_at_seconds > record.last_seen_at_seconds:
        return "inconsistent"
    moments = [moment for sleep in record.sleeps for moment in (sleep.from_seconds, sleep.to_seconds)]
    if record.stopped_at_seconds is not None:
        moments.append(record.stopped_at_seconds)
    first, last = record.started_at_seconds - ROUNDING_SECONDS, record.last_seen_at_seconds + ROUNDING_SECONDS
    return "" if all(first <= moment <= last for moment in moments) else "inconsistent"


def _undated_reason(record: UndatedRecord) -> str:
    return "" if _agrees(record.idle_rules, record.method) else "inconsistent"


def _agrees(rules: Sequence[IdleRule] | Sequence[UndatedRule], method: str) -> bool:
    """All four rules in order, or none where sessions are not readable.

    Lengths are not compared with starts: a session that began in one run of the agent and ended in the next has its
    start in the record of the first and its length in that of the second.
    """
    if not rules:
        return method == "not_readable"
    return [rule.minutes for rule in rules] == _IN_ORDER
