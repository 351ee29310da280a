"""What smartctl says of disks, of every kind and version."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agent.errors import NoData
from agent.probes import disk_health
from agent.probes.base import Surroundings
from agent.probes.disk_health import disk_of, health_of, is_about_a_disk
from agent.wire.health import Disk, DiskHealth

RECORDED = Path(__file__).resolve().parents[4] / "shared" / "data" / "smartctl"
"""Answers of real disks, beside the repository where they are at hand."""
VERDICTS = {
    "smart-fail": None,
    "smart-fail2": "failed",
    "smart-raid": None,
    "smart-sat": None,
    "smartctl_info_nvme": None,
    "smartctl_info_sata_smart_support_bool": None,
    "smartctl_info_sata_smart_support_object": None,
}
"""Those that are not "passed"; two named "failed" there are disks that passed beside bad counters."""


def recorded() -> list[Any]:
    found = sorted(RECORDED.glob("*.json"))
    missing = pytest.mark.skip("only beside ../shared/data/smartctl: recorded answers of real disks")
    return [pytest.param(file, id=file.stem) for file in found] or [pytest.param(None, marks=missing, id="none")]


def answer(**parts: Any) -> dict[str, Any]:
    return {"smartctl": {"exit_status": 0}, "device": {"name": "/dev/sda", "protocol": "ATA"}, **parts}


def file_of(*answers: Any, **other: Any) -> str:
    return json.dumps({"read_at_seconds": 1760000000, "source": "smartctl", "disks": answers, **other})


@pytest.mark.parametrize("file", recorded())
def test_a_recorded_answer_has_the_verdict_that_the_disk_gave(file: Path) -> None:
    content = json.loads(file.read_text("utf-8"))
    if not is_about_a_disk(content):
        assert file.stem.startswith("smartctl_scan")
        return
    disk = disk_of(1, content)
    assert disk.verdict == VERDICTS.get(file.stem, "passed")
    assert str(content.get("serial_number", "no such")) not in repr(disk)
    told = [disk.reallocated_sectors, disk.cable_errors, disk.media_errors, disk.temperature_celsius]
    assert disk.not_readable is not None or disk.verdict is not None or any(one is not None for one in told)


def test_a_disk_says_what_it_says(station: Callable[[str], Path]) -> None:
    outcome = disk_health.read(Surroundings(root=station("debian_desktop")))
    assert outcome.reading == DiskHealth(
        source="smartctl",
        read_at_seconds=1760000000,
        disks=(
            Disk(
                number=1,
                model="TOSHIBA DT01ACA050",
                kind="hard_disk",
                size_bytes=500107862016,
                verdict="passed",
                temperature_celsius=33,
                power_on_hours=9120,
                reallocated_sectors=8,
                command_timeouts=3,
                pending_sectors=0,
            ),
        ),
    )


def test_a_computer_without_a_reader_of_disks_is_no_data(tmp_path: Path) -> None:
    with pytest.raises(NoData):
        disk_health.read(Surroundings(root=tmp_path))


@pytest.mark.parametrize("whole", [file_of(answer(smart_status={"passed": True}))])
def test_a_file_that_is_cut_short_is_a_failure_and_no_verdict(whole: str) -> None:
    for length in range(len(whole)):
        with pytest.raises(ValueError, match=r"."):
            health_of(whole[:length])
    assert health_of(whole).disks[0].verdict == "passed"


@pytest.mark.parametrize(
    ("status", "verdict", "not_readable"),
    [
        (2, None, "not_opened"),
        (4, None, "no_smart"),
        (64, None, "no_smart"),
        (8, "failed", None),
        (8 | 64, "failed", None),
        (16, None, "no_smart"),
    ],
)
def test_only_the_disks_own_verdict_condemns_it(status: int, verdict: str | None, not_readable: str | None) -> None:
    disk = disk_of(1, answer(smartctl={"exit_status": status}))
    assert (disk.verdict, disk.not_readable) == (verdict, not_readable)


@pytest.mark.parametrize("status", [0, 2, 4, 64, 4 | 64, 8])
def test_a_disk_that_says_it_is_well_is_well_whatever_the_exit_status(status: int) -> None:
    assert disk_of(1, answer(smartctl={"exit_status": status}, smart_status={"passed": True})).verdict == "passed"


@pytest.mark.parametrize(
    "parts",
    [
        {"smartctl": {"exit_status": 2, "messages": [{"string": "Device is in STANDBY mode, exit(2)"}]}},
        {"smartctl": {"exit_status": 2}, "power_mode": {"ata_value": 0}, "device": {"name": "/dev/sda"}},
        {"smartctl": {"exit_status": 2}, "power_mode": "SLEEP"},
    ],
)
def test_a_disk_that_sleeps_is_not_a_failing_one(parts: dict[str, Any]) -> None:
    disk = disk_of(1, answer(**parts))
    assert disk.verdict is None
    assert disk.not_readable == ("not_opened" if isinstance(parts.get("power_mode"), dict) else "asleep")


def test_a_counter_that_holds_others_beside_it_is_read_alone() -> None:
    table = [
        {"id": 196, "raw": {"value": 53416508262463, "string": "2111 (12437 0)"}},
        {"id": 188, "raw": {"value": 4295032833, "string": "1 1 1"}},
        {"id": 5, "raw": {"value": 7, "string": "0x0007"}},
    ]
    disk = disk_of(1, answer(ata_smart_attributes={"table": table}))
    assert (disk.reallocation_events, disk.command_timeouts, disk.reallocated_sectors) == (2111, 1, 7)


@pytest.mark.parametrize(
    "damage",
    [
        {"ata_smart_attributes": 5},
        {"ata_smart_attributes": {"table": [None, 7, {"id": "5"}, {"id": 5}, {"id": 5, "raw": {"value": -1}}]}},
        {
            "smart_status": "yes",
            "temperature": {"current": True},
            "power_on_time": [],
            "user_capacity": {"bytes": 10**40},
        },
        {"smartctl": None, "model_name": "a\nb" * 99, "rotation_rate": "fast"},
        {"nvme_smart_health_information_log": {"critical_warning": 999, "media_errors": "1"}},
        {"temperature": {"current": 0}},
    ],
)
def test_an_answer_of_a_strange_shape_makes_no_figure(damage: dict[str, Any]) -> None:
    disk = disk_of(1, answer(**damage))
    assert disk.verdict is None
    assert disk.temperature_celsius is None
    assert disk.media_errors is None
    assert len(disk.model) <= 64


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"disks": 5}', file_of(answer(), source="me"), file_of(answer(), read_at_seconds="1")]
)
def test_a_file_that_is_not_the_readers_is_a_failure(text: str) -> None:
    with pytest.raises(ValueError, match="reader"):
        health_of(text)


def test_a_reader_that_found_nothing_is_no_data() -> None:
    with pytest.raises(NoData):
        health_of(file_of({"devices": []}))
