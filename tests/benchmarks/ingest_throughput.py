"""Envelopes per second that one collector stores durably, and where its processor time goes.

    python tests/benchmarks/ingest_throughput.py [--seconds 10] [--envelope full|usual]

The collector is one uvicorn process (uvloop, httptools) and its process that writes and rolls, on SQLite with
`synchronous=FULL` on a real disk. The load is wrk with 32 connections on the same machine. Every request is one contact
of one station, as long after its previous one as its slots are: new slots, changed readings; none is sent twice. The
collector's clock moves on with the contacts, so that hours end as often as they do in service. The roller keeps up
when nothing waits for it a moment after the last envelope.

Yardsticks of the same run: a bare ASGI application that reads the same requests and answers 200, and the durable
commits per second of plain SQLite on the same disk.
"""

import argparse
import gc
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import uvicorn
from pydantic import TypeAdapter
from sqlalchemy import func, select

from agent.wire.v1 import Envelope
from collector.config import read
from collector.connection import Connection
from collector.ingest.commit import Stored, commit
from collector.ingest.credentials import Remembered, is_right, look_up, presented
from collector.ingest.facts import Arrival, facts_of
from collector.ingest.limits import Limits, RunsSeen, within_limits
from collector.ingest.log import RequestLog
from collector.ingest.metrics import Metrics
from collector.ingest.payload import ENVELOPE, unpacked, validated
from collector.ingest.rebuilding import verify
from collector.ingest.roller import lag, roll
from collector.ingest.routes import IngestApp, World
from collector.ingest.writer_process import WriterProcess
from collector.storage.engine import create_engine, reading
from collector.storage.models import station_contact
from tests.benchmarks.intake_load import (
    DAYS_BACK,
    LOAD_THREADS,
    SLOTS_PER_CONTACT,
    bodies,
    prepare,
    secret_of,
    write_requests,
)

HERE = Path(__file__).parent
TARGETS = {"full": 2_500, "usual": 4_500}
CONNECTIONS = 32
PROCESSES = ("intake", "writer", "roller")
"""In the order in which each starts the next."""
STATIONS = 2_000
CLOCK_CALLS = 2
"""For each envelope the intake asks for the time so many times."""
CATCH_UP_SECONDS = 3.0
"""The roller rests a second between two rolls."""


class ContactClock:
    """Moves on by the time between two contacts of a station whenever every station has called."""

    def __init__(self, seconds_between: int) -> None:
        self._now = time.time()
        self._step = seconds_between / STATIONS / CLOCK_CALLS

    def __call__(self) -> float:
        self._now += self._step
        return self._now


def serve(url: str, port: int, seconds_between: int) -> None:
    """The collector's intake as it is served; the writer and the roller have a process of their own."""
    settings = read(None, {"DPS_COLLECTOR_DATABASE_URL": url, "DPS_COLLECTOR_DATA_FOLDER": str(Path(url[10:]).parent)})
    engine = create_engine(url)
    with Path(url[10:] + ".log").open("w") as stream:
        world = World(clock=ContactClock(seconds_between))
        metrics = Metrics()
        writer = WriterProcess(settings, mark=world.mark, committed=metrics.committed, dropped=metrics.too_late)
        app = IngestApp(engine, settings, metrics=metrics, log=RequestLog(stream), world=world, writer=writer)
        app.start()
        run_server(app, port)
        app.stop()


async def bare(_scope: Any, receive: Any, send: Any) -> None:
    """The least that an ASGI application can do with such a request."""
    await receive()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"{}"})


def run_server(app: Any, port: int) -> None:
    # uvicorn raises the signal again when it has stopped; by default that would end us before the queue is stored.
    signal.signal(signal.SIGTERM, lambda *_: None)
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http=Connection,
        lifespan="off",
        proxy_headers=False,
        access_log=False,
        log_level="warning",
    )
    uvicorn.Server(config).run()


