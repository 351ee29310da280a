"""The few operations on files that the agent needs, each durable when it returns.

Everything that keeps state takes a Disk as a parameter, so that a simulation can tear writes, fill the disk, or forget
everything at the next boot.
"""

import errno
import os
import sys
from collections.abc import Iterable
from typing import Protocol


class Disk(Protocol):
    """Paths are plain strings; every error is an OSError."""

    def read(self, path: str) -> bytes: ...

    def write(self, path: str, data: bytes) -> None:
        """Write a file that nobody reads yet, down to the disk."""

    def replace(self, source: str, target: str) -> None:
        """Rename at once, taking the place of what was there, down to the disk."""

    def remove(self, path: str) -> None:
        """Remove a file; it is fine if it is gone already. After a power cut it may be there again."""

    def remove_all(self, folder: str, names: Iterable[str]) -> None:
        """Remove files of one folder, down to the disk: after a power cut none of them is there again."""

    def names(self, folder: str) -> list[str]:
        """The names in a folder, sorted; none if the folder does not exist."""

    def size(self, path: str) -> int:
        """Bytes of a file; 0 if it is gone."""

    def make_folder(self, path: str) -> None:
        """Make a folder that only its owner can enter, fine if it exists."""


_EXTRA = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


class RealDisk:
    """The computer's own disk."""

    def read(self, path: str) -> bytes:
        with open(path, "rb") as file:  # noqa: PTH123 pathlib costs the resident service memory
            return file.read()

    def write(self, path: str, data: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _EXTRA, 0o600)
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, source: str, target: str) -> None:
        os.replace(source, target)  # noqa: PTH105 pathlib costs the resident service memory
        flush_folder(os.path.dirname(target))  # noqa: PTH120 the same

    def remove(self, path: str) -> None:
        try:
            os.remove(path)  # noqa: PTH107 pathlib costs the resident service memory
        except FileNotFoundError:
            return

    def remove_all(self, folder: str, names: Iterable[str]) -> None:
        for name in names:
            self.remove(f"{folder}/{name}")
        flush_folder(folder)

    def names(self, folder: str) -> list[str]:
        try:
            return sorted(os.listdir(folder))  # noqa: PTH208 pathlib costs the resident service memory
        except FileNotFoundError:
            return []

    def size(self, path: str) -> int:
        try:
            return os.stat(path).st_size  # noqa: PTH116 pathlib costs the resident service memory
        except FileNotFoundError:
            return 0

    def make_folder(self, path: str) -> None:
        os.makedirs(path, mode=0o700, exist_ok=True)  # noqa: PTH103 pathlib costs the resident service memory
        found = os.lstat(path)
        if sys.platform != "win32" and (found.st_uid != os.geteuid() or found.st_mode & 0o022):
            # Whoever owns a folder can put a link where we are about to write.
            raise PermissionError(errno.EACCES, "it belongs to another account, or others may write there", path)


def flush_folder(folder: str) -> None:
    """Make a rename survive a power cut; Windows keeps its own journal of names and cannot open folders."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
