"""When a station was off, proved by what its runs say of themselves.

Each second of a station in service is in one of four states. It is *in use* or *free* when a running agent observed
it (`collector.domain.site_slots`), *off* when runs prove that the computer was off or asleep, else *unknown*.

**Proved off** is the time from a power-off that one run recorded to the boot of the one run that names it as its
predecessor, and each sleep within a run (suspend, hibernation, the hybrid shutdown of Windows). Nothing else proves
it: after a power cut nobody knows when the computer went off, and until the next run arrives silence may be anything.

Where runs contradict each other, nothing is proved:

* Only times of a trusted or bracketed clock count.
* A stop of the agent alone proves nothing: the computer may have gone on without it.
* A run that two others name as their predecessor is on a disk that forgets, or was copied to a second computer. In
  both cases there may be runs between it and its successors of which nobody will ever hear: no time after it is
  proved, not even up to the first of them.
* When another run of the same station began within the time, it cannot have been off all of it, and the naming is
  in doubt: the whole stretch is dropped. (The second and third boot of a frozen disk name the same old run.)
* What a slot record says to have been on is on: `collector.domain.site_slots` cuts the time off to what is left.

A stretch proves at most the `LONGEST_SECONDS` before its end. That bounds the work that one late run can cause, and
it is as far back as an agent's spool could still bring something else to light.

A worked example: run A says that it was switched off at 18:00, run B that it booted at 09:00 the day after and that A
was before it. The fifteen hours are off. Then a run C arrives that names A, too: they are unknown again.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

SLOT_SECONDS = 900
LONGEST_SECONDS = 60 * 86_400
DATABLE = frozenset({"trusted", "bracketed"})
"""What the wire says of the clock of a run whose times can be believed."""


class Run(NamedTuple):
    """One life of an agent; times are seconds since 1970-01-01 UTC."""

    run_id: str
    previous_run_id: str | None
    datable: bool
    """Whether its clock was trusted or bracketed."""
    booted: bool
    """Whether it began with a start of the computer, not of the agent alone."""
    started_at: int
    powered_off_at: int | None
    """When the computer went off; None while it runs, and when it or the agent ended otherwise."""
    sleeps: tuple[tuple[int, int], ...]
    heard_at: int
    """When the run was last alive, as far as is known: by its own clock if that is datable, else by ours."""


class Off(NamedTuple):
    """Off from `start` up to, and without, `end`."""

    start: int
    end: int


def proved_off(runs: Iterable[Run]) -> list[Off]:
    """When the station of these runs, given in any order, was off: disjoint stretches in order of time."""
    runs = list(runs)
    by_name = {run.run_id: run for run in runs}
    starts = sorted(run.started_at for run in runs if run.datable)
    found = []
    for name, successors in _successors(runs).items():
        before = by_name.get(name)
        if before is None or len(successors) != 1 or not before.datable or before.powered_off_at is None:
            continue
        [after] = successors
        if after.datable and after.booted:
            found.append((before, before.powered_off_at, after.started_at))
    found += [(run, start, end) for run in runs if run.datable for start, end in run.sleeps]
    return _joined(
        Off(max(start, end - LONGEST_SECONDS), end)
        for run, start, end in found
        if run.started_at <= start < end and not _begins_within(starts, start, end, run.started_at)
    )


def needed(runs: Iterable[Run], horizon: int) -> set[str]:
    """The names of the runs without which `proved_off` could say something else of the time from `horizon` on.

    These are the runs heard of since, those that a run begun since names, for each of those one more that names it
    too, and the last datable one before: a witness for every contradiction. The newest run stays in any case: the next
    one may name it. A stretch that goes on over the horizon may be joined from those of several runs: it is kept whole.
    """
    runs = sorted(runs, key=lambda run: (run.heard_at, run.started_at, run.run_id))
    horizon = min([horizon, *(off.start for off in proved_off(runs) if off.start < horizon < off.end)])
    kept = {run.run_id for run in runs if run.heard_at >= horizon}
    if not kept:
        return {run.run_id for run in runs[-1:]}
    named = {run.previous_run_id for run in runs if run.datable and run.started_at > horizon} - {None}
    older = [run for run in runs if run.run_id not in kept]
    siblings = {
        run.previous_run_id: run.run_id
        for run in older
        if run.previous_run_id in named and run.previous_run_id != run.run_id
    }
    kept |= {run.run_id for run in older if run.run_id in named} | set(siblings.values())
    # The one that began last, whenever it was heard of last: whatever began within a stretch began before it.
    others = [(run.started_at, run.run_id) for run in older if run.datable and run.run_id not in kept]
    return kept | {max(others)[1]} if others else kept


def seconds_off(start: int, end: int, slot: int) -> int:
    """How much a stretch covers of one of the slots that it touches."""
    border = slot * SLOT_SECONDS
    return min(end, border + SLOT_SECONDS) - max(start, border)


def slots_of(stretches: Iterable[Off], horizon: int) -> set[int]:
    """The slots from `horizon` (a slot) on of which at least a second lies in one of the stretches."""
    slots: set[int] = set()
    for off in stretches:
        slots.update(range(max(horizon, off.start // SLOT_SECONDS), -(-off.end // SLOT_SECONDS)))
    return slots


def _successors(runs: Sequence[Run]) -> dict[str, list[Run]]:
    found: dict[str, list[Run]] = {}
    for run in runs:
        if run.previous_run_id is not None and run.previous_run_id != run.run_id:
            found.setdefault(run.previous_run_id, []).append(run)
    return found


def _begins_within(starts: Sequence[int], start: int, end: int, own: int) -> bool:
    """Whether one of the sorted `starts` lies from `start` up to, and without, `end`; `own` is known to be there."""
    count = bisect_left(starts, end) - bisect_left(starts, start)
    return count > (1 if own == start else 0)


def _joined(stretches: Iterable[Off]) -> list[Off]:
    joined: list[Off] = []
    for off in sorted(stretches):
        if joined and off.start <= joined[-1].end:
            joined[-1] = Off(joined[-1].start, max(joined[-1].end, off.end))
        else:
            joined.append(off)
    return joined
