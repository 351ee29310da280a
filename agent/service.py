"""The resident service: reads events, counts, writes the spool, starts the sender. No network.

One file, `run.json`, is the truth of a checkpoint: the open sessions and the records that changed stand in it together
and are replaced at once. Only then are the records published to the spool; a crash in between is mended at the next
start by publishing them again. So a count is never there twice and never half.
"""

import json
from collections.abc import Callable
from typing import Any

from agent.errors import SourceLost, Unusable
from agent.machine.base import POWER_OFF, RESUME, SUSPEND, ActiveSession, PresenceSource, SessionSource
from agent.outside import Outside
from agent.sessions import Counter, Mode
from agent.spool import HELD, PENDING, Spool
from agent.timekeeping import STEP_SECONDS, claimed_offset, finish_settling, left_open, settle, trusted_offset
from agent.wire.figures import SLOT_SECONDS

CHECKPOINT_SECONDS = 30
"""At most so much use is lost by a crash (design: spool)."""
SOURCE_RETRY_SECONDS = 60
SLEEP_SECONDS = 5
"""A longer difference between the clocks with and without suspended time was a suspend."""
LONGEST_JOURNAL = 10_000
"""Events remembered while the time is not trusted, to count them again once it is; some 2 MB."""
MOST_RUNS = 100
"""Runs of one boot that are remembered, and sleeps of one run that are told (the wire's bound)."""
FIRST_CONTACT_SECONDS = (2, 30)
"""A station calls soon after its start, but not in the same second as the rest of its region."""


