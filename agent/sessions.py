"""Counts sessions: events in, slot counters out. No clock and no system calls.

Time is a whole number of seconds since the computer's boot; `offset` added to it gives seconds since 1970. The rules
stand in "Sessions: the rule" of the statistics; the counts are kept under all four idle rules at once, since which
one is official is decided in the collector, never here.

Log-on mode: one log-on is one session; a pause (lock, suspend, switch of user) splits it if it lasts as long as the
idle rule, and where presence is readable a gap without input of that length is not use.
Activity mode (the station is always logged on): a session is a run of input with no such gap.

Worked examples, under the idle rules of 3 and 5 minutes:

* Log-on at 0 s, lock at 600 s, unlock at 840 s, log-off at 900 s. The pause of 4 minutes is within the rule of 5: one
  session of 660 s. It is beyond the rule of 3: two sessions, of 600 s and of 60 s.
* Activity mode, input at 0, 60, 300 and 360 s, then nothing. The gap of 4 minutes is within the rule of 5: one session
  of 360 s. It is beyond the rule of 3: two sessions of 60 s each.
"""

from collections.abc import Iterable
from typing import Any, Literal

from agent.machine.base import BACKGROUND, FOREGROUND, LOCK, LOG_OFF, LOG_ON, UNLOCK, OpenSession
from agent.tallies import RULES, Tallies, Tally
from agent.visits import Stretch, Visit, saved_of, starts, visit_of
from agent.wire.figures import IDLE_RULES_MINUTES

LONGEST_SESSION_SECONDS = 12 * 3600
"""A session is counted whatever its length, but no more than 12 hours of it are use (statistics: length)."""
SEAT = "seat"
"""The key of the one visit of activity mode; no log-on has it."""
SLOTS_BACK = 2
"""Use is settled at the next input, at most a quarter of an hour later."""
PRESENCE_SECONDS = 60
"""After so long without a word from presence nobody knows whether there was input."""
ROUNDING_SECONDS = 2
"""Idle times are whole seconds, heard up to a second late: input can seem so much later than it was."""
Mode = Literal["log_on", "activity"]


