"""The real collector's application in this process, on a temporary SQLite file, with a clock that is told."""

import asyncio
import gc
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from random import Random
from typing import Any, NamedTuple, Self

from requests.structures import CaseInsensitiveDict
from sqlalchemy import Engine, event, func, select

from agent.sender.upload import Line
from collector.config import read
from collector.ingest.commit import Result, commit
from collector.ingest.enrolment import issue_token
from collector.ingest.facts import Facts
from collector.ingest.log import RequestLog
from collector.ingest.metrics import Metrics
from collector.ingest.roller import roll
from collector.ingest.routes import IngestApp, World
from collector.storage.engine import create_engine, reading, writing
from collector.storage.models import site_slot
from collector.storage.queries.register import add_site
from collector.storage.schema import migrate
from tests.simulation.replay_delivery import ReplayClock
from tests.simulation.replay_months import NOTHING, OFFICIAL, Figures, first_slots

HOLDER = "replay"
ROLLED_AT_ONCE = 500
TOKEN_DAYS = 1


class Response(NamedTuple):
    """As much of an answer of `requests` as the sender looks at."""

    status_code: int
    headers: CaseInsensitiveDict[str]
    raw: Any

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class AtOnce:
    """The writer without its thread: each envelope is a commit of its own, done before it is waited for."""

    def __init__(self, engine: Engine, random: Random) -> None:
        self._engine = engine
        self._random = random

    def __len__(self) -> int:
        return 0

    def start(self) -> None:
        pass

    def stop(self) -> None:
        pass

    def submit(self, facts: Facts) -> "asyncio.Future[Result]":
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        future.set_result(commit(self._engine, [facts], self._random.getrandbits(62))[0])
        return future


class CountingMetrics(Metrics):
    """Remembers how many records were left out, and why."""

    def __init__(self) -> None:
        super().__init__()
        self.left_out_records: dict[str, int] = {}

    def dropped(self, left_out: Mapping[str, int]) -> None:
        super().dropped(left_out)
        for reason, count in left_out.items():
            self.left_out_records[reason] = self.left_out_records.get(reason, 0) + count


class ReplayCollector:
    """One site of one collector; also the transport of the stations' senders."""

    def __init__(self, folder: Path, clock: ReplayClock, random: Random, site: str) -> None:
        self.clock = clock
        self._random = random
        self.engine = create_engine(f"sqlite:///{folder / 'collector.sqlite'}")
        # The machine that replays may lose its power; the log is still there.
        event.listen(self.engine, "connect", lambda opened, _: opened.execute("PRAGMA synchronous = OFF"))
        migrate(self.engine)
        with writing(self.engine) as connection:
            self.site_id = add_site(connection, site, site, "", 0)
        settings = read(None, {}, data_folder=str(folder))
        world = World(
            clock=clock.wall,
            elapsed=clock.elapsed,
            token_hex=lambda size: random.randbytes(size).hex(),
            mark=lambda: random.getrandbits(62),
            jitter=random.random,
        )
        self.metrics = CountingMetrics()
        self.app = IngestApp(self.engine, settings, metrics=self.metrics, log=RequestLog(None), world=world)
        self.app.writer = AtOnce(self.engine, random)  # type: ignore[assignment]  # the same without a thread
        self._runner = asyncio.Runner()

    def line(self) -> Line:
        """The stations' real line, with this collector at its end."""
        line = Line("http://collector.invalid", elapsed=self.clock.elapsed)
        line.session = self  # type: ignore[assignment]  # as much of a session of requests as is used
        return line

    def token(self, stations: int) -> str:
        """An enrolment token of the site."""
        with writing(self.engine) as connection:
            return issue_token(
                connection,
                self.site_id,
                stations=max(1, stations),
                valid_days=TOKEN_DAYS,
                now=self.clock.now,
                random=lambda size: self._random.randbytes(size).hex(),
            )

    def request(self, method: str, url: str, *, data: bytes | None, headers: dict[str, str], **_: Any) -> Response:
        """Take one request through the application."""
        path = "/" + url.split("/", 3)[3]
        body = data or b""
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "client": ("192.0.2.1", 4711),
            "headers": [
                (b"content-length", str(len(body)).encode()),
                *((name.lower().encode(), value.encode()) for name, value in headers.items()),
            ],
        }
        sent: list[Any] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        self._runner.run(self.app(scope, receive, send))
        told = CaseInsensitiveDict({name.decode(): value.decode() for name, value in sent[0]["headers"]})
        return Response(sent[0]["status"], told, Answer(b"".join(part["body"] for part in sent[1:])))

    def close(self) -> None:
        self._runner.close()
        self.engine.dispose()

    def roll(self) -> None:
        """Derive every site slot that is marked."""
        while roll(self.engine, self.clock.now, HOLDER, ROLLED_AT_ONCE):
            pass

    def site_sums(self, month: int) -> Figures:
        """The site slots of a local month, added up."""
        starts = first_slots()
        inside = site_slot.c.site_id == self.site_id, site_slot.c.slot.between(starts[month], starts[month + 1] - 1)
        rules = [3, 5, 10, 15]
        sums = [site_slot.c.seconds_observed, site_slot.c.seconds_on]
        sums += [site_slot.c[f"{kind}_{rule}"] for kind in ("starts", "seconds_in_use") for rule in rules]
        lengths = site_slot.c[f"lengths_{rules[OFFICIAL]}"]
        total = list(NOTHING)
        with reading(self.engine) as connection:
            total[: len(sums)] = [
                value or 0 for value in connection.execute(select(*map(func.sum, sums)).where(*inside)).one()
            ]
            for words, slots in connection.execute(select(lengths, func.count()).where(*inside).group_by(lengths)):
                for band, count in enumerate(words.split()):
                    total[len(sums) + band] += int(count) * slots
        return tuple(total)


class Answer(BytesIO):
    """The body of an answer as urllib3 gives it."""

    def read(self, size: int | None = -1, /, *, decode_content: bool = False) -> bytes:  # noqa: ARG002 urllib3's name
        return super().read(size)


@contextmanager
def running(folder: Path, clock: ReplayClock, random: Random, site: str) -> Iterator[ReplayCollector]:
    """A collector for the time being; the intake tunes its process, which is put back afterwards."""
    interval, thresholds = sys.getswitchinterval(), gc.get_threshold()
    collector = ReplayCollector(folder, clock, random, site)
    collector.app.start()
    try:
        yield collector
    finally:
        collector.app.stop()
        collector.close()
        sys.setswitchinterval(interval)
        gc.set_threshold(*thresholds)
        gc.unfreeze()
