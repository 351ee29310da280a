"""What really happened at a station, and the rules of the statistics over it, written a second time.

Nothing here knows the agent's code: no events and no state, only intervals of a timeline that is known to the end.
A *view* is a stretch in which the service could see what happened, up to its last checkpoint; what lies between views
is unknown, and only there may a count differ from the truth.

The rules (statistics.md, "Sessions: the rule"):

* A log-on is in use from log-on to log-off, minus its pauses (lock, switch of user, suspend). A pause of at least the
  idle rule divides it: what follows is another session.
* A stretch that nobody saw is no use and no pause. It divides nothing, unless the computer was started again in it.
* Whoever is first seen in a pause is a session all the same: somebody logged on.
* A session is counted in the slot of its first second, its use in the slots in which it passes, and its length, at
  most 12 hours, in the slot of its first second.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

RULES_MINUTES = (3, 5, 10, 15)
BANDS_MINUTES = (0, 1, 5, 15, 30, 60, 120)
SLOT = 900
LONGEST = 12 * 3600


@dataclass
class LogOn:
    """One log-on; `ended` is None as long as it lasts."""

    began: int
    ended: int | None = None
    pauses: list[list[int | None]] = field(default_factory=list)

    def pause(self, at: int) -> None:
        if not self.pauses or self.pauses[-1][1] is not None:
            self.pauses.append([at, None])

    def go_on(self, at: int) -> None:
        if self.pauses and self.pauses[-1][1] is None:
            self.pauses[-1][1] = at

    def end(self, boot: "Boot") -> int:
        return boot.ended if self.ended is None else self.ended

    def active(self, ended: int) -> list[tuple[int, int]]:
        """When it was neither locked nor in the background."""
        begun, stretches = self.began, []
        for start, stop in self.pauses:
            assert start is not None
            stretches.append((begun, start))
            if stop is None:
                return stretches
            begun = stop
        return [*stretches, (begun, ended)]


@dataclass
class View:
    """The service saw the station from `start` to `end`, both included."""

    run_id: str
    start: int
    end: int = -1
    ended: int = -1
    """When the service ended, or could write no more; what is between `end` and this is lost."""


@dataclass
class Boot:
    """From power on to power off."""

    started: int
    ended: int = -1
    log_ons: list[LogOn] = field(default_factory=list)
    sleeps: list[tuple[int, int]] = field(default_factory=list)
    views: list[View] = field(default_factory=list)
    shut_down: bool = False
    """Whether it ended properly, and the service saw that."""


class Piece(NamedTuple):
    """A stretch of use that was seen."""

    start: int
    end: int
    view: int
    paused: bool
    """Whether it ended in a pause that was seen, and not with the view."""


class Expected:
    """What must be counted; by rule, then by run and slot."""

    def __init__(self) -> None:
        self.starts: list[dict[tuple[str, int], int]] = [defaultdict(int) for _ in RULES_MINUTES]
        self.use: list[dict[tuple[str, int], int]] = [defaultdict(int) for _ in RULES_MINUTES]
        self.lengths: list[dict[int, list[int]]] = [
            defaultdict(lambda: [0] * len(BANDS_MINUTES)) for _ in RULES_MINUTES
        ]
        self.moments: list[dict[str, list[int]]] = [defaultdict(list) for _ in RULES_MINUTES]
        """When sessions began, by rule and run."""
        self.stretches: list[dict[str, list[tuple[int, int]]]] = [defaultdict(list) for _ in RULES_MINUTES]
        """When the station was in use, by rule and run."""
        self.on: dict[tuple[str, int], int] = defaultdict(int)
        self.observed: dict[tuple[str, int], int] = defaultdict(int)
        self.sessions_unseen = 0


def expected(boots: list[Boot]) -> Expected:
    """What a perfect counter says of a station in log-on mode without presence."""
    result = Expected()
    for boot in boots:
        for view in boot.views:
            for start, end in without(view.start, view.end, boot.sleeps):
                spread(result.on, view.run_id, start, end)
                spread(result.observed, view.run_id, start, end)
        pieces_of_log_ons = [pieces(log_on, boot) for log_on in boot.log_ons]
        for rule, minutes in enumerate(RULES_MINUTES):
            used: list[tuple[int, int, str]] = []
            for seen in pieces_of_log_ons:
                for session in divided(seen, boot.views, minutes * 60):
                    count(result, rule, session, boot.views, used)
            for start, end, run_id in union(used):
                spread(result.use[rule], run_id, start, end)
                result.stretches[rule][run_id].append((start, end))
        result.sessions_unseen += sum(not seen for seen in pieces_of_log_ons)
    return result


def pieces(log_on: LogOn, boot: Boot) -> list[Piece]:
    """The stretches of a log-on's use that fall into a view."""
    found = []
    awake = dict(boot.sleeps)
    for begun, ended in log_on.active(log_on.end(boot)):
        for start, end in without(begun, ended, boot.sleeps, keep_empty=True):
            for number, view in enumerate(boot.views):
                first, last = max(start, view.start), min(end, view.end)
                if first <= last:
                    # Nobody sees that a computer falls asleep, only that it has slept.
                    found.append(Piece(first, last, number, paused=end <= view.end and awake.get(end, 0) <= view.end))
    for number, view in enumerate(boot.views):
        first = max(log_on.began, view.start)
        if first <= min(log_on.end(boot), view.end):
            if not found or found[0].start > first:
                found.insert(0, Piece(first, first, number, paused=True))
            break
    return found


