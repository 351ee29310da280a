"""The resident service on a stage: what it writes, whatever happens to it."""

import json
from typing import Any

import pytest

from agent.errors import SourceLost
from agent.machine.base import LOG_OFF, LOG_ON, POWER_OFF, Event, OpenSession
from agent.outside import Outside
from agent.service import Service
from agent.sessions import Mode
from agent.spool import HELD, PENDING, Spool
from tests.agent.stage import MONDAY, PlugPulledError, StageClock, StageDisk, StagePresence, StageSource

SLOT = MONDAY // 900


class Stage:
    """One station: its clock, disk and sessions outlive the runs of the service."""

    def __init__(self, mode: Mode = "log_on") -> None:
        self.mode: Mode = mode
        self.clock = StageClock()
        self.disk = StageDisk()
        self.source = StageSource()
        self.presence = StagePresence()
        self.said: list[str] = []
        self.senders = 0
        self._random = iter(range(1, 10_000))
        self.service = self.new_service()

    def new_service(self) -> Service:
        def open_source() -> StageSource:
            if self.source.lost:
                raise SourceLost("not readable: no bus")
            return self.source

        def start_sender() -> int:
            self.senders += 1
            return self.senders

        return Service(
            "/state",
            1800,
            Outside(
                clock=self.clock,
                disk=self.disk,
                open_source=open_source,
                start_sender=start_sender,
                open_presence=lambda _: self.presence,
                reap=lambda _: 0,
                random=lambda size: next(self._random).to_bytes(size, "big"),
                say=self.said.append,
            ),
            self.mode,
        )

    def restart(self) -> None:
        self.disk.writes_left = None
        self.service = self.new_service()
        self.service.start()

    def play(self, kind: str, session: str = "a") -> None:
        if kind == LOG_ON:
            self.source.open[session] = OpenSession(session, locked=False, foreground=True)
        if kind == LOG_OFF:
            self.source.open.pop(session, None)
        self.source.events.append(Event(kind, session))
        self.service.wake()

    def run_for(self, seconds: int, step: int = 30) -> None:
        for _ in range(seconds // step):
            self.clock.pass_time(step)
            self.service.wake()

    def records(self, kind: str = "slot", folder: str = PENDING) -> list[dict[str, Any]]:
        spool = Spool("/state/spool", self.disk)
        found = (spool.read(folder, entry) for entry in spool.entries(folder) if entry.kind == kind)
        return [record for record in found if record is not None]

    def total(self, what: str, folder: str = PENDING) -> int:
        return sum(r["idle_rules"][2][what] for r in self.records(folder=folder) if r["idle_rules"])


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_it_counts_a_session_into_absolute_slot_records(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(1200)
    stage.play(LOG_OFF)
    first, second = stage.records()
    assert [first["slot"], second["slot"]] == [SLOT, SLOT + 1]
    assert (first["seconds_observed"], first["seconds_on"], first["method"]) == (900, 900, "log_on")
    assert first["idle_rules"][2] == {
        "minutes": 10, "starts": 1, "seconds_in_use": 900, "lengths": [0, 0, 0, 1, 0, 0, 0],
    }  # fmt: skip
    assert (second["idle_rules"][2]["starts"], second["idle_rules"][2]["seconds_in_use"]) == (0, 300)


def test_a_higher_revision_takes_the_place_of_the_lower_one_in_the_spool(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(120)
    names = [name for name in stage.disk.names("/state/spool/pending") if name.startswith("slot")]
    assert len(names) == 1
    assert stage.records()[0]["revision"] > 1


def test_the_run_names_its_predecessor_and_a_stop_is_recorded(stage: Stage) -> None:
    stage.service.start()
    first = stage.service.run_id
    stage.run_for(60)
    stage.service.stop("service_stop")
    stage.restart()
    runs = {record["run_id"]: record for record in stage.records("run")}
    assert runs[first]["stop_reason"] == "service_stop"
    assert runs[first]["stopped_at_seconds"] == MONDAY + 60
    assert runs[stage.service.run_id]["previous_run_id"] == first
    assert runs[stage.service.run_id]["start_reason"] == "restart"


def test_a_power_off_ends_the_session_and_sends_at_once(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    senders = stage.senders
    stage.source.events.append(Event(POWER_OFF))
    stage.service.wake()
    stage.service.stop("service_stop")
    assert stage.records("run")[0]["stop_reason"] == "power_off"
    assert stage.records()[0]["idle_rules"][2]["lengths"] == [0, 0, 1, 0, 0, 0, 0]
    assert stage.senders == senders + 1
    assert stage.service.sender_done()


def test_a_restart_of_the_service_counts_nothing_twice(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(300)
    stage.restart()
    stage.run_for(300)
    stage.play(LOG_OFF)
    assert (stage.total("starts"), stage.total("seconds_in_use")) == (1, 600)


def pulled_at(step: int) -> Stage:
    """A station whose plug is pulled at the given change of its disk, and which is switched on again."""
    stage = Stage()
    stage.disk.writes_left = step
    try:
        stage.service.start()
        stage.play(LOG_ON)
        stage.run_for(90)
        stage.play(LOG_OFF)
        stage.run_for(60)
        stage.play(LOG_ON, "b")
        stage.run_for(90)
    except PlugPulledError:
        stage.clock.reboot()
        stage.source.open.clear()
        stage.source.events.clear()
        stage.restart()
    stage.disk.writes_left = None
    return stage


@pytest.mark.parametrize("step", range(0, 120, 3))
def test_a_plug_pulled_at_any_step_neither_doubles_nor_halves_a_count(step: int) -> None:
    stage = pulled_at(step)
    starts = stage.total("starts")
    known = stage.total("seconds_in_use")
    assert starts <= 2
    assert known <= 180
    written = json.loads(stage.disk.read("/state/run.json"))
    assert written["run_id"] == stage.service.run_id
    for record in stage.records():
        for rule in record["idle_rules"]:
            assert rule["seconds_in_use"] <= record["seconds_on"]


@pytest.mark.parametrize("step", range(0, 120, 3))
def test_what_a_checkpoint_has_written_survives_the_plug(step: int) -> None:
    """The count after the plug is that of the last run.json, and at most 30 s behind the truth."""
    stage = Stage()
    stage.disk.writes_left = step
    checkpointed: list[int] = [0]
    original = stage.disk.replace

    def replace(source: str, target: str) -> None:
        original(source, target)
        if target == "/state/run.json":
            checkpointed[0] = (
                stage.service.counter.tallies.by_slot[SLOT].starts[2] if stage.service.counter.tallies.by_slot else 0
            )

    stage.disk.replace = replace  # type: ignore[method-assign]
    try:
        stage.service.start()
        for key in "abcdef":
            stage.play(LOG_ON, key)
            stage.run_for(60)
            stage.play(LOG_OFF, key)
    except PlugPulledError:
        stage.clock.reboot()
        stage.source.open.clear()
        stage.source.events.clear()
        survived = checkpointed[0]
        stage.restart()
        assert stage.total("starts") == survived
    else:
        assert stage.total("starts") == 6


def test_a_full_disk_is_said_once_and_the_counts_are_written_when_there_is_room(stage: Stage) -> None:
    stage.service.start()
    stage.disk.full = True
    stage.play(LOG_ON)
    stage.run_for(300)
    assert sum("cannot be written" in sentence for sentence in stage.said) == 1
    stage.disk.full = False
    stage.run_for(30)
    assert (stage.total("starts"), stage.total("seconds_in_use")) == (1, 330)


def test_a_damaged_run_file_is_said_and_left_out(stage: Stage) -> None:
    stage.disk.files["/state/run.json"] = b'{"run_id": "half'
    stage.service.start()
    stage.run_for(60)
    assert any("damaged" in sentence for sentence in stage.said)
    assert stage.records()


def test_sessions_that_cannot_be_read_leave_the_use_unknown_and_the_station_on(stage: Stage) -> None:
    stage.source.lost = True
    stage.service.start()
    stage.run_for(900)
    stage.source.lost = False
    stage.run_for(900)
    before, after = stage.records()
    assert (before["seconds_on"], before["seconds_observed"]) == (900, 0)
    assert (before["method"], before["idle_rules"]) == ("not_readable", [])
    assert (after["seconds_on"], after["method"]) == (900, "log_on")
    assert 840 <= after["seconds_observed"] < 900
    assert stage.said[0].startswith("sessions cannot be read: not readable: no bus")


def test_counts_made_before_the_time_was_known_are_dated_exactly_once_it_is(stage: Stage) -> None:
    """The clock's battery is dead: it says 2009. The truth comes 20 minutes later."""
    truth = stage.clock.wall_ahead
    stage.clock.wall_ahead = 1_230_768_000
    stage.clock.vouched = False
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    assert not stage.records(), "nothing is sent with a date that nobody vouches for"
    assert stage.records(folder=HELD)
    stage.run_for(600)
    stage.clock.wall_ahead = truth
    stage.clock.vouched = True
    stage.run_for(30)
    assert [record["slot"] for record in stage.records()] == [SLOT, SLOT + 1]
    assert [r["seconds_on"] for r in stage.records()] == [900, 330]
    assert (stage.total("starts"), stage.total("seconds_in_use")) == (1, 1230)
    assert not stage.records(folder=HELD)


def test_a_restart_before_the_time_is_known_keeps_the_length_of_a_session_if_the_clock_was_right(stage: Stage) -> None:
    stage.clock.vouched = False
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(60)
    stage.restart()
    stage.clock.vouched = True
    stage.play(LOG_OFF)
    assert stage.total("starts") == 1
    assert sum(sum(r["idle_rules"][2]["lengths"]) for r in stage.records() if r["idle_rules"]) == 1


def test_a_restart_before_the_time_is_known_leaves_the_length_unknown_if_the_clock_was_wrong(stage: Stage) -> None:
    stage.clock.vouched = False
    stage.clock.wall_ahead -= 86_400
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(60)
    stage.restart()
    stage.clock.vouched = True
    stage.clock.wall_ahead += 86_400
    stage.play(LOG_OFF)
    assert [r["idle_rules"][2]["starts"] for r in stage.records("undated")] == [1]
    assert sum(sum(r["idle_rules"][2]["lengths"]) for r in stage.records() if r["idle_rules"]) == 0


def test_the_collectors_answer_is_as_good_as_a_synchronised_clock(stage: Stage) -> None:
    stage.clock.vouched = False
    stage.clock.wall_ahead -= 86_400
    stage.service.start()
    stage.run_for(60)
    note = {"boot_id": stage.clock.boot, "elapsed_seconds": 130, "time_seconds": MONDAY + 30}
    stage.disk.files["/state/trust.json"] = json.dumps(note).encode()
    stage.run_for(30)
    assert stage.records()[0]["slot"] == SLOT


def test_a_stretch_between_two_trusted_points_is_dated_if_the_clock_was_right_at_both(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(60)
    stage.service.stop("power_off")
    stage.clock.reboot(after=3600)
    stage.clock.vouched = False
    stage.restart()
    stage.play(LOG_ON)
    stage.run_for(600)
    stage.play(LOG_OFF)
    offline = stage.service.run_id
    stage.service.stop("power_off")
    stage.clock.reboot(after=3600)
    stage.clock.vouched = True
    stage.restart()
    dated = [r for r in stage.records() if r["run_id"] == offline]
    assert sum(r["idle_rules"][2]["starts"] for r in dated) == 1
    assert {r["run_id"]: r["clock"] for r in stage.records("run")}[offline] == "bracketed"
    assert not stage.records("undated")


def test_a_stretch_whose_clock_was_wrong_is_counted_without_a_place(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(60)
    stage.service.stop("power_off")
    stage.clock.reboot(after=3600)
    stage.clock.vouched = False
    stage.clock.wall_ahead -= 10 * 365 * 86_400
    stage.restart()
    stage.play(LOG_ON)
    stage.run_for(600)
    offline = stage.service.run_id
    stage.service.stop("power_off")
    stage.clock.reboot(after=3600)
    stage.restart()
    assert not [r for r in stage.records() if r["run_id"] == offline]
    stage.clock.vouched = True
    stage.clock.wall_ahead += 10 * 365 * 86_400
    stage.run_for(30)
    (undated,) = [r for r in stage.records("undated") if r["run_id"] == offline]
    assert (undated["idle_rules"][2]["starts"], undated["idle_rules"][2]["seconds_in_use"]) == (1, 600)
    assert undated["seconds_observed"] == 600


def test_a_suspend_is_told_by_the_clocks_and_recorded_in_the_run(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(60)
    stage.clock.sleep(3600)
    stage.run_for(60)
    (run,) = stage.records("run")
    assert run["sleeps"] == [{"from_seconds": MONDAY + 90, "to_seconds": MONDAY + 3690}]
    assert stage.total("seconds_in_use") <= 120
    assert stage.total("starts") == 2


def test_the_first_contact_is_immediate_before_enrolment_and_jittered_after_it(stage: Stage) -> None:
    stage.service.start()
    stage.service.wake()
    assert stage.senders == 1
    enrolled = Stage()
    enrolled.disk.files["/state/identity.json"] = b"{}"
    enrolled.service.start()
    enrolled.service.wake()
    assert enrolled.senders == 0
    enrolled.run_for(30)
    assert enrolled.senders == 1


def test_the_next_contact_is_when_the_sender_noted(stage: Stage) -> None:
    stage.disk.files["/state/sender.json"] = b'{"next_contact_seconds": 600}'
    stage.service.start()
    stage.run_for(30)
    before = stage.senders
    stage.run_for(570)
    assert stage.senders == before
    stage.run_for(120)
    assert stage.senders == before + 1


def touched(stage: Stage, seconds: int, *, idle: int) -> None:
    """Presence tells every 10 s that the last input was `idle` seconds ago."""
    for _ in range(seconds // 10):
        stage.clock.pass_time(10)
        stage.presence.told.append(idle)
        stage.service.wake()


def test_a_station_that_is_always_logged_on_is_counted_by_activity() -> None:
    stage = Stage("activity")
    stage.service.start()
    stage.play(LOG_ON, "kiosk")
    touched(stage, 300, idle=2)
    touched(stage, 600, idle=10_000)
    first = stage.records()[0]
    assert (first["method"], first["presence_readable"]) == ("activity", True)
    assert (stage.total("starts"), stage.total("seconds_in_use")) == (1, 290)
    assert first["seconds_observed"] >= 890


def test_an_always_logged_on_station_without_presence_says_that_its_use_is_unknown() -> None:
    stage = Stage("activity")
    stage.service.start()
    stage.play(LOG_ON, "kiosk")
    stage.run_for(900)
    first = stage.records()[0]
    assert (first["seconds_on"], first["seconds_observed"]) == (900, 0)
    assert (first["method"], first["idle_rules"]) == ("not_readable", [])


def test_where_presence_is_readable_the_hours_of_a_log_on_are_no_upper_bound(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    touched(stage, 900, idle=2)
    assert stage.records()[0]["presence_readable"]
    without = Stage()
    without.service.start()
    without.play(LOG_ON)
    without.run_for(900)
    assert not without.records()[0]["presence_readable"]
