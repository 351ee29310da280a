"""What must hold at the end of a world, whatever happened in it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Table

from collector.storage import models
from tests.simulation.collector import SimulatedCollector
from tests.simulation.truth import RULES_MINUTES, SLOT, Expected

NO_LENGTHS = "0 0 0 0 0 0 0"
NONE = [0] * 7


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
    for row in named(collector, models.slot_record):
        result = found[row["station_id"]]
        key = (row["run_id"], row["slot"])
        result.revisions["slots", *key] = row["revision"]
        result.on[key] = row["seconds_on"]
        result.observed[key] = row["seconds_observed"]
        for rule, minutes in enumerate(RULES_MINUTES):
            result.starts[rule][key] = row[f"starts_{minutes}"]
            result.use[rule][key] = row[f"seconds_in_use_{minutes}"]
            lengths = row[f"lengths_{minutes}"]
            if lengths != NO_LENGTHS:
                sums = result.lengths[rule].setdefault(row["slot"], [0] * 7)
                for at, length in enumerate(lengths.split()):
                    sums[at] += int(length)
    for name, table in (("runs", models.run), ("undated", models.undated_record)):
        for row in named(collector, table):
            found[row["station_id"]].revisions[name, row["run_id"], -1] = row["revision"]
            if name == "undated":
                found[row["station_id"]].undated[row["run_id"]] = [
                    (
                        row[f"starts_{minutes}"],
                        row[f"seconds_in_use_{minutes}"],
                        list(map(int, row[f"lengths_{minutes}"].split())),
                    )
                    for minutes in RULES_MINUTES
                ]
    return found


def nothing() -> Counted:
    return Counted(
        [{} for _ in RULES_MINUTES], [{} for _ in RULES_MINUTES], [{} for _ in RULES_MINUTES], {}, {}, {}, {}
    )


def named(collector: SimulatedCollector, table: Table) -> Iterable[dict[str, Any]]:
    """The rows of a table, by the names of its columns."""
    columns = [column.name for column in table.columns]
    return (dict(zip(columns, values, strict=True)) for values in collector.rows(table))


def compare(who: str, right: Expected, found: Counted, lossy: AbstractSet[str]) -> Iterable[str]:
    """Counts equal the truth, slot by slot, run by run, rule by rule.

    Of the runs in `lossy` the disk forgot a part that nobody else had: their counts may be lower, never higher.
    """
    for rule, minutes in enumerate(RULES_MINUTES):
        yield from differences(f"{who}: starts under {minutes} min", right.starts[rule], found.starts[rule], lossy)
        yield from differences(f"{who}: seconds in use under {minutes} min", right.use[rule], found.use[rule], lossy)
        for slot in sorted({*right.lengths[rule], *found.lengths[rule]}):
            wanted, got = right.lengths[rule].get(slot, NONE), found.lengths[rule].get(slot, NONE)
            if (any(map(int.__gt__, got, wanted))) if lossy else got != wanted:
                yield f"{who}: lengths under {minutes} min in {slot}: {got} counted, {wanted} true"
    yield from differences(f"{who}: seconds on", right.on, found.on, lossy)
    yield from differences(f"{who}: seconds observed", right.observed, found.observed, lossy)


Key = TypeVar("Key", bound=tuple[Any, ...])


def differences(
    what: str, right: Mapping[Key, int], found: Mapping[Key, int], lossy: AbstractSet[str] = frozenset()
) -> Iterable[str]:
    """Where two counts differ; a count that is missing is zero."""
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
        for rule, minutes in enumerate(RULES_MINUTES):
            for (_, slot), starts in facts.starts[rule].items():
                right["starts", minutes, slot] += starts
            for slot, seconds in by_slot(facts.use[rule]).items():
                right["seconds_in_use", minutes, slot] += min(SLOT, seconds)
    found = {
        (name, minutes, row["slot"]): row[f"{name}_{minutes}"]
        for row in named(collector, models.site_slot)
        for minutes in RULES_MINUTES
        for name in ("starts", "seconds_in_use")
    }
    yield from differences("site", right, found)


def by_slot(by_run: Mapping[tuple[str, int], int]) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for (_, slot), value in by_run.items():
        sums[slot] += value
    return sums