class Counter:
    """Counts the sessions of one station in one run."""

    presence_seconds = PRESENCE_SECONDS

    def __init__(self, offset: int, snapshot: dict[str, Any] | None = None, mode: Mode = "log_on") -> None:
        """Begin with nothing, or with what `snapshot` of an earlier run of this boot left open."""
        left = {"mode": mode, "visits": {}} if snapshot is None else snapshot
        self.tallies = Tallies(offset, mode, left.get("started", ()))
        self.mode = mode
        self.now: int | None = None
        self.readable = False
        self.visits: dict[str, Visit] = {}
        self._present_until: int | None = None
        self._just_awake = False
        self._left_at, self._heard_at = (int(left.get(name, -(2**62))) for name in ("left_at", "heard_at"))
        self._left_open = {key: visit_of(saved) for key, saved in left["visits"].items()}
        self._left_mode = left.get("mode", "log_on")

    # --- what happens -------------------------------------------------------------------------------------------

    def begin(self, at: int, present: Iterable[OpenSession]) -> None:
        """Go on from what an earlier run of this boot left open, given the sessions that are open now.

        A session that both know is the same session, if the mode is the same. One that is gone ended unseen, at the
        last moment at which it was known; one that is new starts now.
        """
        self.advance(at)
        self.readable = True
        same = self._left_mode == self.mode
        known = self._left_open
        self._left_open = {}
        for session in present:
            visit = known.pop(session.key, None) if same else None
            if visit is None:
                self._log_on(session.key, locked=session.locked, foreground=session.foreground)
                continue
            self.visits[session.key] = visit
            visit.settled = at
            visit.locked, visit.foreground = session.locked, session.foreground
            self._pause_or_return(visit)
        if same and SEAT in known:
            self.visits[SEAT] = known.pop(SEAT)
        self.tallies.method = self._left_mode
        for visit in known.values():
            self._end(visit)
        self.tallies.method = self._left_mode = self.mode

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
            self._leave_seat(at)
            self._settle(visit, at)
            self._end(self.visits.pop(key))
            return
        if kind in (LOCK, UNLOCK):
            visit.locked = kind == LOCK
        elif kind in (FOREGROUND, BACKGROUND):
            visit.foreground = kind == FOREGROUND
        if visit.wants_pause():
            self._leave_seat(at)
        self._pause_or_return(visit)

    def may_switch(self, mode: Mode) -> bool:
        """Whether nobody would be counted twice, or not at all, if visits were told by `mode` from now on.

        To activity: nobody has touched the station for as long as the longest idle rule, as far as anybody can tell.
        To log-on: nobody is logged on.
        """
        if self.now is None or not self.readable:
            return False
        if mode == "log_on":
            return all(key == SEAT and not any(visit.stretches) for key, visit in self.visits.items())
        quiet = self.now - IDLE_RULES_MINUTES[-1] * 60
        return all(
            visit.paused_at <= quiet
            if visit.paused_at is not None
            else self._present_until is None or visit.settled <= quiet
            for visit in self.visits.values()
        )

    def switch(self, at: int, mode: Mode) -> None:
        """Tell visits by `mode` from `at` on, the edge of a slot: what runs ends there, and the log-ons stay known."""
        self.advance(at)
        for visit in self.visits.values():
            self._end(visit)
        self.visits.pop(SEAT, None)
        self._left_at = at
        self.mode = self._left_mode = self.tallies.method = mode

    def present(self, at: int, idle: int) -> None:
        """Presence says that the last input was `idle` seconds ago."""
        self._hear(at, at - max(0, idle), certain=False)

    def touch(self, at: int) -> None:
        """There was input at this very second; for presence it might be the log-on or the unlocking itself."""
        self._hear(at, at, certain=True)

    def sleep(self, start: int, end: int) -> None:
        """The computer was suspended from `start` to `end`: nothing was used, and sessions were paused.

        What is told in the second in which it woke up may have happened before it fell asleep: who is logged off then,
        or has locked, has not come back.
        """
        self.advance(start)
        self._leave_seat(start)
        self.now = self._left_at = end
        if self._present_until is not None:
            self._present_until = end + self.presence_seconds
        for visit in self.visits.values():
            if visit.paused_at is None:
                self._pause(visit, start)
            self._expire(visit)
        self._just_awake = True

    def finish(self, at: int) -> None:
        """End every session: the computer is going down."""
        self.advance(at)
        self._leave_seat(at)
        for visit in self.visits.values():
            self._settle(visit, at)
            self._end(visit)
        self.visits = {}

    def advance(self, to: int) -> None:
        """Let time pass up to `to`; time never goes back."""
        if self.now is None:
            self.now = to
        if to <= self.now:
            return
        self._come_back()
        start, self.now = self.now, to
        lost = self._present_until
        if lost is not None and lost < to:
            middle = max(start, lost)
            self._let_pass(start, middle, presence=True)
            self._lose_presence(middle)
            start = middle
        self._let_pass(start, to, presence=self._present_until is not None)
        for visit in self.visits.values():
            self._expire(visit)

    # --- what is known ------------------------------------------------------------------------------------------

    def snapshot(self) -> dict[str, Any]:
        """The open sessions as JSON, for the next run; the keys name log-ons, never people."""
        visits = {key: saved_of(visit) for key, visit in self.going_on().items()}
        return {"mode": self.mode, "left_at": self._left_at, "heard_at": self._heard_at, "visits": visits}

    def going_on(self) -> dict[str, Visit]:
        """The visits that are open, or were when they were seen last."""
        return self.visits or self._left_open

    def start_over(self, offset: int) -> None:
        """Count on with another offset; where the open sessions started is not known any more."""
        self.tallies = Tallies(offset, self.mode)
        for visit in (*self.visits.values(), *self._left_open.values()):
            for stretch in visit.stretches:
                if stretch is not None:
                    stretch.start_slot = -1

    def take_changed(self) -> dict[int, Tally]:
        """The slots that changed since the last call, each with a higher revision."""
        self._come_back()
        return self.tallies.take_changed()

    def forget_settled(self) -> None:
        """Drop the slots that nothing can change any more: past, unchanged and no open session started there."""
        wanted = starts((*self.visits.values(), *self._left_open.values()))
        self.tallies.forget(self.tallies.slot(self.now or 0) - SLOTS_BACK, wanted)

    # --- how --------------------------------------------------------------------------------------------------

    def _let_pass(self, start: int, end: int, *, presence: bool) -> None:
        """Add time that nothing interrupts; where presence is not readable, a log-on is in use all along."""
        if start >= end:
            return
        observed = self.readable and (presence or self.mode == "log_on")
        # Where nobody is logged on and at the screen, nobody's idle time is missing.
        empty = self.mode == "log_on" and all(visit.paused_at is not None for visit in self.visits.values())
        self.tallies.add_time(start, end, observed=observed)
        if observed and not presence and not empty:
            self.tallies.add_blind(start, end)
        if presence or self.mode == "activity":
            return
        for visit in self.visits.values():
            if visit.paused_at is None:
                self._use(visit, end)

    def _come_back(self) -> None:
        """After a sleep: who is still logged on, and has not locked, uses the station again."""
        if self._just_awake:
            self._just_awake = False
            for visit in self.visits.values():
                self._pause_or_return(visit)

    def _hear(self, at: int, last: int, *, certain: bool) -> None:
        self.advance(at)
        self._come_back()
        self._present_until = at + self.presence_seconds
        before, self._heard_at = self._heard_at, at
        if not certain and last <= before - ROUNDING_SECONDS:
            # The word before told of no input since: this one is of the same, only less exact.
            if (seat := self.visits.get(SEAT)) is not None:
                self._input_at_seat(seat.settled, known_until=at)
            return
        if self.mode == "activity":
            people = [visit for key, visit in self.visits.items() if key != SEAT]
            away = bool(people) and all(visit.wants_pause() for visit in people)
            if (certain or last > self._left_at) and not away:
                self._input_at_seat(last, known_until=at)
            return
        for visit in self.visits.values():
            if visit.paused_at is None and (certain or last > visit.settled):
                self._settle(visit, last)
                self._start_where_none(visit, last)

    def _lose_presence(self, at: int) -> None:
        """Nobody tells of input any more: a log-on counts as in use again, a session by activity ended unseen."""
        self._present_until = None
        if self.mode == "activity":
            seat = self.visits.pop(SEAT, None)
            if seat is not None:
                self._end(seat)
            return
        for visit in self.visits.values():
            if visit.paused_at is None:
                idle = at - self.presence_seconds - visit.settled
                self._use(visit, at, [rule for rule in RULES if idle < IDLE_RULES_MINUTES[rule] * 60])
                self._start_where_none(visit, at)

    def _input_at_seat(self, last: int, known_until: int) -> None:
        """Activity mode: the seat's last input was at `last`, and there was none from then to `known_until`."""
        seat = self.visits.get(SEAT)
        if seat is None:
            if known_until - last >= IDLE_RULES_MINUTES[0] * 60:
                return
            seat = self.visits[SEAT] = Visit([None for _ in RULES], last, locked=False, foreground=True)
            self._start_where_none(seat, last)
        elif last > seat.settled:
            self._settle(seat, last)
            self._start_where_none(seat, last)
        for rule, minutes in enumerate(IDLE_RULES_MINUTES):
            if known_until - seat.settled >= minutes * 60:
                self._file(seat, rule)

    def _leave_seat(self, at: int) -> None:
        """Activity mode: lock, log-off, switch and suspend end the session that runs."""
        if self.mode != "activity":
            return
        self._left_at = at
        seat = self.visits.pop(SEAT, None)
        if seat is not None:
            if self._present_until is not None:  # else an earlier run left it open, and nobody told of input since
                self._settle(seat, at)
            self._end(seat)

    def _log_on(self, key: str, *, locked: bool, foreground: bool) -> None:
        at = self.now or 0
        visit = Visit([None for _ in RULES], at, locked=locked, foreground=foreground)
        self.visits[key] = visit
        # The desktop's idle time runs from its own start: what it tells of before the log-on is nobody's input.
        self._left_at = at
        if self.mode == "log_on":
            self._start_where_none(visit, at)
        self._pause_or_return(visit)

    def _start_where_none(self, visit: Visit, at: int) -> None:
        """Count a session that starts at `at` under each idle rule under which none runs."""
        if None not in visit.stretches:
            return
        slot = self.tallies.slot(at)
        tally = self.tallies.at(slot)
        for rule in RULES:
            if visit.stretches[rule] is None:
                tally.starts[rule] += 1
                visit.stretches[rule] = Stretch(slot)

    def _pause_or_return(self, visit: Visit) -> None:
        at = self.now or 0
        if visit.wants_pause():
            if visit.paused_at is None:
                self._pause(visit, at)
            return
        if visit.paused_at is None:
            return
        self._expire(visit)
        visit.paused_at = None
        visit.settled = at
        if self.mode == "log_on" and self._present_until is None:
            # Where presence is readable, a new session begins at its first input.
            self._start_where_none(visit, at)

    def _pause(self, visit: Visit, at: int) -> None:
        self._settle(visit, at)
        visit.paused_at = at

    def _expire(self, visit: Visit) -> None:
        """End the sessions whose pause has lasted as long as their idle rule."""
        if visit.paused_at is None or self.now is None:
            return
        for rule, minutes in enumerate(IDLE_RULES_MINUTES):
            if self.now - visit.paused_at >= minutes * 60:
                self._file(visit, rule)

    def _settle(self, visit: Visit, at: int) -> None:
        """There was input at `at`, or something as good as input: what came before is use, unless it was a gap."""
        gap = at - visit.settled
        if visit.paused_at is None and gap > 0:
            rules = [rule for rule, minutes in enumerate(IDLE_RULES_MINUTES) if gap < minutes * 60]
            self._use(visit, at, rules if self._present_until is not None else list(RULES))
            if self.mode == "activity":
                for rule in RULES:
                    if rule not in rules:
                        self._file(visit, rule)

    def _use(self, visit: Visit, until: int, rules: list[int] | None = None) -> None:
        """The visit was in use from where it is settled to `until`, under the given idle rules."""
        whole = []
        for rule in RULES if rules is None else rules:
            stretch = visit.stretches[rule]
            if stretch is None:
                continue
            share, left = until - visit.settled, LONGEST_SESSION_SECONDS - stretch.use
            if share > left:
                self.tallies.add_use(visit.settled, visit.settled + left, (rule,))
                self.tallies.cap(stretch.start_slot, stretch.run_id)
                share = left
            else:
                whole.append(rule)
            stretch.use += share
        self.tallies.add_use(visit.settled, until, whole)
        visit.settled = max(visit.settled, until)

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
            self.tallies.at(stretch.start_slot, stretch.run_id).file(rule, stretch.use)
