"""A relay on 127.0.0.1 that counts what passes through it, byte by byte, without looking inside."""

import math
import selectors
import socket
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

SEGMENT_BYTES = 1448
"""Payload of a TCP segment on Ethernet with time stamps."""
HEADER_BYTES = 52
"""IPv4 20, TCP 20, time stamps 12."""
SETTING_UP_AND_DOWN_SEGMENTS = 7
"""Three to open a connection, four to close it."""


@dataclass(slots=True)
class Traffic:
    """What passed in the connections since the last `take`."""

    up: list[int] = field(default_factory=list)
    """Bytes of each piece from the client, as it came."""
    down: list[int] = field(default_factory=list)
    connections: int = 0

    @property
    def payload_bytes(self) -> int:
        return sum(self.up) + sum(self.down)

    @property
    def header_bytes(self) -> int:
        """An estimate of the headers of TCP and IP: every piece by itself, one acknowledgement for two segments."""
        segments = [math.ceil(piece / SEGMENT_BYTES) for piece in self.up + self.down]
        acknowledgements = [math.ceil(count / 2) for count in segments]
        of_connections = self.connections * SETTING_UP_AND_DOWN_SEGMENTS
        return HEADER_BYTES * (sum(segments) + sum(acknowledgements) + of_connections)


class CountingProxy:
    """Relays connections one after the other to a port of 127.0.0.1; use it as a context manager."""

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._traffic = Traffic()
        self._idle = threading.Event()
        self._idle.set()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)

    def take(self) -> Traffic:
        """What passed since the last call; waits until the connection is closed on both sides."""
        assert self._idle.wait(10), "a connection is still open"
        traffic, self._traffic = self._traffic, Traffic()
        return traffic

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return  # closed by __exit__
            self._idle.clear()
            self._traffic.connections += 1
            with client, socket.create_connection(("127.0.0.1", self._target_port)) as server:
                relay(client, server, self._traffic)
            self._idle.set()


def relay(client: socket.socket, server: socket.socket, traffic: Traffic) -> None:
    """Pass on what comes from either side until both have ended."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(client, selectors.EVENT_READ, (client, server, traffic.up))
        waiting.register(server, selectors.EVENT_READ, (server, client, traffic.down))
        while waiting.get_map():
            for key, _ in waiting.select():
                side, other, pieces = key.data
                try:
                    data = side.recv(262_144)
                    if data:
                        pieces.append(len(data))
                        other.sendall(data)
                    else:
                        waiting.unregister(side)
                        other.shutdown(socket.SHUT_WR)
                except OSError:
                    return  # one side broke off
