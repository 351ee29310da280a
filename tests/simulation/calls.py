"""Drives the collector's application by hand, request by request, on one thread.

A request is a coroutine. It runs until its envelope waits for the writer, and goes on once the batch that holds it is
stored; in between the collector can be killed.
"""

from asyncio import events
from collections.abc import Callable, Coroutine, Generator
from typing import Any, NamedTuple

from collector.ingest.commit import Result
from collector.ingest.facts import Facts
from collector.ingest.routes import IngestApp
from collector.ingest.writer import QueueFull


class Request(NamedTuple):
    """What a station sends."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Reply(NamedTuple):
    """What a station is answered."""

    status: int
    headers: dict[str, str]
    body: bytes


class Stored:
    """Stands for the future of the writer: settled by the commit."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.result: Result | None = None

    def __await__(self) -> Generator[None, None, Result]:
        while self.result is None:
            yield
        return self.result


class Writer:
    """The writer without its thread: `commit_all` is one turn of it."""

    def __init__(self, commit_batch: Callable[[list[Facts]], list[Result]], limit: int) -> None:
        self._commit = commit_batch
        self._limit = limit
        self._waiting: list[Stored] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def start(self) -> None:
        pass

    def stop(self) -> None:
        """What waits is never stored: a simulated collector ends by being killed."""
        self._waiting = []

    def submit(self, facts: Facts) -> Stored:
        if len(self._waiting) >= self._limit:
            raise QueueFull
        self._waiting.append(Stored(facts))
        return self._waiting[-1]

    def queued(self) -> list[Stored]:
        return self._waiting

    def commit_all(self) -> None:
        waiting, self._waiting = self._waiting, []
        if waiting:
            for stored, result in zip(waiting, self._commit([stored.facts for stored in waiting]), strict=True):
                stored.result = result


class _Timer:
    def cancel(self) -> None:
        pass


class _Loop:
    """What the application asks of the running loop: timers never fire, and threads run at once."""

    def call_later(self, *_arguments: Any, **_context: Any) -> Any:
        return _Timer()

    def run_in_executor(self, _executor: Any, function: Any, *arguments: Any) -> Any:
        return _done(function(*arguments))


async def _done(value: Any) -> Any:
    return value


_LOOP: Any = _Loop()


class Exchange:
    """One request on its way through the application."""

    def __init__(self, app: IngestApp, request: Request) -> None:
        self._sent: list[Any] = []
        self._body = [request.body]
        self.reply: Reply | None = None
        headers = {"content-length": str(len(request.body)), **request.headers}
        scope = {
            "type": "http",
            "method": request.method,
            "path": request.path,
            "client": ("192.0.2.7", 4711),
            "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        }
        self._coroutine: Coroutine[Any, Any, None] = app(scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if not self._body:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": self._body.pop(), "more_body": False}

    async def _send(self, message: Any) -> None:
        self._sent.append(message)

    def go_on(self) -> None:
        """Run until the answer is there or the writer is waited for."""
        if self.reply is not None:
            return
        events._set_running_loop(_LOOP)
        try:
            self._coroutine.send(None)
        except StopIteration:
            headers = {name.decode(): value.decode() for name, value in self._sent[0]["headers"]}
            self.reply = Reply(self._sent[0]["status"], headers, b"".join(part["body"] for part in self._sent[1:]))
        finally:
            events._set_running_loop(None)

    def drop(self) -> None:
        """The connection breaks, or the collector is gone."""
        self._coroutine.close()
