"""All probes together: three outcomes, and none stops the others."""

import logging
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from agent.errors import NoData
from agent.probes import PROBES, reason_of, take
from agent.probes.base import Outcome, Probe, Surroundings
from agent.wire.v1 import Memory, NotReadable, ProbeName, Readings, Uptime
from tests.agent.probes.test_system import BOOT, ITSELF, NOW

PRIVATE = ("alice", "visitor", "1A2B3C4D", "ABC1234", "192.0.2", "02:00:00")
"""Names, serial numbers and addresses that stand in the files of the stations."""


def gives_memory(surroundings: Surroundings) -> Outcome:
    return Outcome(Memory(total_bytes=2, available_bytes=1), {"seen": surroundings.previous.get("seen", 0) + 1})


def has_nothing(surroundings: Surroundings) -> Outcome:
    raise NoData("nothing\nhere")


def fails(surroundings: Surroundings) -> Outcome:
    raise PermissionError(13, "Permission denied", "/home/alice/secret")


def test_a_failure_and_no_data_are_facts_beside_the_readings() -> None:
    taken = take(lambda _: Surroundings(), (("uptime", fails), ("volumes", has_nothing), ("memory", gives_memory)))
    assert taken.readings == Readings(
        memory=Memory(total_bytes=2, available_bytes=1),
        not_readable=(
            NotReadable(probe="uptime", outcome="failed", reason="PermissionError: Permission denied"),
            NotReadable(probe="volumes", outcome="no_data", reason="nothing here"),
        ),
    )


def test_what_a_probe_remembers_comes_back_to_it_and_survives_a_failure() -> None:
    first = take(lambda _: Surroundings(), (("memory", gives_memory),))
    second = take(lambda name: Surroundings(previous=first.remembered[name]), (("memory", fails),))
    third = take(lambda name: Surroundings(previous=second.remembered[name]), (("memory", gives_memory),))
    assert third.remembered == {"memory": {"seen": 2}}


def test_a_failure_is_logged_when_it_is_new_and_nothing_else_is(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    probes: tuple[tuple[ProbeName, Probe], ...] = (("uptime", fails), ("volumes", has_nothing))
    first = take(lambda _: Surroundings(), probes)
    again = take(lambda name: Surroundings(previous=first.remembered[name]), probes)
    assert caplog.messages == ["The probe uptime failed: PermissionError: Permission denied."]
    assert again.readings == first.readings


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(2, "No such file or directory", "/home/alice"),
        ValueError("invalid literal: '192.0.2.7'"),
        OSError("alice"),
        RuntimeError(),
    ],
)
def test_a_reason_holds_no_path_name_or_address(error: Exception) -> None:
    reason = reason_of(error)
    assert type(error).__name__ in reason
    assert not any(private in reason for private in ("alice", "home", "192"))


def test_every_probe_of_the_wire_format_is_taken_in_its_order() -> None:
    names = tuple(name for name, _ in PROBES)
    assert names == get_args(ProbeName)
    assert (*get_args(ProbeName), "not_readable") == tuple(field.name for field in fields(Readings))
    assert [probe.__module__.rpartition(".")[2] for _, probe in PROBES] == list(names)


def test_a_whole_station_is_read(station: Callable[[str], Path]) -> None:
    root = station("debian_desktop")
    taken = take(
        lambda _: Surroundings(root=root, wall_seconds=NOW, elapsed_seconds=NOW - BOOT, boot_id="a", agent=ITSELF)
    )
    without = {one.probe: one.outcome for one in taken.readings.not_readable}
    assert set(without) == {"battery", "stops", "printer_queues", "printers", "projectors"}
    assert set(without.values()) == {"no_data"}
    assert taken.readings.uptime == Uptime(booted_at_seconds=BOOT)
    assert not [private for private in PRIVATE if private in repr(taken)]
