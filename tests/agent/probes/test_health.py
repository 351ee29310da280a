"""The probes of a computer's health on three stations."""

import os
import sqlite3
import struct
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from agent.errors import NoData
from agent.probes import (
    battery,
    card_readers,
    disk_encryption,
    fans,
    firmware,
    memory_modules,
    protection,
    reachability,
    screens,
    stops,
    temperatures,
    updates,
)
from agent.probes.base import Probe, Surroundings
from agent.probes.updates import key_of
from agent.wire.health import (
    Battery,
    ContactHour,
    Fan,
    Fans,
    Firmware,
    MemoryModules,
    OneBattery,
    Protection,
    Stop,
    Stops,
    Temperatures,
)

Station = Callable[[str], Path]
NOW = 1_760_090_000
DAY = 86_400
GIB = 2**30


def write(root: Path, **files: str) -> Path:
    for place, content in files.items():
        path = root / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


@pytest.mark.parametrize(
    "probe",
    [
        battery.read,
        card_readers.read,
        disk_encryption.read,
        fans.read,
        firmware.read,
        memory_modules.read,
        protection.read,
        reachability.read,
        screens.read,
        stops.read,
        temperatures.read,
        updates.read,
    ],
    ids=lambda probe: probe.__module__.rpartition(".")[2],
)
def test_a_system_that_tells_nothing_is_no_data(probe: Probe, tmp_path: Path) -> None:
    with pytest.raises(NoData):
        probe(Surroundings(root=tmp_path, wall_seconds=NOW))


# --- temperatures, fans -------------------------------------------------------------------------------------------


def test_the_processor_is_told_by_its_whole_package_and_its_own_maximum(station: Station) -> None:
    outcome = temperatures.read(Surroundings(root=station("debian_desktop")))
    assert outcome.reading == Temperatures(processor_celsius=47, processor_maximum_celsius=100)


def test_a_sensor_of_the_board_is_none_of_the_processor(tmp_path: Path) -> None:
    root = write(tmp_path, **{"sys/class/hwmon/hwmon0/name": "acpitz", "sys/class/hwmon/hwmon0/temp1_input": "27800"})
    with pytest.raises(NoData):
        temperatures.read(Surroundings(root=root))


@pytest.mark.parametrize("said", ["-40000", "0", "255000", "", "hot"])
def test_a_temperature_that_cannot_be_is_not_readable(said: str, tmp_path: Path) -> None:
    root = write(tmp_path, **{"sys/class/hwmon/hwmon0/name": "k10temp", "sys/class/hwmon/hwmon0/temp1_input": said})
    with pytest.raises(NoData):
        temperatures.read(Surroundings(root=root))


def test_a_thermal_zone_of_the_processor_stands_in(tmp_path: Path) -> None:
    zone = "sys/class/thermal/thermal_zone0/"
    points = {"trip_point_0_type": "passive", "trip_point_0_temp": "95000"}
    points |= {"trip_point_1_type": "critical", "trip_point_1_temp": "105000"}
    files = {"type": "x86_pkg_temp", "temp": "61499", **points}
    root = write(tmp_path, **{zone + name: text for name, text in files.items()})
    reading = temperatures.read(Surroundings(root=root)).reading
    assert reading == Temperatures(processor_celsius=61, processor_maximum_celsius=105)


def test_fans_are_told_to_the_nearest_hundred_and_standing_still_as_zero(station: Station) -> None:
    reading = fans.read(Surroundings(root=station("debian_desktop"))).reading
    assert reading == Fans(fans=(Fan(number=1, turns_per_minute=1100), Fan(number=2, turns_per_minute=0)))


@pytest.mark.parametrize(
    ("said", "told"), [("49", 100), ("149", 100), ("150", 200), ("0", 0), ("-1", None), ("", None)]
)
def test_a_fan_that_turns_is_never_told_as_zero(said: str, told: int | None) -> None:
    assert fans.speed_of(said) == told


# --- battery, memory, firmware ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "files",
    [
        {"energy_full": "38120000", "energy_full_design": "50000000"},
        {"charge_full": "3176666", "charge_full_design": "4166666", "voltage_min_design": "12000000"},
    ],
    ids=["energy", "charge"],
)
def test_a_battery_tells_what_it_holds_and_what_it_held(files: dict[str, str], tmp_path: Path) -> None:
    folder = "sys/class/power_supply/BAT0/"
    root = write(tmp_path, **{folder + name: text for name, text in {"type": "Battery", **files}.items()})
    [one] = battery.read(Surroundings(root=root)).reading.batteries
    assert one.number == 1
    assert one.full_milliwatt_hours == pytest.approx(38120, abs=1)
    assert one.design_milliwatt_hours == pytest.approx(50000, abs=1)


