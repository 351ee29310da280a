"""A clock that somebody sets, or that breaks, while nobody vouches for the time."""

import pytest

from agent.machine.base import LOG_OFF, LOG_ON
from tests.agent.service_stage import Stage
from tests.agent.stage import MONDAY

SLOT = MONDAY // 900


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_a_restart_after_the_clock_broke_goes_on_with_the_time_that_this_boot_knew(stage: Stage) -> None:
    """One trusted moment dates the whole boot; afterwards somebody sets the clock, and nobody vouches any more."""
    stage.service.start()
    stage.run_for(900)
    stage.clock.vouched = False
    stage.clock.wall_ahead += 7200
    stage.restart()
    stage.play(LOG_ON)
    stage.run_for(300)
    stage.play(LOG_OFF)
    stage.clock.wall_ahead -= 7200
    stage.clock.vouched = True
    stage.reboot(after=3600)
    assert [record["slot"] for record in stage.records() if record["idle_rules"][2]["starts"]] == [SLOT + 1]
    assert not stage.records("undated")


def offline_boot(stage: Stage, *, set_by: int, restarted: bool) -> list[str]:
    """A boot of which nobody vouches for the clock, and in which somebody sets it; the names of its runs."""
    stage.service.start()
    stage.run_for(60)
    stage.service.stop("power_off")
    stage.clock.vouched = False
    stage.reboot(after=7200)
    runs = [stage.service.run_id]
    stage.play(LOG_ON)
    stage.run_for(600)
    stage.play(LOG_OFF)
    stage.clock.wall_ahead += set_by
    stage.run_for(60)
    if restarted:
        stage.restart()
        runs.append(stage.service.run_id)
        stage.play(LOG_ON, "b")
        stage.run_for(600)
        stage.play(LOG_OFF, "b")
    stage.clock.wall_ahead -= set_by
    return runs


@pytest.mark.parametrize("restarted", [False, True])
@pytest.mark.parametrize("set_by", [-3600, 3600, 200])
def test_a_boot_whose_clock_contradicted_itself_has_no_place_in_time(
    stage: Stage, set_by: int, *, restarted: bool
) -> None:
    """Nothing looks wrong the next morning, when the clock is right: only that boot itself can tell."""
    runs = offline_boot(stage, set_by=set_by, restarted=restarted)
    stage.clock.vouched = True
    stage.reboot(after=15 * 3600)
    assert not [record for record in stage.records() if record["run_id"] in runs]
    undated = [record for record in stage.records("undated") if record["run_id"] in runs]
    assert sum(record["idle_rules"][2]["starts"] for record in undated) == len(runs)
    assert {record["clock"] for record in stage.records("run") if record["run_id"] in runs} == {"untrusted"}


def test_a_boot_whose_clock_was_set_by_less_than_the_tolerance_keeps_its_place(stage: Stage) -> None:
    runs = offline_boot(stage, set_by=100, restarted=True)
    stage.clock.vouched = True
    stage.reboot(after=15 * 3600)
    dated = [record for record in stage.records() if record["run_id"] in runs]
    assert sum(record["idle_rules"][2]["starts"] for record in dated) == 2
    assert not stage.records("undated")


def test_a_boot_is_judged_by_what_the_clock_was_when_it_was_worst(stage: Stage) -> None:
    """Counted with a clock an hour ahead; in the next boot somebody puts it right before anybody vouches for it."""
    stage.service.start()
    stage.run_for(60)
    stage.service.stop("power_off")
    stage.clock.vouched = False
    stage.clock.wall_ahead += 3600
    stage.reboot(after=7200)
    run = stage.service.run_id
    stage.play(LOG_ON)
    stage.run_for(600)
    stage.reboot(after=7200)
    stage.run_for(60)
    stage.clock.wall_ahead -= 3600
    stage.restart()
    stage.clock.vouched = True
    stage.run_for(30)
    assert not [record for record in stage.records() if record["run_id"] == run]
    assert [record["run_id"] for record in stage.records("undated") if record["idle_rules"][2]["starts"]] == [run]


def test_two_boots_that_claim_the_same_time_have_no_place_in_it(stage: Stage) -> None:
    """The clock was an hour ahead in the first of them and put right while the computer was off."""
    stage.service.start()
    stage.run_for(60)
    stage.service.stop("power_off")
    stage.clock.vouched = False
    runs = []
    for ahead, visitor in ((3600, "a"), (-3600, "b")):
        stage.clock.wall_ahead += ahead
        stage.reboot(after=600)
        runs.append(stage.service.run_id)
        stage.play(LOG_ON, visitor)
        stage.run_for(3000)
        stage.play(LOG_OFF, visitor)
    stage.clock.vouched = True
    stage.reboot(after=15 * 3600)
    assert {record["run_id"] for record in stage.records("undated")} == set(runs)
    assert stage.total("starts") == 0


def test_what_a_pulled_plug_left_unsettled_is_placed_by_the_time_that_its_own_boot_knew(stage: Stage) -> None:
    """The clock was an hour ahead; the plug is pulled right after the time became known; the next boot is right."""
    stage.service.start()
    stage.run_for(60)
    stage.clock.vouched = False
    stage.clock.wall_ahead += 3600
    stage.reboot(after=7200)
    first = stage.service.run_id
    stage.play(LOG_ON)
    stage.run_for(600)
    stage.play(LOG_OFF)
    stage.restart()
    held = {path: data for path, data in stage.disk.files.items() if "/held/" in path}
    stage.clock.wall_ahead -= 3600
    stage.clock.vouched = True
    stage.run_for(30)
    stage.disk.files = {path: data for path, data in stage.disk.files.items() if "-" + first not in path} | held
    stage.reboot(after=7200)
    assert not [record for record in stage.records() if record["run_id"] == first]
    assert [record["run_id"] for record in stage.records("undated") if record["idle_rules"][2]["starts"]] == [first]
