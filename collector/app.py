"""Puts the pieces together; the only place that knows them all."""

import asyncio
import logging
import secrets
import ssl
import sys
import time
from collections.abc import Awaitable, Callable, MutableMapping
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple, TextIO
from zoneinfo import ZoneInfo

import uvicorn
from sqlalchemy import Connection as Database
from sqlalchemy import Engine
from sqlalchemy.exc import ArgumentError

from collector import __version__
from collector.alerts.in_force import channels_of, post_of, watch_of
from collector.config import ConfigError, Settings
from collector.connection import Connection
from collector.ingest import enrolment
from collector.ingest.enrolment import ATTEMPTS_KEPT, ATTEMPTS_KEPT_SECONDS
from collector.ingest.log import Line, RequestLog
from collector.ingest.metrics import Metrics
from collector.ingest.months import MonthRoller
from collector.ingest.purging import purge_and_tell
from collector.ingest.roller import RollerThread, lag
from collector.ingest.routes import IngestApp, World
from collector.ingest.writer_process import WriterProcess
from collector.reports.in_force import catalogue_in_force, rules_of
from collector.reports.keeping import keep_told
from collector.reports.papers import Facts
from collector.storage.engine import create_engine, file_of, is_sqlite, reading, writing
from collector.storage.lock_file import Busy
from collector.storage.queries.demonstration import is_demonstration
from collector.storage.queries.secrets import csrf_secret
from collector.storage.restore import finish_interrupted
from collector.web.application import web_app
from collector.web.provider import RETURN_PATH, Provider
from collector.web.settings import WebSettings
from collector.web.station_metrics import station_metrics