class Service:
    """One run of the agent's service."""

    def __init__(self, folder: str, contact_seconds: int, outside: Outside, mode: Mode = "log_on") -> None:
        """Keep state in `folder`; contact the collector every `contact_seconds` until it says otherwise."""
        self.folder = folder
        self.contact_seconds = contact_seconds
        self.outside = outside
        self.spool = Spool(f"{folder}/spool", outside.disk)
        self.run_id = outside.random(8).hex()
        self.mode: Mode = mode
        self.source: SessionSource | None = None
        self.presence: PresenceSource | None = None
        self.source_name = ""
        self.stopped: str | None = None
        self.going_down = False
        self._sender: int | None = None
        self._unpublished: dict[str, tuple[str, dict[str, Any]]] = {}
        self._journal: list[Callable[[Counter], None]] = []
        self._sleeps: list[dict[str, int]] = []
        self._settle_due = self._recounted = False
        self._run_revision = 0
        self._run_changed = True
        self._disk_complaint = ""

    # --- one life -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take over from the previous run and begin to count; raises OSError where the folder cannot be used."""
        clock = self.outside.clock
        self.spool.prepare()
        self.spool.sweep()
        finish_settling(self.spool)
        saved = self._saved_run()
        self.boot_id = clock.boot_id()
        self._same_boot = saved.get("boot_id") == self.boot_id
        self._previous = saved.get("run_id")
        self._start_reason = "restart" if self._same_boot else "boot"
        self._last_trusted: int | None = saved.get("last_trusted_seconds")
        self.spool.put_all(saved.get("folder", PENDING), saved.get("records", []))
        if saved.get("records"):
            # Published for good: what is settled below must not be published once more by the next start.
            saved["records"] = []
            self.spool.write(f"{self.folder}/run.json", json.dumps(saved).encode())
        if saved.get("recounted"):
            self._drop_recounted(saved["run_id"])
        self._saved = saved
        self._runs_of_boot: list[str] = [*(saved.get("runs_of_boot", []) if self._same_boot else []), self.run_id]
        self._claimed = claimed_offset(clock)
        self.started_at = self.now()
        self._awake = clock.awake() - clock.elapsed()
        offset = self._vouched()
        self.trusted = offset is not None
        self.counter = self._counter_from(offset)
        if self.trusted:
            self._settle_held()
        self._source_due = self.started_at
        self._open_source()
        self._open_presence()
        self._pruned_slot = -1
        first, last = FIRST_CONTACT_SECONDS
        enrolled = self.outside.disk.size(f"{self.folder}/identity.json") > 0
        self._contact_due = self.started_at + (first + self._random_below(last - first) if enrolled else 0)
        self.checkpoint()

    def now(self) -> int:
        """Whole seconds since boot."""
        return int(self.outside.clock.elapsed())

    def due(self) -> float:
        """When `wake` wants to be called next at the latest, in seconds since boot."""
        dues = [self._checkpoint_due]
        if self.source is None:
            dues.append(self._source_due)
        elif self.source.poll_seconds is not None:
            dues.append(self.now() + self.source.poll_seconds)
        dues.append(self.now() + 1 if self._sender is not None else self._contact_due)
        return min(dues)

    def wake(self) -> None:
        """Do what is due: events, a checkpoint, a contact. Called when an event arrives and when `due` has come."""
        now = self.now()
        self._notice_sleep(now)
        happened = self._read_events(now)
        self._hear_presence(now)
        if self.source is None and now >= self._source_due:
            self._open_source()
            happened = True
        if happened or now >= self._checkpoint_due:
            self.checkpoint()
        self._look_after_sender(now)

    def stop(self, reason: str) -> None:
        """End the run properly and send what is there; `reason` is "power_off" or "service_stop"."""
        self.stopped = "power_off" if self.going_down else reason
        self._notice_sleep(self.now())
        if self.stopped == "power_off":
            now = self.now()
            self._count(lambda counter: counter.finish(now))
        self._run_changed = True
        self.checkpoint()
        if self.source is not None:
            self.source.close()
        if self.presence is not None:
            self.presence.close()
        if self._sender is None:
            self._start_sender()

    def sender_done(self) -> bool:
        """Whether the sender that `stop` started has ended."""
        return self._sender is None or self.outside.reap(self._sender) is not None

    # --- counting -----------------------------------------------------------------------------------------------

    def _count(self, step: Callable[[Counter], None]) -> None:
        if not self.trusted and len(self._journal) < LONGEST_JOURNAL:
            self._journal.append(step)
        step(self.counter)

    def _open_source(self) -> None:
        now = self.now()
        try:
            source = self.outside.open_source()
            present = source.present()
        except SourceLost as lost:
            if self.source_name != str(lost):
                self.outside.say(f"sessions cannot be read: {lost}; trying again every {SOURCE_RETRY_SECONDS} s")
            self.source_name = str(lost)
            self._source_due = now + SOURCE_RETRY_SECONDS
            return
        self.source, self.source_name = source, source.name
        self.outside.say(f"sessions are read from {source.name}")
        same_boot = self._same_boot
        self._count(lambda counter: counter.begin(now, present, same_boot=same_boot))
        self._same_boot = True

    def _read_events(self, now: int) -> bool:
        if self.source is None:
            return False
        try:
            events = self.source.read()
        except SourceLost as lost:
            self.outside.say(f"sessions can no longer be read: {lost}")
            self.source.close()
            self.source, self.source_name = None, str(lost)
            self._source_due = now
            self._count(lambda counter: counter.lose_sight(now))
            return True
        for event in events:
            if event.kind == POWER_OFF:
                self.going_down = True
            elif event.kind not in (SUSPEND, RESUME):  # the clocks tell of suspends, on every system
                self._count(lambda counter, event=event: counter.happen(now, event.kind, event.session))  # type: ignore[misc]
        return bool(events)

    def _open_presence(self) -> None:
        try:
            self.presence = self.outside.open_presence(self._active)
        except Unusable as error:
            self.outside.say(f"nobody can tell how long there was no input: {error}")

    def _active(self) -> ActiveSession | None:
        return None if self.source is None else self.source.active()

    def _hear_presence(self, now: int) -> None:
        idle = None if self.presence is None else self.presence.read()
        if idle is not None:
            self._count(lambda counter: counter.present(now, idle))

    def descriptors(self) -> list[int]:
        """What wakes the service: ask before each wait."""
        session = None if self.source is None else self.source.fileno()
        presence = [] if self.presence is None else self.presence.filenos()
        return presence if session is None else [session, *presence]

    def _notice_sleep(self, now: int) -> None:
        clock = self.outside.clock
        awake = clock.awake() - clock.elapsed()
        slept, self._awake = self._awake - awake, awake
        if slept < SLEEP_SECONDS:
            return
        start = max(now - round(slept), self.counter.now or 0)
        self._count(lambda counter: counter.sleep(start, now))
        if len(self._sleeps) < MOST_RUNS:
            self._sleeps.append({"from": start, "to": now})
        self._run_changed = True

    # --- time ---------------------------------------------------------------------------------------------------

    def _vouched(self) -> int | None:
        return trusted_offset(self.outside.clock, self.outside.disk, f"{self.folder}/trust.json")

    def _look_at_the_clock(self, now: int) -> None:
        offset = self._vouched()
        if offset is None:
            return
        if not self.trusted:
            self._adopt(offset, now)
        elif abs(offset - self.counter.tallies.offset) >= STEP_SECONDS:
            self.counter.tallies.offset = offset

    def _adopt(self, offset: int, now: int) -> None:
        """The time is known from now on: count again, from the start of this run, with the right offset.

        What was held back is removed or settled only after the new count is on the disk.
        """
        self.trusted = True
        self._run_changed = True
        self._settle_due = True
        if len(self._journal) < LONGEST_JOURNAL:
            counter = self._counter_from(offset)
            for step in self._journal:
                step(counter)
            counter.advance(now)
            self.counter = counter
            self._recounted = True
        else:
            self.counter.start_over(offset)
        self._journal = []
        self._unpublished = {}

    def _drop_recounted(self, run_id: str) -> None:
        for entry in self.spool.entries(HELD):
            if entry.run_id == run_id:
                self.outside.disk.remove(self.spool.path(HELD, entry.name))

    def _settle_held(self) -> None:
        now = self.now() + self.counter.tallies.offset
        skew = self._claimed - self.counter.tallies.offset
        waiting = {entry.run_id for entry in self.spool.entries(HELD)}
        of_this_boot = waiting & set(self._runs_of_boot)
        # This very boot has its trusted moment now; an earlier one needs a trusted moment before it as well.
        for runs, trusted_before in ((of_this_boot, 0), (waiting - of_this_boot, self._last_trusted)):
            if runs:
                settle(self.spool, runs=runs, trusted_before=trusted_before, trusted_now=now, skew=skew)

    # --- checkpoints --------------------------------------------------------------------------------------------

    def checkpoint(self) -> None:
        """Write down what is counted; a full disk is said once and tried again at the next checkpoint."""
        now = self.now()
        self.counter.advance(now)
        self._look_at_the_clock(now)
        self._checkpoint_due = now + CHECKPOINT_SECONDS
        if self.trusted:
            self._last_trusted = now + self.counter.tallies.offset
        slot = (now + self.counter.tallies.offset) // SLOT_SECONDS
        for changed, tally in self.counter.take_changed().items():
            self._unpublished[f"slot{changed}"] = ("slot", tally.record(self.run_id, changed, self.mode))
        if self._run_changed or slot != self._pruned_slot:
            self._run_revision += 1
            self._unpublished["run"] = ("run", self._run_record(now))
            self._run_changed = False
        folder = PENDING if self.trusted else HELD
        records = [[kind, record] for kind, record in self._unpublished.values()]
        try:
            self.spool.write(f"{self.folder}/run.json", json.dumps(self._state(now, folder, records)).encode())
            self.spool.put_all(folder, records)
            if self._settle_due:
                if self._recounted:
                    self._drop_recounted(self.run_id)
                self._settle_held()
                self._settle_due = False
            if slot != self._pruned_slot:
                # A clock that nobody vouches for must not decide what is too old.
                self.spool.drop_old(now + self.counter.tallies.offset if self.trusted else None)
        except OSError as error:
            if self._disk_complaint != str(error):
                self.outside.say(f"the state folder {self.folder} cannot be written ({error}); trying again every 30 s")
            self._disk_complaint = str(error)
            return
        if self._disk_complaint:
            self.outside.say(f"the state folder {self.folder} can be written again")
        self._disk_complaint = ""
        self._unpublished = {}
        self._pruned_slot = slot
        self.counter.forget_settled()

    def _state(self, now: int, folder: str, records: list[list[Any]]) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "boot_id": self.boot_id,
            "elapsed_seconds": now,
            "offset_seconds": self.counter.tallies.offset,
            "trusted": self.trusted,
            "last_trusted_seconds": self._last_trusted,
            "source": self.source_name,
            "mode": self.mode,
            "readable": self.source is not None,
            "open_sessions": len(self.counter.visits),
            "stopped": self.stopped,
            "runs_of_boot": self._runs_of_boot[-MOST_RUNS:],
            "counter": self.counter.snapshot(),
            "recounted": self._recounted,
            "folder": folder,
            "records": records,
        }

    def _run_record(self, now: int) -> dict[str, Any]:
        """The wire's RunRecord."""
        offset = self.counter.tallies.offset
        return {
            "run_id": self.run_id,
            "previous_run_id": self._previous,
            "revision": self._run_revision,
            "start_reason": self._start_reason,
            "clock": "trusted" if self.trusted else "untrusted",
            "started_at_seconds": max(0, self.started_at + offset),
            "last_seen_at_seconds": max(0, now + offset),
            "stopped_at_seconds": max(0, now + offset) if self.stopped else None,
            "stop_reason": self.stopped,
            "sleeps": [
                {"from_seconds": max(0, sleep["from"] + offset), "to_seconds": max(0, sleep["to"] + offset)}
                for sleep in self._sleeps
            ],
        }

    def _counter_from(self, offset: int | None) -> Counter:
        """A counter that goes on from what the earlier run left open."""
        place = self._claimed if offset is None else offset
        try:
            return Counter(place, left_open(self._saved, place, same_boot=self._start_reason == "restart"), self.mode)
        except (KeyError, TypeError, AttributeError):
            self.outside.say(f"{self.folder}/run.json does not hold what it should; counting starts anew")
            self._saved = {}
            return Counter(place, None, self.mode)

    def _saved_run(self) -> dict[str, Any]:
        try:
            saved = json.loads(self.outside.disk.read(f"{self.folder}/run.json"))
        except FileNotFoundError:
            saved = {}
        except ValueError:
            self.outside.say(f"{self.folder}/run.json is damaged and left out; counting starts anew")
            saved = {}
        return saved if isinstance(saved, dict) else {}

    # --- the sender ---------------------------------------------------------------------------------------------

    def _look_after_sender(self, now: int) -> None:
        if self._sender is not None:
            if self.outside.reap(self._sender) is None:
                return
            self._sender = None
            self._contact_due = now + self._pause_wanted()
        elif now >= self._contact_due:
            self._start_sender()

    def _start_sender(self) -> None:
        try:
            self._sender = self.outside.start_sender()
        except Unusable as error:
            self.outside.say(f"the sender cannot be started: {error} Trying again in {self.contact_seconds} s")
            self._contact_due = self.now() + self.contact_seconds

    def _pause_wanted(self) -> int:
        """How long until the next contact: what the sender noted, else the usual, with a jitter of a tenth."""
        try:
            noted = json.loads(self.outside.disk.read(f"{self.folder}/sender.json"))["next_contact_seconds"]
            wanted = min(86_400, max(5, int(noted)))
        except (OSError, ValueError, KeyError, TypeError):
            wanted = self.contact_seconds
            wanted += self._random_below(max(1, wanted // 10))
        return wanted

    def _random_below(self, limit: int) -> int:
        return int.from_bytes(self.outside.random(4), "big") % limit
