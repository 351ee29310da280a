"""The four addresses that stations call, as a bare ASGI application: a framework would halve the throughput.

    POST /api/v1/envelopes   Authorization: Bearer <public id>.<secret>; JSON, plain or gzip
    POST /api/v1/salt        an enrolment token for the salts of a hardware key
    POST /api/v1/enroll      an enrolment token for a station secret
    GET  /api/v1/time        the collector's time, for a station whose clock is lost

The order is: who is it, how large is it, what is it, store it, answer. Nothing of a body is read before the station
is known, and 200 is said only after the envelope is on the disk.
"""

import asyncio
import gc
import random
import secrets
import sys
import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from pydantic import TypeAdapter
from pydantic_core import to_json
from sqlalchemy import Connection, Engine

from agent.wire.v1 import EnrolmentAnswer, EnrolmentRequest, Envelope, SaltAnswer, SaltRequest
from collector.config import Settings
from collector.domain.stations import FORGETTING_SECONDS
from collector.ingest import enrolment, exchange, waiting
from collector.ingest.attempts import RejectedAttempts
from collector.ingest.commit import NotStorable, Quarantined, Stored
from collector.ingest.credentials import Credential, Remembered, is_right, look_up, presented, revoked
from collector.ingest.enrolment import SENTENCES, Rejection
from collector.ingest.exchange import Answer, Head, Receive, Scope, Send, refusal
from collector.ingest.facts import Arrival, facts_of
from collector.ingest.limits import Limits, RunsSeen, within_limits
from collector.ingest.log import Line, RequestLog
from collector.ingest.metrics import Metrics
from collector.ingest.payload import ENROLMENT, ENVELOPE, unpacked, validated
from collector.ingest.payload import SALT as SALTS
from collector.ingest.problems import (
    FAILED,
    NOT_FOUND,
    NOT_GZIP_TYPE,
    NOT_JSON_TYPE,
    NOT_RECOGNISED,
    QUARANTINED,
    QUEUE_FULL,
    REVOKED,
    TOO_MANY_ATTEMPTS,
    TRY_AGAIN,
    WAITING_FULL,
    Problem,
    Refused,
    wrong_method,
)
from collector.ingest.writer import QueueFull, Writer
from collector.ingest.writer_process import WriterProcess
from collector.storage.engine import is_sqlite, writing

ENVELOPES = "/api/v1/envelopes"
SALT = "/api/v1/salt"
ENROLL = "/api/v1/enroll"
TIME = "/api/v1/time"
METHODS = {ENVELOPES: "POST", SALT: "POST", ENROLL: "POST", TIME: "GET, HEAD"}

ENROLMENT_BYTES = 4_096
SMALL_BODY_BYTES = 65_536
"""A refused body up to this size is read and thrown away, so that the connection can be used again."""
JITTER_SHARE = 0.1
"""Stations are asked to come back up to a tenth earlier or later, so that a region does not call at once."""
THREADS = 4
"""Rare work (enrolments, waiting stations, look-ups over a network) that may stand beside the loop."""
LOG_SECONDS = 0.25
SWITCH_SECONDS = 0.00005
"""Whoever waits for Python's global lock asks for it after this time: with the default of 5 ms the loop, which serves
everybody, stands behind each batch that the writer or the roller prepares."""

GARBAGE_THRESHOLDS = (20_000, 20, 20)
"""An envelope is some sixty objects, gone when it is answered: by default the collector would look for cycles among
them a hundred times per second and find none."""

Found = TypeVar("Found")
Asked = TypeVar("Asked", EnrolmentRequest, SaltRequest)


class World(NamedTuple):
    """The outside world as a parameter."""

    clock: Callable[[], float] = time.time
    elapsed: Callable[[], float] = time.monotonic
    token_hex: Callable[[int], str] = secrets.token_hex
    mark: Callable[[], int] = lambda: random.getrandbits(62)  # unlike any other, not secret
    jitter: Callable[[], float] = random.random


