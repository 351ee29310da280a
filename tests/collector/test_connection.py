"""What is said in one turn of the loop is one write; nothing said is lost, and a client that does not read is felt."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from uvicorn.server import ServerState

from collector.connection import GATHERED_BYTES, Connection

Application = Callable[[Any, Any, Any], Awaitable[None]]
ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ASKED_ONCE = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Wire(asyncio.Transport):
    """A transport that notes what is written at once."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[bytes] = []
        self.closed = False

    def write(self, data: Any) -> None:
        assert not self.closed
        self.sent.append(bytes(data))

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def resume_reading(self) -> None:
        pass


def answer(wire: Wire, application: Application, *requests: bytes) -> list[bytes]:
    """What has left after requests that come one after the other."""

    async def scene() -> None:
        config = uvicorn.Config(application, http=Connection, lifespan="off", log_config=None, server_header=False)
        config.load()
        connection = Connection(config, ServerState(), {})
        connection.connection_made(wire)
        for request in requests:
            connection.data_received(request)
            await asyncio.gather(*connection.tasks)
            await asyncio.sleep(0)

    asyncio.run(scene())
    return wire.sent


def said(*pieces: bytes) -> Application:
    """An application that answers in these pieces."""

    async def application(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for piece in pieces:
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    return application


def test_head_and_body_leave_together() -> None:
    wire = Wire()
    first, second = answer(wire, said(b"one", b"two"), ASKED, ASKED)
    assert first == second
    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert first.endswith(b"\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")
    assert not wire.closed


def test_a_connection_is_closed_after_what_was_written() -> None:
    wire = Wire()
    (only,) = answer(wire, said(b"one"), ASKED_ONCE)
    assert only.endswith(b"\r\n0\r\n\r\n")
    assert wire.closed


def test_what_is_not_http_is_told_so() -> None:
    wire = Wire()
    (only,) = answer(wire, said(), b"\x16\x03\x01\x02\x00\r\n\r\n")
    assert only.startswith(b"HTTP/1.1 400 ")
    assert wire.closed


def test_a_long_answer_does_not_wait_for_the_end_of_the_turn() -> None:
    piece = b"x" * (GATHERED_BYTES // 4)
    sent = answer(Wire(), said(*[piece] * 40), ASKED)
    assert max(map(len, sent)) < 2 * GATHERED_BYTES
    assert b"".join(sent).count(b"x") == 40 * len(piece)


def test_nothing_is_written_where_nobody_is_any_more() -> None:
    wire = Wire()

    async def interrupted(_scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]})
        wire.close()
        await send({"type": "http.response.body", "body": b"late"})

    assert answer(wire, interrupted, ASKED) == []
