"""What becomes of the counts when the disk is full, forgets, tears what is written, or is another one."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.machine.base import LOG_OFF, LOG_ON
from agent.spool import HELD
from agent.timekeeping import DECIDED
from tests.agent.service_stage import Stage
from tests.agent.stage import MONDAY

BOOT_FOLDER = "/run/dps-agent"


@pytest.fixture
def stage() -> Stage:
    return Stage(boot_folder=BOOT_FOLDER)


def sent_and_waiting(stage: Stage) -> tuple[int, int]:
    return stage.total("starts"), stage.total("seconds_in_use")


@pytest.mark.parametrize("broken", ["/state", "/state/spool", "/state/run.json", "/state/spool/pending"])
def test_counting_goes_on_in_memory_while_the_disk_cannot_be_written(stage: Stage, broken: str) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(60)
    stage.disk.broken = broken
    stage.run_for(3000)
    stage.play(LOG_OFF)
    stage.run_for(60)
    stage.play(LOG_ON, "b")
    stage.run_for(600)
    assert sum("cannot be written" in sentence for sentence in stage.said) == 1
    stage.disk.broken = ""
    stage.run_for(30)
    assert any("can be written again" in sentence for sentence in stage.said)
    assert sent_and_waiting(stage) == (2, 3060 + 630)


@pytest.mark.parametrize("broken", ["/state", "/state/spool/pending"])
def test_a_service_that_is_killed_while_the_disk_is_full_loses_and_doubles_nothing(stage: Stage, broken: str) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(60)
    stage.disk.broken = broken
    stage.run_for(1800)
    stage.play(LOG_OFF)
    stage.play(LOG_ON, "b")
    stage.run_for(600)
    stage.disk.broken = ""
    stage.restart()
    stage.run_for(300)
    assert sent_and_waiting(stage) == (2, 1860 + 900)


def test_without_a_copy_in_memory_it_loses_what_the_disk_did_not_take_and_doubles_nothing() -> None:
    stage = Stage()
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(60)
    stage.disk.full = True
    stage.run_for(1800)
    stage.play(LOG_OFF)
    stage.play(LOG_ON, "b")
    stage.run_for(600)
    stage.disk.full = False
    stage.restart()
    stage.run_for(300)
    starts, use = sent_and_waiting(stage)
    assert starts == 2
    assert 60 + 300 <= use <= 1860 + 900


def test_a_state_that_is_lost_within_a_boot_does_not_count_a_log_on_twice(stage: Stage) -> None:
    stage.service.start()
    first = stage.service.run_id
    stage.play(LOG_ON)
    stage.run_for(1830)
    assert sent_and_waiting(stage) == (1, 1830), "this much is sent, and then the folder is emptied"
    stage.disk.forget("/state")
    stage.restart()
    stage.run_for(300)
    stage.play(LOG_OFF)
    (again,) = [record for record in stage.records() if (record["run_id"], record["slot"]) == (first, MONDAY // 900)]
    assert again["revision"] > 30, "the record of the start is told once more, with the length"
    starts, use = sent_and_waiting(stage)
    assert (starts - 1, use - 900) == (0, 30 + 300), "the last checkpoint is published once more, with its run"
    assert stage.records("run")[0]["previous_run_id"] == first
    assert any("is not the last word of this boot" in sentence for sentence in stage.said)


def test_a_state_that_is_put_back_within_a_boot_does_not_count_twice_either(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(30)
    earlier = dict(stage.disk.files)
    stage.play(LOG_ON)
    stage.run_for(1830)
    stage.disk.forget("/state")
    stage.disk.files |= {path: data for path, data in earlier.items() if path.startswith("/state/")}
    stage.restart()
    stage.run_for(300)
    assert sent_and_waiting(stage) == (0, 60 + 300)


def test_what_is_kept_in_memory_is_of_no_use_after_a_boot(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    copy = stage.disk.files[f"{BOOT_FOLDER}/run-state.json"]
    stage.reboot()
    stage.disk.files[f"{BOOT_FOLDER}/run-state.json"] = copy  # a /run that is not cleared
    stage.play(LOG_ON)
    stage.run_for(60)
    assert stage.total("starts") == 2, "the same name after a boot is another log-on"


def test_a_folder_that_is_removed_while_it_counts_is_made_again(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(60)
    stage.disk.forget("/state")
    stage.run_for(60)
    assert sent_and_waiting(stage) == (1, 120), "the slot that goes on is written whole"


def test_a_state_folder_that_is_mounted_late_is_taken_over(stage: Stage) -> None:
    """On a frozen disk: the service starts on the empty folder, and the one with the memory comes a minute later."""
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    stage.service.stop("power_off")
    yesterday = stage.service.run_id
    unfrozen = {path: data for path, data in stage.disk.files.items() if path.startswith("/state/")}
    stage.disk.forget("/state")
    stage.reboot(after=43_200)
    stage.play(LOG_ON)
    stage.run_for(60)
    stage.disk.forget("/state")
    stage.disk.files |= unfrozen
    stage.run_for(60)
    today = stage.service.run_id
    runs = {record["run_id"]: record for record in stage.records("run")}
    assert runs.keys() == {yesterday, today}
    assert runs[today]["previous_run_id"] is None, "there may have been a boot in which the folder never came"
    assert runs[yesterday]["stop_reason"] == "power_off"
    assert sent_and_waiting(stage) == (2, 720)
    assert json.loads(stage.disk.files["/state/run.json"])["run_id"] == today


def test_no_time_is_proved_off_until_a_folder_that_came_late_was_there_at_once_for_twenty_boots(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(600)
    stage.service.stop("power_off")
    unfrozen = {path: data for path, data in stage.disk.files.items() if path.startswith("/state/")}
    stage.disk.forget("/state")
    stage.reboot(after=86_400)
    stage.run_for(60)
    stage.disk.forget("/state")
    stage.disk.files |= unfrozen
    stage.run_for(60)
    assert previous_of(stage) is None
    named = []
    for _ in range(20):
        before = stage.service.run_id
        stage.service.stop("power_off")
        stage.reboot(after=86_400)
        stage.run_for(60)
        named.append(previous_of(stage) == before)
    assert named == [*[False] * 19, True]


def test_a_restart_is_no_start_in_doubt(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(60)
    stage.service.stop("power_off")
    unfrozen = {path: data for path, data in stage.disk.files.items() if path.startswith("/state/")}
    stage.disk.forget("/state")
    stage.reboot(after=86_400)
    stage.run_for(60)
    stage.disk.forget("/state")
    stage.disk.files |= unfrozen
    stage.run_for(60)
    before = stage.service.run_id
    stage.restart()
    stage.run_for(60)
    assert previous_of(stage) == before


def test_a_folder_that_somebody_puts_back_while_it_counts_did_not_come_late(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(600)
    stage.service.stop("power_off")
    earlier = {path: data for path, data in stage.disk.files.items() if path.startswith("/state/")}
    stage.reboot(after=86_400)
    stage.run_for(600)
    yesterday = stage.service.run_id
    stage.service.stop("power_off")
    stage.reboot(after=86_400)
    stage.run_for(60)
    stage.disk.forget("/state")
    stage.disk.files |= earlier
    stage.run_for(60)
    assert previous_of(stage) == yesterday


def runs_of(stage: Stage) -> dict[str, dict[str, Any]]:
    return {record["run_id"]: record for record in stage.records("run")}


def previous_of(stage: Stage) -> Any:
    """The run that the one that goes on names as the one before it."""
    return runs_of(stage)[stage.service.run_id]["previous_run_id"]


def test_what_was_counted_before_a_late_mount_is_written_again(stage: Stage) -> None:
    """The first slot was over, and written, before the folder came that hides what was written."""
    stage.service.start()
    stage.run_for(600)
    stage.service.stop("power_off")
    unfrozen = {path: data for path, data in stage.disk.files.items() if path.startswith("/state/")}
    stage.disk.forget("/state")
    stage.reboot(after=43_200)
    stage.play(LOG_ON)
    stage.run_for(1200)
    before = {record["slot"]: record["seconds_on"] for record in stage.records("slot")}
    stage.disk.forget("/state")
    stage.disk.files |= unfrozen
    stage.run_for(60)
    after = {record["slot"]: record["seconds_on"] for record in stage.records("slot")}
    assert len(before) >= 2
    assert before.keys() <= after.keys()
    assert sent_and_waiting(stage) == (1, 1260)


def test_so_it_is_where_no_run_has_ever_been_on_the_folder_that_comes_late(stage: Stage) -> None:
    """A computer that was just enrolled: two slots were written to the folder below, then the right one hides them."""
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(1200)
    before = {record["slot"] for record in stage.records("slot")}
    stage.disk.forget("/state")
    stage.run_for(60)
    assert len(before) >= 2
    assert {record["slot"] for record in stage.records("slot")} >= before
    assert sent_and_waiting(stage) == (1, 1260)


@pytest.mark.parametrize("share", range(0, 100, 7))
def test_a_torn_checkpoint_is_made_good_within_the_boot(stage: Stage, share: int) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    whole = stage.disk.files["/state/run.json"]
    stage.disk.files["/state/run.json"] = whole[: len(whole) * share // 100]
    stage.restart()
    stage.run_for(300)
    assert sent_and_waiting(stage) == (1, 900)


@pytest.mark.parametrize("share", range(0, 100, 7))
def test_a_torn_checkpoint_after_a_power_cut_costs_a_length_and_no_count(stage: Stage, share: int) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    whole = stage.disk.files["/state/run.json"]
    stage.disk.files["/state/run.json"] = whole[: len(whole) * share // 100]
    stage.reboot()
    stage.run_for(300)
    assert any("damaged and left out" in sentence for sentence in stage.said)
    assert sent_and_waiting(stage) == (1, 600)


nonsense = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.data())
def test_whatever_stands_in_the_checkpoint_the_service_starts_and_counts(data: st.DataObject) -> None:
    stage = Stage()
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(60)
    saved: dict[str, Any] = json.loads(stage.disk.files["/state/run.json"])
    holder: Any = saved
    while isinstance(holder, dict | list) and holder:
        at = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
        if data.draw(st.booleans()) or not isinstance(holder[at], dict | list) or not holder[at]:
            holder[at] = data.draw(nonsense)
            break
        holder = holder[at]
    stage.disk.files["/state/run.json"] = json.dumps(saved).encode()
    stage.restart()
    stage.play(LOG_ON, "b")
    stage.run_for(60)
    assert any(rule["starts"] for record in stage.records() for rule in record["idle_rules"])


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"[]", b"5", b'{"records": 3}', b'{"records": [], "names": [1]}']
)
def test_a_damaged_decision_is_decided_again_and_nothing_is_lost(stage: Stage, content: bytes) -> None:
    stage.clock.vouched = False
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    stage.disk.files[f"/state/spool/{DECIDED}"] = content
    stage.reboot()
    assert stage.records(folder=HELD)
    stage.clock.vouched = True
    stage.run_for(30)
    assert [record["idle_rules"][2]["starts"] for record in stage.records("undated")] == [1]


def test_a_name_in_a_decision_cannot_reach_out_of_the_spool(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(30)
    decided = {"records": [], "names": ["../../identity.json"]}
    stage.disk.files[f"/state/spool/{DECIDED}"] = json.dumps(decided).encode()
    stage.disk.files["/state/identity.json"] = b"{}"
    stage.restart()
    assert "/state/identity.json" in stage.disk.files


def test_an_older_revision_that_a_crash_left_beside_the_newer_one_is_settled_once(stage: Stage) -> None:
    stage.clock.vouched = False
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(60)
    held = dict(stage.disk.files)
    stage.run_for(60)
    for path, content in held.items():
        if path.startswith("/state/spool/held/slot"):
            stage.disk.files[path] = content
    assert len([path for path in stage.disk.files if path.startswith("/state/spool/held/slot")]) == 2
    stage.reboot()
    stage.clock.vouched = True
    stage.clock.wall_ahead += 1000
    stage.run_for(30)
    (undated,) = stage.records("undated")
    assert (undated["idle_rules"][2]["starts"], undated["idle_rules"][2]["seconds_in_use"]) == (1, 120)


def test_the_slots_of_a_station_whose_disk_fails_for_hours_stay_within_their_seconds(stage: Stage) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    for hour in range(6):
        stage.disk.broken = "/state" if hour % 2 else ""
        stage.run_for(3600)
    stage.disk.broken = ""
    stage.run_for(30)
    records = stage.records()
    assert [record["slot"] for record in records] == [MONDAY // 900 + at for at in range(25)]
    assert all(record["seconds_on"] <= 900 for record in records)
    assert sent_and_waiting(stage) == (1, 6 * 3600 + 30)
