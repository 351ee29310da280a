"""A file that one process at a time can hold; the system lets go of it when that process ends, however it ends."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _take(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Busy(Exception):
    """Another process holds the file."""


@contextmanager
def held(file: Path) -> Iterator[None]:
    """Hold the file, which is made if it is missing and stays; raises `Busy` at once, and OSError."""
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            _take(descriptor)
        except (BlockingIOError, PermissionError) as error:
            raise Busy(str(file)) from error
        yield
    finally:
        os.close(descriptor)