def divided(seen: list[Piece], views: list[View], limit: int) -> list[list[Piece]]:
    """The sessions of one log-on under one idle rule."""
    sessions: list[list[Piece]] = []
    for piece in seen:
        before = sessions[-1][-1] if sessions else None
        if before is None or pause_between(before, piece, views) >= limit:
            sessions.append([])
        sessions[-1].append(piece)
    return sessions


def pause_between(before: Piece, after: Piece, views: list[View]) -> int:
    """How long a pause was seen to last."""
    if before.paused:
        return after.start - before.end
    if after.start == views[after.view].start and after.view == before.view + 1:
        return 0
    return after.start - views[before.view + 1].start


def count(
    result: Expected, rule: int, session: list[Piece], views: list[View], used: list[tuple[int, int, str]]
) -> None:
    first = session[0]
    result.starts[rule][views[first.view].run_id, first.start // SLOT] += 1
    result.moments[rule][views[first.view].run_id].append(first.start)
    length = 0
    for piece in session:
        share = min(piece.end - piece.start, LONGEST - length)
        length += share
        used.append((piece.start, piece.start + share, views[piece.view].run_id))
    result.lengths[rule][first.start // SLOT][band(length)] += 1


def band(seconds: int) -> int:
    return max(number for number, minutes in enumerate(BANDS_MINUTES) if seconds >= minutes * 60)


def without(start: int, end: int, holes: list[tuple[int, int]], *, keep_empty: bool = False) -> list[tuple[int, int]]:
    """An interval minus holes, which are sorted."""
    parts = []
    for opened, closed in holes:
        if closed <= start or opened >= end:
            continue
        if opened > start or keep_empty:
            parts.append((start, opened))
        start = closed
    if end > start or (keep_empty and end == start):
        parts.append((start, end))
    return parts


def union(stretches: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """A second counts once, however many sessions are open."""
    reached, result = -1, []
    for start, end, run_id in sorted(stretches):
        if end > max(start, reached):
            result.append((max(start, reached), end, run_id))
            reached = end
    return result


def spread(target: dict[tuple[str, int], int], run_id: str, start: int, end: int) -> None:
    while start < end:
        slot = start // SLOT
        edge = min(end, (slot + 1) * SLOT)
        target[run_id, slot] += edge - start
        start = edge