class IngestApp:
    """Answers the addresses of `METHODS`; `start` before the first request, `stop` after the last."""

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        *,
        metrics: Metrics,
        log: RequestLog,
        world: World | None = None,
        writer: Writer | WriterProcess | None = None,
    ) -> None:
        """Without a `writer` of its own it commits in a thread."""
        self._engine = engine
        self._settings = settings
        self._world = world or World()
        self._metrics = metrics
        self._log = log
        self._limits = Limits(
            settings.slots_back_days,
            settings.slots_back_backlog_days,
            settings.starts_per_slot_limit,
            settings.runs_per_day_limit,
        )
        self._seen = RunsSeen()
        self._remembered = Remembered(self._world.elapsed)
        self._rejected = RejectedAttempts()
        self._beside = asyncio.Semaphore(THREADS)
        self._looker: Connection | None = None
        self._flushing: asyncio.TimerHandle | None = None
        if writer is None:
            writer = Writer(engine, limit=settings.queue_limit, mark=self._world.mark, committed=metrics.committed)
        self.writer = writer

    def handles(self, path: str) -> bool:
        return path in METHODS

    def start(self) -> None:
        sys.setswitchinterval(SWITCH_SECONDS)
        # What was loaded so far stays for good: the garbage collector need not walk through it again and again.
        gc.collect()
        gc.freeze()
        gc.set_threshold(*GARBAGE_THRESHOLDS)
        if is_sqlite(self._engine):
            # One connection for look-ups in the loop itself: 10 µs, where a thread would cost 100.
            self._looker = self._engine.connect()
        self.writer.start()

    def stop(self) -> None:
        """Stores what was taken, then lets go of the database."""
        self.writer.stop()
        if self._looker is not None:
            self._looker.close()
            self._looker = None
        self._log.flush()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = self._world.elapsed()
        path = scope["path"]
        asked = exchange.head(scope["headers"])
        close = asked.content_length > SMALL_BODY_BYTES or (asked.content_length < 0 and scope["method"] == "POST")
        try:
            answer = await self._answer(path, scope, asked, receive)
        except Refused as refused:
            self._metrics.refused.labels(refused.problem.word).inc()
            answer = refusal(refused.problem, close=close or refused.problem.status in {408, 413})
        except exchange.Gone:
            return
        except Exception:
            self._metrics.refused.labels(FAILED.word).inc()
            await exchange.reply(send, refusal(FAILED, close=close))
            raise
        await exchange.reply(send, answer)
        milliseconds = (self._world.elapsed() - begun) * 1000
        known = path if path in METHODS else "?"
        self._log.add(
            self._world.clock(), Line(known, answer.status, answer.word, milliseconds, answer.site, answer.station)
        )
        if self._flushing is None:
            self._flushing = asyncio.get_running_loop().call_later(LOG_SECONDS, self._flush)

    async def _answer(self, path: str, scope: Scope, asked: Head, receive: Receive) -> Answer:
        method = scope["method"]
        if path == ENVELOPES and method == "POST":
            return await self._envelope(asked, receive)
        if path == ENROLL and method == "POST":
            return await self._enroll(scope, asked, receive)
        if path == SALT and method == "POST":
            return await self._salt(scope, asked, receive)
        if path == TIME and method in {"GET", "HEAD"}:
            content = f'{{"schema":1,"time_seconds":{int(self._world.clock())}}}'
            return Answer(200, content.encode(), "time")
        if path not in METHODS:
            raise Refused(NOT_FOUND)
        problem = wrong_method(METHODS[path])
        self._metrics.refused.labels(problem.word).inc()
        return refusal(problem, close=asked.content_length > SMALL_BODY_BYTES, allowed=METHODS[path])

    async def _envelope(self, asked: Head, receive: Receive) -> Answer:
        station = await self._authenticated(asked.authorization)
        content = await self._content(asked, receive, self._settings.envelope_bytes_limit)
        envelope = validated(ENVELOPE, content)
        now = int(self._world.clock())
        key = (
            (station.site_id, station.station_id) if station.status == "accepted" else (-1, int(station.public_id, 16))
        )
        envelope, left_out = within_limits(envelope, now, self._limits, self._seen, key)
        if left_out:
            self._metrics.dropped(left_out)
        word = "stored_in_part" if left_out else "stored"
        if station.status == "waiting":
            async with self._beside:
                kept = await asyncio.to_thread(self._keep, station.public_id, envelope, now)
            if kept.outcome is not waiting.Kept.KEPT:
                raise Refused(WAITING_FULL if kept.outcome is waiting.Kept.FULL else TRY_AGAIN)
            self._metrics.waiting.inc()
            return Answer(200, self._acknowledgement(kept.envelope_id_before, (), now, waits=True), "waiting")
        if not station.used:
            async with self._beside:
                await asyncio.to_thread(self._use, station.public_id, now)
        arrival = Arrival(station.site_id, station.station_id, now, envelope, station.public_id)
        try:
            result = await self.writer.submit(facts_of(arrival, self._settings.contact_interval_seconds))
        except QueueFull:
            raise Refused(QUEUE_FULL) from None
        if isinstance(result, Quarantined):
            self._remembered.forget(station.public_id)
            raise Refused(QUARANTINED)
        if isinstance(result, NotStorable):
            detail = f"{result.field or 'The document'} cannot be stored: report this to whoever runs the collector."
            raise Refused(Problem(422, "not_storable", "A record cannot be stored", detail, result.field))
        if not isinstance(result, Stored):
            raise Refused(TRY_AGAIN)
        self._metrics.accepted.inc()
        content = self._acknowledgement(
            result.envelope_id_before, result.wanted, now, receipt=result.receipt, forgets=result.forgets
        )
        return Answer(200, content, word, site=station.site_id, station=station.station_id)

    async def _enroll(self, scope: Scope, asked: Head, receive: Receive) -> Answer:
        outcome = await self._with_token(scope, asked, receive, ENROLMENT, self._exchange)
        self._metrics.enrolments.labels(outcome.status).inc()
        return Answer(200, to_json(outcome), f"enrolled_{outcome.status}")

    async def _salt(self, scope: Scope, asked: Head, receive: Receive) -> Answer:
        outcome = await self._with_token(scope, asked, receive, SALTS, self._salts)
        return Answer(200, to_json(outcome), "salt")

    async def _with_token(
        self,
        scope: Scope,
        asked: Head,
        receive: Receive,
        adapter: TypeAdapter[Asked],
        exchange: Callable[[Asked], Found | Rejection],
    ) -> Found:
        """What a token is good for; whoever shows too many bad ones is slowed down."""
        address = (scope.get("client") or ("", 0))[0]
        self._not_too_often(address, "")
        try:
            request = validated(adapter, await self._content(asked, receive, ENROLMENT_BYTES))
        except Refused as refused:
            self._metrics.enrolments.labels(refused.problem.word).inc()
            self._rejected.count(address, "", self._world.elapsed())
            raise
        token = enrolment.token_public_id(request.token)
        self._not_too_often(address, token)
        async with self._beside:
            outcome = await asyncio.to_thread(exchange, request)
        if isinstance(outcome, Rejection):
            self._metrics.enrolments.labels(outcome.value).inc()
            self._rejected.count(address, token, self._world.elapsed())
            raise Refused(Problem(403, outcome.value, "The token is not accepted", SENTENCES[outcome], "token"))
        return outcome

    async def _authenticated(self, authorization: bytes) -> Credential:
        bearer = presented(authorization)
        if bearer is None:
            raise Refused(NOT_RECOGNISED)
        public_id, secret = bearer
        if not self._remembered.is_fresh():
            asked_at = self._world.elapsed()
            self._remembered.polled(asked_at, await self._ask(revoked))
        credential = self._remembered.get(public_id)
        if credential is None:
            credential = await self._ask(lambda connection: look_up(connection, public_id))
            if credential is not None:
                self._remembered.keep(credential)
        if not is_right(credential, secret) or credential is None:
            raise Refused(NOT_RECOGNISED)
        if credential.status not in {"accepted", "waiting"}:
            raise Refused(QUARANTINED if credential.status == "quarantined" else REVOKED)
        return credential

    async def _content(self, asked: Head, receive: Receive, limit: int) -> bytes:
        if asked.content_type.split(b";", 1)[0].strip().lower() != b"application/json":
            raise Refused(NOT_JSON_TYPE)
        encoding = asked.content_encoding.strip().lower()
        if encoding not in {b"gzip", b"", b"identity"}:
            raise Refused(NOT_GZIP_TYPE)
        content = await exchange.body(receive, asked.content_length, limit, self._settings.body_seconds_limit)
        return unpacked(content, limit) if encoding == b"gzip" else content

    def _not_too_often(self, address: str, token: str) -> None:
        wait = self._rejected.retry_after(address, token, self._world.elapsed())
        if wait:
            self._metrics.enrolments.labels(TOO_MANY_ATTEMPTS.word).inc()
            raise Refused(TOO_MANY_ATTEMPTS._replace(retry_after_seconds=wait))

    def _acknowledgement(
        self,
        before: str | None,
        wanted: tuple[str, ...],
        now: int,
        *,
        receipt: str | None = None,
        waits: bool = False,
        forgets: bool = False,
    ) -> bytes:
        interval = self._settings.contact_interval_seconds
        if forgets:
            interval = min(interval, FORGETTING_SECONDS)
        spread = interval * (1 + JITTER_SHARE * (2 * self._world.jitter() - 1))
        seconds = min(86_400, max(60, round(spread)))
        held = f'"{before}"' if before else "null"
        given = f'"{receipt}"' if receipt else "null"
        names = ",".join(f'"{name}"' for name in wanted)
        # Every part is a number, a validated identifier or a word of ours: nothing needs escaping.
        return (
            f'{{"schema":1,"last_envelope_id":{held},"time_seconds":{now},"next_contact_seconds":{seconds},'
            f'"wanted":[{names}],"enrol_again":false,"waiting":{"true" if waits else "false"},'
            f'"receipt":{given}}}'
        ).encode()

    def _keep(self, public_id: str, envelope: Envelope, now: int) -> waiting.Answer:
        with writing(self._engine) as connection:
            return waiting.keep(connection, public_id, envelope, now, self._settings.waiting_envelopes_limit)

    def _exchange(self, request: EnrolmentRequest) -> EnrolmentAnswer | Rejection:
        with writing(self._engine) as connection:
            return enrolment.exchange(connection, request, int(self._world.clock()), self._world.token_hex)

    def _salts(self, request: SaltRequest) -> SaltAnswer | Rejection:
        with writing(self._engine) as connection:
            now = int(self._world.clock())
            found = enrolment.salts_for(connection, request.token, now, self._world.token_hex)
        return found if isinstance(found, Rejection) else SaltAnswer(schema=1, salts=found)

    def _use(self, public_id: str, now: int) -> None:
        with writing(self._engine) as connection:
            enrolment.use(connection, public_id, now, self._settings.revocations_file)

    async def _ask(self, question: Callable[[Connection], Found]) -> Found:
        if self._looker is not None:
            return question(self._looker)

        def asked() -> Found:
            with self._engine.connect() as connection:
                return question(connection)

        async with self._beside:
            return await asyncio.to_thread(asked)

    def _flush(self) -> None:
        self._flushing = None
        self._log.flush()
