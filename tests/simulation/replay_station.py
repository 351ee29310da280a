"""One station of a log: its events drive the real counter.

What the rows mean, beyond the plain:

* The first row of a station, or a row after power_off or power_lost that is not power_on: on from there.
* power_lost at 17:00: known to be on until 17:00, so an open session ends there, like at power_off.
* power_on of a station that is on: nobody saw it go off. It was last known to be on at its row before; an open
  session ends there, and what lies between is not observed. So log-on at 10:00 and power_on three weeks later is one
  session of no length.
* The end of the log is the same: last known to be on at its last row.
* logon while logged on is a repeat, not a second session; on a locked screen it is the return as well.
* A row other than resume while suspended: awake from there.
* Whether a station has log-ons and readable presence is told by the whole log: activity mode where there is no logon
  and no logoff, presence where there is any input. Without both, its use is not known.
"""

from collections.abc import Callable
from typing import Any, ClassVar

from agent.machine.base import LOCK, LOG_OFF, LOG_ON, UNLOCK, OpenSession
from agent.sessions import LONGEST_SESSION_SECONDS, Counter, Mode
from agent.visits import Visit
from tests.simulation.replay_delivery import Delivery
from tests.simulation.replay_months import OFFICIAL, Months
from tests.simulation.replay_notes import Notes
from tests.simulation.replay_rows import Profile, Row, described

REPORT_SECONDS = 2 * 86_400
"""How often slots are published and sent: 192 of them, which fit into one envelope of the sender."""
FOR_EVER = 2**40
"""A log tells of every input, so presence never falls silent; nor was there input before the first one, in seconds."""
VISITOR = "visitor"
MOST_SLEEPS = 100
"""The wire's bound."""


class LongCounter(Counter):
    """The real counter, which also tells of sessions that are cut at twelve hours: no record says it."""

    def __init__(self, mode: Mode, tell: Callable[[int], None]) -> None:
        """Tell the slot in which such a session began, when it ends."""
        super().__init__(0, None, mode)
        self._tell = tell

    def _file(self, visit: Visit, rule: int) -> None:
        stretch = visit.stretches[rule]
        if rule == OFFICIAL and stretch is not None and stretch.use >= LONGEST_SESSION_SECONDS:
            self._tell(stretch.start_slot)
        super()._file(visit, rule)


