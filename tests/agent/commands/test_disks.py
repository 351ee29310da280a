"""`disks`: what is read of the disks with the rights of the system, and what is left of it."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from agent.commands.disks import (
    LARGEST_FILE_BYTES,
    MOST_DISKS,
    content_of,
    output_of,
    physical_drive,
    read,
    without_identity,
)
from agent.commands.storage_counters import disks_in
from agent.errors import Unusable

SCAN = {"devices": [{"name": "/dev/sda", "type": "sat", "protocol": "ATA"}, {"name": "/dev/nvme0", "type": "nvme"}]}
SERIAL = "S3YZNB0KB00864E"
SATA = {
    "smartctl": {"version": [7, 3], "exit_status": 0, "messages": [{"string": f"disk {SERIAL} is old"}]},
    "device": {"name": "/dev/sda", "type": "sat", "protocol": "ATA"},
    "model_name": "Samsung SSD 860 EVO 500GB",
    "serial_number": SERIAL,
    "wwn": {"naa": 5, "oui": 9528, "id": 61213911380},
    "smart_status": {"passed": True},
    "ata_smart_attributes": {"table": [{"id": 5, "name": "Reallocated_Sector_Ct", "raw": {"value": 0, "string": "0"}}]},
}
NVME = {
    "device": {"name": "/dev/nvme0", "type": "nvme", "protocol": "NVMe"},
    "serial_number": "BTNH93710FS91P0B",
    "nvme_namespaces": [{"id": 1, "eui64": {"oui": 6083300, "ext_id": 171819811633}, "capacity": {"bytes": 512}}],
    "scsi_lun": {"logical_unit_id": "0x5000c50012345678"},
}


@pytest.fixture
def smartctl(tmp_path: Path) -> str:
    """A file that is there; what it would say is given to `Told`."""
    (tmp_path / "smartctl").write_text("")
    return str(tmp_path / "smartctl")


class Told:
    """Programs by the last word of their command line."""

    def __init__(self, **answers: Any) -> None:
        self.answers = {
            name: value if isinstance(value, bytes) else json.dumps(value) for name, value in answers.items()
        }
        self.asked: list[list[str]] = []

    def __call__(self, words: Sequence[str]) -> bytes:
        self.asked.append(list(words)[1:])
        told = self.answers.get(Path(words[-1]).name.replace("--scan-open", "scan"), b"")
        return told if isinstance(told, bytes) else told.encode()


def test_each_disk_is_asked_for_everything_by_its_own_type(smartctl: str) -> None:
    told = Told(scan=SCAN, sda=SATA, nvme0=NVME)
    source, disks = read(smartctl, told, None)
    assert source == "smartctl"
    assert told.asked == [
        ["--json=c", "--scan-open"],
        ["--json=c", "-x", "-d", "sat", "/dev/sda"],
        ["--json=c", "-x", "-d", "nvme", "/dev/nvme0"],
    ]
    assert disks[0]["smart_status"] == {"passed": True}
    assert disks[0]["ata_smart_attributes"] == SATA["ata_smart_attributes"]
    assert disks[1]["nvme_namespaces"] == [{"id": 1, "capacity": {"bytes": 512}}]


def test_nothing_that_names_one_disk_is_left() -> None:
    for disk in (SATA, NVME):
        text = json.dumps(without_identity(disk))
        for secret in (SERIAL, "BTNH", "61213911380", "171819811633", "0x5000c500"):
            assert secret not in text
        assert '"serial_number"' not in text
    assert without_identity(SATA)["model_name"] == "Samsung SSD 860 EVO 500GB"


def test_a_disk_that_does_not_answer_is_told_as_such_and_the_next_one_is_read(smartctl: str) -> None:
    _, [first, second] = read(smartctl, Told(scan=SCAN, sda=b'{"cut', nvme0=NVME), None)
    assert first["smartctl"]["exit_status"] == 2
    assert first["device"]["name"] == "/dev/sda"
    assert second["device"]["name"] == "/dev/nvme0"


@pytest.mark.parametrize("name", ["-s", "/dev/../etc/shadow -x", "/etc/shadow", "", "/dev/-n", "/dev/sda;reboot"])
def test_what_is_no_name_of_a_disk_is_never_a_word_of_a_command(smartctl: str, name: str) -> None:
    told = Told(scan={"devices": [{"name": name, "type": "sat"}, {"name": "/dev/sdb", "type": "--test=long"}]})
    assert read(smartctl, told, None) == ("smartctl", [])
    assert len(told.asked) == 1


def test_a_list_that_cannot_be_read_is_an_error_and_no_empty_computer(smartctl: str) -> None:
    with pytest.raises(Unusable, match="scan-open"):
        read(smartctl, Told(scan=b"[]"), None)


def test_no_more_disks_are_asked_than_fit(smartctl: str) -> None:
    many = {"devices": [{"name": f"/dev/sd{n}", "type": "sat"} for n in range(40)]}
    _, disks = read(smartctl, Told(scan=many), None)
    assert len(disks) == MOST_DISKS
    large = [{"n": n, "text": "x" * 100_000} for n in range(16)]
    content = content_of("smartctl", large, 7)
    assert len(content) <= LARGEST_FILE_BYTES
    kept = json.loads(content)
    assert (kept["read_at_seconds"], kept["source"]) == (7, "smartctl")
    assert [disk["n"] for disk in kept["disks"]] == list(range(len(kept["disks"])))


def test_windows_own_counters_take_the_place_of_a_smartctl_that_is_missing_or_finds_nothing(
    smartctl: str, tmp_path: Path
) -> None:
    own = [{"device": {"name": "PhysicalDrive0"}}]
    assert read(str(tmp_path / "none"), Told(), lambda: own) == ("windows", own)
    assert read(smartctl, Told(scan={"devices": []}), lambda: own) == ("windows", own)
    assert read(smartctl, Told(scan={"devices": []}), None) == ("smartctl", [])
    assert read(str(tmp_path / "none"), Told(), None) == ("", [])


def test_the_counters_of_windows_are_told_in_words_of_smartctl() -> None:
    """Written after the documentation of the two classes, not recorded: real ones are asked by the release workflow."""
    nvme = {
        "BusType": 17,
        "DeviceId": "0",
        "HealthStatus": 1,
        "MediaType": 4,
        "Model": "KBG40ZNS256G ",
        "Size": 256060514304,
    }
    nvme |= {
        "PowerOnHours": 5321,
        "ReadErrorsUncorrected": 0,
        "Temperature": 41,
        "Wear": 7,
        "WriteErrorsUncorrected": None,
    }
    sata = {
        "BusType": 11,
        "DeviceId": "1",
        "HealthStatus": 2,
        "MediaType": 3,
        "Model": "ST500DM002",
        "Size": 500107862016,
    }
    sata |= {"PowerOnHours": 0, "Temperature": 0, "Wear": 900, "ReadErrorsUncorrected": 12}
    [first, second] = disks_in(json.dumps([nvme, sata]).encode("utf-8-sig"))
    assert first == {
        "device": {"name": "PhysicalDrive0", "protocol": "NVMe"},
        "model_name": "KBG40ZNS256G",
        "user_capacity": {"bytes": 256060514304},
        "rotation_rate": 0,
        "smart_status": {"passed": True},
        "temperature": {"current": 41},
        "power_on_time": {"hours": 5321},
        "endurance_used": {"current_percent": 7},
        "nvme_smart_health_information_log": {"percentage_used": 7},
        "scsi_error_counter_log": {"read": {"total_uncorrected_errors": 0}},
    }
    assert second == {
        "device": {"name": "PhysicalDrive1", "protocol": "ATA"},
        "model_name": "ST500DM002",
        "user_capacity": {"bytes": 500107862016},
        "smart_status": {"passed": False},
        "scsi_error_counter_log": {"read": {"total_uncorrected_errors": 12}},
    }


def test_what_a_visitor_has_plugged_in_is_not_asked(smartctl: str) -> None:
    told = Told(scan=SCAN, sda=SATA, nvme0=NVME)
    _, [disk] = read(smartctl, told, None, lambda name: name == "/dev/sda")
    assert disk["device"]["name"] == "/dev/nvme0"
    assert len(told.asked) == 2
    usb = {"BusType": 7, "DeviceId": "2", "HealthStatus": 0, "Model": "Ultra USB 3.0"}
    assert disks_in(json.dumps([usb]).encode()) == []
    assert physical_drive("/dev/sdb") == r"\\.\PhysicalDrive1"
    assert physical_drive("/dev/pd3") == r"\\.\PhysicalDrive3"


@pytest.mark.parametrize("text", [b"", b"null", b"{}", b"[1]", b'[{"HealthStatus": "Healthy"', b"\xff\xfe"])
def test_a_damaged_answer_of_windows_tells_of_no_disk(text: bytes) -> None:
    assert disks_in(text) == []


def test_a_program_is_ended_when_it_writes_too_much_or_takes_too_long() -> None:
    endless = [sys.executable, "-c", "while True: print('x' * 1000)"]
    assert len(output_of(endless, 60, 5000)) == 5000
    silent = [sys.executable, "-c", "import time; print('begun', flush=True); time.sleep(3600)"]
    assert output_of(silent, 0.5).strip() in (b"begun", b"")
    with pytest.raises(Unusable, match="cannot be started"):
        output_of(["/nowhere/smartctl"])
