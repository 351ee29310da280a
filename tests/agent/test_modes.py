"""From log-on to activity and back: no visit is counted twice, none is lost, and each slot says how it was told."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.machine.base import BACKGROUND, FOREGROUND, LOCK, LOG_OFF, LOG_ON, UNLOCK
from agent.sessions import Counter, Mode
from tests.agent.service_stage import Stage

TEN = 2
HOUR = 3600


def visits(stage: Stage, *uses: tuple[int, int]) -> None:
    """Presence tells every 30 s: so many seconds of input, then so many without; each pair is one visitor."""
    last = stage.clock.elapsed() - 10 * HOUR
    for touched, still in uses:
        for second in range(0, touched + still, 30):
            stage.clock.pass_time(30)
            last = stage.clock.elapsed() - 1 if second < touched else last
            stage.presence.told.append(int(stage.clock.elapsed() - last))
            stage.service.wake()


def mode_of(stage: Stage) -> str:
    return stage.service.counter.mode


FIVE_VISITORS = [(1800, 3600)] * 5
"""Seven and a half hours."""


def starts(stage: Stage) -> dict[str, int]:
    """Sessions by the method of the slot in which they started."""
    found = {"log_on": 0, "activity": 0}
    for record in stage.records():
        if record["idle_rules"]:
            found[record["method"]] += record["idle_rules"][TEN]["starts"]
    return found


def lengths(stage: Stage) -> int:
    return sum(sum(record["idle_rules"][TEN]["lengths"]) for record in stage.records() if record["idle_rules"])


def test_a_station_that_is_switched_off_at_night_is_counted_by_activity_from_its_sixth_day_on() -> None:
    stage = Stage("auto")
    stage.service.start()
    for day in range(6):
        stage.play(LOG_ON, "librarian")
        visits(stage, *FIVE_VISITORS)
        assert mode_of(stage) == ("log_on" if day < 5 else "activity")
        stage.service.stop("power_off")
        stage.reboot(after=15 * HOUR)
    assert starts(stage) == {"log_on": 5, "activity": 5}
    assert lengths(stage) == 10, "each of them has one length"


def test_a_station_that_never_rests_changes_at_the_edge_of_a_slot_when_nobody_is_there() -> None:
    stage = Stage("auto")
    stage.service.start()
    stage.play(LOG_ON, "kiosk")
    night = (0, 24 * HOUR - 5 * 5400)
    for _ in range(5):
        visits(stage, *FIVE_VISITORS, night)
    before = starts(stage)
    assert before == {"log_on": 1, "activity": 0}
    visits(stage, *FIVE_VISITORS, night)
    assert stage.said[-1] == "from now on visits are told by activity"
    assert starts(stage) == {"log_on": 1, "activity": 5}
    assert lengths(stage) == 6
    methods = [record["method"] for record in stage.records()]
    assert methods == sorted(methods, reverse=True), "the change is at one edge"


def test_the_change_waits_until_the_visitor_who_is_there_has_gone() -> None:
    stage = Stage("log_on")
    stage.service.start()
    stage.play(LOG_ON, "kiosk")
    visits(stage, (600, 0))
    stage.counting = "activity"
    stage.restart()
    visits(stage, (3600, 0))
    assert mode_of(stage) == "log_on"
    visits(stage, (0, 1800))
    assert mode_of(stage) == "activity"
    assert starts(stage) == {"log_on": 1, "activity": 0}
    assert lengths(stage) == 1
    visits(stage, (600, 1200))
    assert starts(stage) == {"log_on": 1, "activity": 1}


def test_back_to_log_on_only_while_nobody_is_logged_on() -> None:
    stage = Stage("activity")
    stage.service.start()
    stage.play(LOG_ON, "kiosk")
    visits(stage, (600, 1800))
    stage.counting = "log_on"
    stage.restart()
    visits(stage, (600, 1800))
    assert mode_of(stage) == "activity"
    stage.play(LOG_OFF, "kiosk")
    stage.run_for(1800)
    assert mode_of(stage) == "log_on"
    stage.play(LOG_ON, "visitor")
    visits(stage, (600, 0))
    assert starts(stage) == {"log_on": 1, "activity": 2}


@pytest.mark.parametrize("setting", ["log_on", "activity"])
def test_the_setting_decides_at_the_next_boot_whatever_was_seen(setting: Mode) -> None:
    stage = Stage("activity" if setting == "log_on" else "log_on")
    stage.service.start()
    stage.play(LOG_ON)
    visits(stage, (600, 0))
    stage.service.stop("power_off")
    stage.counting = setting
    stage.reboot()
    stage.play(LOG_ON)
    visits(stage, (600, 1200))
    assert mode_of(stage) == setting
    assert starts(stage) == {"log_on": 1, "activity": 1}


def test_a_visit_that_a_power_cut_ended_is_filed_by_the_method_by_which_it_was_counted() -> None:
    stage = Stage("log_on")
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    cut = stage.service.run_id
    stage.counting = "activity"
    stage.reboot(after=HOUR)
    stage.run_for(60)
    filed = [record for record in stage.records() if record["idle_rules"] and any(record["idle_rules"][TEN]["lengths"])]
    assert [(record["method"], record["run_id"] == cut) for record in filed] == [("log_on", True)]


def test_what_was_seen_is_remembered_from_run_to_run_and_a_damaged_memory_only_begins_anew() -> None:
    stage = Stage("auto")
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(5 * HOUR)
    stage.reboot()
    assert stage.service.habit.days == "h"
    saved: dict[str, Any] = json.loads(stage.disk.files["/state/run.json"])
    saved["habit"] = ["x"]
    stage.disk.files["/state/run.json"] = json.dumps(saved).encode()
    stage.restart()
    assert stage.service.habit.days == ""
    stage.play(LOG_ON)
    stage.run_for(60)
    assert stage.total("starts") == 2


def test_a_night_asleep_is_not_counted_as_on_when_the_change_is_due_in_it() -> None:
    stage = Stage("log_on")
    stage.service.start()
    stage.play(LOG_ON, "kiosk")
    visits(stage, (600, 0))
    stage.counting = "activity"
    stage.restart()
    stage.clock.sleep(8 * HOUR)
    visits(stage, (0, 3600))
    assert mode_of(stage) == "activity"
    assert sum(record["seconds_on"] for record in stage.records()) == 600 + 3600


happenings = st.lists(
    st.tuples(
        st.integers(0, 1500),
        st.sampled_from(
            [LOG_ON, LOG_OFF, LOCK, UNLOCK, FOREGROUND, BACKGROUND, "sleep", "present", "present", "wish", "wish"]
        ),
        st.sampled_from("ab"),
    ),
    max_size=60,
)


@given(happenings, st.sampled_from(["log_on", "activity"]), st.integers(0, 899))
def test_whatever_happens_around_a_change_totals_only_grow_and_every_session_has_one_length(
    played: list[tuple[int, str, str]], mode: Mode, offset: int
) -> None:
    counter = Counter(offset, mode=mode)
    counter.begin(0, [])
    wanted: Mode = mode
    now = 0
    told: dict[int, dict[str, Any]] = {}
    for pause, kind, key in played:
        for edge in range(now - (now + offset) % 900 + 900, now + pause + 1, 900):
            counter.advance(edge)
            if wanted != counter.mode and counter.may_switch(wanted):
                counter.switch(edge, wanted)
        now += pause
        if kind == "sleep":
            counter.sleep(now, now + pause)
            now += pause
        elif kind == "present":
            counter.present(now, pause)
        elif kind == "wish":
            wanted = "activity" if wanted == "log_on" else "log_on"
        else:
            counter.happen(now, kind, key)
        told = grown(counter, told)
    counter.finish(now)
    told = grown(counter, told)
    for rule in range(4):
        counted = sum(record["idle_rules"][rule]["starts"] for record in told.values() if record["idle_rules"])
        ended = sum(sum(record["idle_rules"][rule]["lengths"]) for record in told.values() if record["idle_rules"])
        assert counted == ended


def grown(counter: Counter, told: dict[int, dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """What a checkpoint tells now, after checking that nothing that was told before has become less."""
    now = {slot: tally.record("aa" * 8, slot) for slot, tally in counter.take_changed().items()}
    for slot, record in now.items():
        before = told.get(slot)
        assert 0 <= record["seconds_observed"] <= record["seconds_on"] <= 900
        for rule in record["idle_rules"]:
            assert 0 <= rule["seconds_in_use"] <= record["seconds_on"]
        if before is None:
            continue
        assert record["revision"] > before["revision"]
        assert record["method"] == before["method"] or before["method"] == "not_readable"
        assert record["seconds_on"] >= before["seconds_on"]
        for rule, earlier in zip(record["idle_rules"], before["idle_rules"], strict=False):
            assert rule["starts"] >= earlier["starts"]
            assert rule["seconds_in_use"] >= earlier["seconds_in_use"]
            assert all(a >= b for a, b in zip(rule["lengths"], earlier["lengths"], strict=True))
    return {**told, **now}
