"""Where the copy of a checkpoint stands: it outlives the service, and not the boot (see run_file.py)."""

from typing import Protocol

from agent.disk import Disk


class BootCopy(Protocol):
    """One text in the memory of the computer, for one state folder; every error is an OSError."""

    def read(self) -> bytes:
        """Raises FileNotFoundError where there is none."""

    def write(self, data: bytes) -> None:
        """Replace it as a whole; where that is not possible, what was there stays."""

    def remove(self) -> None:
        """It is fine if there is none."""


class FileCopy:
    """A file of a folder that the system clears at boot."""

    __slots__ = ("_disk", "_path")

    def __init__(self, boot_folder: str, state_folder: str, disk: Disk) -> None:
        self._path = copy_path(boot_folder, state_folder)
        self._disk = disk

    def read(self) -> bytes:
        return self._disk.read(self._path)

    def write(self, data: bytes) -> None:
        self._disk.write(f"{self._path}.new", data)
        self._disk.replace(f"{self._path}.new", self._path)

    def remove(self) -> None:
        self._disk.remove(self._path)


def copy_path(boot_folder: str, state_folder: str) -> str:
    """The file for a state folder."""
    return f"{boot_folder}/run{state_folder.replace('/', '-')}.json"
