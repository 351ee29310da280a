"""Whether the volume of the system lies on an encrypted disk; no key, and nothing of how it is opened."""

import os
from pathlib import Path

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import entries_of, text_of, word_of
from agent.probes.volumes import Mount, mounts_of
from agent.wire.health import DiskEncryption

_DEEPEST = 8
"""So many devices may lie on each other: a file system on LVM on LUKS on RAID on a partition has five."""


def read(surroundings: Surroundings) -> Outcome:
    mounts = {mount.point: mount for mount in mounts_of(text_of(surroundings.root, "proc/self/mountinfo") or "")}
    root = mounts.get("/")
    folder = None if root is None else _device_of(surroundings.root, root)
    if folder is None or not folder.exists():
        raise NoData("the system lies on no disk here")
    encrypted = _is_encrypted(Path(os.path.realpath(folder)), _DEEPEST)
    return Outcome(DiskEncryption(system_volume="on" if encrypted else "off"))


def _device_of(root: Path, mount: Mount) -> Path | None:
    if not mount.device.startswith("0:"):
        return root / "sys/dev/block" / mount.device
    # btrfs has a number of its own; the source is the disk.
    if not mount.source.startswith("/dev/"):
        return None
    name = mount.source.rpartition("/")[2]
    for device in entries_of(root / "sys/class/block", "dm-"):
        if word_of(device, "dm/name") == name:
            return device
    return root / "sys/class/block" / name


def _is_encrypted(device: Path, deepest: int) -> bool:
    """Whether every way down from a device leads through one that dm-crypt made."""
    if word_of(device, "dm/uuid").startswith("CRYPT-"):
        return True
    below = [Path(os.path.realpath(slave)) for slave in entries_of(device / "slaves", "")]
    return bool(below) and deepest > 0 and all(_is_encrypted(one, deepest - 1) for one in below)