class Station:
    """A station on which the rows of a log happen, in the order of time."""

    def __init__(self, number: int, profile: Profile, notes: Notes, delivery: Delivery | None) -> None:
        """Without `delivery`, count only."""
        self.number = number
        self.mode: Mode = "log_on" if profile.logs_on else "activity"
        self.presence_readable = profile.tells_input
        self.months = Months()
        self._notes = notes
        self._delivery = delivery
        self._counter: Counter | None = None
        self._run: dict[str, Any] = {}
        self._runs = 0
        self._seen = False
        self._logged_on = self._locked = False
        self._suspended_at: int | None = None
        self._last_at = 0
        self._report_due = 0

    @property
    def method(self) -> str:
        return "not_readable" if self.mode == "activity" and not self.presence_readable else self.mode

    def take(self, row: Row) -> None:
        """The next event; never earlier than the one before it."""
        at, event = row.at, row.event
        if at >= self._report_due:
            self._catch_up(at, known_to_be_on=event != "power_on")
        counter = self._counter
        if event == "power_on":
            if counter is not None:
                self._notes.add("end_unseen", row.line, described(row))
                self._go_off(self._last_at)
            self._go_on(at)
        elif event in {"power_off", "power_lost"}:
            if counter is not None:
                self._go_off(at, stopped=event == "power_off")
            elif self._seen:
                self._repeat(row)
        else:
            self._HAPPENINGS[event](self, self._awake(row, counter), row)
        self._last_at = at
        self._seen = True

    def end(self) -> None:
        """The log ends."""
        if self._counter is not None:
            self._go_off(self._last_at)
        if self._delivery is not None:
            self._delivery.send(self._last_at)

    # --- while it is on -------------------------------------------------------------------------------------------

    def _input(self, counter: Counter, row: Row) -> None:
        counter.touch(row.at)

    def _log_on(self, counter: Counter, row: Row) -> None:
        if self._logged_on:
            self._repeat(row)
            if self._locked:
                self._lock(counter, row.at, locked=False)
            return
        self._logged_on = True
        counter.happen(row.at, LOG_ON, VISITOR)

    def _log_off(self, counter: Counter, row: Row) -> None:
        if not self._logged_on:
            self._repeat(row)
        self._logged_on = self._locked = False
        counter.happen(row.at, LOG_OFF, VISITOR)

    def _lock_or_unlock(self, counter: Counter, row: Row) -> None:
        nobody = self.mode == "log_on" and not self._logged_on
        locked = row.event == "lock"
        if nobody or self._locked is locked:
            self._repeat(row)
        else:
            self._lock(counter, row.at, locked=locked)

    def _suspend(self, counter: Counter, row: Row) -> None:
        if self._suspended_at is not None:
            self._repeat(row)
            return
        counter.advance(row.at)
        self._suspended_at = row.at

    def _resume(self, counter: Counter, row: Row) -> None:
        if self._suspended_at is None:
            self._repeat(row)
        else:
            self._wake_up(counter, row.at)

    _HAPPENINGS: ClassVar[dict[str, Callable[["Station", Counter, Row], None]]] = {
        "input": _input,
        "logon": _log_on,
        "logoff": _log_off,
        "lock": _lock_or_unlock,
        "unlock": _lock_or_unlock,
        "suspend": _suspend,
        "resume": _resume,
    }

    def _lock(self, counter: Counter, at: int, *, locked: bool) -> None:
        self._locked = locked
        counter.happen(at, LOCK if locked else UNLOCK, VISITOR)

    def _awake(self, row: Row, counter: Counter | None) -> Counter:
        """The counter of the station, which this row shows to be on and awake."""
        if counter is None:
            if self._seen:
                self._notes.add("on_unseen", row.line, described(row))
            counter = self._go_on(row.at)
        if self._suspended_at is not None and row.event not in {"suspend", "resume"}:
            self._notes.add("on_unseen", row.line, described(row))
            if row.event in {"logoff", "lock"}:
                # Nobody is known to have come back, so no session begins at this moment.
                counter.happen(self._suspended_at, LOG_OFF if row.event == "logoff" else LOCK, VISITOR)
            self._wake_up(counter, row.at)
        return counter

    def _wake_up(self, counter: Counter, at: int) -> None:
        start, self._suspended_at = self._suspended_at or at, None
        counter.sleep(start, at)
        if len(self._run["sleeps"]) < MOST_SLEEPS:
            self._run["sleeps"].append({"from_seconds": start, "to_seconds": at})

    def _repeat(self, row: Row) -> None:
        self._notes.add("repeat", row.line, described(row))

    # --- on and off -----------------------------------------------------------------------------------------------

    def _go_on(self, at: int) -> Counter:
        counter = self._counter = LongCounter(self.mode, self.months.add_long)
        # A station that is always logged on has a visitor's desktop from the start.
        desktop = [OpenSession(VISITOR, locked=False, foreground=True)] if self.mode == "activity" else []
        counter.begin(at, desktop)
        if self.presence_readable:
            counter.presence_seconds = FOR_EVER
            counter.present(at, FOR_EVER)
        self._runs += 1
        self._run = {
            "run_id": f"{self.number:08x}{self._runs:08x}",
            "previous_run_id": self._run.get("run_id"),
            "revision": 0,
            "start_reason": "boot",
            "clock": "trusted",
            "started_at_seconds": at,
            "last_seen_at_seconds": at,
            "stopped_at_seconds": None,
            "stop_reason": None,
            "sleeps": [],
        }
        return counter

    def _go_off(self, at: int, *, stopped: bool = False) -> None:
        counter = self._counter
        assert counter is not None
        end = at if self._suspended_at is None else self._suspended_at
        counter.finish(end)
        if stopped:
            self._run.update(stopped_at_seconds=at, stop_reason="power_off")
        self._publish(counter, end)
        self.months.forget_except({})
        self._counter = None
        self._logged_on = self._locked = False
        self._suspended_at = None

    # --- reports --------------------------------------------------------------------------------------------------

    def _catch_up(self, at: int, *, known_to_be_on: bool) -> None:
        """Report as often as the station would have done before this row at `at`."""
        counter = self._counter
        while self._report_due <= at:
            on = counter is not None and known_to_be_on and self._suspended_at is None
            if counter is not None:
                if on:
                    counter.advance(self._report_due)
                self._publish(counter, self._report_due if on else self._last_at)
            if self._delivery is not None:
                self._delivery.send(self._report_due)
            self._report_due = self._report_due + REPORT_SECONDS if on else at + REPORT_SECONDS

    def _publish(self, counter: Counter, at: int) -> None:
        delivery = self._delivery
        for slot, tally in counter.take_changed().items():
            record = tally.record(self._run["run_id"], slot)
            self.months.add(record)
            if delivery is not None:
                delivery.put("slot", record)
        counter.forget_settled()
        self.months.forget_except(counter.tallies.by_slot)
        if delivery is not None:
            self._run["revision"] += 1
            self._run["last_seen_at_seconds"] = max(at, self._run["last_seen_at_seconds"])
            delivery.put("run", self._run)
