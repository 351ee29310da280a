"""What the service says, in a small file beside its state: a service of Windows has no screen.

Two files of at most 256 KiB; the older one goes when the newer one is full.
"""

import os
import time

LARGEST_BYTES = 256 * 1024


class LogFile:
    """One line for each sentence, with its time in UTC."""

    __slots__ = ("_path",)

    def __init__(self, path: str) -> None:
        self._path = path

    def say(self, sentence: str) -> None:
        """Write a line; a disk that is full is not a reason to stop counting."""
        line = f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime())}Z {sentence}\r\n"
        try:
            if self._size() > LARGEST_BYTES:
                os.replace(self._path, f"{self._path}.1")  # noqa: PTH105 pathlib costs the resident service memory
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
            try:
                os.write(descriptor, line.encode())
            finally:
                os.close(descriptor)
        except OSError:
            return

    def _size(self) -> int:
        try:
            return os.stat(self._path).st_size  # noqa: PTH116 the same
        except FileNotFoundError:
            return 0
