"""What the collector claims to know of a station must be so: in use, free, off; what nobody saw is unknown.

Seconds observed and on are compared run by run (`invariants.py`). Here are the seconds proved off, and the stations
that are known and taken in each quarter-hour, against the whole truth and not only what the service saw.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import pairwise

from collector.storage import models
from tests.simulation.collector import SimulatedCollector
from tests.simulation.truth import RULES_MINUTES, SLOT, Boot, View, expected, union, without

AT_START_SECONDS, AT_STOP_SECONDS = 64, 10
"""A computer is on for so long before its service runs, and after it was told to stop."""
TAKEN_SECONDS = 450


def off(boots: Sequence[Boot]) -> list[tuple[int, int]]:
    """When a computer was off or asleep, from its first start to the last one."""
    between = [(before.ended, after.started) for before, after in pairwise(boots)]
    return sorted([*between, *(sleep for boot in boots for sleep in boot.sleeps)])


def off_is_true(
    who: str, boots: Sequence[Boot], hidden: Sequence[Boot], claimed: Iterable[tuple[int, int]]
) -> Iterable[str]:
    """Whatever was proved off was off, but for the seconds around a start and a stop; or nobody could know better."""
    known = [boot for boot in boots if boot not in hidden]
    truly = sorted(union([(*stretch, "") for stretch in (*off(boots), *off(known))]))
    for start, end in claimed:
        for first, last in without(start, end, [(begun, ended) for begun, ended, _ in truly]):
            at_start = any(first >= boot.started and last <= boot.started + AT_START_SECONDS for boot in boots)
            at_stop = any(first >= boot.ended - AT_STOP_SECONDS and last <= boot.ended for boot in boots)
            if not (at_start or at_stop):
                yield f"{who}: proved off from {first} to {last}, and was on"


def off_is_found(
    who: str, boots: Sequence[Boot], claimed: Iterable[tuple[int, int]], lossy: AbstractSet[str]
) -> Iterable[str]:
    """Whatever lies between a shutdown that the service saw and the next start that it saw is proved off.

    Unless the disk has lost a part of either of the runs.
    """
    ends = {end for _, end in claimed}
    for before, after in pairwise(boots):
        seen = after.views and after.views[0].start <= after.started + AT_START_SECONDS
        if any(view.run_id in lossy for view in (*before.views[-1:], *after.views[:1])):
            continue
        if before.shut_down and seen and after.views[0].start not in ends:
            yield f"{who}: was shut down at {before.ended} and off until {after.started}, and nobody knows"


def claimed(collector: SimulatedCollector) -> dict[int, list[tuple[int, int]]]:
    """What was proved off, by station."""
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for number, start, end in collector.rows(models.off_stretch, ("station_id", "off_from", "off_until")):
        found[number].append((start, end))
    return found


def used(boots: Sequence[Boot]) -> dict[int, int]:
    """Seconds in use by slot, whoever saw them."""
    seconds: dict[int, int] = defaultdict(int)
    stretches = sorted(
        part
        for boot in boots
        for log_on in boot.log_ons
        for begun, ended in log_on.active(log_on.end(boot))
        for part in without(begun, ended, boot.sleeps)
    )
    reached = -1
    for begun, end in stretches:
        start = max(begun, reached)
        while start < end:
            edge = min(end, (start // SLOT + 1) * SLOT)
            seconds[start // SLOT] += edge - start
            start = edge
        reached = max(reached, end)
    return seconds


def used_within_limits(boots: Sequence[Boot]) -> list[dict[int, int]]:
    """The same by each idle rule, for someone who saw all of it: no session is longer than twelve hours."""
    seen = [replace(boot, views=[View("", boot.started, boot.ended)]) for boot in boots]
    return [{slot: seconds for (_, slot), seconds in by_slot.items()} for by_slot in expected(seen).use]


def taken_is_true(
    collector: SimulatedCollector, stations: Sequence[tuple[Sequence[Boot], Sequence[Boot]]]
) -> Iterable[str]:
    """No more stations are said to be taken, or to be known and not taken, than there are such stations.

    Of each station all boots, and those that are hidden: what those have sent is known all the same.
    """
    most = [used(boots) for boots, _ in stations]
    least = [used_within_limits([boot for boot in boots if boot not in hidden]) for boots, hidden in stations]
    names = [f"stations_{kind}_{minutes}" for minutes in RULES_MINUTES for kind in ("known", "taken")]
    for slot, in_service, *values in collector.rows(models.site_slot, ("slot", "stations_in_service", *names)):
        if in_service != len(stations):
            yield f"site in {slot}: {in_service} stations in service, {len(stations)} true"
        taken = sum(seconds.get(slot, 0) >= TAKEN_SECONDS for seconds in most)
        for rule, minutes in enumerate(RULES_MINUTES):
            # A visitor who logs on before the service runs is seen when it does.
            free = sum(by_rule[rule].get(slot, 0) < TAKEN_SECONDS + AT_START_SECONDS for by_rule in least)
            known, said = values[2 * rule : 2 * rule + 2]
            if said > taken or known - said > free:
                yield f"site in {slot} under {minutes} min: {said} taken of {known} known, {taken} taken true"
