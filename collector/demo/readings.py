"""What the invented stations read of their hardware: nothing unusual, but for an old disk here and there."""

from random import Random

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

GIB = 2**30
SMALL_DISK_CHANCE = 0.15
WINDOWS = OperatingSystem(name="Windows 11 Pro", version="25H2", kernel="10.0.26200", architecture="AMD64")
DEBIAN = OperatingSystem(
    name="Debian GNU/Linux", version="13 (trixie)", kernel="6.12.57+deb13-amd64", architecture="x86_64"
)


def readings_of(fixed: Random, today: Random, *, linux: bool, booted_at: int) -> Readings:
    """Of one station at its latest contact; `fixed` draws what its hardware is, `today` what changes."""
    memory = fixed.choice((4, 8, 8, 16)) * GIB
    disk = (118 if fixed.random() < SMALL_DISK_CHANCE else 476) * GIB
    used = min(disk - 2 * GIB, fixed.randint(60, 112) * GIB)
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
    )
