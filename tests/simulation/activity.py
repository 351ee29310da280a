"""What is counted by activity: exactly the truth where presence told of it, and unknown everywhere else."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tests.simulation.invariants import Counted, by_slot
from tests.simulation.kiosk import Touches
from tests.simulation.truth import RULES_MINUTES, SLOT, Boot, without

SILENT_SECONDS = 60
"""After so long without a word nobody knows whether there was input."""
LONGEST_GAP = 900
EARLIER_SECONDS = 180
"""The first word may tell of an input that was so long ago: use begins there, though nobody looked."""


def compare(who: str, boots: Sequence[Boot], touches: Touches, found: Counted) -> Iterable[str]:
    """No second is known without a word of presence; where all are, sessions and use are those of the inputs."""
    covers = joined((word, word + SILENT_SECONDS) for word in touches.words)
    heard = spread(covers)
    # Who has just woken up is given time to speak.
    sleeps = [(end, end + SILENT_SECONDS) for boot in boots for _, end in boot.sleeps]
    most = spread(joined(sorted([*covers, *sleeps])))
    begun = [*(start for start, _ in covers), *(view.start for boot in boots for view in boot.views)]
    earlier = [(moment - EARLIER_SECONDS, moment) for moment in [*begun, *(start for start, _ in sleeps)]]
    # A session goes on over a restart of the service: a word after it may tell of an input while nobody looked.
    restarts = [(a.end, b.start) for boot in boots for a, b in pairwise(boot.views)]
    over = [
        near
        for end, start in restarts
        for near in ((end, end + LONGEST_GAP), (start - LONGEST_GAP, start + LONGEST_GAP))
    ]
    before = spread(joined(sorted([*earlier, *over])))
    observed = by_slot(found.observed)
    for slot in sorted(observed):
        if observed[slot] > most.get(slot, 0):
            yield f"{who}: observed in {slot}: {observed[slot]} counted, presence spoke for {most.get(slot, 0)}"
    for rule, minutes in enumerate(RULES_MINUTES):
        use = by_slot(found.use[rule])
        for slot in sorted(use):
            known = observed.get(slot, 0) + before.get(slot, 0)
            if use[slot] > known:
                yield f"{who}: in use under {minutes} min in {slot}: {use[slot]} counted, {known} known"
    if not touches.lied:
        yield from exactly(who, whole(boots, heard), touches, found)


def whole(boots: Sequence[Boot], heard: dict[int, int]) -> list[int]:
    """The slots that presence told of whole, as of the one before and the one after, with nothing in between."""
    quiet: dict[int, int] = defaultdict(int)
    for boot in boots:
        for view in boot.views:
            for stretch in without(view.start, view.end, boot.sleeps):
                for slot, seconds in spread([stretch]).items():
                    quiet[slot] = max(quiet[slot], seconds)
    full = {slot for slot, seconds in heard.items() if seconds == SLOT and quiet[slot] == SLOT}
    return sorted(slot for slot in full if slot - 1 in full and slot + 1 in full)


def exactly(who: str, slots: Sequence[int], touches: Touches, found: Counted) -> Iterable[str]:
    for rule, minutes in enumerate(RULES_MINUTES):
        starts: dict[int, int] = defaultdict(int)
        stretches = []
        before = -(2**62)
        for moment in touches.inputs:
            if moment - before >= minutes * 60:
                starts[moment // SLOT] += 1
            else:
                stretches.append((before, moment))
            before = moment
        use = spread(stretches)
        pairs = (("starts", starts, by_slot(found.starts[rule])), ("seconds in use", use, by_slot(found.use[rule])))
        for slot in slots:
            for what, right, got in pairs:
                if right.get(slot, 0) != got.get(slot, 0):
                    yield (
                        f"{who}: {what} by activity under {minutes} min in {slot}: "
                        f"{got.get(slot, 0)} counted, {right.get(slot, 0)} true"
                    )


def joined(stretches: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Stretches, in order of their start, each second once."""
    found: list[tuple[int, int]] = []
    for start, end in stretches:
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def spread(stretches: Iterable[tuple[int, int]]) -> dict[int, int]:
    """The seconds of stretches by slot."""
    seconds: dict[int, int] = defaultdict(int)
    for begun, end in stretches:
        start = begun
        while start < end:
            edge = min(end, (start // SLOT + 1) * SLOT)
            seconds[start // SLOT] += edge - start
            start = edge
    return seconds
