"""The resident service: reads events, counts, writes the spool, starts the sender. No network.

One file, `run.json`, is the truth of a checkpoint: the open sessions and the records that changed stand in it together
and are replaced at once. Only then are the records published to the spool; a crash in between is mended at the next
start by publishing them again. So a count is never there twice and never half.
"""

from collections.abc import Callable
from typing import Any, Literal

from agent.claims import Claims, close_boot
from agent.contacts import Contacts
from agent.habit import habit_from
from agent.last_words import last_words, open_slots
from agent.machine.base import POWER_OFF, POWER_STAYS, RESUME, SUSPEND
from agent.outside import Outside
from agent.run_file import DOUBTED_STARTS, RunFile, Saved, gap_after, is_late, same_boot, starts_in_doubt
from agent.sessions import SEAT, Counter, Mode
from agent.sight import Sight
from agent.sleeps import Sleeps
from agent.spool import HELD, PENDING, Spool
from agent.timekeeping import STEP_SECONDS, claimed_offset, finish_settling, left_open, steady_offset, trusted_offset
from agent.wire.figures import SLOT_SECONDS

CHECKPOINT_SECONDS = 30
"""At most so much use is lost by a crash (design: spool)."""
LARGEST_STEP_SECONDS = 86_400
"""A clock that leaps further in one run may leap back; time servers have told a time that was 20 years off."""
LONGEST_JOURNAL = 10_000
"""Events remembered while the time is not trusted, to count them again once it is; some 2 MB."""


