"""Adds up what the stations of one site know about one quarter-hour.

Runs of the same station add up, each clipped at the 900 seconds that a quarter-hour has; then stations add up.
The result does not say which station was in use.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

SLOT_SECONDS = 900
RULES = 4
"""Idle rules per record, in ascending order of minutes."""
BANDS = 7
NOT_READABLE = "not_readable"
NO_LENGTHS = " ".join(["0"] * BANDS)


class Fact(NamedTuple):
    """One slot record: what one run of one station knows. `lengths` are counts by band, as words."""

    station_id: int
    method: str
    seconds_observed: int
    seconds_on: int
    starts: Sequence[int]
    seconds_in_use: Sequence[int]
    lengths: Sequence[str]


class SiteSlot(NamedTuple):
    """What one site knows about one quarter-hour."""

    stations_observed: int
    stations_readable: int
    seconds_observed: int
    seconds_readable: int
    seconds_on: int
    starts: tuple[int, ...]
    seconds_in_use: tuple[int, ...]
    lengths: tuple[str, ...]


def derive(facts: Iterable[Fact]) -> SiteSlot:
    """The site slot that follows from all facts of one site and slot, in any order.

    Counts of a record whose sessions are not readable mean nothing and are left out.
    """
    runs: dict[int, list[Fact]] = {}
    readable: dict[int, list[Fact]] = {}
    for fact in facts:
        runs.setdefault(fact.station_id, []).append(fact)
        if fact.method != NOT_READABLE:
            readable.setdefault(fact.station_id, []).append(fact)
    observed = [_clipped([fact.seconds_observed for fact in records]) for records in runs.values()]
    counted = [_clipped([fact.seconds_observed for fact in records]) for records in readable.values()]
    in_use = [_in_use(records) for records in readable.values()]
    all_readable = [fact for records in readable.values() for fact in records]
    return SiteSlot(
        len([seconds for seconds in observed if seconds]),
        len([seconds for seconds in counted if seconds]),
        sum(observed),
        sum(counted),
        sum([_clipped([fact.seconds_on for fact in records]) for records in runs.values()]),
        _column_sums([fact.starts for fact in all_readable]),
        _column_sums(in_use),
        tuple(added([fact.lengths[rule] for fact in all_readable]) for rule in range(RULES)),
    )


def added(words: Iterable[str]) -> str:
    """Counts by band, added up: ["1 0 0 0 0 0 2", "0 0 0 0 0 0 1"] gives "1 0 0 0 0 0 3"."""
    some = [word for word in words if word != NO_LENGTHS]
    if not some:
        return NO_LENGTHS
    if len(some) == 1:
        return some[0]
    sums = [sum(map(int, column)) for column in zip(*[word.split() for word in some], strict=True)]
    return " ".join(map(str, sums))


def _in_use(records: Sequence[Fact]) -> Sequence[int]:
    return [_clipped(seconds) for seconds in zip(*[fact.seconds_in_use for fact in records], strict=True)]


def _column_sums(rows: Sequence[Sequence[int]]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True))) if rows else (0,) * RULES


def _clipped(seconds: Sequence[int]) -> int:
    return min(SLOT_SECONDS, sum(seconds))
