"""`RealDisk` of the agent on a simulated disk, with the same steps and results, in one go where nothing comes between.

Each call of the original is several of the operating system, and each of these is a step at which a process may be
killed or another one has its turn. Where the next such step is further away than the call is long, nothing can tell
the two apart. A test compares them.
"""

from collections.abc import Callable
from typing import Any

from agent.disk import RealDisk
from tests.simulation.disk import Content, SimulatedDisk, SimulatedSystem, parts_of

ORIGINAL_WRITE, ORIGINAL_REPLACE = RealDisk.write, RealDisk.replace
WRITE_STEPS, REPLACE_STEPS = 3, 2
NO_NAMES: dict[str, Content] = {}


class QuickDisk:
    """The calls, each to be put in the place of that of `RealDisk` with the same name."""

    def __init__(self, system: SimulatedSystem) -> None:
        self._disks = system.disks

    def calls(self) -> dict[str, Callable[..., Any]]:
        return {
            "read": lambda _, path: self.read(path),
            "size": lambda _, path: self.size(path),
            "names": lambda _, folder: self.names(folder),
            "remove": lambda _, path: self.remove(path),
            "write": lambda _, path, data: self.write(path, data),
            "replace": lambda _, source, target: self.replace(source, target),
        }

    def read(self, path: str) -> bytes:
        disk, folder, name = parts_of(path)
        return self._disks[disk].content(folder, name).data

    def size(self, path: str) -> int:
        disk, folder, name = parts_of(path)
        content = self._disks[disk].visible.get(folder, NO_NAMES).get(name)
        return 0 if content is None else len(content.data)

    def names(self, folder: str) -> list[str]:
        return sorted(self._disks[parts_of(folder)[0]].visible.get(folder, ()))

    def remove(self, path: str) -> None:
        where, folder, name = parts_of(path)
        disk = self._disks[where]
        disk.step()
        if disk.visible.get(folder, NO_NAMES).pop(name, None) is not None:
            disk.renamed(folder, name)

    def write(self, path: str, data: bytes) -> None:
        where, folder, name = parts_of(path)
        disk = self._disks[where]
        seen = disk.visible.get(folder)
        if disk.quiet < WRITE_STEPS or disk.full or seen is None:
            ORIGINAL_WRITE(RealDisk(), path, data)
            return
        disk.quiet -= WRITE_STEPS
        content = seen.get(name)
        if content is None:
            content = seen[name] = Content()
            disk.renamed(folder, name)
        content.data = content.flushed = data
        disk.unwritten.discard(content)

    def replace(self, source: str, target: str) -> None:
        where, folder, name = parts_of(source)
        _, folder_after, name_after = parts_of(target)
        disk = self._disks[where]
        seen, seen_after = disk.visible.get(folder, NO_NAMES), disk.visible.get(folder_after)
        if disk.quiet < REPLACE_STEPS or seen_after is None or name not in seen:
            ORIGINAL_REPLACE(RealDisk(), source, target)
            return
        disk.quiet -= REPLACE_STEPS
        seen_after[name_after] = seen.pop(name)
        disk.renamed(folder, name)
        disk.renamed(folder_after, name_after)
        flushed(disk, folder_after, seen_after)


def flushed(disk: SimulatedDisk, folder: str, seen: dict[str, Content]) -> None:
    """The names of a folder are on the disk."""
    durable = disk.durable.setdefault(folder, {})
    for name in disk.unflushed.pop(folder):
        content = seen.get(name)
        if content is None:
            durable.pop(name, None)
        else:
            durable[name] = content