def test_a_battery_that_says_nonsense_is_left_out() -> None:
    good = Battery(batteries=(OneBattery(number=1, full_milliwatt_hours=1, design_milliwatt_hours=2),))
    assert battery.outcome_of([(5, 0), (1, 2), (2**31, 2**31)]).reading == good


def test_the_battery_of_a_mouse_is_none_of_the_computer(station: Station) -> None:
    with pytest.raises(NoData):
        battery.read(Surroundings(root=station("debian_desktop")))


def test_modules_and_places_of_memory_are_told_without_serial_numbers(station: Station) -> None:
    reading = memory_modules.read(Surroundings(root=station("debian_desktop"))).reading
    assert reading == MemoryModules(installed_bytes=8 * GIB, slots=4, modules_bytes=(4 * GIB, 4 * GIB))


def test_without_udev_the_blocks_of_memory_tell_the_sum(tmp_path: Path) -> None:
    folder = "sys/devices/system/memory/"
    files = {f"memory{number}/online": "1" for number in range(15)} | {"memory15/online": "0"}
    root = write(
        tmp_path, **{folder + name: text for name, text in files.items()}, **{folder + "block_size_bytes": "8000000"}
    )
    assert memory_modules.read(Surroundings(root=root)).reading == MemoryModules(installed_bytes=15 * 2**27)


def smbios_module(size: int, large: int = 0) -> bytes:
    fixed = bytes([17, 0x20, 0, 0]) + b"\0" * 8 + struct.pack("<H", size) + b"\0" * 14 + struct.pack("<I", large)
    assert len(fixed) == 0x20
    return fixed + b"\0\0"


def test_the_firmwares_table_tells_each_place() -> None:
    table = smbios_module(8192) + smbios_module(0) + smbios_module(0x7FFF, 32768) + smbios_module(0x8000 | 512)
    assert memory_modules.sizes_in(table + smbios_module(0xFFFF)) == [8 * GIB, 0, 32 * GIB, 512 * 1024]
    reading = memory_modules.outcome_of([8 * GIB, 0], 2).reading
    assert reading == MemoryModules(installed_bytes=8 * GIB, slots=2, modules_bytes=(8 * GIB,))


def test_a_table_of_the_firmware_that_is_cut_short_tells_fewer_places() -> None:
    table = smbios_module(8192) + smbios_module(4096)
    assert {len(memory_modules.sizes_in(table[:length])) for length in range(len(table) + 1)} == {0, 1, 2}


def test_maker_model_and_bios_are_told(station: Station) -> None:
    expected = Firmware(maker="Dell Inc.", model="OptiPlex 7060", bios_version="1.27.0", bios_date="2023-08-31")
    assert firmware.read(Surroundings(root=station("debian_desktop"))).reading == expected


def test_what_a_maker_left_unfilled_is_no_name() -> None:
    reading = firmware.outcome_of("To Be Filled By O.E.M.", "System Product Name", "P2.10", "31.8.2023").reading
    assert reading == Firmware(maker="", model="", bios_version="P2.10", bios_date="")


# --- what is connected --------------------------------------------------------------------------------------------


def test_a_card_reader_with_two_interfaces_is_one(station: Station) -> None:
    assert card_readers.read(Surroundings(root=station("debian_desktop"))).reading.count == 1


def test_a_computer_with_usb_and_no_reader_has_none(tmp_path: Path) -> None:
    root = write(tmp_path, **{"sys/bus/usb/devices/1-4:1.0/bInterfaceClass": "03"})
    assert card_readers.read(Surroundings(root=root)).reading.count == 0


def test_screens_that_are_connected_are_counted(station: Station) -> None:
    assert screens.read(Surroundings(root=station("debian_desktop"))).reading.count == 2


# --- disk encryption ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("uuid", "state"), [("CRYPT-LUKS2-00ff-luks", "on"), ("LVM-abc", "off")])
def test_a_system_on_logical_volumes_is_encrypted_where_what_lies_below_is(
    uuid: str, state: str, station: Station
) -> None:
    root = station("debian_desktop")
    crypt = root / "sys/devices/virtual/block/dm-0"
    write(root, **{"sys/devices/virtual/block/dm-0/dm/uuid": uuid})
    below = root / "sys/devices/virtual/block/dm-1/slaves"
    (below / "sda3").unlink()
    (below / "dm-0").symlink_to(crypt)
    assert disk_encryption.read(Surroundings(root=root)).reading.system_volume == state


