"""Tells systemd that the service is there, and that it still is (sd_notify(3)); without systemd nothing happens."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import os
import socket
from collections.abc import Mapping


class ServiceManager:
    """Whoever started the service, and wants to hear from it."""

    __slots__ = ("_address",)

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the NUL of an abstract name.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address

    def ready(self) -> None:
        """Counting has begun."""
        self._tell(b"READY=1")

    def alive(self) -> None:
        """The loop goes round; a manager that hears nothing for too long starts the service again."""
        self._tell(b"WATCHDOG=1")

    def stopping(self) -> None:
        """The last records are being written."""
        self._tell(b"STOPPING=1")

    def _tell(self, word: bytes) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as speaking:
            try:
                speaking.sendto(word, socket.MSG_DONTWAIT, self._address)
            except OSError:
                return  # a manager that does not listen is not our trouble