def load(requests: Path, port: int, seconds: int) -> tuple[int, float, int, int, int]:
    """Requests, seconds, failures, median and 99th percentile in microseconds."""
    done = subprocess.run(
        [
            "wrk",
            "-t",
            str(LOAD_THREADS),
            "-c",
            str(CONNECTIONS),
            "-d",
            f"{seconds}s",
            "-s",
            HERE / "ingest_throughput.lua",
            f"http://127.0.0.1:{port}/api/v1/envelopes",
        ],
        env={**os.environ, "REQUESTS": str(requests)},
        capture_output=True,
        text=True,
        check=True,
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
    count, microseconds, failed, median, slow = (int(word) for word in line.split()[1:])
    return count, microseconds / 1e6, failed, median, slow


def started(arguments: list[str], port: int) -> subprocess.Popen[bytes]:
    process = subprocess.Popen([sys.executable, __file__, *arguments, "--port", str(port)])
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return process
        time.sleep(0.05)
    raise SystemExit("The server did not start.")


def family(pid: int, count: int) -> list[psutil.Process]:
    """A process and those that it started, when all of them are there."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        processes = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
        if len(processes) == count:
            return processes
        time.sleep(0.05)
    raise SystemExit(f"The server did not become {count} processes.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Measured(NamedTuple):
    """One run of wrk against one server; processor time in microseconds per request."""

    per_second: float
    microseconds: list[float]
    """Of each of the server's processes: the intake, the writer, the roller."""
    busy: list[float]
    """Of each of them, the share of the run in which it had a processor."""
    wrk_microseconds: float
    requests: int
    latency: str
    catch_up_seconds: float


def measure(arguments: list[str], requests: Path, seconds: int, url: str = "") -> Measured:
    """With the address of the database, also waits until the roller has done what was marked."""
    port = free_port()
    process = started(arguments, port)
    try:
        processes = family(process.pid, len(PROCESSES) if url else 1)
        before, wrk_before = cpu_seconds(processes), children_seconds()
        count, elapsed, failed, median, slow = load(requests, port, seconds)
        wrk_used = children_seconds() - wrk_before
        used = [now - then for now, then in zip(cpu_seconds(processes), before, strict=True)]
        if failed:
            raise SystemExit(f"{failed} requests failed.")
        latency = f"median {median / 1000:.1f} ms, 99 % {slow / 1000:.1f} ms"
        catching_up = caught_up(url) if url else 0.0
        return Measured(
            count / elapsed,
            [seconds / count * 1e6 for seconds in used],
            [seconds / elapsed for seconds in used],
            wrk_used / count * 1e6,
            count,
            latency,
            catching_up,
        )
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def caught_up(url: str) -> float:
    """Seconds until nothing waits for the roller; infinite when that takes ten times as long as it may."""
    engine = create_engine(url)
    begun = time.monotonic()
    try:
        while (waited := time.monotonic() - begun) < 10 * CATCH_UP_SECONDS:
            if not lag(engine):
                return waited
            time.sleep(0.05)
        return float("inf")
    finally:
        engine.dispose()


def children_seconds() -> float:
    """Processor time of the children that have ended: wrk, when the servers are still alive."""
    used = os.times()
    return used.children_user + used.children_system


def cpu_seconds(processes: list[psutil.Process]) -> list[float]:
    return [times.user + times.system for times in (process.cpu_times() for process in processes)]


def sqlite_commits(folder: Path, seconds: float = 2.0) -> float:
    connection = sqlite3.connect(folder / "yardstick.sqlite", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT)")
    count = 0
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        connection.execute("INSERT INTO t (b) VALUES ('x')")
        count += 1
    connection.close()
    return count / (time.perf_counter() - begun)


def stages(url: str, packed: list[tuple[int, bytes]], now: int, batch: int) -> dict[str, float]:
    """Processor time of each stage by itself, in one thread and batch by batch, microseconds per envelope."""
    engine = create_engine(url)
    limits, seen = Limits(), RunsSeen()
    used: dict[str, float] = {}
    mark = time.process_time()

    def spent(stage: str) -> None:
        nonlocal mark
        now_used = time.process_time()
        used[stage] = used.get(stage, 0.0) + (now_used - mark) / len(packed) * 1e6
        mark = time.process_time()

    gc.collect()
    gc.freeze()
    connection = engine.connect()
    # As in service, where a station is looked up once and then remembered.
    remembered = Remembered(time.monotonic)
    for number in range(STATIONS):
        credential = look_up(connection, f"{number:016x}")
        assert credential is not None
        remembered.keep(credential)
    for start in range(0, len(packed), batch):
        part = packed[start : start + batch]
        stations = []
        mark = time.process_time()
        for number, _body in part:
            bearer = presented(f"Bearer {number:016x}.{secret_of(number)}".encode())
            assert bearer is not None
            found = remembered.get(bearer[0])
            assert is_right(found, bearer[1])
            assert found is not None
            stations.append((found.site_id, found.station_id))
        spent("authenticate (SHA-256)")
        plain = [unpacked(body, 262_144) for _number, body in part]
        spent("gunzip")
        envelopes = [validated(ENVELOPE, body) for body in plain]
        spent("validate")
        for pair, envelope in zip(stations, envelopes, strict=True):
            _kept, left_out = within_limits(envelope, now, limits, seen, pair)
            assert not left_out, left_out
        spent("limits")
        facts = [facts_of(Arrival(*pair, now, one)) for pair, one in zip(stations, envelopes, strict=True)]
        spent("rows")
        results = commit(engine, facts, start + 1)
        assert all(isinstance(result, Stored) for result in results)
        spent(f"SQL (batches of {batch})")
    connection.close()
    while roll(engine, now, "stages", 200):
        pass
    spent("roller (all at once)")
    engine.dispose()
    gc.unfreeze()
    return used


def run(name: str, seconds: int, folder: Path) -> bool:
    reference = json.loads((HERE / "envelopes" / f"{name}.json").read_text())
    TypeAdapter(Envelope).validate_json(json.dumps(reference))
    slots = max(SLOTS_PER_CONTACT, len(reference["slots"]))
    now = int(time.time())
    count = min(
        int(TARGETS[name] * 2.2 * seconds),
        STATIONS * (DAYS_BACK * 96 // slots - 2),
    )
    packed = list(bodies(reference, STATIONS, count, now))
    requests = folder / "requests"
    write_requests(requests, packed)
    size = statistics.mean(len(body) for _number, body in packed)
    url = prepare(folder, STATIONS)
    arguments = ["--serve", url, "--seconds-between", str(slots * 900)]
    served = measure(arguments, requests, seconds, url)
    sent = served.requests
    engine = create_engine(url)
    with reading(engine) as connection:
        contacts = connection.execute(select(func.count()).select_from(station_contact)).scalar_one()
    wrong = sum(1 for _ in verify(engine))
    engine.dispose()
    bare = measure(["--bare"], requests, 4)
    print(
        f"{name}: {len(reference['slots'])} slots, {size:.0f} bytes on the wire, {STATIONS} stations, {sent} envelopes"
    )
    print(f"  stored durably        {served.per_second:8.0f} envelopes/s   (target {TARGETS[name]}; {served.latency})")
    print(f"  processor             {sum(served.microseconds):8.0f} µs per envelope, of which")
    for process, cost, busy in zip(PROCESSES, served.microseconds, served.busy, strict=True):
        print(f"    {process:20s}{cost:8.0f} µs, {busy:.0%} of the time")
    print(f"  processor of wrk      {served.wrk_microseconds:8.0f} µs per envelope")
    print(f"  roller done           {served.catch_up_seconds:8.1f} s after the last (at most {CATCH_UP_SECONDS})")
    print(f"  site slots            {wrong:8d} differ from their facts; {contacts} stations heard")
    print(
        f"  yardstick: bare ASGI  {bare.per_second:8.0f} requests/s, {sum(bare.microseconds):.0f} µs per request, "
        f"and {bare.wrk_microseconds:.0f} of wrk"
    )
    print(f"  yardstick: SQLite     {sqlite_commits(folder):8.0f} durable commits/s of one row")
    if sent > count:
        print(f"  NOT VALID: only {count} envelopes were prepared, {sent - count} were sent twice")
    alone = folder / "alone"
    alone.mkdir()
    for stage, cost in stages(prepare(alone, STATIONS), packed[:6000], now, 16).items():
        print(f"    {stage:34s} {cost:6.1f} µs")
    print(f"    {'HTTP (the bare yardstick)':34s} {sum(bare.microseconds):6.1f} µs")
    in_time = served.catch_up_seconds <= CATCH_UP_SECONDS
    return served.per_second >= TARGETS[name] and sent <= count and not wrong and in_time


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--envelope", choices=sorted(TARGETS), action="append")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    parser.add_argument("--seconds-between", type=int, default=1800, help=argparse.SUPPRESS)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        serve(options.serve, options.port, options.seconds_between)
        return 0
    if options.bare:
        run_server(bare, options.port)
        return 0
    met = []
    for name in options.envelope or sorted(TARGETS):
        with tempfile.TemporaryDirectory() as folder:
            met.append(run(name, options.seconds, Path(folder)))
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
