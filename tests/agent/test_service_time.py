"""What the service does with counts while nobody vouches for the time."""

import json

import pytest

from agent.machine.base import LOG_OFF, LOG_ON
from agent.spool import HELD
from tests.agent.service_stage import Stage
from tests.agent.stage import MONDAY

SLOT = MONDAY // 900


@pytest.fixture
def stage() -> Stage:
    return Stage()


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
