"""A probe that hangs is stopped, counted and told, and the others are taken all the same."""

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent import machine
from agent.errors import NoData
from agent.probes import LONGEST_REST_SECONDS, rests, take
from agent.probes.base import Outcome, Probe, Surroundings
from agent.probes.worker import Aside, Work, Worker, apart
from agent.wire.health import CardReaders, Screens
from agent.wire.v1 import NotReadable, ProbeName

NOW = 1_760_090_000
NEVER = threading.Event()
WORKERS: list[Callable[[Work], Worker]] = [Aside]
if sys.platform != "win32":
    from agent.probes.worker import Child

    WORKERS.append(Child)


def counts_screens(surroundings: Surroundings) -> Outcome:
    return Outcome(Screens(count=2), {"seen": 1})


def counts_readers(surroundings: Surroundings) -> Outcome:
    return Outcome(CardReaders(count=1))


def hangs(surroundings: Surroundings) -> Outcome:
    NEVER.wait()
    raise AssertionError


def patience(name: ProbeName) -> float:
    """Little for the one that hangs; for the others more than the slowest computer needs."""
    return 0.05 if name == "battery" else 600.0


def hung(times: int) -> NotReadable:
    return NotReadable(probe="battery", outcome="failed", reason="it hung and was stopped", times_stopped=times)


ALL: tuple[tuple[ProbeName, Probe], ...] = (
    ("screens", counts_screens),
    ("battery", hangs),
    ("card_readers", counts_readers),
)


@pytest.mark.parametrize("worker", WORKERS)
def test_a_probe_that_hangs_is_stopped_and_the_others_go_on(worker: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.WARNING)
    taken = take(lambda _: Surroundings(wall_seconds=NOW), ALL, worker, patience)
    assert taken.readings.screens == Screens(count=2)
    assert taken.readings.card_readers == CardReaders(count=1)
    assert taken.readings.not_readable == (hung(1),)
    assert caplog.messages == ["The probe battery hung and was stopped."]


def test_a_probe_that_hung_is_left_alone_longer_each_time_and_stays_told() -> None:
    asked: list[int] = []

    def hangs_here(surroundings: Surroundings) -> Outcome:
        asked.append(surroundings.wall_seconds)
        return hangs(surroundings)

    remembered: dict[str, Any] = {}
    told = []
    for minutes in range(0, 72 * 60, 30):
        known = Surroundings(wall_seconds=NOW + minutes * 60, previous=remembered.get("battery", {}))
        taken = take({"battery": known}.__getitem__, (("battery", hangs_here),), Aside, patience)
        remembered = taken.remembered
        told.append(taken.readings.not_readable[0].times_stopped)
    assert [(at - NOW) / 3600 for at in asked] == [0, 1, 3, 7, 15, 31, 55]
    assert told == sorted(told)
    assert told[-1] == 7


def test_a_clock_that_was_set_back_does_not_leave_a_probe_alone_for_years() -> None:
    assert rests(Surroundings(wall_seconds=NOW, previous={"rests_until_seconds": NOW + 60}))
    assert not rests(Surroundings(wall_seconds=NOW - LONGEST_REST_SECONDS, previous={"rests_until_seconds": NOW + 60}))


@pytest.mark.parametrize("worker", WORKERS)
def test_no_data_and_failures_come_out_of_a_worker_as_they_are(worker: Any) -> None:
    def nothing(surroundings: Surroundings) -> Outcome:
        raise NoData("no such thing")

    def fails(surroundings: Surroundings) -> Outcome:
        raise PermissionError(13, "Permission denied", "/home/alice")

    class Unpackable(Exception):
        def __init__(self, one: int, two: int) -> None:
            super().__init__(lambda: one + two)

    def fails_strangely(surroundings: Surroundings) -> Outcome:
        raise Unpackable(1, 2)

    probes: tuple[tuple[ProbeName, Probe], ...] = (("fans", nothing), ("battery", fails), ("screens", fails_strangely))
    taken = take(lambda _: Surroundings(), probes, worker, lambda _: 600.0)
    found = [(one.probe, one.outcome, one.reason) for one in taken.readings.not_readable]
    assert found[:2] == [
        ("fans", "no_data", "no such thing"),
        ("battery", "failed", "PermissionError: Permission denied"),
    ]
    assert found[2][:2] == ("screens", "failed")


@pytest.mark.skipif(sys.platform == "win32", reason="only Linux: a child is made there")
def test_a_probe_that_ends_its_worker_is_counted_and_the_others_go_on() -> None:
    def ends(surroundings: Surroundings) -> Outcome:
        os._exit(1)

    probes: tuple[tuple[ProbeName, Probe], ...] = (("battery", ends), ("screens", counts_screens))
    taken = take(lambda _: Surroundings(wall_seconds=NOW), probes, apart(), lambda _: 600.0)
    assert taken.readings.screens == Screens(count=2)
    assert taken.readings.not_readable == (hung(1),)


@pytest.mark.skipif(sys.platform == "win32", reason="only Linux: a child is made there")
def test_a_child_leaves_no_descriptor_behind() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        take(lambda _: Surroundings(), (("screens", counts_screens),), apart(), lambda _: 600.0)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


@pytest.mark.skipif(sys.platform == "win32", reason="only Linux: a child is made there")
def test_a_probe_that_hangs_for_ever_keeps_no_later_sender_from_its_lock(tmp_path: Path) -> None:
    path = str(tmp_path / "sender.lock")
    lock = machine.lock_file(path)
    hanging = apart()([(counts_screens, Surroundings(wall_seconds=NOW)), (hangs, Surroundings(wall_seconds=NOW))])
    try:
        assert hanging.answer(600) is not None
        os.close(lock)  # this sender is done, and cannot end the child
        os.close(machine.lock_file(path))
    finally:
        hanging.stop()
