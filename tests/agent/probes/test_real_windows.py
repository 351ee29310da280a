"""The probes on the computer on which these tests run."""

# ruff: noqa: E402 - the first lines tell readers and type checkers that only Windows runs this file

import os
import sys
import uuid
from collections.abc import Iterator

import psutil
import pytest

if sys.platform != "win32":
    pytest.skip("only Windows: its probes", allow_module_level=True)
assert sys.platform == "win32"

import winreg

from agent.errors import NoData
from agent.machine import system_clock
from agent.probes import PROBES, take
from agent.probes.base import Surroundings
from agent.probes.windows import memory, network_link, operating_system, pending_reboot, processor, volumes

HERE = Surroundings(wall_seconds=1_760_090_000, elapsed_seconds=60.0, boot_id="a")
MEBIBYTE = 1024 * 1024


@pytest.fixture
def key() -> Iterator[str]:
    path = f"SOFTWARE\\DPS agent test {uuid.uuid4().hex}"
    winreg.CreateKey(winreg.HKEY_LOCAL_MACHINE, path).Close()
    yield path
    winreg.DeleteKey(winreg.HKEY_LOCAL_MACHINE, path)


def test_every_probe_gives_a_reading_or_says_why_not() -> None:
    known = {"version": "0.1.0", "sessions_readable": True, "session_source": "wts", "spool_records": 0}
    known |= {"spool_bytes": 0, "records_dropped": 0, "records_set_aside": 0}
    taken = take(lambda _: Surroundings(wall_seconds=5, agent=known), PROBES)
    assert [item for item in taken.readings.not_readable if item.outcome == "failed"] == []
    assert taken.readings.memory is not None
    assert taken.readings.operating_system is not None


def test_memory_is_what_psutil_tells() -> None:
    reading = memory.read(HERE).reading
    told = psutil.virtual_memory()
    assert reading.total_bytes == told.total
    assert abs(reading.available_bytes - told.available) < 512 * MEBIBYTE


def test_processors_are_what_psutil_tells_and_busy_is_told_between_two_contacts() -> None:
    first = processor.read(HERE)
    assert first.reading.logical_processors == psutil.cpu_count()
    assert first.reading.busy_percent is None
    ticks = processor.ticks()
    assert 0 < ticks.busy <= ticks.total
    busy = sum(range(3_000_000))
    second = processor.read(Surroundings(boot_id="a", previous=first.remember))
    assert busy
    assert second.reading.busy_percent in (None, *range(101))


def test_the_system_drive_is_fixed_and_drives_have_letters_only() -> None:
    reading = volumes.read(HERE).reading
    by_label = {volume.label: volume for volume in reading.fixed}
    system = by_label[os.environ["SYSTEMDRIVE"]]
    assert 0 <= system.free_bytes <= system.total_bytes
    assert system.file_system
    assert all(len(label) == 2 and label.endswith(":") for label in by_label)


def test_a_drive_on_usb_is_a_visitors_and_one_that_is_a_folder_is_no_drive(monkeypatch: pytest.MonkeyPatch) -> None:
    drives = [drive for drive, _ in volumes.fixed_drives()]
    monkeypatch.setattr(volumes, "bus_of", lambda drive: 7 if drive == drives[0] else 11)
    assert [drive for drive, _ in volumes.fixed_drives()] == drives[1:]
    monkeypatch.setattr(volumes, "bus_of", lambda _: None)
    monkeypatch.setattr(volumes, "stands_for_a_folder", lambda drive: drive == drives[0])
    assert [drive for drive, _ in volumes.fixed_drives()] == drives[1:]
    monkeypatch.setattr(volumes, "stands_for_a_folder", lambda _: True)
    with pytest.raises(NoData, match="no fixed drive"):
        volumes.read(HERE)


@pytest.mark.real_windows
def test_the_bus_of_the_system_drive_is_told() -> None:
    assert volumes.bus_of(os.environ["SYSTEMDRIVE"] + "\\") in range(1, 20)


def test_a_drive_that_is_not_there_hangs_on_no_bus_and_holds_no_file_system() -> None:
    assert volumes.bus_of("Q:\\") is None
    assert volumes.file_system_of("Q:\\") == ""
    assert not volumes.stands_for_a_folder("Q:\\")


def test_windows_says_which_one_it_is() -> None:
    reading = operating_system.read(HERE).reading
    assert "Windows " in reading.name, "Wine writes the maker before it"
    assert reading.kernel.startswith("10.0.")
    assert reading.architecture in ("AMD64", "ARM64")


def test_a_registry_without_a_version_is_no_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operating_system, "KEY", "SOFTWARE\\nowhere")
    with pytest.raises(NoData):
        operating_system.read(HERE)


def test_a_mark_in_the_registry_is_seen_with_its_time(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending_reboot, "RENAMES", key)
    monkeypatch.setattr(pending_reboot, "MARKS", ("SOFTWARE\\nowhere",))
    assert not pending_reboot.read(HERE).reading.required
    monkeypatch.setattr(pending_reboot, "MARKS", ("SOFTWARE\\nowhere", key))
    reading = pending_reboot.read(HERE).reading
    assert reading.required
    assert abs(reading.since_seconds - system_clock().wall()) < 120


def test_a_file_that_waits_to_be_replaced_is_seen(key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pending_reboot, "RENAMES", key)
    monkeypatch.setattr(pending_reboot, "MARKS", ())

    def put(*names: str) -> None:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, key, 0, winreg.KEY_WRITE) as opened:
            winreg.SetValueEx(opened, "PendingFileRenameOperations", 0, winreg.REG_MULTI_SZ, list(names))

    put("\\??\\C:\\litter", "")
    assert not pending_reboot.read(HERE).reading.required
    put("\\??\\C:\\new", "\\??\\C:\\old")
    assert pending_reboot.read(HERE).reading.required


def test_a_station_with_a_network_has_a_link() -> None:
    reading = network_link.read(HERE).reading
    assert reading.kind in ("wired", "wireless", "other", "none")
    assert reading.speed_megabits is None or reading.speed_megabits > 0


@pytest.mark.real_windows
def test_the_link_of_this_computer_has_a_speed() -> None:
    reading = network_link.read(HERE).reading
    assert reading.kind != "none"
    assert reading.speed_megabits is not None
