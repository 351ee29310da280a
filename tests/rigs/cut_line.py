"""The line of a site to its collector: bytes go both ways until it is cut."""

import socket
import threading
from contextlib import suppress
from typing import Self

PIECE_BYTES = 65_536


class Line:
    """Leads from a port of its own to another one of this computer."""

    def __init__(self, port: int) -> None:
        self._there = port
        self._listener: socket.socket | None = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.address = f"http://127.0.0.1:{self.port}"
        self._open: list[socket.socket] = []

    def __enter__(self) -> Self:
        self._carry()
        return self

    def __exit__(self, *_: object) -> None:
        self.cut()

    def cut(self) -> None:
        """What is under way breaks off, and nobody is reached any more."""
        if self._listener is not None:
            with suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
            self._listener.close()
            self._listener = None
        for end in self._open:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open.clear()

    def mend(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self._carry()

    def _carry(self) -> None:
        threading.Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                here, _ = listener.accept()
                there = socket.create_connection(("127.0.0.1", self._there))
            except OSError:
                return
            self._open += [here, there]
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=carry, args=(one, other), daemon=True).start()


def carry(one: socket.socket, other: socket.socket) -> None:
    """From one end to the other until it has nothing more to say."""
    with suppress(OSError):
        while piece := one.recv(PIECE_BYTES):
            other.sendall(piece)
        other.shutdown(socket.SHUT_WR)
