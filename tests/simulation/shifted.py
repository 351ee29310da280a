"""Counts of stations whose clock was not always right: they may lie in the slot beside, and some lie in none.

What was counted until the end of a slot is compared with what had happened until then, some seconds more or less: as
many as the clock may have been wrong. Of a run that has no place in time the sums are compared.
"""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from itertools import accumulate

from tests.simulation.invariants import NONE, Counted
from tests.simulation.truth import RULES_MINUTES, SLOT, Expected

SLACK_SECONDS = 150
"""Bracketed stretches were within 120 s (design: time); an answer of the collector travels for up to 30 s."""


def compare(who: str, right: Expected, found: Counted, lossy: AbstractSet[str]) -> Iterable[str]:
    """Counts equal the truth, in the right slot or in the one beside it, or in no slot and declared so."""
    for rule, minutes in enumerate(RULES_MINUTES):
        runs = {*right.moments[rule], *right.stretches[rule], *found.undated}
        runs.update(run_id for run_id, _ in (*found.starts[rule], *found.use[rule]))
        for run_id in sorted(runs):
            moments, stretches = right.moments[rule][run_id], right.stretches[rule][run_id]
            place = f"{who} run {run_id}"
            starts, use = of_run(found.starts[rule], run_id), of_run(found.use[rule], run_id)
            exact = run_id not in lossy
            if run_id in found.undated:
                sums = found.undated[run_id][rule] if found.undated[run_id] else (0, 0)
                if starts or use:
                    yield f"{place} has counts with and without a place in time"
                yield from total(f"{place}: undated starts under {minutes} min", len(moments), sums[0], exact=exact)
                seconds = sum(end - start for start, end in stretches)
                yield from total(f"{place}: undated seconds under {minutes} min", seconds, sums[1], exact=exact)
                continue
            marks = [(moment, moment) for moment in moments]
            yield from in_order(f"{place}: starts under {minutes} min", starts, marks, exact=exact, count=True)
            yield from in_order(f"{place}: seconds under {minutes} min", use, stretches, exact=exact, count=False)
        wanted, got = bands(right.lengths[rule].values()), bands(found.lengths[rule].values())
        got = bands([got, *(sums[rule][2] for sums in found.undated.values() if sums)])
        if any(map(int.__gt__, got, wanted)):
            yield f"{who}: lengths under {minutes} min: {got} counted, {wanted} true"


def of_run(by_slot: Mapping[tuple[str, int], int], run_id: str) -> dict[int, int]:
    return {slot: value for (run, slot), value in by_slot.items() if run == run_id and value}


def total(what: str, wanted: int, got: int, *, exact: bool) -> Iterable[str]:
    if got > wanted or (exact and got != wanted):
        yield f"{what}: {got} counted, {wanted} true"


def in_order(
    what: str, found: Mapping[int, int], right: list[tuple[int, int]], *, exact: bool, count: bool
) -> Iterable[str]:
    """Until the end of each slot, as much as had happened by then."""
    slots = sorted(found)
    reached = list(accumulate(found[slot] for slot in slots))
    for slot, so_far in zip(slots, reached, strict=True):
        end = (slot + 1) * SLOT
        most = until(right, end + SLACK_SECONDS, count=count)
        least = until(right, end - SLACK_SECONDS, count=count) if exact else 0
        if not least - SLACK_SECONDS * (not count) <= so_far <= most:
            yield f"{what} until {slot}: {so_far} counted, {least} to {most} true"
            return
    wanted, got = until(right, 2**40, count=count), reached[-1] if reached else 0
    # Where the clock was set, a slot may have been full before its time.
    if got > wanted or (exact and wanted - got > SLACK_SECONDS * (not count)):
        yield f"{what}: {got} counted, {wanted} true"


def until(right: list[tuple[int, int]], moment: int, *, count: bool) -> int:
    if count:
        return sum(start < moment for start, _ in right)
    return sum(min(end, moment) - start for start, end in right if start < moment)


def bands(lengths: Iterable[list[int]]) -> list[int]:
    return [sum(column) for column in zip(NONE, *lengths, strict=True)]
