"""Processor, memory and volumes of three stations."""

from collections.abc import Callable
from pathlib import Path

import pytest

from agent.errors import NoData
from agent.probes import memory, portable, processor, volumes
from agent.probes.base import Surroundings
from agent.wire.v1 import Memory, Processor

Station = Callable[[str], Path]


def test_the_first_contact_knows_the_processors_but_no_load(station: Station) -> None:
    outcome = processor.read(Surroundings(root=station("debian_desktop"), boot_id="a"))
    assert outcome.reading == Processor(logical_processors=4, busy_percent=None)
    assert outcome.remember == {"boot_id": "a", "busy": 30400, "total": 438820}


def test_load_is_the_busy_share_of_what_passed_since_the_contact_before(station: Station) -> None:
    previous = {"boot_id": "a", "busy": 30400 - 250, "total": 438820 - 1000}
    outcome = processor.read(Surroundings(root=station("debian_desktop"), boot_id="a", previous=previous))
    assert outcome.reading.busy_percent == 25


@pytest.mark.parametrize(
    "previous",
    [
        {"boot_id": "another", "busy": 1, "total": 2},
        {"boot_id": "a", "busy": 30400, "total": 438820},
        {"boot_id": "a", "busy": 90000, "total": 99000},
        {"boot_id": "a", "busy": "1", "total": None},
        {"boot_id": "a"},
    ],
    ids=["another boot", "nothing passed", "counters went back", "spoiled", "half"],
)
def test_load_is_unknown_without_a_usable_contact_before(station: Station, previous: dict[str, object]) -> None:
    outcome = processor.read(Surroundings(root=station("debian_desktop"), boot_id="a", previous=previous))
    assert outcome.reading.busy_percent is None


def test_time_of_guests_is_counted_once() -> None:
    assert processor.ticks_of("cpu  100 10 100 800 5 1 2 3 40 4\ncpu0 1 1 1 1\n") == (1, 216, 1021)


def test_a_kernel_of_four_columns_is_enough() -> None:
    assert processor.ticks_of("cpu  1 2 3 4\ncpu0 1 2 3 4\n") == (1, 6, 10)


def test_a_kernel_that_counts_nothing_is_no_data() -> None:
    with pytest.raises(NoData):
        processor.ticks_of("intr 0\n")


def test_memory_is_told_in_bytes(station: Station) -> None:
    outcome = memory.read(Surroundings(root=station("debian_desktop")))
    assert outcome.reading == Memory(total_bytes=8028164 * 1024, available_bytes=5120456 * 1024)


def test_memory_that_nobody_calls_available_is_no_data(station: Station) -> None:
    with pytest.raises(NoData):
        memory.read(Surroundings(root=station("container")))


def labels(root: Path) -> list[tuple[str, str]]:
    return [(volume.label, volume.file_system) for volume in volumes.read(Surroundings(root=root)).reading.fixed]


def test_fixed_disks_are_told_once_each_and_never_by_a_persons_name(station: Station) -> None:
    assert labels(station("debian_desktop")) == [
        ("/", "ext4"),
        ("/boot", "ext2"),
        ("/boot/efi", "vfat"),
        ("/home", "ext4"),
        ("other 1", "xfs"),
    ]


def test_subvolumes_of_one_disk_are_one_volume(station: Station) -> None:
    assert labels(station("fedora_laptop")) == [("/", "btrfs"), ("/boot", "ext4")]


def test_a_container_has_its_root_alone(station: Station) -> None:
    assert labels(station("container")) == [("/", "overlay")]


def test_sizes_are_those_of_the_file_system(station: Station) -> None:
    first = volumes.read(Surroundings(root=station("container"))).reading.fixed[0]
    assert 0 <= first.free_bytes <= first.total_bytes
    assert first.total_bytes > 0


def test_the_root_of_a_station_on_a_stick_is_told_and_a_disk_on_usb_is_not(station: Station) -> None:
    root = station("debian_desktop")
    stick = volumes.Mount("8:17", "/", "/", "ext4", "/dev/sdb1")
    disk = volumes.Mount("8:17", "/", "/data", "ext4", "/dev/sdb1")
    assert volumes.fixed_of(root, [stick]) == [stick]
    assert volumes.fixed_of(root, [disk]) == []
    (root / "sys/devices/pci0000:00/0000:00:14.0/usb1/1-2/host6/block/sdb/removable").write_text("0\n")
    assert volumes.fixed_of(root, [disk]) == []


def test_a_mount_hides_the_one_below_it() -> None:
    text = "1 0 8:1 / / rw - ext4 /dev/sda1 rw\n2 1 8:2 / / rw shared:1 master:2 - xfs /dev/sda2 rw\nhalf a line\n"
    assert volumes.mounts_of(text) == [volumes.Mount("8:2", "/", "/", "xfs", "/dev/sda2")]


def test_drives_keep_their_letter() -> None:
    assert volumes.labelled([("C:\\", "NTFS"), ("D:\\Alice", "NTFS")]) == [
        ("C:", "C:\\", "NTFS"),
        ("other 1", "D:\\Alice", "NTFS"),
    ]


def test_no_station_without_a_single_volume_says_zero(tmp_path: Path) -> None:
    (tmp_path / "proc/self").mkdir(parents=True)
    (tmp_path / "proc/self/mountinfo").write_text("")
    with pytest.raises(NoData):
        volumes.read(Surroundings(root=tmp_path))


def test_a_system_without_the_files_of_linux_is_asked_through_psutil(tmp_path: Path) -> None:
    nowhere = Surroundings(root=tmp_path)
    assert processor.read(nowhere).reading.logical_processors >= 1
    found = memory.read(nowhere).reading
    assert 0 < found.available_bytes <= found.total_bytes
    processors, busy, total = portable.processor_ticks()
    assert processors >= 1
    assert 0 <= busy <= total
    assert all(point and kind for point, kind in portable.fixed_volumes())
