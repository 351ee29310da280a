"""What the invented stations read of their hardware: nothing unusual, but for the faults that a place has."""

from collections.abc import Collection
from random import Random

from agent.wire.health import Disk, DiskHealth, Firmware, MemoryModules, Printer, Printers, Supply
from agent.wire.v1 import (
    AgentItself,
    Memory,
    NetworkLink,
    OperatingSystem,
    PendingReboot,
    Processor,
    Readings,
    Uptime,
    Volume,
    Volumes,
)
from collector import __version__
from collector.demo.region import Fault

GIB = 2**30
SMALL_DISK_CHANCE = 0.15
WINDOWS = OperatingSystem(name="Windows 11 Pro", version="25H2", kernel="10.0.26200", architecture="AMD64")
DEBIAN = OperatingSystem(
    name="Debian GNU/Linux", version="13 (trixie)", kernel="6.12.57+deb13-amd64", architecture="x86_64"
)


def readings_of(
    fixed: Random, today: Random, *, linux: bool, booted_at: int, now: int, faults: Collection[Fault] = ()
) -> Readings:
    """Of one station at its latest contact; `fixed` draws what its hardware is, `today` what changes."""
    memory = fixed.choice((4, 8, 8, 16)) * GIB
    disk = (118 if fixed.random() < SMALL_DISK_CHANCE else 476) * GIB
    used = min(disk - 2 * GIB, fixed.randint(60, 112) * GIB)
    if Fault.FULL_DISK in faults:
        used = disk - 3 * GIB
    return Readings(
        uptime=Uptime(booted_at_seconds=booted_at),
        processor=Processor(logical_processors=fixed.choice((4, 4, 8)), busy_percent=today.randint(3, 45)),
        memory=Memory(total_bytes=memory, available_bytes=memory * today.randint(30, 75) // 100),
        volumes=Volumes(
            fixed=(
                Volume(
                    label="/" if linux else "C:",
                    file_system="ext4" if linux else "NTFS",
                    total_bytes=disk,
                    free_bytes=disk - used,
                ),
            )
        ),
        operating_system=DEBIAN if linux else WINDOWS,
        pending_reboot=PendingReboot(required=today.random() < SMALL_DISK_CHANCE, since_seconds=None),
        network_link=NetworkLink(kind="wired", speed_megabits=fixed.choice((100, 1000, 1000, 1000))),
        agent=AgentItself(
            version=__version__,
            sessions_readable=True,
            session_source="logind" if linux else "wts",
            spool_records=0,
            spool_bytes=0,
            records_dropped=0,
            records_set_aside=0,
            clock_skew_seconds=today.randint(-2, 2),
        ),
        disk_health=DiskHealth(
            source="smartctl",
            read_at_seconds=now,
            disks=(_disk(disk, today, failing=Fault.FAILING_DISK in faults),),
        ),
        memory_modules=MemoryModules(installed_bytes=memory, slots=2, modules_bytes=(memory // 2, memory // 2)),
        firmware=Firmware(maker="Example", model="Desk 7", bios_version="1.27.0", bios_date="2023-08-31"),
        printers=Printers(printers=(_empty_printer(now),)) if Fault.EMPTY_PRINTER in faults else None,
    )


def _disk(size_bytes: int, today: Random, *, failing: bool) -> Disk:
    return Disk(
        number=1,
        model="Example SSD",
        kind="solid_state",
        size_bytes=size_bytes,
        verdict="failed" if failing else "passed",
        temperature_celsius=today.randint(31, 42),
        reallocated_sectors=212 if failing else 0,
        uncorrectable_errors=31 if failing else 0,
        used_percent=None if failing else 12,
    )


def _empty_printer(now: int) -> Printer:
    return Printer(
        name="Accueil",
        protocol="snmp",
        asked_at_seconds=now,
        reached=True,
        model="Example Laser 2012",
        state="idle",
        errors=("low_toner",),
        pages=218_344,
        supplies=(Supply(kind="toner", colour="black", level_percent=2, low_percent=10),),
    )
