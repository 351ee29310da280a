"""What a site offers, quarter-hour by quarter-hour: part A of the catalogue, as far as it is about time.

A period is cut into spans by the opening hours, and further into stretches in which the same stations were installed
and in order. The life of a station is snapped to the grid of quarter-hours outwards (a slot that it touches is
offered whole), an outage inwards (a slot in which the station was in order for a moment counts as in order).

Until the first timetable of a site nobody knows when it is open: all time is offered then (`SlotKind.UNTIMED`).
"""

from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from collector.domain.calendar import SLOT_SECONDS
from collector.domain.register import Opening, OpeningKind, Outage

NEVER = 2**62


class SlotKind(StrEnum):
    """What a quarter-hour is to the public."""

    FREE_ACCESS = "free_access"
    ACCOMPANIED = "accompanied"
    TRAINING = "training"
    UNTIMED = "untimed"
    """Before the first timetable of the site."""
    BEFORE = "before"
    """Closed, and open in the next one: whoever is let in a little early counts."""
    CLOSED = "closed"


TIMED = (SlotKind.FREE_ACCESS, SlotKind.ACCOMPANIED, SlotKind.TRAINING)
EVERY = tuple(SlotKind)
OPEN = (*TIMED, SlotKind.UNTIMED)
"""O of the catalogue."""
KIND_OF = {kind: SlotKind(kind.value) for kind in OpeningKind}


class Life(NamedTuple):
    """How long a station was at the site, in seconds since 1970-01-01 UTC; `end` is None while it is."""

    station_id: int
    start: int
    end: int | None


class Span(NamedTuple):
    first_slot: int
    end_slot: int
    kind: SlotKind


class Stretch(NamedTuple):
    """Slots of one kind with the same stations."""

    first_slot: int
    end_slot: int
    kind: SlotKind
    installed: int
    in_service: int
    """Installed and not out of order, by the register."""


def spans(first: int, end: int, openings: Iterable[Opening], timed_from: int | None) -> Iterator[Span]:
    """Cuts the slots from `first` up to `end` by opening hours, in order and without gaps.

    `openings` are in order and disjoint and may go beyond; that of slot `end` is wanted, for the quarter-hour before
    it. `timed_from` is the first slot of the first timetable; None: there is none.
    """
    at = first
    if timed_from is None or timed_from > first:
        at = end if timed_from is None else min(timed_from, end)
        yield Span(first, at, SlotKind.UNTIMED)
    for opening in openings:
        if opening.end_slot <= at:
            continue
        begin = max(opening.first_slot, at)
        before = max(at, begin - 1)
        if at < min(before, end):
            yield Span(at, min(before, end), SlotKind.CLOSED)
        if before < min(begin, end):
            yield Span(before, min(begin, end), SlotKind.BEFORE)
        if begin >= end:
            return
        at = min(opening.end_slot, end)
        yield Span(begin, at, KIND_OF[opening.kind])
    if at < end:
        yield Span(at, end, SlotKind.CLOSED)


def stretches(cut: Sequence[Span], lives: Sequence[Life], outages: Sequence[Outage]) -> list[Stretch]:
    """Cuts spans where a station comes, goes, breaks or is mended."""
    if not cut:
        return []
    first, end = cut[0].first_slot, cut[-1].end_slot
    installed: dict[int, list[tuple[int, int]]] = {}
    for life in lives:
        mine = (max(slot_down(life.start), first), min(slot_up(life.end), end))
        if mine[0] < mine[1]:
            installed.setdefault(life.station_id, []).append(mine)
    broken: dict[int, list[tuple[int, int]]] = {}
    for outage in outages:
        away = (max(slot_up(outage.start), first), min(NEVER if outage.end is None else slot_down(outage.end), end))
        if away[0] < away[1] and outage.station_id in installed:
            broken.setdefault(outage.station_id, []).append(away)
    edges = {span.first_slot for span in cut} | {end}
    for some in (*installed.values(), *broken.values()):
        edges |= {edge for pair in some for edge in pair}
    found = []
    ordered = iter(cut)
    span = next(ordered)
    for begin, after in pairwise(sorted(edges)):
        while span.end_slot <= begin:
            span = next(ordered)
        there = [number for number, some in installed.items() if _within(begin, some)]
        in_order = [number for number in there if not _within(begin, broken.get(number, ()))]
        found.append(Stretch(begin, after, span.kind, len(there), len(in_order)))
    return found


def slot_down(moment: int) -> int:
    return moment // SLOT_SECONDS


def slot_up(moment: int | None) -> int:
    return NEVER if moment is None else -(-moment // SLOT_SECONDS)


def _within(slot: int, some: Iterable[tuple[int, int]]) -> bool:
    return any(first <= slot < end for first, end in some)
