"""A station's disk, one level below the agent's `RealDisk`: the calls to the operating system.

What the processes see (`visible`) and what a power cut leaves (`durable`) are kept apart. A file's content is durable
after fsync on it, a name in a folder after fsync on the folder (POSIX promises no more). At a power cut each name that
was not flushed comes out either way, and content that was not flushed is cut short at any byte.

Every call that changes something is a step, and at every step a process can be killed, the power can go, or another
process of the same station may have its turn.
"""

import errno
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from io import BytesIO
from random import Random
from typing import Any, NamedTuple

import agent.disk

NEVER = 2**60


class KilledError(BaseException):
    """The process that runs is no more; nothing catches this but the stage."""


class Content:
    """A file without its name."""

    __slots__ = ("data", "flushed")

    def __init__(self, data: bytes = b"", flushed: bytes | None = None) -> None:
        self.data = data
        self.flushed = flushed


class SimulatedDisk:
    """Names and contents, as they are seen and as they would survive."""

    def __init__(self) -> None:
        self.visible: dict[str, dict[str, Content]] = {}
        self.durable: dict[str, dict[str, Content]] = {}
        self.unflushed: defaultdict[str, set[str]] = defaultdict(set)
        self.unwritten: set[Content] = set()
        self.changed: dict[str, set[str]] = {}
        """The names that changed, of each folder that somebody follows here; it is gone when all may have changed."""
        self.full = False
        self.quiet = NEVER
        """So many steps are left in which nothing happens."""
        self.alarm: Callable[[], None] = _nothing
        """What happens at the step after them; raises KilledError where the process that runs dies of it."""

    # --- what the operating system offers -----------------------------------------------------------------------

    def step(self) -> None:
        self.quiet -= 1
        if self.quiet < 0:
            self.alarm()

    def open_to_write(self, folder: str, name: str) -> Content:
        self.step()
        if self.full:
            raise OSError(errno.ENOSPC, "No space left on device", f"{folder}/{name}")
        names = self._folder(folder)
        content = names.get(name)
        if content is None:
            content = names[name] = Content()
            self.renamed(folder, name)
        content.data = b""
        self.unwritten.add(content)
        return content

    def append(self, content: Content, data: bytes) -> None:
        before = content.data
        content.data = before + data[: len(data) // 2]
        self.step()
        content.data = before + data

    def flush(self, content: Content) -> None:
        self.step()
        content.flushed = content.data
        self.unwritten.discard(content)

    def flush_names(self, folder: str) -> None:
        self.step()
        names = self.unflushed.pop(folder, None)
        if not names:
            return
        seen, durable = self.visible.get(folder, {}), self.durable.setdefault(folder, {})
        for name in names:
            content = seen.get(name)
            if content is None:
                durable.pop(name, None)
            else:
                durable[name] = content

    def rename(self, source: tuple[str, str], target: tuple[str, str]) -> None:
        self.step()
        names = self._folder(source[0])
        if source[1] not in names:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", "/".join(source))
        self._folder(target[0])[target[1]] = names.pop(source[1])
        self.renamed(*source)
        self.renamed(*target)

    def remove(self, folder: str, name: str) -> None:
        self.step()
        if self._folder(folder).pop(name, None) is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", f"{folder}/{name}")
        self.renamed(folder, name)

    def make_folder(self, folder: str) -> None:
        if folder not in self.visible:
            self.step()
            self.visible[folder] = {}

    def content(self, folder: str, name: str) -> Content:
        found = self.visible.get(folder, {}).get(name)
        if found is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", f"{folder}/{name}")
        return found

    def renamed(self, folder: str, name: str) -> None:
        self.unflushed[folder].add(name)
        changed = self.changed.get(folder)
        if changed is not None:
            changed.add(name)

    def _folder(self, folder: str) -> dict[str, Content]:
        names = self.visible.get(folder)
        if names is None:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", folder)
        return names

    def _settle(self, folder: str, name: str, *, as_seen: bool) -> None:
        """What is seen of one name becomes what is durable, or the other way round."""
        self.changed.pop(folder, None)
        source, target = (self.visible, self.durable) if as_seen else (self.durable, self.visible)
        content = source.get(folder, {}).get(name)
        if content is None:
            target.get(folder, {}).pop(name, None)
        else:
            target.setdefault(folder, {})[name] = content

    # --- what happens to it -------------------------------------------------------------------------------------

    def lose_power(self, random: Random) -> None:
        """Only what was flushed is certain to be there afterwards."""
        for folder, names in sorted(self.unflushed.items()):
            for name in sorted(names):
                self._settle(folder, name, as_seen=random.random() < 0.5)
        self.unflushed.clear()
        for contents in self.visible.values():
            for content in contents.values():
                if content in self.unwritten:
                    keep = content.data if random.random() < 0.5 else (content.flushed or b"")
                    content.data = keep[: random.randrange(len(keep) + 1)]
                    content.flushed = content.data
        self.unwritten.clear()
        self.changed.clear()

    def copy(self, below: str = "") -> "Shelf":
        """An image of the disk or of one folder, as a proper shutdown leaves it."""
        return {
            folder: {name: content.data for name, content in names.items()}
            for folder, names in self.visible.items()
            if not below or folder == below or folder.startswith(f"{below}/")
        }

    def restore(self, image: "Shelf") -> None:
        """The disk is as it was when the image was taken."""
        self.visible, self.durable = {}, {}
        self.unflushed.clear()
        self.unwritten.clear()
        self.changed.clear()
        self.lay(image)

    def lift(self, folder: str) -> "Shelf":
        """Take a folder away with all that is below it, as an unmount does: all of it is flushed."""
        taken: Shelf = {}
        for path in [path for path in self.visible if path == folder or path.startswith(f"{folder}/")]:
            taken[path] = {name: content.data for name, content in self.visible.pop(path).items()}
            self.durable.pop(path, None)
            self.unflushed.pop(path, None)
            self.changed.pop(path, None)
        return taken

    def lay(self, shelf: "Shelf") -> None:
        """Put such a folder back, flushed."""
        for path, files in shelf.items():
            names = {name: Content(data, data) for name, data in files.items()}
            self.visible[path] = names
            self.durable[path] = names.copy()
            self.unflushed.pop(path, None)
            self.changed.pop(path, None)

    def peek(self, path: str) -> bytes | None:
        """A file as its owner would find it; None if it is not there."""
        folder, _, name = path.rpartition("/")
        content = self.visible.get(folder, {}).get(name)
        return None if content is None else content.data


Shelf = dict[str, dict[str, bytes]]
"""What lies in a folder and in those below it, while it is not mounted; or an image of it."""


def _nothing() -> None:
    pass


class Handle:
    """An open file or folder."""

    __slots__ = ("content", "disk", "folder")

    def __init__(self, disk: SimulatedDisk, content: Content | None, folder: str) -> None:
        self.disk = disk
        self.content = content
        self.folder = folder


class Status(NamedTuple):
    """What `stat` tells, as far as the agent asks."""

    st_size: int
    st_uid: int = 0
    st_mode: int = 0o040700


@lru_cache(maxsize=50_000)
def parts_of(path: str) -> tuple[str, str, str]:
    """The disk, the folder and the name of a path."""
    folder, _, name = path.rpartition("/")
    return path[: path.index("/", 1)], folder, name


class SimulatedSystem:
    """Stands in for the module `os` inside `agent.disk`; paths begin with the name of the station's disk."""

    O_WRONLY, O_CREAT, O_TRUNC, O_RDONLY = os.O_WRONLY, os.O_CREAT, os.O_TRUNC, os.O_RDONLY
    name = "posix"
    path = os.path

    def __init__(self) -> None:
        self.disks: dict[str, SimulatedDisk] = {}

    def _at(self, path: str) -> tuple[SimulatedDisk, str, str]:
        disk, folder, name = parts_of(path)
        return self.disks[disk], folder, name

    def open(self, path: str, flags: int, _mode: int = 0) -> Handle:
        disk, folder, name = self._at(path)
        if flags & os.O_WRONLY:
            return Handle(disk, disk.open_to_write(folder, name), folder)
        return Handle(disk, None, path)

    def write(self, handle: Handle, data: memoryview) -> int:
        assert handle.content is not None
        handle.disk.append(handle.content, bytes(data))
        return len(data)

    def fsync(self, handle: Handle) -> None:
        if handle.content is None:
            handle.disk.flush_names(handle.folder)
        else:
            handle.disk.flush(handle.content)

    def close(self, handle: Handle) -> None:
        pass

    def replace(self, source: str, target: str) -> None:
        disk, *here = self._at(source)
        _, *there = self._at(target)
        disk.rename((here[0], here[1]), (there[0], there[1]))

    def remove(self, path: str) -> None:
        disk, folder, name = self._at(path)
        disk.remove(folder, name)

    def listdir(self, folder: str) -> list[str]:
        disk = self._at(folder)[0]
        if folder not in disk.visible:
            raise FileNotFoundError(errno.ENOENT, "No such file or directory", folder)
        return list(disk.visible[folder])

    def stat(self, path: str) -> Status:
        disk, folder, name = self._at(path)
        return Status(len(disk.content(folder, name).data))

    def makedirs(self, path: str, **_options: Any) -> None:
        self._at(path)[0].make_folder(path)

    def lstat(self, _path: str) -> Status:
        return Status(0)

    def geteuid(self) -> int:
        return 0

    def read(self, path: str, _mode: str) -> BytesIO:
        disk, folder, name = self._at(path)
        return BytesIO(disk.content(folder, name).data)


@contextmanager
def installed(system: SimulatedSystem) -> Iterator[None]:
    """For the time being, the agent's `RealDisk` writes to simulated disks."""
    module: Any = agent.disk
    module.os, module.open = system, system.read
    try:
        yield
    finally:
        module.os = os
        del module.open
