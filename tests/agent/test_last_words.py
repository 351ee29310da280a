"""Sessions that were open when their boot ended, also on a disk that tells of them at each boot."""

import pytest

from agent.machine.base import LOG_OFF, LOG_ON
from agent.spool import PENDING, Spool
from tests.agent.service_stage import Stage
from tests.agent.stage import MONDAY

SLOT = MONDAY // 900
A_QUARTER = [0, 0, 0, 1, 0, 0, 0]
"""One session of 15 to 30 minutes."""


class Collector:
    """Takes what waits, as the real one does: the highest revision of each record, absolute values."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.slots: dict[tuple[str, int], dict[str, object]] = {}

    def hear(self) -> None:
        spool = Spool("/state/spool", self.stage.disk)
        for entry in spool.entries(PENDING):
            record = spool.read(PENDING, entry)
            if record is not None and entry.kind == "slot":
                held = self.slots.get((entry.run_id, entry.slot))
                if held is None or held["revision"] < record["revision"]:
                    self.slots[entry.run_id, entry.slot] = record

    def figures(self) -> tuple[int, list[int]]:
        """Starts, and lengths by band, under the third idle rule."""
        rules = [record["idle_rules"][2] for record in self.slots.values()]  # type: ignore[index]  # of JSON
        lengths = [list(rule["lengths"]) for rule in rules]
        return sum(rule["starts"] for rule in rules), [sum(column) for column in zip(*lengths, strict=True)]


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def collector(stage: Stage) -> Collector:
    return Collector(stage)


def test_a_session_that_a_pulled_plug_ended_has_its_length_in_the_record_of_its_start(stage: Stage) -> None:
    stage.service.start()
    run = stage.service.run_id
    stage.play(LOG_ON)
    stage.run_for(1200)
    stage.reboot()
    stage.run_for(60)
    (first, *_) = [record for record in stage.records() if record["run_id"] == run]
    assert (first["slot"], first["idle_rules"][2]["starts"], first["seconds_observed"]) == (SLOT, 1, 900)
    assert first["idle_rules"][2]["lengths"] == A_QUARTER
    assert stage.total("starts") == 1


@pytest.mark.parametrize("restarts", [1, 2])
@pytest.mark.parametrize("logs_off", [True, False])
def test_a_session_that_went_on_through_restarts_has_its_length_in_the_record_of_the_run_in_which_it_began(
    stage: Stage, collector: Collector, restarts: int, logs_off: bool
) -> None:
    stage.service.start()
    first = stage.service.run_id
    stage.play(LOG_ON)
    stage.run_for(600)
    for _ in range(restarts):
        collector.hear()
        stage.restart()
        stage.run_for(500 // restarts)
    if logs_off:
        stage.play(LOG_OFF)
    stage.reboot()
    collector.hear()
    (word,) = [r for r in collector.slots.values() if any(map(any, [r["idle_rules"][2]["lengths"]]))]  # type: ignore[index]  # of JSON
    assert (word["run_id"], word["slot"]) == (first, SLOT)
    assert collector.figures() == (1, A_QUARTER)


@pytest.mark.parametrize("restarts", [1, 2])
@pytest.mark.parametrize("logs_off", [True, False])
def test_a_state_folder_put_back_to_a_visit_that_another_run_saw_to_its_end_tells_the_length_once(
    stage: Stage, collector: Collector, restarts: int, logs_off: bool
) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    image = dict(stage.disk.files)
    for _ in range(restarts):
        stage.restart()
        stage.run_for(600 // restarts)
    if logs_off:
        stage.play(LOG_OFF)
    collector.hear()
    for _ in range(3):
        stage.reboot(after=3600)
        collector.hear()
        stage.run_for(60)
        stage.disk.files = dict(image)
    assert collector.figures() == (1, A_QUARTER)


def test_two_visitors_of_one_quarter_who_began_in_two_runs_are_told_by_both(stage: Stage, collector: Collector) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(300)
    stage.restart()
    stage.play(LOG_ON, "2")
    stage.run_for(1200)
    stage.play(LOG_OFF, "2")
    stage.play(LOG_OFF)
    stage.run_for(60)
    collector.hear()
    lengths = [record["idle_rules"][2]["lengths"] for (_, slot), record in collector.slots.items() if slot == SLOT]  # type: ignore[index]  # of JSON
    assert lengths == [A_QUARTER, A_QUARTER]
    assert collector.figures()[0] == 2


@pytest.mark.parametrize("boots", [1, 5])
def test_an_image_frozen_while_somebody_was_logged_on_tells_the_length_once(
    stage: Stage, collector: Collector, boots: int
) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(1200)
    image = dict(stage.disk.files)
    for _ in range(boots):
        stage.disk.files = dict(image)
        stage.reboot(after=3600)
        stage.run_for(60)
        collector.hear()
    assert collector.figures() == (1, A_QUARTER)


def test_an_image_taken_while_the_session_went_on_adds_nothing_to_what_was_said_of_its_end(
    stage: Stage, collector: Collector
) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(300)
    image = dict(stage.disk.files)
    stage.run_for(900)
    stage.play(LOG_OFF)
    collector.hear()
    for _ in range(3):
        stage.disk.files = dict(image)
        stage.reboot(after=3600)
        stage.run_for(60)
        collector.hear()
    assert collector.figures() == (1, A_QUARTER)


@pytest.mark.parametrize("step", range(0, 30, 2))
def test_a_plug_pulled_while_the_last_words_are_written_changes_nothing(stage: Stage, step: int) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(1200)
    stage.clock.reboot()
    stage.source.open.clear()
    stage.service = stage.new_service()
    stage.disk.writes_left = step
    try:
        stage.service.start()
    except BaseException:  # noqa: BLE001 nothing may catch a pulled plug, but this test pulls it
        stage.disk.writes_left = None
        stage.reboot()
    stage.disk.writes_left = None
    stage.run_for(60)
    lengths = [record["idle_rules"][2]["lengths"] for record in stage.records() if record["idle_rules"]]
    assert [sum(column) for column in zip(*lengths, strict=True)] == A_QUARTER
    assert stage.total("starts") == 1


def test_where_the_last_run_did_not_know_the_time_the_length_stays_unknown(stage: Stage) -> None:
    stage.service.start()
    stage.run_for(60)
    stage.clock.vouched = False
    stage.reboot()
    stage.play(LOG_ON)
    stage.run_for(600)
    stage.clock.vouched = True
    stage.reboot()
    stage.run_for(60)
    assert stage.total("starts") == 1
    assert sum(sum(record["idle_rules"][2]["lengths"]) for record in stage.records()) == 0


@pytest.mark.parametrize("damage", [[{"slot": SLOT}], [7], {"slot": SLOT}, [{"slot": SLOT, "idle_rules": [{}]}]])
def test_damaged_last_words_are_said_and_cost_only_the_length(stage: Stage, damage: object) -> None:
    stage.service.start()
    stage.play(LOG_ON)
    stage.run_for(600)
    saved = stage.service.run_file.read(stage.clock.boot)[-1]
    stage.service.run_file.write({**saved, "open_slots": damage})
    stage.reboot()
    stage.run_for(60)
    assert any("lengths of sessions stay unknown" in sentence for sentence in stage.said)
    assert stage.total("starts") == 1
