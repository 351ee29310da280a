"""Counts sessions: events in, slot counters out. No clock and no system calls.

Time is a whole number of seconds since the computer's boot; `offset` added to it gives seconds since 1970. The rules
stand in the column "Sessions: the rule" of the statistics; the counts are kept under all four idle rules at once,
since which one is official is decided in the collector, never here.

A worked example (log-on mode, idle rules of 3 and 5 minutes): log-on at 0 s, lock at 600 s, unlock at 840 s, log-off
at 900 s. The pause of 4 minutes is within the rule of 5: one session of 660 s. It is beyond the rule of 3: two
sessions, of 600 s and of 60 s.
"""

from collections.abc import Callable, Iterable
from typing import Any

from agent.machine.base import BACKGROUND, FOREGROUND, LOCK, LOG_OFF, LOG_ON, UNLOCK, OpenSession
from agent.wire.figures import IDLE_RULES_MINUTES, LENGTH_BANDS_MINUTES, SLOT_SECONDS

LONGEST_SESSION_SECONDS = 12 * 3600
"""A session is counted whatever its length, but no more than 12 hours of it are use (statistics: length)."""

RULES = range(len(IDLE_RULES_MINUTES))


def band(seconds: int) -> int:
    """The index in LENGTH_BANDS_MINUTES of a session that was in use for `seconds`."""
    return sum(seconds >= lower * 60 for lower in LENGTH_BANDS_MINUTES) - 1


class Tally:
    """The counts of one slot in one run; absolute values."""

    __slots__ = ("changed", "lengths", "observed", "on", "revision", "starts", "use")

    def __init__(self) -> None:
        self.observed = 0
        self.on = 0
        self.starts = [0 for _ in RULES]
        self.use = [0 for _ in RULES]
        self.lengths = [[0 for _ in LENGTH_BANDS_MINUTES] for _ in RULES]
        self.revision = 0
        self.changed = False

    def record(self, run_id: str, slot: int) -> dict[str, Any]:
        """The wire's SlotRecord: absolute values; no idle rules where sessions could not be seen at all."""
        readable = self.observed > 0 or any(self.starts) or any(map(any, self.lengths))
        rules = zip(IDLE_RULES_MINUTES, self.starts, self.use, self.lengths, strict=True)
        return {
            "run_id": run_id,
            "slot": slot,
            "revision": self.revision,
            "seconds_observed": self.observed,
            "seconds_on": self.on,
            "method": "log_on" if readable else "not_readable",
            "presence_readable": False,
            "idle_rules": [
                {"minutes": minutes, "starts": starts, "seconds_in_use": use, "lengths": lengths}
                for minutes, starts, use, lengths in rules
            ]
            if readable
            else [],
        }


class Stretch:
    """One session of a visit under one idle rule: where it started and how long it was in use."""

    __slots__ = ("start_slot", "use")

    def __init__(self, start_slot: int, use: int = 0) -> None:
        self.start_slot = start_slot
        self.use = use


class Visit:
    """One log-on. Under each idle rule it holds the session that runs now, or None after a pause that was too long."""

    __slots__ = ("foreground", "locked", "paused_at", "stretches")

    def __init__(
        self, stretches: list[Stretch | None], *, locked: bool, foreground: bool, paused_at: int | None
    ) -> None:
        self.stretches = stretches
        self.locked = locked
        self.foreground = foreground
        self.paused_at = paused_at

    def wants_pause(self) -> bool:
        return self.locked or not self.foreground


