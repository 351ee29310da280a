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
    starts: tuple[int, ...]
    seconds_in_use: tuple[int, ...]
    lengths: tuple[str, ...]


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


NOTHING = SiteSlot(0, 0, 0, 0, 0, (0,) * RULES, (0,) * RULES, (NO_LENGTHS,) * RULES)


def derive(facts: Iterable[Fact]) -> SiteSlot:
    """The site slot that follows from all facts of one site and slot, in any order.

    Counts of a record whose sessions are not readable mean nothing and are left out.
    """
    by_station: dict[int, list[Fact]] = {}
    for fact in facts:
        by_station.setdefault(fact.station_id, []).append(fact)
    observed = readable = seconds_observed = seconds_readable = seconds_on = 0
    starts = [0] * RULES
    in_use = [0] * RULES
    lengths: list[list[str]] = [[] for _ in range(RULES)]
    for records in by_station.values():
        counted = [record for record in records if record.method != NOT_READABLE]
        known = _clipped(record.seconds_observed for record in records)
        known_readable = _clipped(record.seconds_observed for record in counted)
        observed += known > 0
        readable += known_readable > 0
        seconds_observed += known
        seconds_readable += known_readable
        seconds_on += _clipped(record.seconds_on for record in records)
        for rule in range(RULES):
            in_use[rule] += _clipped(record.seconds_in_use[rule] for record in counted)
            for record in counted:
                starts[rule] += record.starts[rule]
                if record.lengths[rule] != NO_LENGTHS:
                    lengths[rule].append(record.lengths[rule])
    return SiteSlot(
        observed,
        readable,
        seconds_observed,
        seconds_readable,
        seconds_on,
        tuple(starts),
        tuple(in_use),
        tuple(added(words) for words in lengths),
    )


def added(words: Sequence[str]) -> str:
    """Counts by band, added up: ["1 0 0 0 0 0 2", "0 0 0 0 0 0 1"] gives "1 0 0 0 0 0 3"."""
    if not words:
        return NO_LENGTHS
    if len(words) == 1:
        return words[0]
    sums = [sum(column) for column in zip(*([int(count) for count in word.split()] for word in words), strict=True)]
    return " ".join(map(str, sums))


def _clipped(seconds: Iterable[int]) -> int:
    return min(SLOT_SECONDS, sum(seconds))
