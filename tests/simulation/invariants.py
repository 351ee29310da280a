"""What must hold at the end of a world, whatever happened in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import accumulate
from typing import Any, NamedTuple, TypeVar

from collector.storage import models
from tests.simulation.collector import SimulatedCollector
from tests.simulation.truth import RULES_MINUTES, SLOT, Expected

NO_LENGTHS = "0 0 0 0 0 0 0"
NONE = [0] * 7
BY_RULE = tuple(f"{kind}_{minutes}" for minutes in RULES_MINUTES for kind in ("starts", "seconds_in_use", "lengths"))


class Counted(NamedTuple):
    """What the collector holds of one station; by rule, then by run and slot."""

    starts: list[dict[tuple[str, int], int]]
    use: list[dict[tuple[str, int], int]]
    lengths: list[dict[int, list[int]]]
    on: dict[tuple[str, int], int]
    observed: dict[tuple[str, int], int]
    revisions: dict[tuple[str, str, int], int]
    undated: dict[str, list[tuple[int, int, list[int]]]]
    """Of the runs without a place in time, by rule: starts, seconds in use, lengths."""


def counted(collector: SimulatedCollector) -> dict[int, Counted]:
    """The facts of each station."""
    found: dict[int, Counted] = defaultdict(nothing)
    columns = ("station_id", "run_id", "slot", "revision", "seconds_on", "seconds_observed", *BY_RULE)
    for station_id, run_id, slot, revision, on, observed, *by_rule in collector.rows(models.slot_record, columns):
        result = found[station_id]
        key = (run_id, slot)
        result.revisions["slots", run_id, slot] = revision
        result.on[key] = on
        result.observed[key] = observed
        for rule in range(len(RULES_MINUTES)):
            starts, use, lengths = by_rule[3 * rule : 3 * rule + 3]
            result.starts[rule][key] = starts
            result.use[rule][key] = use
            if lengths != NO_LENGTHS:
                sums = result.lengths[rule].setdefault(slot, [0] * 7)
                for at, length in enumerate(lengths.split()):
                    sums[at] += int(length)
    for station_id, run_id, revision in collector.rows(models.run, ("station_id", "run_id", "revision")):
        found[station_id].revisions["runs", run_id, -1] = revision
    columns = ("station_id", "run_id", "revision", *BY_RULE)
    for station_id, run_id, revision, *by_rule in collector.rows(models.undated_record, columns):
        found[station_id].revisions["undated", run_id, -1] = revision
        found[station_id].undated[run_id] = [
            (by_rule[first], by_rule[first + 1], list(map(int, by_rule[first + 2].split())))
            for first in range(0, len(by_rule), 3)
        ]
    return found


def nothing() -> Counted:
    return Counted(
        [{} for _ in RULES_MINUTES], [{} for _ in RULES_MINUTES], [{} for _ in RULES_MINUTES], {}, {}, {}, {}
    )


def compare(who: str, right: Expected, found: Counted, lossy: AbstractSet[str]) -> Iterable[str]:
    """Counts equal the truth, slot by slot, run by run, rule by rule.

    Of the runs in `lossy` the disk forgot a part that nobody else had: their counts may be lower, never higher.
    """
    for rule, minutes in enumerate(RULES_MINUTES):
        yield from differences(f"{who}: starts under {minutes} min", right.starts[rule], found.starts[rule], lossy)
        yield from differences(f"{who}: seconds in use under {minutes} min", right.use[rule], found.use[rule], lossy)
        for slot in sorted({*right.lengths[rule], *found.lengths[rule]}):
            wanted, got = right.lengths[rule].get(slot, NONE), found.lengths[rule].get(slot, NONE)
            if (any(map(int.__gt__, at_least(got), at_least(wanted)))) if lossy else got != wanted:
                yield f"{who}: lengths under {minutes} min in {slot}: {got} counted, {wanted} true"
    yield from differences(f"{who}: seconds on", right.on, found.on, lossy)
    yield from differences(f"{who}: seconds observed", right.observed, found.observed, lossy)


def at_least(lengths: list[int]) -> list[int]:
    """How many sessions were as long as each band or longer: of a session whose end is lost a part may be known."""
    return list(accumulate(reversed(lengths)))


Key = TypeVar("Key", bound=tuple[Any, ...])


def differences(
    what: str, right: Mapping[Key, int], found: Mapping[Key, int], lossy: AbstractSet[str] = frozenset()
) -> Iterable[str]:
    """Where two counts differ; a count that is missing is zero."""
    if right == found:
        return
    for key in sorted({*right, *found}):
        wanted, got = right.get(key, 0), found.get(key, 0)
        if wanted != got and not (key[0] in lossy and got < wanted):
            yield f"{what} in {key}: {got} counted, {wanted} true"


def acknowledged(who: str, said: Mapping[tuple[str, str, str, int], int], found: Counted) -> Iterable[str]:
    """What the collector said it holds is there, in that revision or a later one."""
    for (station, kind, run_id, slot), revision in said.items():
        if station == who and found.revisions.get((kind, run_id, slot), 0) < revision:
            held = found.revisions.get((kind, run_id, slot), 0)
            yield f"{who}: acknowledged and lost: {kind} {run_id} {slot}: revision {revision} said, {held} held"


def site_slots(collector: SimulatedCollector, stations: Mapping[int, Counted]) -> Iterable[str]:
    """The site's figures are the sums over its stations, each clipped at a quarter of an hour."""
    right: dict[tuple[str, int, int], int] = defaultdict(int)
    for facts in stations.values():
        observed = by_slot(facts.observed)
        for rule, minutes in enumerate(RULES_MINUTES):
            for (_, slot), starts in facts.starts[rule].items():
                right["starts", minutes, slot] += starts
            for slot, seconds in by_slot(facts.use[rule]).items():
                right["seconds_in_use", minutes, slot] += min(SLOT, seconds, observed.get(slot, 0))
    names = [(name, minutes) for minutes in RULES_MINUTES for name in ("starts", "seconds_in_use")]
    found = {
        (*name, slot): value
        for slot, *values in collector.rows(models.site_slot, ("slot", *(f"{kind}_{rule}" for kind, rule in names)))
        for name, value in zip(names, values, strict=True)
        if value
    }
    yield from differences("site", right, found)


def by_slot(by_run: Mapping[tuple[str, int], int]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for (_, slot), value in by_run.items():
        sums[slot] += value
    return sums
