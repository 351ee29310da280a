"""A gap between two runs is filled from the system's log, and nothing is counted twice."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.machine.base import BOOT, LOG_OFF, LOG_ON, POWER_OFF, RESUME, SUSPEND, Logged
from agent.sender.memory import Memory
from agent.sender.repair import Gap, gap_of, repair
from agent.sender.replay import records_of
from agent.spool import PENDING
from tests.agent.sender.station import Station
from tests.agent.service_stage import Stage
from tests.agent.stage import MONDAY

TEN = MONDAY + 10 * 3600
ELEVEN = TEN + 3600
MINUTE = 60
GAP = Gap(TEN, ELEVEN, by_log_on=True, sessions={})


def at(minutes: float, kind: str, session: int = 0) -> Logged:
    return Logged(TEN + minutes * MINUTE, kind, session)


def told(gap: Gap, *entries: Logged) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Slots and runs."""
    records = records_of(gap, entries, "a b")
    return [r for kind, r in records if kind == "slot"], [r for kind, r in records if kind == "run"]


def sums(slots: list[dict[str, Any]], minutes: int = 10) -> tuple[int, int, list[int]]:
    """Starts, seconds in use and lengths under one idle rule."""
    rules = [rule for slot in slots for rule in slot["idle_rules"] if rule["minutes"] == minutes]
    lengths = [sum(rule["lengths"][band] for rule in rules) for band in range(7)]
    return sum(rule["starts"] for rule in rules), sum(rule["seconds_in_use"] for rule in rules), lengths


def test_the_worked_example() -> None:
    gap = GAP._replace(sessions={1: TEN - 3600})
    slots, [run] = told(gap, at(10, LOG_OFF, 1), at(20, LOG_ON, 2), at(50, LOG_OFF, 2), at(55, LOG_ON, 3))
    # 30 minutes are no longer under 30: the fifth band.
    assert sums(slots) == (1, 45 * MINUTE, [0, 0, 0, 0, 1, 0, 0])
    assert sum(slot["seconds_observed"] for slot in slots) == 3600
    assert not any(slot["presence_readable"] for slot in slots[:1])
    assert (run["start_reason"], run["previous_run_id"]) == ("system_log", None)
    assert (run["started_at_seconds"], run["last_seen_at_seconds"]) == (TEN, ELEVEN)
    assert (run["stopped_at_seconds"], run["stop_reason"]) == (None, None)


def test_where_nothing_was_logged_the_computer_was_on_and_whoever_was_there_stayed() -> None:
    slots, [run] = told(GAP)
    assert sums(slots) == (0, 0, [0] * 7)
    assert sum(slot["seconds_on"] for slot in slots) == 3600
    slots, _ = told(GAP._replace(sessions={1: TEN - 60}))
    assert sums(slots) == (0, 3600, [0] * 7)
    assert run["sleeps"] == []


def test_a_session_that_the_run_before_has_seen_does_not_start_again() -> None:
    slots, _ = told(GAP._replace(sessions={1: TEN - 4}), at(0.1, LOG_ON, 1), at(20, LOG_OFF, 1))
    assert sums(slots) == (0, 20 * MINUTE, [0] * 7)
    # An hour later the same number is somebody else's.
    slots, _ = told(GAP._replace(sessions={1: TEN - 4}), at(20, LOG_ON, 1), at(30, LOG_OFF, 1))
    assert sums(slots) == (1, 30 * MINUTE, [0, 0, 1, 0, 0, 0, 0])


def test_a_shutdown_and_a_boot_make_two_runs_with_the_time_off_between_them() -> None:
    slots, [first, second] = told(
        GAP, at(5, LOG_ON, 1), at(15, POWER_OFF), at(40, BOOT), at(41, BOOT), at(45, LOG_ON, 1), at(50, LOG_OFF, 1)
    )
    assert sums(slots) == (2, 15 * MINUTE, [0, 0, 2, 0, 0, 0, 0])
    assert (first["stopped_at_seconds"], first["stop_reason"]) == (TEN + 15 * MINUTE, "power_off")
    assert (second["started_at_seconds"], second["previous_run_id"]) == (TEN + 40 * MINUTE, first["run_id"])
    assert sum(slot["seconds_on"] for slot in slots) == 35 * MINUTE


def test_a_loss_of_power_ends_everything_at_the_last_thing_that_was_written() -> None:
    slots, [first, second] = told(GAP, at(5, LOG_ON, 1), at(20, LOG_ON, 2), at(40, BOOT), at(40.1, BOOT))
    assert first["last_seen_at_seconds"] == TEN + 20 * MINUTE
    assert first["stopped_at_seconds"] is None
    assert sums(slots)[:2] == (2, 15 * MINUTE)
    assert second["started_at_seconds"] == TEN + 40 * MINUTE


def test_sleep_is_not_use() -> None:
    slots, [run] = told(GAP, at(0, LOG_ON, 1), at(10, SUSPEND), at(14, RESUME), at(30, LOG_OFF, 1))
    assert sums(slots) == (1, 26 * MINUTE, [0, 0, 0, 1, 0, 0, 0])
    assert sums(slots, minutes=3)[0] == 2, "four minutes end a session under the rule of three"
    assert run["sleeps"] == [{"from_seconds": TEN + 10 * MINUTE, "to_seconds": TEN + 14 * MINUTE}]