class Counter:
    """Counts the sessions of one station in one run, in log-on mode."""

    def __init__(self, offset: int, snapshot: dict[str, Any] | None = None) -> None:
        """Begin with nothing, or with the sessions that `snapshot` of an earlier run left open."""
        self.offset = offset
        self.now: int | None = None
        self.readable = False
        self.tallies: dict[int, Tally] = {}
        self.visits: dict[str, Visit] = {}
        self._left_open: dict[str, Visit] = {}
        if snapshot is not None:
            self._left_open = {key: visit_of(saved) for key, saved in snapshot["visits"].items()}

    # --- what happens -------------------------------------------------------------------------------------------

    def begin(self, at: int, present: Iterable[OpenSession], *, same_boot: bool) -> None:
        """Go on from what an earlier run left open, given the sessions that are open now.

        A session that both know is the same session, if the boot is the same. One that is gone ended unseen, at the
        last moment at which it was known; one that is new starts now.
        """
        self.advance(at)
        self.readable = True
        known = self._left_open
        self._left_open = {}
        for session in present:
            visit = known.pop(session.key, None) if same_boot else None
            if visit is None:
                self._log_on(session.key, locked=session.locked, foreground=session.foreground)
                continue
            self.visits[session.key] = visit
            visit.locked, visit.foreground = session.locked, session.foreground
            self._pause_or_return(visit)
        for visit in known.values():
            self._end(visit)

    def lose_sight(self, at: int) -> None:
        """Sessions cannot be read from now on; what is open is kept until `begin` tells what became of it."""
        self.advance(at)
        self.readable = False
        self._left_open = self.visits
        self.visits = {}

    def happen(self, at: int, kind: str, key: str) -> None:
        """Take one event of a session; events that change nothing (repeats, strangers) are harmless."""
        self.advance(at)
        visit = self.visits.get(key)
        if kind == LOG_ON:
            if visit is None:
                self._log_on(key, locked=False, foreground=True)
            return
        if visit is None:
            return
        if kind == LOG_OFF:
            self._end(self.visits.pop(key))
            return
        if kind in (LOCK, UNLOCK):
            visit.locked = kind == LOCK
        elif kind in (FOREGROUND, BACKGROUND):
            visit.foreground = kind == FOREGROUND
        self._pause_or_return(visit)

    def sleep(self, start: int, end: int) -> None:
        """The computer was suspended from `start` to `end`: nothing was used, and sessions were paused."""
        self.advance(start)
        self.now = end
        for visit in self.visits.values():
            if visit.paused_at is None:
                visit.paused_at = start
            self._expire(visit)
            self._pause_or_return(visit)

    def finish(self, at: int) -> None:
        """End every session: the computer is going down."""
        self.advance(at)
        for visit in self.visits.values():
            self._end(visit)
        self.visits = {}

    def advance(self, to: int) -> None:
        """Let time pass up to `to`; time never goes back."""
        if self.now is None:
            self.now = to
        if to <= self.now:
            return
        start, self.now = self.now, to
        self._spread(start, to, _add_on)
        if self.readable:
            self._spread(start, to, _add_observed)
        running = [visit for visit in self.visits.values() if visit.paused_at is None]
        for rule in RULES:
            used = 0
            for visit in running:
                stretch = visit.stretches[rule]
                if stretch is not None:
                    share = min(to - start, LONGEST_SESSION_SECONDS - stretch.use)
                    stretch.use += share
                    used = max(used, share)
            # One seat is used by one visitor at a time, however many sessions are open on it.
            self._spread(start, start + used, lambda tally, seconds, rule=rule: _add_use(tally, seconds, rule))  # type: ignore[misc]
        for visit in self.visits.values():
            self._expire(visit)

    # --- what is known ------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """The open sessions as JSON, for the next run; the keys name log-ons, never people."""
        open_now = self.visits or self._left_open
        return {"visits": {key: saved_of(visit) for key, visit in open_now.items()}}

    def take_changed(self) -> dict[int, Tally]:
        """The slots that changed since the last call, each with a higher revision."""
        changed = {slot: tally for slot, tally in self.tallies.items() if tally.changed}
        for tally in changed.values():
            tally.changed = False
            tally.revision += 1
        return changed

    def forget_settled(self) -> None:
        """Drop the slots that nothing can change any more: past, unchanged and no open session started there."""
        current = self._slot(self.now or 0)
        wanted = {
            stretch.start_slot
            for visit in (*self.visits.values(), *self._left_open.values())
            for stretch in visit.stretches
            if stretch is not None
        }
        self.tallies = {
            slot: tally
            for slot, tally in self.tallies.items()
            if tally.changed or slot >= current - 2 or slot in wanted
        }

    # --- how --------------------------------------------------------------------------------------------------

    def _slot(self, at: int) -> int:
        return (at + self.offset) // SLOT_SECONDS

    def _tally(self, slot: int) -> Tally:
        tally = self.tallies.get(slot)
        if tally is None:
            tally = self.tallies[slot] = Tally()
        tally.changed = True
        return tally

    def _spread(self, start: int, end: int, add: Callable[[Tally, int], None]) -> None:
        while start < end:
            slot = self._slot(start)
            edge = min(end, (slot + 1) * SLOT_SECONDS - self.offset)
            add(self._tally(slot), edge - start)
            start = edge

    def _start(self) -> list[Stretch | None]:
        """Count a start under every idle rule, now."""
        slot = self._slot(self.now or 0)
        tally = self._tally(slot)
        for rule in RULES:
            tally.starts[rule] += 1
        return [Stretch(slot) for _ in RULES]

    def _log_on(self, key: str, *, locked: bool, foreground: bool) -> None:
        visit = Visit(self._start(), locked=locked, foreground=foreground, paused_at=None)
        self.visits[key] = visit
        self._pause_or_return(visit)

    def _pause_or_return(self, visit: Visit) -> None:
        if visit.wants_pause():
            if visit.paused_at is None:
                visit.paused_at = self.now
            return
        if visit.paused_at is None:
            return
        self._expire(visit)
        visit.paused_at = None
        slot = self._slot(self.now or 0)
        for rule in RULES:
            if visit.stretches[rule] is None:
                self._tally(slot).starts[rule] += 1
                visit.stretches[rule] = Stretch(slot)

    def _expire(self, visit: Visit) -> None:
        """End the sessions whose pause has lasted as long as their idle rule."""
        if visit.paused_at is None or self.now is None:
            return
        for rule, minutes in enumerate(IDLE_RULES_MINUTES):
            if self.now - visit.paused_at >= minutes * 60:
                self._file(visit, rule)

    def _end(self, visit: Visit) -> None:
        for rule in RULES:
            self._file(visit, rule)

    def _file(self, visit: Visit, rule: int) -> None:
        """File the length of a session under the slot of its start."""
        stretch = visit.stretches[rule]
        if stretch is None:
            return
        visit.stretches[rule] = None
        if stretch.start_slot >= 0:  # below zero: it started when nobody knew the time
            self._tally(stretch.start_slot).lengths[rule][band(stretch.use)] += 1


def _add_on(tally: Tally, seconds: int) -> None:
    tally.on = min(SLOT_SECONDS, tally.on + seconds)


def _add_observed(tally: Tally, seconds: int) -> None:
    tally.observed = min(SLOT_SECONDS, tally.observed + seconds)


def _add_use(tally: Tally, seconds: int, rule: int) -> None:
    tally.use[rule] = min(SLOT_SECONDS, tally.use[rule] + seconds)


def saved_of(visit: Visit) -> dict[str, Any]:
    """A visit as JSON."""
    return {
        "stretches": [None if s is None else [s.start_slot, s.use] for s in visit.stretches],
        "locked": visit.locked,
        "foreground": visit.foreground,
        "paused_at": visit.paused_at,
    }


def visit_of(saved: dict[str, Any]) -> Visit:
    """The visit that `saved_of` saved."""
    return Visit(
        [None if pair is None else Stretch(*pair) for pair in saved["stretches"]],
        locked=saved["locked"],
        foreground=saved["foreground"],
        paused_at=saved["paused_at"],
    )