Scope = dict[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_log = logging.getLogger(__name__)

METRICS = "/metrics"
STATION_METRICS = "/metrics/stations"
BY_PROXIES = (b"forwarded", b"via", b"x-real-ip")
GRACE_SECONDS = 10
"""How long a stop waits for requests that are under way."""


class Collector:
    """The whole collector as one ASGI application: ingest beside the pages, and the roller behind both."""

    def __init__(self, engine: Engine, settings: Settings, *, log: TextIO | None) -> None:
        """Read what the database knows; nothing runs until the server's start-up."""
        self.engine = engine
        self.root_path = settings.root_path
        self.contact_interval_seconds = settings.contact_interval_seconds
        self.zone = ZoneInfo(settings.time_zone)
        self.metrics = Metrics()
        self.log = RequestLog(log, settings.log_format)
        self.roller: RollerThread | None = None
        if writes_apart(engine):
            world = World()
            writer = WriterProcess(
                settings, mark=world.mark, committed=self.metrics.committed, dropped=self.metrics.too_late
            )
            self.ingest = IngestApp(engine, settings, metrics=self.metrics, log=self.log, world=world, writer=writer)
        else:
            self.ingest = IngestApp(engine, settings, metrics=self.metrics, log=self.log)
            self.roller = RollerThread(
                engine,
                clock=time.time,
                holder=secrets.token_hex(8),
                dropped=self.metrics.too_late,
                months=MonthRoller(engine, ZoneInfo(settings.time_zone)),
                daily=lambda now: purge_and_tell(engine, settings, now),
                hourly=lambda now: keep_told(engine, now, rules_of(settings), catalogue_in_force(settings)),
                minutely=watch_of(engine, settings),
            )
        self.web = web_app(engine, web_settings(engine, settings), clock=lambda: int(time.time()))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stations' addresses go to ingest, everything else to the pages."""
        if scope["type"] == "http":
            scope = without_root(scope, self.root_path)
        if scope["type"] == "http" and self.ingest.handles(scope["path"]):
            await self.ingest(scope, receive, send)
        elif scope["type"] == "http" and scope["path"] == METRICS and is_local(scope):
            await self._tell_metrics(send)
        elif scope["type"] == "http" and scope["path"] == STATION_METRICS and is_local(scope):
            await self._tell_station_metrics(send)
        elif scope["type"] == "lifespan":
            await self._live(receive, send)
        elif scope["type"] == "http":
            await self._page(scope, receive, send)

    async def _page(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = time.monotonic()
        status = 500

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.web(with_root(scope, self.root_path), receive, noted)  # type: ignore[arg-type]
        finally:
            milliseconds = (time.monotonic() - begun) * 1000
            self.log.add(time.time(), Line("page", status, "answered", milliseconds, 0, 0))
            self.log.flush()

    async def _tell_metrics(self, send: Send) -> None:
        marked = await asyncio.to_thread(lag, self.engine)
        await self._tell(send, self.metrics.render(queue=len(self.ingest.writer), marked=marked))

    async def _tell_station_metrics(self, send: Send) -> None:
        def told() -> bytes:
            with reading(self.engine) as connection:
                return station_metrics(connection, int(time.time()), self.contact_interval_seconds, self.zone)

        await self._tell(send, await asyncio.to_thread(told))

    async def _tell(self, send: Send, body: bytes) -> None:
        headers = [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        self.ingest.start()
        if self.roller is not None:
            self.roller.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await asyncio.to_thread(self._stop)
        await send({"type": "lifespan.shutdown.complete"})

    def _stop(self) -> None:
        self.ingest.stop()
        if self.roller is not None:
            self.roller.stop()
        self.log.flush()


def without_root(scope: Scope, root: str) -> Scope:
    """The request as it is without the path below which a proxy serves us; some proxies take it off themselves."""
    path = scope["path"]
    if not root or not (path + "/").startswith(root + "/"):
        return scope
    return {**scope, "path": path.removeprefix(root) or "/"}


def with_root(scope: Scope, root: str) -> Scope:
    """The request as the pages want it: with the whole path, and how much of it is not theirs."""
    return {**scope, "path": root + scope["path"], "root_path": root} if root else scope


def writes_apart(engine: Engine) -> bool:
    """Whether the writer and the roller have a process of their own: not beside a server, which is one already."""
    return is_sqlite(engine) and sys.platform != "win32"


def is_local(scope: Scope) -> bool:
    """Whether a request comes from this very computer and through no proxy: the metrics are for its operator."""
    address = (scope.get("client") or ("", 0))[0]
    forwarded = any(name in BY_PROXIES or name.startswith(b"x-forwarded-") for name, _ in scope["headers"])
    try:
        return ip_address(address).is_loopback and not forwarded
    except ValueError:
        return False


def open_engine(settings: Settings) -> Engine:
    """The engine of the settings; the data folder is made if it is missing. Raises OSError and ConfigError."""
    settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        file = file_of(settings.database_url)
        if file is not None:
            finish_interrupted(file)
        return create_engine(settings.database_url)
    except Busy as error:
        raise ConfigError("a restore puts another database in place: wait until it has ended.") from error
    except (ValueError, ArgumentError) as error:
        raise ConfigError(
            "database_url is not the address of a database: correct its port and its spelling."
        ) from error


class ByIntake(NamedTuple):
    """What technicians decide on the page of agents, done as on the command line."""

    revocations_file: Path

    def approve(
        self,
        connection: Database,
        public_id: str,
        site_id: int,
        now: int,
        mark: Callable[[], int],
        same_as: str | None,
    ) -> int:
        return enrolment.approve(connection, public_id, site_id, now, mark, same_as)

    def release(self, connection: Database, public_id: str) -> None:
        enrolment.release(connection, public_id)

    def issue_token(
        self, connection: Database, site_id: int | None, stations: int, days: int, now: int, made_by: str
    ) -> str:
        return enrolment.issue_token(
            connection, site_id, stations=stations, valid_days=days, now=now, random=secrets.token_hex, made_by=made_by
        )

    def revoke_token(self, connection: Database, public_id: str, now: int) -> None:
        enrolment.revoke_token(connection, public_id, now, self.revocations_file)


def provider_of(settings: Settings) -> Provider | None:
    """None where nobody logs in through another one; raises ConfigError."""
    if not settings.oidc_issuer:
        return None
    try:
        from collector.web.openid import Client, OpenIdProvider  # noqa: PLC0415  # not everybody has the extra "oidc"
    except ImportError as error:
        raise ConfigError(
            f"oidc_issuer is set, and {error.name} is missing: install the collector with its extra “oidc”."
        ) from error
    return OpenIdProvider(
        Client(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            settings.oidc_label,
            settings.public_url.rstrip("/") + RETURN_PATH,
        )
    )


def web_settings(engine: Engine, settings: Settings) -> WebSettings:
    with writing(engine) as connection:
        secret = csrf_secret(connection, secrets.token_hex)
        demonstration = is_demonstration(connection)
    return WebSettings(
        csrf_secret=secret,
        behind_tls=settings.secure_cookies,
        revocations_file=settings.revocations_file,
        post=post_of(settings),
        channels=channels_of(settings),
        contact_interval_seconds=settings.contact_interval_seconds,
        rules=rules_of(settings),
        public_pages=settings.public_pages,
        public_url=settings.public_url.rstrip("/"),
        publisher=settings.publisher,
        open_data_licence=settings.open_data_licence,
        kept=Facts(
            slot_records_days=settings.slot_records_kept_days,
            site_slots_months=settings.site_slots_kept_months,
            readings_days=settings.readings_kept_days,
            audit_days=settings.audit_kept_days,
            backlog_days=settings.slots_back_backlog_days,
            enrolment_attempts_days=ATTEMPTS_KEPT_SECONDS // 86_400,
            enrolment_attempts_most=ATTEMPTS_KEPT,
            downloads_days=settings.downloads_kept_days,
        ),
        catalogue=catalogue_in_force(settings),
        provider=provider_of(settings),
        enrolling=ByIntake(settings.revocations_file),
        demonstration=demonstration,
    )


def without_tickets(_config: uvicorn.Config, default: Callable[[], ssl.SSLContext]) -> ssl.SSLContext:
    """TLS as the server makes it, less the two tickets of 250 bytes with which a client could come back sooner.

    Every contact of a station is a process of its own, which keeps none; a browser keeps its connection open.
    """
    context = default()
    context.num_tickets = 0
    return context


def server_of(collector: Collector, settings: Settings) -> uvicorn.Server:
    """A server that is not listening yet; the caller opens the socket, to say in a sentence why it cannot."""
    return uvicorn.Server(
        uvicorn.Config(
            collector,
            http=Connection,
            lifespan="on",
            access_log=False,
            log_config=None,
            server_header=False,
            headers=[("DPS-Collector-Version", __version__)],
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=list(settings.trusted_proxies) or None,
            timeout_graceful_shutdown=GRACE_SECONDS,
            ssl_certfile=settings.tls_certificate_file or None,
            ssl_keyfile=settings.tls_key_file or None,
            ssl_context_factory=without_tickets if settings.tls_certificate_file else None,
        )
    )
