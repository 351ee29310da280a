"""What the service does with counts while nobody vouches for the time."""

import json

import pytest

from agent.machine.base import LOG_OFF, LOG_ON, POWER_OFF, POWER_STAYS
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


@pytest.mark.parametrize(("later", "seconds_between"), [(-1, 0), (1, 0), (-60, -60)])
def test_a_restart_is_dated_after_the_run_it_follows_unless_the_clock_was_set(
    stage: Stage, later: int, seconds_between: int
) -> None:
    """The collector tells the time in whole seconds, and tells it again: a second apart it is the same time."""
    stage.clock.vouched = False

    def told(ahead: int) -> None:
        note = {"boot_id": stage.clock.boot, "elapsed_seconds": 100, "time_seconds": MONDAY + ahead}
        stage.disk.files["/state/trust.json"] = json.dumps(note).encode()

    stage.service.start()
    told(0)
    stage.run_for(30)
    stage.service.stop("service_stop")
    told(later)
    stage.restart()
    before, after = sorted(stage.records("run"), key=lambda record: record["start_reason"])
    assert after["start_reason"] == "restart"
    assert after["started_at_seconds"] - before["stopped_at_seconds"] == seconds_between


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


def test_two_weeks_offline_are_dated_when_the_clock_was_right_before_and_after(stage: Stage) -> None:
    """The network comes back in the middle of a boot; the trusted moment before it is two weeks old."""
    stage.service.start()
    stage.run_for(60)
    stage.service.stop("power_off")
    stage.clock.vouched = False
    for day in range(14):
        stage.reboot(after=15 * 3600)
        stage.play(LOG_ON, f"visitor {day}")
        stage.run_for(900)
        stage.play(LOG_OFF, f"visitor {day}")
        stage.service.stop("power_off")
    stage.reboot(after=15 * 3600)
    stage.run_for(600)
    assert stage.total("starts") == 0, "nothing is sent with a date that nobody vouches for"
    stage.clock.vouched = True
    stage.clock.wall_ahead += 100
    stage.run_for(30)
    assert (stage.total("starts"), stage.total("seconds_in_use"), stage.records("undated")) == (14, 14 * 900, [])
    assert {record["clock"] for record in stage.records("run")} == {"trusted", "bracketed"}
    days = {(record["slot"] * 900 - MONDAY) // 86_400 for record in stage.records()}
    assert len(days) >= 9


def test_two_weeks_offline_with_a_clock_that_lost_five_minutes_are_counted_without_a_place(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(60)
    stage.service.stop("power_off")
    stage.clock.vouched = False
    for day in range(14):
        stage.reboot(after=15 * 3600)
        stage.play(LOG_ON, f"visitor {day}")
        stage.run_for(900)
        stage.play(LOG_OFF, f"visitor {day}")
        stage.service.stop("power_off")
    stage.reboot(after=15 * 3600)
    stage.run_for(600)
    stage.clock.vouched = True
    stage.clock.wall_ahead += 300
    stage.run_for(30)
    assert stage.total("starts") == 0
    assert sum(record["idle_rules"][2]["starts"] for record in stage.records("undated")) == 14


@pytest.mark.parametrize("jump", [-86_400, -3600, -60, 60, 3600, 86_400, 20 * 365 * 86_400, -15 * 365 * 86_400])
def test_a_clock_that_jumps_within_a_run_moves_no_second_twice(stage: Stage, jump: int) -> None:
    """The system vouches before and after. What a clock that goes back tells twice is cut at the seconds of a slot."""
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(1800)
    stage.clock.wall_ahead += jump
    stage.run_for(1800)
    stage.play(LOG_OFF)
    told_twice = 60 if jump == -60 else 0
    assert (stage.total("starts"), stage.total("seconds_in_use")) == (1, 3600 - told_twice)
    assert sum(record["seconds_on"] for record in stage.records()) == 3600 - told_twice
    assert max(record["seconds_on"] for record in stage.records()) <= 900


@pytest.mark.parametrize("there_and_back", [-3600, 3600])
def test_a_clock_that_jumps_there_and_back_gives_no_slot_more_than_its_seconds(
    stage: Stage, there_and_back: int
) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    for _ in range(5):
        stage.run_for(600)
        stage.clock.wall_ahead += there_and_back
        stage.run_for(600)
        stage.clock.wall_ahead -= there_and_back
    stage.play(LOG_OFF)
    assert stage.total("starts") == 1
    for record in stage.records():
        assert record["seconds_on"] <= 900
        assert all(rule["seconds_in_use"] <= record["seconds_on"] for rule in record["idle_rules"])


@pytest.mark.parametrize(
    "sunday", [1_792_886_400, 1_806_192_000], ids=["2026-10-25, an hour twice", "2027-03-28, an hour less"]
)
def test_summer_time_has_no_effect(sunday: int) -> None:
    """Slots are of UTC and durations of the clock since boot; local time is the collector's business."""
    stage = Stage()
    stage.clock.wall_ahead = sunday - stage.clock.elapsed_now
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(4 * 3600)
    stage.play(LOG_OFF)
    records = stage.records()
    assert [record["slot"] for record in records] == [sunday // 900 + at for at in range(16)]
    assert {record["seconds_on"] for record in records} == {900}
    assert (stage.total("starts"), stage.total("seconds_in_use")) == (1, 4 * 3600)


@pytest.mark.parametrize("years", [-17, -1, 14, 60])
def test_a_dead_battery_in_each_of_several_boots_costs_no_count_and_places_none_wrongly(years: int) -> None:
    stage = Stage()
    stage.service.start()
    stage.run_for(60)
    truth: list[int] = []
    for visitor in "abc":
        stage.service.stop("power_off")
        stage.clock.vouched = False
        stage.reboot(after=3600)
        wrong = years * 365 * 86_400
        stage.clock.wall_ahead += wrong
        stage.restart()
        truth.append(int(stage.clock.wall() - wrong) // 900)
        stage.play(LOG_ON, visitor)
        stage.run_for(300)
        stage.clock.wall_ahead -= wrong
        stage.clock.vouched = True
        stage.run_for(30)
        stage.play(LOG_OFF, visitor)
    starts = [record["slot"] for record in stage.records() if record["idle_rules"][2]["starts"]]
    assert starts == truth
    assert sum(record["idle_rules"][2]["starts"] for record in stage.records("undated")) == 0
    assert stage.total("seconds_in_use") == 3 * 330


def test_hibernation_and_fast_startup_are_sleeps_of_the_same_run(stage: Stage) -> None:
    """The service lives on: no stop, no new boot. Elapsed time runs on through the night, awake time does not."""
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    stage.play(LOG_OFF)
    for _ in range(3):
        stage.run_for(60)
        stage.clock.sleep(14 * 3600)
        stage.run_for(60)
    (run,) = stage.records("run")
    assert [sleep["to_seconds"] - sleep["from_seconds"] for sleep in run["sleeps"]] == [14 * 3600] * 3
    assert run["start_reason"] == "boot"
    assert (stage.total("starts"), stage.total("seconds_in_use")) == (1, 600)
    assert sum(record["seconds_on"] for record in stage.records()) <= 600 + 3 * 120


def test_a_shutdown_that_is_cancelled_goes_on_counting(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(300)
    stage.play(POWER_OFF, "")
    stage.run_for(30)
    stage.play(POWER_STAYS, "")
    stage.run_for(270)
    stage.service.stop("service_stop")
    stage.restart()
    stage.run_for(300)
    stage.play(LOG_OFF)
    assert (stage.total("starts"), stage.total("seconds_in_use")) == (1, 900)
    assert {record["stop_reason"] for record in stage.records("run")} == {"service_stop", None}


def test_a_run_that_counted_with_a_wrong_clock_has_no_place_in_time_though_the_clock_was_right_after_it(
    stage: Stage,
) -> None:
    """Both runs are of one boot; between them a daemon puts the clock right, so that nothing looks wrong any more."""
    truth = stage.clock.wall_ahead
    stage.clock.wall_ahead = 946_684_800
    stage.clock.vouched = False
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    stage.clock.wall_ahead = truth
    stage.clock.vouched = True
    stage.restart()
    (undated,) = stage.records("undated")
    assert [rule["starts"] for rule in undated["idle_rules"]] == [1, 1, 1, 1]
    assert [record["slot"] for record in stage.records() if any(r["starts"] for r in record["idle_rules"])] == []


def test_a_restart_goes_on_with_the_time_that_its_boot_has_known(stage: Stage) -> None:
    """Somebody sets the clock wrong, the service is killed, and the next boot has a clock that is right again."""
    stage.service.start()
    stage.run_for(60)
    stage.clock.wall_ahead += 7200
    stage.clock.vouched = False
    stage.restart()
    stage.play(LOG_ON)
    stage.run_for(600)
    assert [record["slot"] for record in stage.records() if record["idle_rules"][2]["starts"]] == [SLOT]
    assert not stage.records(folder=HELD)


def test_a_hybrid_shutdown_is_a_sleep_of_the_same_run_and_who_was_logged_off_is_gone(stage: Stage) -> None:
    """Windows' Fast Startup: everybody is logged off, the rest hibernates; no stop is told and no boot follows."""
    stage.service.start()
    stage.play(LOG_ON, "2-1000")
    stage.run_for(600)
    stage.play(LOG_OFF, "2-1000")
    stage.clock.sleep(14 * 3600)
    stage.service.wake()
    stage.play(LOG_ON, "2-9000")
    stage.run_for(300)
    (run,) = stage.records("run")
    (slept,) = run["sleeps"]
    assert slept["to_seconds"] - slept["from_seconds"] == 14 * 3600
    assert (run["start_reason"], run["stop_reason"]) == ("boot", None)
    stage.play(LOG_OFF, "2-9000")
    stage.service.checkpoint()
    assert stage.total("starts") == 2
    assert stage.total("seconds_in_use") == 600 + 300
    assert sum(record["seconds_on"] for record in stage.records()) == 900


def test_a_log_off_that_is_read_only_after_a_hybrid_shutdown_makes_no_second_session(stage: Stage) -> None:
    """The computer fell asleep before the service had its turn; in the morning it reads both at once."""
    stage.counting = "auto"
    stage.service = stage.new_service()
    stage.service.start()
    for day in range(4):
        stage.play(LOG_ON, f"day {day}")
        stage.run_for(5 * 3600, step=300)
        stage.clock.sleep(15 * 3600)
        stage.play(LOG_OFF, f"day {day}")
        stage.run_for(60)
    stage.service.checkpoint()
    assert (stage.total("starts"), stage.total("seconds_in_use")) == (4, 4 * 5 * 3600)
    assert sum(r["idle_rules"][2]["lengths"][6] for r in stage.records()) == 4
    assert stage.service.habit.days == "hhhh", "each of them stayed until the computer was switched off"
