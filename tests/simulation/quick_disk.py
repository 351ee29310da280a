"""`RealDisk` of the agent on a simulated disk, with the same steps and results, in one go where nothing comes between.

Each call of the original is several of the operating system, and each of these is a step at which a process may be
killed or another one has its turn. Where the next such step is further away than the call is long, nothing can tell
the two apart. A test compares them.
"""

from collections.abc import Iterable
from typing import Any

from agent.disk import RealDisk
from tests.simulation.disk import Content, SimulatedDisk, SimulatedSystem, parts_of

ORIGINAL = {name: getattr(RealDisk, name) for name in ("read", "write", "replace", "remove", "size", "names")}
WRITE_STEPS, REPLACE_STEPS = 3, 2
NO_NAMES: dict[str, Content] = {}


def quick_calls(system: SimulatedSystem) -> dict[str, Any]:
    """The methods to put in the place of those of `RealDisk`."""
    disks = system.disks

    def read(_self: RealDisk, path: str) -> bytes:
        disk, folder, name = parts_of(path)
        return disks[disk].content(folder, name).data

    def size(_self: RealDisk, path: str) -> int:
        disk, folder, name = parts_of(path)
        content = disks[disk].visible.get(folder, {}).get(name)
        return 0 if content is None else len(content.data)

    def names(_self: RealDisk, folder: str) -> Iterable[str]:
        return sorted(disks[parts_of(folder)[0]].visible.get(folder, ()))

    def write(self: RealDisk, path: str, data: bytes) -> None:
        where, folder, name = parts_of(path)
        disk = disks[where]
        seen = disk.visible.get(folder)
        if disk.quiet < WRITE_STEPS or disk.full or seen is None:
            ORIGINAL["write"](self, path, data)
            return
        disk.quiet -= WRITE_STEPS
        content = seen.get(name)
        if content is None:
            content = seen[name] = Content()
            renamed(disk, folder, name)
        content.data = content.flushed = data
        disk.unwritten.discard(content)

    def replace(self: RealDisk, source: str, target: str) -> None:
        where, folder, name = parts_of(source)
        disk = disks[where]
        seen = disk.visible.get(folder)
        _, folder_after, name_after = parts_of(target)
        seen_after = disk.visible.get(folder_after)
        if disk.quiet < REPLACE_STEPS or seen is None or seen_after is None or name not in seen:
            ORIGINAL["replace"](self, source, target)
            return
        disk.quiet -= REPLACE_STEPS
        seen_after[name_after] = seen.pop(name)
        renamed(disk, folder, name)
        renamed(disk, folder_after, name_after)
        durable = disk.durable.setdefault(folder_after, {})
        for each in disk.unflushed.pop(folder_after):
            there = seen_after.get(each)
            if there is None:
                durable.pop(each, None)
            else:
                durable[each] = there

    def remove(_self: RealDisk, path: str) -> None:
        where, folder, name = parts_of(path)
        disk = disks[where]
        disk.step()
        if disk.visible.get(folder, NO_NAMES).pop(name, None) is not None:
            renamed(disk, folder, name)

    return {"read": read, "size": size, "names": names, "write": write, "replace": replace, "remove": remove}


def renamed(disk: SimulatedDisk, folder: str, name: str) -> None:
    disk.unflushed[folder].add(name)
    changed = disk.changed.get(folder)
    if changed is not None:
        changed.add(name)