class Service:
    """One run of the agent's service."""

    def __init__(
        self, folder: str, contact_seconds: int, outside: Outside, counting: Mode | Literal["auto"] = "log_on"
    ) -> None:
        """Keep state in `folder`; contact the collector every `contact_seconds` until it says otherwise."""
        self.folder = folder
        self.contact_seconds = contact_seconds
        self.outside = outside
        self.counting = counting
        self.spool = Spool(f"{folder}/spool", outside.disk)
        self.run_file = RunFile(folder, outside.boot_copy, outside.disk, outside.say)
        self.run_id = outside.random(8).hex()
        self.sight = Sight(outside)
        self.stopped: str | None = None
        self.going_down = False
        self._unpublished: dict[str, tuple[str, dict[str, Any]]] = {}
        self._journal: list[Callable[[Counter], None]] = []
        self._settle_due = self._recounted = False
        self._run_revision = 0
        self._run_changed = self._ages_known = True
        self._disk_complaint = ""

    # --- one life -----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Take over from the previous run and begin to count; raises OSError where the folder cannot be used."""
        clock = self.outside.clock
        self.spool.prepare()
        # A crash may leave an older revision beside a newer one: settled below, both would count.
        self.spool.sweep()
        finish_settling(self.spool)
        self.boot_id = clock.boot_id()
        saved = self._take_over(self.run_file.read(self.boot_id))
        self._saved = saved
        self._same_boot = same_boot(saved, self.boot_id)
        self._doubt = starts_in_doubt(saved, self.boot_id)
        self._previous = saved.get("run_id") if self._same_boot or not self._doubt else None
        self._start_reason = "restart" if self._same_boot else "boot"
        self._trusted_before: int | None = saved.get("last_trusted_seconds")
        self._last_trusted = self._trusted_before
        self._claimed = claimed_offset(clock)
        self._claims = Claims(saved, same_boot=self._same_boot)
        self._claims.begin(self.run_id, self._claimed)
        self.started_at = self.now()
        self._sleeps = Sleeps(clock)
        self.habit = habit_from(saved, self.now(), same_boot=self._same_boot)
        # Within a boot a visit may go on: the way in which it is told changes when none does (see _switch_mode).
        left = saved.get("mode") if self._same_boot else None
        self._mode: Mode = left if left in ("log_on", "activity") else self._wanted_mode()
        offset = self._vouched()
        if self._same_boot and saved.get("trusted"):
            offset = steady_offset(offset, saved["offset_seconds"])
        self.trusted = offset is not None
        self.counter = self._counter_from(offset)
        if self.trusted:
            self._settle_held()
        self._look_for_sessions(self.started_at)
        self.sight.open_presence()
        self._pruned_slot = -1
        self.contacts = Contacts(self.folder, self.contact_seconds, self.outside, self.started_at)
        self.checkpoint()

    def _take_over(self, left: list[Saved]) -> Saved:
        """Publish what the last checkpoint of an earlier run may not have published; that checkpoint."""
        if not left:
            return {}
        for saved in left:
            self.spool.put_all(saved["folder"], saved["records"])
        known = [saved["last_trusted_seconds"] for saved in left if saved["last_trusted_seconds"] is not None]
        last = {**left[-1], "last_trusted_seconds": max(known, default=None)}
        if any(saved["records"] for saved in left):
            # Published for good: what is settled later must not be published once more by the next start.
            last["records"] = []
            self.run_file.write(last)
        for saved in left:
            if saved.get("recounted"):
                self._drop_recounted(saved["run_id"])
            if not same_boot(saved, self.boot_id):
                close_boot(self.spool, saved)
                self.spool.put_all(PENDING, self._last_words(saved))
        return last

    def _last_words(self, saved: Saved) -> list[list[Any]]:
        try:
            return last_words(saved)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            self.outside.say(f"{self.run_file.path} does not hold what it should; lengths of sessions stay unknown")
            return []

    def now(self) -> int:
        """Whole seconds since boot."""
        return int(self.outside.clock.elapsed())

    def due(self) -> float:
        """When `wake` wants to be called next at the latest, in seconds since boot."""
        now = self.now()
        return min(self._checkpoint_due, self.contacts.due(now), *self.sight.due(now))

    def wake(self) -> None:
        """Do what is due: events, a checkpoint, a contact. Called when an event arrives and when `due` has come."""
        now = self.now()
        before = self._log_ons()
        slept = self._notice_sleep(now)
        self._switch_mode(now)
        happened = self._read_events(now)
        if slept is not None:
            # Who was logged off when the computer fell asleep may be told only now.
            self.habit.sleep(*slept, [key for key in before if key in self.counter.visits])
        self._hear_presence(now)
        happened |= self._look_for_sessions(now)
        if happened or now >= self._checkpoint_due:
            self.checkpoint()
        self.contacts.look_after(now)

    def stop(self, reason: str) -> None:
        """End the run properly and send what is there; `reason` is "power_off" or "service_stop"."""
        self.stopped = "power_off" if self.going_down else reason
        self._notice_sleep(self.now())
        if self.stopped == "power_off":
            now = self.now()
            self._count(lambda counter: counter.finish(now))
        self._run_changed = True
        self.checkpoint()
        self.sight.close()
        self.contacts.start(self.now())

    def sender_done(self) -> bool:
        """Whether the sender that `stop` started has ended."""
        return self.contacts.done()

    # --- counting -----------------------------------------------------------------------------------------------

    def _count(self, step: Callable[[Counter], None]) -> None:
        if not self.trusted and len(self._journal) < LONGEST_JOURNAL:
            self._journal.append(step)
        step(self.counter)

    def _look_for_sessions(self, now: int) -> bool:
        present = self.sight.open(now)
        if present is None:
            return False
        self._count(lambda counter: counter.begin(now, present))
        return True

    def _read_events(self, now: int) -> bool:
        events = self.sight.read(now)
        if events is None:
            self._count(lambda counter: counter.lose_sight(now))
            return True
        for event in events:
            if event.kind in (POWER_OFF, POWER_STAYS):
                self.going_down = event.kind == POWER_OFF
            elif event.kind not in (SUSPEND, RESUME):  # the clocks tell of suspends, on every system
                self._count(lambda counter, event=event: counter.happen(now, event.kind, event.session))  # type: ignore[misc]
        return bool(events)

    def _hear_presence(self, now: int) -> None:
        idle = self.sight.idle()
        if idle is not None:
            self._count(lambda counter: counter.present(now, idle))

    def descriptors(self) -> list[int]:
        """What wakes the service: ask before each wait."""
        return self.sight.descriptors()

    def _notice_sleep(self, now: int) -> tuple[int, int] | None:
        slept = self._sleeps.notice(now, self.counter.now or 0)
        if slept is not None:
            start, end = slept
            self._count(lambda counter: counter.sleep(start, end))
            self._run_changed = True
        return slept

    # --- how visits are told ------------------------------------------------------------------------------------

    def _wanted_mode(self) -> Mode:
        return self.habit.mode if self.counting == "auto" else self.counting

    def _switch_mode(self, now: int) -> None:
        """At the edge of a slot, and where nobody would be counted twice, begin to tell visits in the way wanted."""
        wanted = self._wanted_mode()
        edge = now - (now + self.counter.tallies.offset) % SLOT_SECONDS
        if wanted == self.counter.mode or not self.trusted or self.counter.now is None or self.counter.now > edge:
            return
        self.counter.advance(edge)
        if self.counter.may_switch(wanted):
            self.outside.say(f"from now on visits are told by {wanted.replace('_', '-')}")
            self.counter.switch(edge, wanted)

    def _log_ons(self) -> list[str]:
        return [key for key in self.counter.visits if key != SEAT]

    # --- time ---------------------------------------------------------------------------------------------------

    def _vouched(self) -> int | None:
        return trusted_offset(self.outside.clock, self.outside.disk, f"{self.folder}/trust.json")

    def _look_at_the_clock(self, now: int) -> None:
        offset = self._vouched()
        if offset is None:
            if not self.trusted:
                self._claims.look(claimed_offset(self.outside.clock))
        elif not self.trusted:
            self._adopt(offset, now)
        elif (step := abs(offset - self.counter.tallies.offset)) >= STEP_SECONDS:
            self.counter.tallies.offset = offset
            self._ages_known = self._ages_known and step < LARGEST_STEP_SECONDS

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
        names = [entry.name for entry in self.spool.all_entries(HELD) if entry.run_id == run_id]
        self.outside.disk.remove_all(f"{self.folder}/spool/{HELD}", names)

    def _settle_held(self) -> None:
        offset = self.counter.tallies.offset
        self._claims.settle(self.spool, offset, self.now() + offset, self._trusted_before)

    # --- checkpoints --------------------------------------------------------------------------------------------

    def checkpoint(self) -> None:
        """Write down what is counted; a full disk is said once and tried again at the next checkpoint."""
        now = self.now()
        self.counter.advance(now)
        if self.counter.readable:
            self.habit.see(now, self._log_ons())
        self._look_at_the_clock(now)
        self._checkpoint_due = now + CHECKPOINT_SECONDS
        if self.trusted:
            self._last_trusted = now + self.counter.tallies.offset
        slot = (now + self.counter.tallies.offset) // SLOT_SECONDS
        for changed, tally in self.counter.take_changed().items():
            self._unpublished[f"slot{changed}"] = ("slot", tally.record(self.run_id, changed))
        for (run_id, changed), tally in self.counter.tallies.take_earlier().items():
            self._unpublished[f"slot{changed} {run_id}"] = ("slot", tally.record(run_id, changed))
        if self._run_changed or slot != self._pruned_slot:
            self._run_revision += 1
            self._unpublished["run"] = ("run", self._run_record(now))
            self._run_changed = False
        folder = PENDING if self.trusted else HELD
        records = [[kind, record] for kind, record in self._unpublished.values()]
        state = self._state(now, folder, records)
        try:
            self._mend_folder()
            self.run_file.write(state)
            self.spool.put_all(folder, records)
            self._settle_if_due()
            if slot != self._pruned_slot:
                # A clock that nobody vouches for, or that has just leapt by years, must not decide what is too old.
                self.spool.drop_old(now + self.counter.tallies.offset if self.trusted and self._ages_known else None)
        except OSError as error:
            if not self._disk_complaint:
                self.outside.say(f"the state folder {self.folder} cannot be written ({error}); trying again every 30 s")
            self._disk_complaint = str(error)
            self.run_file.write_copy({**state, "disk_complaint": str(error)})
            return
        if self._disk_complaint:
            self.outside.say(f"the state folder {self.folder} can be written again")
        self._disk_complaint = ""
        self._unpublished = {}
        self._pruned_slot = slot
        self.counter.forget_settled()

    def _mend_folder(self) -> None:
        """Take over a state folder that was put in the place of ours, and make one that is gone."""
        other = self.run_file.exchanged(self.run_id)
        if self._disk_complaint or other is not None:
            self.outside.disk.make_folder(self.folder)
            self.spool.prepare()
        if other is None:
            return
        self.outside.say(f"{self.run_file.path} is not of this run; the state folder was exchanged, and is taken over")
        self.spool.sweep()
        finish_settling(self.spool)
        if other:
            self._go_on_from(other)
        self._run_changed = True
        self.counter.tallies.tell_again()  # what was written until now lies below the folder that is there now
        self._settle_due = self._settle_due or self.trusted

    def _go_on_from(self, other: Saved) -> None:
        self._take_over([other])
        if is_late(other, self.boot_id, self._trusted_before):
            self._doubt = DOUBTED_STARTS
            self._previous = self._previous if self._same_boot else None
        else:
            self._previous = self._previous or other["run_id"]
        self._trusted_before = other["last_trusted_seconds"]
        self._last_trusted = self._last_trusted or self._trusted_before

    def _settle_if_due(self) -> None:
        if not self._settle_due:
            return
        if self._recounted:
            self._drop_recounted(self.run_id)
        self._settle_held()
        self._settle_due = False

    def _state(self, now: int, folder: str, records: list[list[Any]]) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "boot_id": self.boot_id,
            "elapsed_seconds": now,
            "offset_seconds": self.counter.tallies.offset,
            "trusted": self.trusted,
            "last_trusted_seconds": self._last_trusted,
            "source": self.sight.name,
            "mode": self.counter.mode,
            "habit": self.habit.snapshot(),
            "readable": self.sight.readable,
            "open_sessions": len(self.counter.visits),
            "stopped": self.stopped,
            **self._claims.saved(),
            "counter": self.counter.snapshot(),
            "open_slots": open_slots(self.counter.going_on().values(), self.counter.tallies, self.run_id),
            "recounted": self._recounted,
            "doubted_starts": self._doubt,
            "gap": gap_after(self._saved, self.started_at),
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
            "sleeps": self._sleeps.told(offset),
        }

    def _counter_from(self, offset: int | None) -> Counter:
        """A counter that goes on from what an earlier run of this boot left open."""
        place = self._claimed if offset is None else offset
        try:
            left = left_open(self._saved, place) if self._start_reason == "restart" else None
            return Counter(place, left, self._mode)
        except (KeyError, TypeError, ValueError, AttributeError, IndexError):
            self.outside.say(f"{self.run_file.path} does not hold what it should; counting starts anew")
            self._saved = {}
            return Counter(place, None, self._mode)
