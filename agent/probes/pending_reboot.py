"""Whether an installed update waits for a restart.

"Yes" needs a mark that the system left, or a newer kernel that was installed after this boot. "No" needs a system that
would have left a mark. Anything else is no data.
"""

import re
from pathlib import Path

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import word_of
from agent.wire.v1 import PendingReboot

MARKS = ("run/reboot-required", "var/run/reboot-required", "run/reboot-needed")
"""Debian and Ubuntu (both places), SUSE."""
THOSE_WHO_MARK = (
    "usr/share/update-notifier/notify-reboot-required",
    "etc/kernel/postinst.d/unattended-upgrades",
)
"""Parts of Debian's update-notifier-common and unattended-upgrades, which leave the mark."""

_NUMBER = re.compile(r"[0-9]+")


def read(surroundings: Surroundings) -> Outcome:
    root = surroundings.root
    for mark in MARKS:
        changed = _changed_at(root / mark)
        if changed is not None:
            return Outcome(PendingReboot(required=True, since_seconds=changed))
    running = word_of(root, "proc/sys/kernel/osrelease")
    booted_at = surroundings.wall_seconds - surroundings.elapsed_seconds
    waiting = [
        installed
        for kernel in newer_than(running, _names_in(root / "lib/modules"))
        # depmod writes this file at installation. A newer kernel that was there at boot was not wanted then.
        if (installed := _changed_at(root / "lib/modules" / kernel / "modules.dep")) is not None
        and installed > booted_at
    ]
    if waiting:
        return Outcome(PendingReboot(required=True, since_seconds=min(waiting)))
    if any((root / place).exists() for place in THOSE_WHO_MARK):
        return Outcome(PendingReboot(required=False, since_seconds=None))
    raise NoData("this system leaves no mark when it needs a restart")


def newer_than(running: str, installed: list[str]) -> list[str]:
    """Kernels that differ from the running one in nothing but higher numbers: the same series of the same maker."""
    kind = _NUMBER.sub("#", running)
    numbers = _numbers(running)
    return [name for name in installed if _NUMBER.sub("#", name) == kind and _numbers(name) > numbers]


def _numbers(kernel: str) -> list[int]:
    return [int(number) for number in _NUMBER.findall(kernel)]


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir())
    except OSError:
        return []


def _changed_at(path: Path) -> int | None:
    try:
        return max(0, int(path.stat().st_mtime))
    except (FileNotFoundError, NotADirectoryError):
        return None


def outcome_of(marked: list[int], surroundings: Surroundings, *, replaced: bool) -> Outcome:
    """What Windows' marks tell: when each was left, and whether a file waits to be replaced, which has no time.

    Since when such a file waits is remembered from the first contact that saw it in this boot.
    """
    if not marked and not replaced:
        return Outcome(PendingReboot(required=False, since_seconds=None))
    same_boot = bool(surroundings.boot_id) and surroundings.previous.get("boot_id") == surroundings.boot_id
    seen = surroundings.previous.get("since_seconds") if same_boot else None
    since = min(marked) if marked else seen if isinstance(seen, int) else surroundings.wall_seconds
    remember = {"boot_id": surroundings.boot_id, "since_seconds": since}
    return Outcome(PendingReboot(required=True, since_seconds=since), remember)


def replaces_a_file(renames: list[str]) -> bool:
    """Whether one of these pairs of MoveFileEx gives a file another name, and does not just remove it."""
    return any(renames[1::2])
