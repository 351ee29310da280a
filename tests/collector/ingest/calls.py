"""Calls an ASGI application as a server would, and says how much of the body it took."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from collector.config import Settings, read
from collector.ingest.log import RequestLog
from collector.ingest.metrics import Metrics
from collector.ingest.routes import IngestApp, World
from tests.collector.ingest import cast


class Reply(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    parts_taken: int

    def json(self) -> Any:
        return json.loads(self.body)


async def call(
    app: IngestApp,
    method: str = "POST",
    path: str = "/api/v1/envelopes",
    *,
    headers: dict[str, str] | None = None,
    parts: Sequence[bytes] = (b"",),
    client: str = "192.0.2.7",
    never_ends: bool = False,
    comes_late: bool = False,
) -> Reply:
    sent: list[Any] = []
    taken = 0

    async def receive() -> dict[str, Any]:
        nonlocal taken
        if taken >= len(parts):
            if never_ends:
                await asyncio.Event().wait()
            return {"type": "http.disconnect"}
        if comes_late:
            await asyncio.sleep(0)
        taken += 1
        more = taken < len(parts) or never_ends
        return {"type": "http.request", "body": parts[taken - 1], "more_body": more}

    async def send(message: Any) -> None:
        sent.append(message)

    fields = {"content-length": str(sum(map(len, parts)))} | {k.lower(): v for k, v in (headers or {}).items()}
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "client": (client, 4711),
        "headers": [(name.encode(), value.encode()) for name, value in fields.items() if value],
    }
    await app(scope, receive, send)
    if not sent:
        return Reply(0, {}, b"", taken)
    answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return Reply(sent[0]["status"], answered, b"".join(message["body"] for message in sent[1:]), taken)


def send_envelope(app: IngestApp, content: dict[str, Any], number: int = 1) -> Reply:
    return send_bytes(app, cast.packed(content), number)


def send_bytes(app: IngestApp, body: bytes, number: int = 1, changes: dict[str, str] | None = None) -> Reply:
    headers = {"Authorization": cast.bearer(number), **cast.HEADERS, **(changes or {})}
    return asyncio.run(call(app, headers=headers, parts=[body]))


def all_at_once(calls: Iterable[Any]) -> list[Reply]:
    async def together() -> list[Reply]:
        return list(await asyncio.gather(*calls))

    return asyncio.run(together())


def settings_for(folder: Any, **changes: str) -> Settings:
    environment = {f"DPS_COLLECTOR_{name.upper()}": value for name, value in changes.items()}
    return read(None, {"DPS_COLLECTOR_DATA_FOLDER": str(folder), **environment})


def still_world(**changes: Any) -> World:
    return World(clock=lambda: cast.NOW, elapsed=lambda: 0.0, mark=lambda: 1, jitter=lambda: 0.5)._replace(**changes)


def app_for(
    engine: Any,
    settings: Settings,
    world: World | None = None,
    log: RequestLog | None = None,
) -> IngestApp:
    return IngestApp(
        engine,
        settings,
        metrics=Metrics(),
        log=log or RequestLog(None),
        world=world or still_world(),
    )
