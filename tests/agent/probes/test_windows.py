"""What Windows tells the probes."""

from pathlib import Path

import pytest

from agent.probes import network_link, operating_system, pending_reboot
from agent.probes.base import Surroundings
from agent.wire.v1 import PendingReboot

NOW = 1_760_090_000
RUNNING = (10, 0, 19_045)
WINDOWS_10 = {
    "productname": "Windows 10 Pro",
    "displayversion": "22H2",
    "releaseid": "2009",
    "currentbuild": "19045",
    "currentmajorversionnumber": 10,
    "currentminorversionnumber": 0,
    "ubr": 5011,
}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ("Windows 10 Pro", "22H2", "10.0.19045.5011")),
        (
            {"currentbuild": "22631", "displayversion": "23H2", "ubr": 4460},
            ("Windows 11 Pro", "23H2", "10.0.22631.4460"),
        ),
        ({"currentbuild": "21999"}, ("Windows 10 Pro", "22H2", "10.0.21999.5011")),
        ({"currentbuild": "22000"}, ("Windows 11 Pro", "22H2", "10.0.22000.5011")),
        (
            {"currentbuild": "26100", "productname": "Windows Server 2025 Standard", "displayversion": "24H2"},
            ("Windows Server 2025 Standard", "24H2", "10.0.26100.5011"),
        ),
        (
            {"currentbuild": "17763", "displayversion": "", "releaseid": "1809"},
            ("Windows 10 Pro", "1809", "10.0.17763.5011"),
        ),
    ],
)
def test_windows_is_named_as_people_name_it(changed: dict[str, object], expected: tuple[str, str, str]) -> None:
    assert operating_system.windows_names_of({**WINDOWS_10, **changed}, RUNNING) == expected


def test_a_registry_that_says_little_is_completed_by_what_windows_tells_each_process() -> None:
    assert operating_system.windows_names_of({"comment": 1}, RUNNING) == ("Windows", "", "10.0.19045")


def waits(previous: dict[str, object], *marked: int, replaced: bool = False, boot: str = "a") -> PendingReboot:
    surroundings = Surroundings(wall_seconds=NOW, boot_id=boot, previous=previous)
    reading = pending_reboot.outcome_of(list(marked), surroundings, replaced=replaced).reading
    assert isinstance(reading, PendingReboot)
    return reading


def test_without_a_mark_nothing_waits_for_a_restart() -> None:
    assert waits({}) == PendingReboot(required=False, since_seconds=None)
    assert waits({"boot_id": "a", "since_seconds": 5}) == PendingReboot(required=False, since_seconds=None)


def test_the_oldest_mark_tells_since_when() -> None:
    assert waits({}, NOW - 50, NOW - 900, replaced=True) == PendingReboot(required=True, since_seconds=NOW - 900)


def test_a_file_that_waits_to_be_replaced_waits_since_it_was_first_seen_in_this_boot() -> None:
    first = pending_reboot.outcome_of([], Surroundings(wall_seconds=NOW - 500, boot_id="a"), replaced=True)
    assert first.reading == PendingReboot(required=True, since_seconds=NOW - 500)
    assert waits(dict(first.remember), replaced=True) == first.reading
    assert waits(dict(first.remember), replaced=True, boot="b").since_seconds == NOW


@pytest.mark.parametrize(
    ("renames", "expected"),
    [
        ([], False),
        ([r"\??\C:\temp\litter.tmp", ""], False),
        ([r"\??\C:\temp\litter.tmp", "", r"\??\C:\new.dll", r"!\??\C:\old.dll"], True),
    ],
)
def test_only_files_that_take_the_place_of_others_wait_for_a_restart(renames: list[str], expected: bool) -> None:
    assert pending_reboot.replaces_a_file(renames) is expected


@pytest.mark.parametrize(
    ("interface_type", "hardware", "kind"),
    [(6, True, "wired"), (6, False, "other"), (71, True, "wireless"), (243, True, "other"), (131, False, "other")],
)
def test_a_link_is_told_by_the_type_of_its_interface(interface_type: int, hardware: bool, kind: str) -> None:
    assert network_link.windows_kind_of(interface_type, hardware=hardware) == kind


@pytest.mark.parametrize(
    ("bits", "megabits"),
    [(1_000_000_000, 1000), (144_400_000, 144), (0, None), (2**64 - 1, None), (999_999, None)],
)
def test_a_speed_is_told_in_whole_megabits_or_not_at_all(bits: int, megabits: int | None) -> None:
    assert network_link.windows_speed_of(bits) == megabits


def test_no_probe_of_windows_asks_the_platform_module() -> None:
    """It asks WMI, which takes seconds."""
    folder = Path(__file__).parents[3] / "agent"
    asking = [path.name for path in folder.rglob("*.py") if "import platform\n" in path.read_text(encoding="utf-8")]
    assert asking == []
