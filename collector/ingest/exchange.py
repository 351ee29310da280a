"""The pieces of one HTTP exchange over ASGI: what was asked, the body within its limits, the answer."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from typing import Any, NamedTuple

from collector.ingest.problems import TOO_SLOW, Problem, Refused, too_large

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_JSON = (b"content-type", b"application/json")
_PROBLEM = (b"content-type", b"application/problem+json")
_NO_STORE = (b"cache-control", b"no-store")
_CLOSE = (b"connection", b"close")


class Gone(Exception):
    """The client left before its request was whole."""


class Head(NamedTuple):
    """The header fields that matter here; empty when absent."""

    authorization: bytes
    content_type: bytes
    content_encoding: bytes
    content_length: int


class Answer(NamedTuple):
    """What is sent back, and the word that the log gives it."""

    status: int
    body: bytes
    word: str
    headers: tuple[tuple[bytes, bytes], ...] = (_JSON, _NO_STORE)
    site: int = 0
    station: int = 0


def head(headers: Iterable[tuple[bytes, bytes]]) -> Head:
    authorization = content_type = content_encoding = b""
    length = -1
    for name, value in headers:
        if name == b"authorization":
            authorization = value
        elif name == b"content-type":
            content_type = value
        elif name == b"content-encoding":
            content_encoding = value
        elif name == b"content-length":
            length = int(value) if value.isdigit() else -1
    return Head(authorization, content_type, content_encoding, length)


async def body(receive: Receive, announced: int, limit: int, seconds: float) -> bytes:
    """The whole body; refused when it is larger than `limit` bytes or takes longer than `seconds`."""
    if announced > limit:
        raise Refused(too_large(limit))
    with Deadline(seconds):
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        content: bytes = message.get("body", b"")
        if message.get("more_body", False):
            return await _rest(receive, content, limit)
    if len(content) > limit:
        raise Refused(too_large(limit))
    return content


class Deadline:
    """Refuses the request when the block takes longer; `asyncio.timeout` does more and costs four times as much."""

    __slots__ = ("_handle", "_passed", "_seconds", "_task")

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._passed = False

    def __enter__(self) -> None:
        self._task = asyncio.current_task()
        self._handle = asyncio.get_running_loop().call_later(self._seconds, self._pass)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._handle.cancel()
        if kind is asyncio.CancelledError and self._passed and self._task is not None and self._task.uncancel() == 0:
            raise Refused(TOO_SLOW)

    def _pass(self) -> None:
        if self._task is not None:
            self._passed = True
            self._task.cancel()


async def _rest(receive: Receive, first: bytes, limit: int) -> bytes:
    parts = [first]
    size = len(first)
    more = True
    while more:
        if size > limit:
            raise Refused(too_large(limit))
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        parts.append(part)
        size += len(part)
        more = message.get("more_body", False)
    if size > limit:
        raise Refused(too_large(limit))
    return b"".join(parts)


def refusal(problem: Problem, *, close: bool = False, allowed: str = "", site: int = 0, station: int = 0) -> Answer:
    """`close` ends the connection, so that a body that nobody wants is not read to its end."""
    headers = [_PROBLEM, _NO_STORE]
    if problem.retry_after_seconds:
        headers.append((b"retry-after", str(problem.retry_after_seconds).encode()))
    if problem.status == 401:  # noqa: PLR2004  # Unauthorized
        headers.append((b"www-authenticate", b"Bearer"))
    if allowed:
        headers.append((b"allow", allowed.encode()))
    if close:
        headers.append(_CLOSE)
    return Answer(problem.status, problem.body(), problem.word, tuple(headers), site, station)


async def reply(send: Send, answer: Answer) -> None:
    length = (b"content-length", str(len(answer.body)).encode())
    await send({"type": "http.response.start", "status": answer.status, "headers": [length, *answer.headers]})
    await send({"type": "http.response.body", "body": answer.body})
