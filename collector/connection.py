"""A connection of the server: what is said in one turn of the loop leaves with one system call.

An answer comes from its application in two pieces, head and body. Written one by one they are two packets, and a
quarter of all processor time that HTTP costs.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

GATHERED_BYTES = 65_536
"""More than this leaves at once: whoever writes on and on must feel when the client does not read."""


class Connection(HttpToolsProtocol):
    """What uvicorn makes of HTTP/1.1, but with gathered writes."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        super().connection_made(transport)
        self.transport = Gathered(transport, self.loop)


class Gathered(asyncio.Transport):
    """Writes to `transport` at the end of the loop's turn; closes it after what was written."""

    def __init__(self, transport: asyncio.WriteTransport, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes | bytearray | memoryview] = []
        self._bytes = 0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)
        self._bytes += len(data)
        if self._bytes > GATHERED_BYTES:
            self._flush()

    def close(self) -> None:
        self._flush()
        self._transport.close()

    def is_closing(self) -> bool:
        return self._transport.is_closing()

    def _flush(self) -> None:
        if self._pieces and not self._transport.is_closing():
            self._transport.write(b"".join(self._pieces))
        self._pieces.clear()
        self._bytes = 0
