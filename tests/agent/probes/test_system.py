"""Uptime, operating system, pending reboot, network link and the agent itself."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.errors import NoData
from agent.probes import agent, network_link, operating_system, pending_reboot, uptime
from agent.probes.base import Surroundings
from agent.wire.v1 import AgentItself, NetworkLink, OperatingSystem, PendingReboot, Uptime

Station = Callable[[str], Path]

NOW = 1_760_090_000
BOOT = 1_760_000_000


def test_the_boot_is_now_less_what_passed() -> None:
    outcome = uptime.read(Surroundings(wall_seconds=NOW, elapsed_seconds=90_000.4, boot_id="a"))
    assert outcome.reading == Uptime(booted_at_seconds=BOOT)


def test_a_clock_that_is_nudged_does_not_move_the_boot() -> None:
    first = uptime.read(Surroundings(wall_seconds=NOW, elapsed_seconds=90_000, boot_id="a"))
    nudged = Surroundings(wall_seconds=NOW + 102, elapsed_seconds=90_100, boot_id="a", previous=first.remember)
    assert uptime.read(nudged) == first
    corrected = Surroundings(wall_seconds=NOW + 500, elapsed_seconds=90_100, boot_id="a", previous=first.remember)
    assert uptime.read(corrected).reading == Uptime(booted_at_seconds=BOOT + 400)
    rebooted = Surroundings(wall_seconds=NOW + 12, elapsed_seconds=90_000, boot_id="b", previous=first.remember)
    assert uptime.read(rebooted).reading == Uptime(booted_at_seconds=BOOT + 12)


def test_without_a_clock_there_is_no_boot_time() -> None:
    with pytest.raises(NoData):
        uptime.read(Surroundings(elapsed_seconds=5))


def test_a_desktop_names_its_system(station: Station) -> None:
    assert operating_system.read(Surroundings(root=station("debian_desktop"))).reading == OperatingSystem(
        name="Debian GNU/Linux", version="12", kernel="6.1.0-35-amd64", architecture="x86_64"
    )


def test_a_spoiled_line_and_a_comment_do_not_spoil_the_others(station: Station) -> None:
    reading = operating_system.read(Surroundings(root=station("fedora_laptop"))).reading
    assert (reading.name, reading.version) == ("Fedora Linux", "40")


def test_the_second_place_is_read_where_the_first_is_missing(station: Station) -> None:
    reading = operating_system.read(Surroundings(root=station("container"))).reading
    assert (reading.name, reading.version) == ("Alpine Linux", "3.20.1")


def test_a_rolling_system_has_a_build_or_nothing() -> None:
    assert operating_system.name_and_version_of("NAME='Arch Linux'\nBUILD_ID=rolling\n") == ("Arch Linux", "rolling")
    assert operating_system.name_and_version_of("ID=mine\n") == ("Linux", "")


def test_a_system_that_marks_and_has_no_mark_needs_no_restart(station: Station) -> None:
    outcome = pending_reboot.read(Surroundings(root=station("debian_desktop"), wall_seconds=NOW))
    assert outcome.reading == PendingReboot(required=False, since_seconds=None)


@pytest.mark.parametrize("mark", pending_reboot.MARKS)
def test_a_mark_says_since_when(station: Station, mark: str) -> None:
    root = station("debian_desktop")
    (root / mark).parent.mkdir(parents=True, exist_ok=True)
    (root / mark).touch()
    os.utime(root / mark, (BOOT + 100, BOOT + 100))
    outcome = pending_reboot.read(Surroundings(root=root, wall_seconds=NOW))
    assert outcome.reading == PendingReboot(required=True, since_seconds=BOOT + 100)


def kernels_of(root: Path, installed_at: int) -> None:
    for folder in (root / "lib/modules").iterdir():
        os.utime(folder / "modules.dep", (installed_at, installed_at))


def test_a_newer_kernel_of_the_same_kind_waits_if_it_came_after_the_boot(station: Station) -> None:
    root = station("fedora_laptop")
    kernels_of(root, BOOT + 60)
    outcome = pending_reboot.read(Surroundings(root=root, wall_seconds=NOW, elapsed_seconds=NOW - BOOT))
    assert outcome.reading == PendingReboot(required=True, since_seconds=BOOT + 60)


def test_a_newer_kernel_that_was_there_at_boot_was_not_wanted(station: Station) -> None:
    root = station("fedora_laptop")
    kernels_of(root, BOOT - 60)
    with pytest.raises(NoData):
        pending_reboot.read(Surroundings(root=root, wall_seconds=NOW, elapsed_seconds=NOW - BOOT))


def test_kernels_are_compared_by_number_within_their_kind() -> None:
    installed = ["6.1.0-9-amd64", "6.1.0-35-amd64", "6.1.0-100-amd64", "6.12.0-1-rt-amd64", "6.5.0-1-cloud-amd64"]
    assert pending_reboot.newer_than("6.1.0-35-amd64", installed) == ["6.1.0-100-amd64"]


def test_a_container_cannot_say(station: Station) -> None:
    with pytest.raises(NoData):
        pending_reboot.read(Surroundings(root=station("container"), wall_seconds=NOW))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("debian_desktop", NetworkLink(kind="wired", speed_megabits=1000)),
        ("fedora_laptop", NetworkLink(kind="wireless", speed_megabits=None)),
        ("container", NetworkLink(kind="other", speed_megabits=10000)),
    ],
)
def test_the_link_is_that_of_the_preferred_default_route(station: Station, name: str, expected: NetworkLink) -> None:
    assert network_link.read(Surroundings(root=station(name))).reading == expected


def test_a_station_without_a_default_route_has_no_link(station: Station) -> None:
    root = station("container")
    (root / "proc/net/route").write_text("Iface\tDestination\n")
    assert network_link.read(Surroundings(root=root)).reading == NetworkLink(kind="none", speed_megabits=None)


def test_a_route_that_is_down_or_refuses_is_none() -> None:
    heading = "Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n"
    down = "eth0 00000000 010200C0 0002 0 0 0 00000000 0 0 0\n"
    refusing = "eth1 00000000 010200C0 0201 0 0 0 00000000 0 0 0\n"
    assert network_link.default_interface(heading + down + refusing) == ""


@pytest.mark.parametrize(("text", "speed"), [("100", 100), ("-1", None), ("", None), ("0", None), ("9999999", None)])
def test_an_unknown_speed_is_none(text: str, speed: int | None) -> None:
    assert network_link.speed_of(text) == speed


def test_a_system_without_route_files_is_no_data(tmp_path: Path) -> None:
    with pytest.raises(NoData):
        network_link.read(Surroundings(root=tmp_path))


ITSELF = {
    "version": "1.2.3",
    "sessions_readable": False,
    "session_source": "not readable: no logind",
    "spool_records": 4,
    "spool_bytes": 2048,
    "records_dropped": 1,
    "records_set_aside": 0,
    "clock_skew_seconds": -3,
}


def test_the_agent_tells_what_it_knows_of_itself() -> None:
    assert agent.read(Surroundings(agent=ITSELF)).reading == AgentItself(
        version="1.2.3",
        sessions_readable=False,
        session_source="not readable: no logind",
        spool_records=4,
        spool_bytes=2048,
        records_dropped=1,
        records_set_aside=0,
        clock_skew_seconds=-3,
    )


def test_an_agent_that_was_told_nothing_says_nothing() -> None:
    with pytest.raises(NoData):
        agent.read(Surroundings())