def test_a_plain_disk_is_not_encrypted(station: Station) -> None:
    assert disk_encryption.read(Surroundings(root=station("debian_desktop"))).reading.system_volume == "off"


# --- protection ---------------------------------------------------------------------------------------------------


def test_a_firewall_that_is_on_is_told_and_an_unknown_antivirus_is_not_off(station: Station) -> None:
    reading = protection.read(Surroundings(root=station("debian_desktop"))).reading
    assert reading == Protection(antivirus_on=None, signatures_at_seconds=None, firewall_on=True)


@pytest.mark.skipif(sys.platform == "win32", reason="only Linux: links to services of systemd")
def test_signatures_without_a_scanner_that_starts_are_an_antivirus_that_is_off(tmp_path: Path) -> None:
    root = write(tmp_path, **{"var/lib/clamav/daily.cvd": "", "etc/ufw/ufw.conf": "ENABLED=no\n"})
    os.utime(root / "var/lib/clamav/daily.cvd", (NOW - DAY, NOW - DAY))
    expected = Protection(antivirus_on=False, signatures_at_seconds=NOW - DAY, firewall_on=False)
    assert protection.read(Surroundings(root=root)).reading == expected
    wanted = root / "etc/systemd/system/multi-user.target.wants"
    wanted.mkdir(parents=True)
    for service in ("clamav-daemon.service", "nftables.service"):
        (wanted / service).symlink_to(f"/lib/systemd/system/{service}")
    reading = protection.read(Surroundings(root=root)).reading
    assert (reading.antivirus_on, reading.firewall_on) == (True, True)


# --- stops --------------------------------------------------------------------------------------------------------

RECORD = struct.Struct("<h2xi32s4s32s256s2hiii16s20x")


def record(kind: int, at: int, user: str) -> bytes:
    return RECORD.pack(kind, 0, b"~", b"~~", user.encode(), b"6.1", 0, 0, 0, at, 0, b"")


def start(at: int) -> bytes:
    return record(2, at, "reboot")


def shutdown(at: int) -> bytes:
    return record(1, at, "shutdown")


def test_a_start_without_a_shutdown_before_it_is_a_stop_without_order(tmp_path: Path) -> None:
    wtmp = start(NOW - 9 * DAY) + start(NOW - 8 * DAY) + shutdown(NOW - 7 * DAY) + start(NOW - 6 * DAY)
    wtmp += start(NOW - 5 * DAY) + record(7, NOW - 5 * DAY, "alice") + start(NOW - DAY)
    (tmp_path / "var/log").mkdir(parents=True)
    (tmp_path / "var/log/wtmp").write_bytes(wtmp)
    (tmp_path / "var/crash/202510070000").mkdir(parents=True)
    os.utime(tmp_path / "var/crash/202510070000", (NOW - DAY - 240, NOW - DAY - 240))
    reading = stops.read(Surroundings(root=tmp_path, wall_seconds=NOW)).reading
    assert reading == Stops(
        crashes=1,
        unclean=1,
        last=(Stop(kind="unclean", at_seconds=NOW - 5 * DAY), Stop(kind="crash", at_seconds=NOW - DAY - 240)),
    )


def test_a_long_record_of_boots_is_read_from_its_end(tmp_path: Path) -> None:
    wtmp = b"".join(record(7, NOW - 30 * DAY + number, "alice") for number in range(2000))
    wtmp += start(NOW - 3 * DAY) + start(NOW - 2 * DAY)
    (tmp_path / "var/log").mkdir(parents=True)
    (tmp_path / "var/log/wtmp").write_bytes(wtmp)
    reading = stops.read(Surroundings(root=tmp_path, wall_seconds=NOW)).reading
    assert [stop.at_seconds for stop in reading.last] == [NOW - 2 * DAY]
    assert not reading.crashes_readable


def test_a_record_that_is_cut_short_costs_only_itself(tmp_path: Path) -> None:
    assert stops.unclean_in((start(NOW - 9) + start(NOW - 5) + start(NOW))[:-100]) == [NOW - 5]