def test_where_visits_are_told_by_activity_only_what_was_on_is_known() -> None:
    slots, [run] = told(GAP._replace(by_log_on=False), at(0, LOG_ON, 1), at(30, LOG_OFF, 1), at(40, POWER_OFF))
    assert {slot["method"] for slot in slots} == {"not_readable"}
    assert sum(slot["seconds_on"] for slot in slots) == 40 * MINUTE
    assert run["stop_reason"] == "power_off"


def test_done_again_it_gives_the_same_records() -> None:
    entries = (at(5, LOG_ON, 1), at(15, POWER_OFF), at(40, BOOT))
    assert told(GAP, *entries) == told(GAP, *entries)
    assert records_of(GAP, entries, "a b")[0][1]["run_id"] != records_of(GAP, entries, "a c")[0][1]["run_id"]


KINDS = st.sampled_from([LOG_ON, LOG_OFF, SUSPEND, RESUME, BOOT, POWER_OFF])


@given(
    st.lists(st.builds(at, st.integers(-5, 65), KINDS, st.integers(1, 3)), max_size=12),
    st.dictionaries(st.integers(1, 3), st.just(float(TEN - 600)), max_size=2),
)
def test_whatever_is_logged_no_second_counts_twice_and_no_session_has_two_lengths(
    entries: list[Logged], sessions: dict[int, float]
) -> None:
    slots, runs = told(GAP._replace(sessions=sessions), *entries)
    assert sum(slot["seconds_on"] for slot in slots) <= 3600
    for minutes in (3, 5, 10, 15):
        starts, use, lengths = sums(slots, minutes)
        assert use <= 3600
        assert sum(lengths) <= starts  # one that began again after a sleep may go on into the run after the gap
    assert sum(run["last_seen_at_seconds"] - run["started_at_seconds"] for run in runs) <= 3600


@pytest.fixture
def station() -> Station:
    """Its service was stopped at ten and started again at eleven."""
    station = Station("https://collector.example.org")
    offset = round(station.clock.wall() - station.clock.elapsed())
    noted = {
        "run_id": "aa" * 8, "from_seconds": TEN, "until_elapsed_seconds": ELEVEN - offset, "mode": "log_on",
        "sessions": [f"1-{(TEN - 600 + 11_644_473_600) * 10_000_000}"],
    }  # fmt: skip
    state = {"run_id": "bb" * 8, "trusted": True, "offset_seconds": offset, "gap": noted}
    station.disk.files["/state/run.json"] = json.dumps(state).encode()
    station.spool.prepare()
    return station


def test_a_gap_is_repaired_once(station: Station) -> None:
    asked: list[tuple[float, float]] = []

    def logged(since: float, until: float) -> list[Logged]:
        asked.append((since, until))
        return [at(30, LOG_OFF, 1)]

    for _ in range(2):
        repair(station.store, station.store.memory(), station.clock, logged)
    assert asked == [(TEN, ELEVEN)]
    memory = station.store.memory()
    assert (memory.repaired_from_seconds, memory.repaired_until_seconds) == (TEN, ELEVEN)
    entries = station.spool.entries(PENDING)
    assert {entry.kind for entry in entries} == {"run", "slot"}
    slots = [station.spool.read(PENDING, entry) or {} for entry in entries if entry.kind == "slot"]
    assert sums(slots) == (0, 30 * MINUTE, [0] * 7)


def test_a_log_that_cannot_be_read_is_asked_again_and_nothing_is_told(station: Station) -> None:
    for _ in range(2):
        repair(station.store, station.store.memory(), station.clock, lambda _since, _until: None)
    assert station.spool.entries(PENDING) == []
    assert station.store.memory() == Memory()


def test_a_clock_that_is_off_makes_the_times_of_the_log_worthless(station: Station) -> None:
    state = json.loads(station.disk.files["/state/run.json"])
    state["offset_seconds"] += 121
    station.disk.files["/state/run.json"] = json.dumps(state).encode()
    repair(station.store, station.store.memory(), station.clock, lambda _since, _until: [at(30, LOG_OFF, 1)])
    assert station.spool.entries(PENDING) == []


@pytest.mark.parametrize(
    "change",
    [{"trusted": False}, {"gap": None}, {"gap": {}}, {"gap": "x"}],
)
def test_without_a_noted_gap_and_a_known_time_there_is_nothing_to_repair(
    station: Station, change: dict[str, Any]
) -> None:
    assert gap_of({**json.loads(station.disk.files["/state/run.json"]), **change}) is None


def test_the_service_notes_the_gap_before_it_and_none_after_a_shutdown() -> None:
    stage = Stage()
    stage.service.start()
    stage.service.stop("service_stop")
    stage.clock.pass_time(600)
    stage.restart()
    noted = json.loads(stage.disk.files["/state/run.json"])["gap"]
    assert noted["until_elapsed_seconds"] - noted["from_seconds"] + stage.service.counter.tallies.offset == 600
    stage.service.stop("power_off")
    stage.restart()
    assert json.loads(stage.disk.files["/state/run.json"])["gap"] is None
