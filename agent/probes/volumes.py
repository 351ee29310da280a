"""How full the fixed volumes are."""

import os
import re
from pathlib import Path
from typing import NamedTuple

from agent.errors import NoData
from agent.machine import space_of
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import printable, text_of, word_of
from agent.wire.v1 import Volume, Volumes

WELL_KNOWN = ("/", "/boot", "/boot/efi", "/home", "/var", "/usr", "/tmp", "/srv", "/opt", "/data")  # noqa: S108 - a name
"""Mount points that are told by their name. Any other may carry the name of a person and is told by its number."""
DRIVE = re.compile(r"[A-Z]:")
LOCAL_FILE_SYSTEMS = frozenset(
    (
        "bcachefs",
        "btrfs",
        "exfat",
        "ext2",
        "ext3",
        "ext4",
        "f2fs",
        "fuseblk",
        "jfs",
        "nilfs2",
        "ntfs",
        "ntfs3",
        "reiserfs",
        "vfat",
        "xfs",
        "zfs",
    )
)
MOST_VOLUMES = 26
LONGEST_NAME = 32

_ESCAPED = re.compile(r"\\([0-7]{3})")


class Mount(NamedTuple):
    """One line of /proc/self/mountinfo."""

    device: str
    """Major and minor number: "8:1"."""
    root: str
    """Which folder of the file system is mounted; another than "/" is a bind mount or a subvolume."""
    point: str
    file_system: str
    source: str


def read(surroundings: Surroundings) -> Outcome:
    text = text_of(surroundings.root, "proc/self/mountinfo")
    if text is None:
        # On Linux the file says it; loading psutil would cost each contact 40 ms.
        from agent.probes import portable  # noqa: PLC0415 - for the reason above

        points = portable.fixed_volumes()
    else:
        points = [(mount.point, mount.file_system) for mount in fixed_of(surroundings.root, mounts_of(text))]
    volumes = []
    for label, point, file_system in labelled(points):
        try:
            total, free = space_of(str(surroundings.root / point.lstrip("/")))
        except OSError:
            # Gone between the list and the question, or not for us to see.
            continue
        volumes.append(
            Volume(
                label=label,
                file_system=printable(file_system, LONGEST_NAME),
                total_bytes=total,
                free_bytes=min(free, total),
            )
        )
    if not volumes:
        raise NoData("no fixed volume is mounted")
    return Outcome(Volumes(fixed=tuple(volumes[:MOST_VOLUMES])))


def mounts_of(mountinfo: str) -> list[Mount]:
    """From /proc/self/mountinfo, see proc(5); the last mount on a point hides those before it."""
    mounts: dict[str, Mount] = {}
    for line in mountinfo.splitlines():
        before, separator, after = line.partition(" - ")
        front, back = before.split(), after.split()
        if separator and len(front) >= 6 and len(back) >= 2:  # noqa: PLR2004 - the columns that proc(5) names
            point = _unescaped(front[4])
            mounts.pop(point, None)
            mounts[point] = Mount(front[2], _unescaped(front[3]), point, back[0], _unescaped(back[1]))
    return list(mounts.values())


def fixed_of(root: Path, mounts: list[Mount]) -> list[Mount]:
    """Mounts of fixed local disks, each disk once, and always "/" whatever it lies on."""
    chosen: dict[str, Mount] = {}
    for mount in sorted(mounts, key=_rank):
        if mount.point == "/" or _is_fixed(root, mount):
            # The subvolumes of one btrfs disk have different numbers and the same source; pools of ZFS likewise.
            anonymous = mount.device.startswith("0:")
            chosen.setdefault(mount.source.split("/")[0] or mount.source if anonymous else mount.device, mount)
    return list(chosen.values())


def labelled(points: list[tuple[str, str]]) -> list[tuple[str, str, str]]:
    """(label, mount point, file system) of each: the well-known ones first, then the numbered ones."""
    named = [(name, point, kind) for point, kind in points if (name := _well_known(point))]
    others = [(point, kind) for point, kind in points if not _well_known(point)]
    named.sort(key=lambda volume: WELL_KNOWN.index(volume[0]) if volume[0] in WELL_KNOWN else len(WELL_KNOWN))
    return named + [(f"other {number}", point, kind) for number, (point, kind) in enumerate(others, 1)]


def _well_known(point: str) -> str:
    drive = point.rstrip("\\")
    return point if point in WELL_KNOWN else drive if DRIVE.fullmatch(drive) else ""


def _rank(mount: Mount) -> int:
    return WELL_KNOWN.index(mount.point) if mount.point in WELL_KNOWN else len(WELL_KNOWN)


def _is_fixed(root: Path, mount: Mount) -> bool:
    if mount.file_system not in LOCAL_FILE_SYSTEMS:
        return False
    if mount.file_system == "zfs":
        return True
    if not mount.source.startswith("/dev/") or mount.source.startswith("/dev/loop"):
        return False
    if mount.root != "/" and mount.file_system != "btrfs":
        return False
    place = f"sys/dev/block/{mount.device}"
    if mount.device.startswith("0:"):
        place = f"sys/class/block/{mount.source.rpartition('/')[2]}"
    device = root / place
    return device.exists() and not any(is_removable(disk) for disk in _disks_of(device))


def _disks_of(device: Path) -> list[Path]:
    """The disks that a device lies on: a partition's disk, and those below an encrypted or logical volume."""
    try:
        below = sorted((device / "slaves").iterdir())
    except OSError:
        below = []
    folders = [Path(os.path.realpath(folder)) for folder in below or [device]]
    return [folder.parent if (folder / "partition").exists() else folder for folder in folders]


def is_removable(disk: Path) -> bool:
    """Whether it says so itself, or hangs on USB: external disks do not say so."""
    return word_of(disk, "removable") == "1" or any(part.startswith("usb") for part in disk.parts)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 8)), text)