def test_newer_systems_keep_their_boots_in_a_database(tmp_path: Path) -> None:
    (tmp_path / "var/lib/wtmpdb").mkdir(parents=True)
    connection = sqlite3.connect(tmp_path / "var/lib/wtmpdb/wtmp.db")
    connection.execute(
        "CREATE TABLE wtmp(ID INTEGER PRIMARY KEY, Type INTEGER, User TEXT, Login INTEGER, Logout INTEGER)"
    )
    boots = [(NOW - 3 * DAY, NOW - 3 * DAY + 60), (NOW - 2 * DAY, None), (NOW - DAY, None)]
    rows = [(1, at * 10**6, None if end is None else end * 10**6) for at, end in boots]
    connection.executemany("INSERT INTO wtmp(Type, Login, Logout) VALUES (?, ?, ?)", [*rows, (3, NOW * 10**6, None)])
    connection.commit()
    connection.close()
    reading = stops.read(Surroundings(root=tmp_path, wall_seconds=NOW)).reading
    assert reading.last == (Stop(kind="unclean", at_seconds=NOW - DAY),)


def test_at_most_twenty_stops_are_told_and_all_are_counted() -> None:
    reading = stops.outcome_of([], [NOW - 3600 * number for number in range(40)], NOW).reading
    assert (reading.unclean, len(reading.last), reading.last[-1].at_seconds) == (40, 20, NOW)


# --- updates ------------------------------------------------------------------------------------------------------


def test_updates_of_the_systems_own_pockets_wait(station: Station) -> None:
    root = station("debian_desktop")
    os.utime(root / "var/lib/apt/lists/partial", (NOW - 500, NOW - 500))
    first = updates.read(Surroundings(root=root, wall_seconds=NOW))
    assert (first.reading.pending, first.reading.security, first.reading.since_seconds) == (2, 1, NOW)
    assert first.reading.searched_at_seconds == NOW - 500
    again = updates.read(Surroundings(root=root, wall_seconds=NOW + DAY, previous=first.remember))
    assert again == first


def test_an_update_that_was_installed_waits_no_more(station: Station) -> None:
    root = station("debian_desktop")
    first = updates.read(Surroundings(root=root, wall_seconds=NOW))
    status = root / "var/lib/dpkg/status"
    status.write_text(status.read_text().replace("3.0.15-1~deb12u1", "3.0.17-1~deb12u2+local"))
    reading = updates.read(Surroundings(root=root, wall_seconds=NOW + DAY, previous=first.remember)).reading
    assert (reading.pending, reading.security, reading.since_seconds) == (1, 0, NOW)


def test_lists_that_are_kept_compressed_are_not_readable(station: Station) -> None:
    root = station("debian_desktop")
    for file in (root / "var/lib/apt/lists").glob("*_Packages"):
        file.rename(f"{file}.lz4")
    with pytest.raises(NoData, match="compressed"):
        updates.read(Surroundings(root=root, wall_seconds=NOW))


def test_versions_are_in_the_order_of_debian() -> None:
    order = [
        "1.0~rc1",
        "1.0~rc1-1",
        "1.0",
        "1.0-1",
        "1.0-1+deb12u1",
        "1.0-1+deb12u2",
        "1.0-2",
        "1.0a",
        "1.0+b",
        "1.9",
        "1.10",
        "1:0.9",
    ]
    assert sorted(order, key=key_of) == order
    assert key_of("1.0") == key_of("0:1.0") == key_of("01.00")


# --- reachability -------------------------------------------------------------------------------------------------


def test_the_hours_that_are_over_are_told_and_the_router_without_its_address(station: Station) -> None:
    hour = NOW // 3600
    hours = [[hour - 49, 2, 2, 2], [hour - 2, 2, 1, 1], [hour, 1, 0, 0]]
    reading = reachability.read(
        Surroundings(root=station("debian_desktop"), wall_seconds=NOW, agent={"contact_hours": hours})
    ).reading
    assert reading.gateway_reachable is True
    assert reading.hours == (ContactHour(hour=hour - 2, tried=2, failed=1, without_gateway=1),)


@pytest.mark.parametrize(("flags", "answers"), [("0x2", True), ("0x0", False), ("0x6", True)])
def test_a_router_whose_hardware_address_nobody_found_does_not_answer(
    flags: str, *, answers: bool, station: Station
) -> None:
    root = station("debian_desktop")
    arp = root / "proc/net/arp"
    arp.write_text(arp.read_text().replace("0x2 ", f"{flags} "))
    assert reachability.gateway_reachable(root) is answers


def test_a_router_that_nobody_asked_for_is_not_known(station: Station) -> None:
    root = station("debian_desktop")
    (root / "proc/net/arp").write_text("IP address\n")
    assert reachability.gateway_reachable(root) is None
