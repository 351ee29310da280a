"""The way from a station to the collector: it loses, delays, repeats, overtakes, cuts short, and lies."""

import gzip
from collections import Counter
from collections.abc import Callable
from io import BytesIO
from random import Random
from typing import Any, Self

import requests
from pydantic_core import from_json

from agent.sender.upload import Line
from tests.simulation.calls import Exchange, Reply, Request
from tests.simulation.collector import SimulatedCollector
from tests.simulation.moment import Time

HTTP_OK = 200
FAULTS = (
    "request lost",
    "answer lost",
    "answer cut",
    "answer delayed",
    "request delayed",
    "repeated at once",
    "repeated later",
    "portal",
    "busy",
)
PORTAL = b"<html><body>Please log in</body></html>"


class SimulatedNetwork:
    """One site's network."""

    def __init__(self, collector: SimulatedCollector, time: Time, random: Random, fault_share: float) -> None:
        self.collector = collector
        self.time = time
        self.random = random
        self.fault_share = fault_share
        self.cut: set[str] = set()
        """Stations without a network now."""
        self.counts: Counter[str] = Counter()
        self.acknowledged: dict[tuple[str, str, str, int], int] = {}
        """The highest revision that the collector said it holds, by station, kind, run and slot."""
        self.answered: list[str] = []
        """Whose envelopes the collector took, one after the other."""

    def ask(self, who: str, request: Request) -> Reply:
        """What the station hears; raises the errors of `requests`."""
        if who in self.cut:
            raise requests.exceptions.ConnectionError("no network")
        fault = self.random.choice(FAULTS) if self.random.random() < self.fault_share else ""
        if fault:
            self.counts[fault] += 1
            self.time.tell(who, fault)
        instead = self._before(fault)
        if instead is not None:
            return instead
        exchange = self.collector.ask(request)
        if fault in {"repeated at once", "repeated later"}:
            later = 0 if fault == "repeated at once" else self.random.choice((600, 7200, 20_000, 60_000))
            self.time.after(later, lambda: self._repeat(request))
        if fault == "answer delayed":
            self.wait(self.random.randrange(2, 30, 2))
        self.collector.answer_all()
        self._note(who, request, exchange)
        if exchange is None or exchange.reply is None or fault == "answer lost":
            raise requests.exceptions.ReadTimeout("no answer")
        if fault == "answer cut":
            body = exchange.reply.body
            return exchange.reply._replace(body=body[: self.random.randrange(len(body))])
        return exchange.reply

    def _before(self, fault: str) -> Reply | None:
        """What happens to a request that does not reach the collector, or not yet."""
        if fault == "request lost":
            raise requests.exceptions.ConnectTimeout("timed out")
        if fault == "portal":
            return Reply(self.random.choice((200, 302, 403, 404, 511)), {"content-type": "text/html"}, PORTAL)
        if fault == "busy":
            return Reply(503, {"retry-after": str(self.random.randrange(1, 600))}, b"")
        if fault == "request delayed":
            self.wait(self.random.randrange(2, 30, 2))
        return None

    def _note(self, who: str, request: Request, exchange: Exchange | None) -> None:
        """What the collector has said it holds must be there at the end, whether the station heard it or not."""
        if exchange is None or exchange.reply is None or exchange.reply.status != HTTP_OK or not request.body:
            return
        self.answered.append(who)
        envelope = from_json(gzip.decompress(request.body))
        for kind in ("runs", "slots", "undated"):
            for record in envelope[kind]:
                key = (who, kind, record["run_id"], record.get("slot", -1))
                self.acknowledged[key] = max(record["revision"], self.acknowledged.get(key, 0))

    def wait(self, seconds: int) -> None:
        self.time.run_until(self.time.now + seconds)

    def _repeat(self, request: Request) -> None:
        self.collector.ask(request)
        self.collector.answer_all()


class Response:
    """As much of an answer of `requests` as the agent looks at."""

    def __init__(self, reply: Reply) -> None:
        self.status_code = reply.status
        self.headers = requests.structures.CaseInsensitiveDict(reply.headers)
        self.raw = self
        self._body = BytesIO(reply.body)

    def read(self, size: int, **_options: bool) -> bytes:
        return self._body.read(size)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


class Transport:
    """Stands in for the session of `requests`."""

    def __init__(self, network: SimulatedNetwork, who: str, alive: Callable[[], None]) -> None:
        self._network = network
        self._who = who
        self._alive = alive

    def request(self, method: str, url: str, *, data: bytes | None, headers: dict[str, str], **_: Any) -> Response:
        path = url[url.index("/", len("http://")) :]
        try:
            return Response(self._network.ask(self._who, Request(method, path, headers, data or b"")))
        finally:
            self._alive()

    def close(self) -> None:
        pass


class SimulatedLine(Line):
    """The real line with another transport."""

    def __init__(
        self, network: SimulatedNetwork, who: str, elapsed: Callable[[], float], alive: Callable[[], None]
    ) -> None:
        self.server = "http://127.0.0.1"
        self.ca_file = ""
        self.elapsed = elapsed
        self.session = Transport(network, who, alive)  # type: ignore[assignment]  # as much of it as is used
