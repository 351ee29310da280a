"""A process inside a machine, seen from the host: held still, and with what others have told it still unread."""

import ctypes
import fcntl
import os
import signal
import socket
import struct
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PIDFD_GETFD = 438
"""pidfd_getfd(2): the same number on every processor; Python has no function for it."""
LONGEST_STOP_SECONDS = 10


class NotOnLinux(Exception):
    """Machines exist there only."""


class Process:
    """One process of a machine whose first process is `leader`; both numbers are the host's."""

    def __init__(self, number: int) -> None:
        self.number = number

    @contextmanager
    def held(self) -> Iterator[None]:
        """It does nothing meanwhile."""
        if sys.platform != "linux":
            raise NotOnLinux
        os.kill(self.number, signal.SIGSTOP)
        end = time.monotonic() + LONGEST_STOP_SECONDS
        while self._state() != "T":
            assert time.monotonic() < end, f"process {self.number} does not stop"
            time.sleep(0.001)
        try:
            yield
        finally:
            self.let_go()

    def let_go(self) -> None:
        if sys.platform != "linux":
            raise NotOnLinux
        with suppress(ProcessLookupError):
            os.kill(self.number, signal.SIGCONT)

    def unread(self, path: str) -> int:
        """How many bytes wait for it at its connections to Unix sockets whose path begins so."""
        inodes = {
            f"socket:[{words[6]}]"
            for words in map(str.split, Path(f"/proc/{self.number}/net/unix").read_text().splitlines())
            if words[-1].startswith(path)
        }
        mine = []
        for entry in Path(f"/proc/{self.number}/fd").iterdir():
            with suppress(FileNotFoundError):  # closed since it was listed
                if str(entry.readlink()) in inodes:
                    mine.append(int(entry.name))
        return sum(self._waiting(descriptor) for descriptor in mine)

    def _state(self) -> str:
        return Path(f"/proc/{self.number}/stat").read_text().rpartition(")")[2].split()[0]

    def _waiting(self, descriptor: int) -> int:
        if sys.platform != "linux":
            raise NotOnLinux
        process = os.pidfd_open(self.number)
        try:
            copy = ctypes.CDLL(None, use_errno=True).syscall(PIDFD_GETFD, process, descriptor, 0)
        finally:
            os.close(process)
        if copy < 0:
            return 0  # closed since we looked
        with socket.socket(fileno=copy) as connection:
            if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                return 0
            told: tuple[int] = struct.unpack("i", fcntl.ioctl(connection, termios.FIONREAD, b"\0\0\0\0"))
            return told[0]


def process_of(leader: int, inside: int) -> Process:
    """The process that has the number `inside` in the machine of `leader`."""
    machine = os.readlink(f"/proc/{leader}/ns/pid")  # noqa: PTH115 no path, but a name
    for status in Path("/proc").glob("[0-9]*/status"):
        with suppress(OSError):
            numbers = next(line for line in status.read_text().splitlines() if line.startswith("NSpid:")).split()
            if numbers[-1] == str(inside) and os.readlink(status.with_name("ns") / "pid") == machine:  # noqa: PTH115
                return Process(int(numbers[1]))
    raise ProcessLookupError(f"process {inside} is not in the machine")
