"""Control groups for machines on a host without systemd, where systemd-nspawn finds none made for it.

Two machines that shared one would see, and at their end wait for, each other's processes.
"""

import os
from contextlib import suppress
from pathlib import Path

JOIN = 'for group do [ "$group" = -- ] && break; echo $$ > "$group/cgroup.procs" || exit; shift; done; shift; exec "$@"'


def own_groups(name: str, mounts: Path = Path("/sys/fs/cgroup")) -> list[Path]:
    """Where a machine's processes belong: below the group of this process, in each tree that systemd uses."""
    trees = {"name=systemd": mounts / "systemd", "": mounts / "unified" if (mounts / "unified").is_dir() else mounts}
    groups = []
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers in trees and trees[controllers].is_dir():
            groups.append(trees[controllers] / path.lstrip("/") / name)
    return groups


def joined(name: str, words: list[str]) -> list[str]:
    """Make the groups, and give the command line that runs these words in them."""
    groups = own_groups(name)
    for group in groups:
        group.mkdir(exist_ok=True)
    return ["sh", "-c", JOIN, "sh", *(str(group) for group in groups), "--", *words]


def remove(name: str) -> None:
    """Remove what the machine left of its groups; they are empty once it is off."""
    for group in own_groups(name):
        for folder, _, _ in os.walk(group, topdown=False):
            with suppress(OSError):  # a process that a test moved there keeps its group
                Path(folder).rmdir()
