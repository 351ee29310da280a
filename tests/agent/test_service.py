"""The resident service on a stage: what it writes, whatever happens to it."""

import json

import pytest

from agent.machine.base import LOG_OFF, LOG_ON, POWER_OFF, Event
from tests.agent.service_stage import Stage
from tests.agent.stage import MONDAY, PlugPulledError

SLOT = MONDAY // 900


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
        if target == "/state/run.json" and hasattr(stage.service, "counter"):
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


def test_sessions_are_looked_for_soon_after_a_slow_start_and_once_a_minute_where_nobody_tells_them(
    stage: Stage,
) -> None:
    stage.source.lost = True
    stage.service.start()
    pauses = []
    for _ in range(7):
        [due] = stage.service.sight.due(stage.service.now())
        pauses.append(due - stage.service.now())
        stage.clock.pass_time(pauses[-1])
        stage.service.wake()
    assert pauses == [2, 4, 8, 16, 32, 60, 60]
    stage.source.lost = False
    stage.run_for(60)
    assert stage.service.sight.readable


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


def test_a_run_that_ends_before_presence_speaks_makes_no_hours_an_upper_bound(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    assert [record["presence_readable"] for record in stage.records()] == [True]
    stage.run_for(30)
    assert [record["presence_readable"] for record in stage.records()] == [True]


def test_time_in_which_nobody_is_logged_on_makes_no_hours_an_upper_bound(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(400)
    stage.play(LOG_ON)
    touched(stage, 300, idle=2)
    stage.play(LOG_OFF)
    stage.run_for(1100)
    assert [record["presence_readable"] for record in stage.records()] == [True, True]
