"""The writer and the roller in processes of their own, which share no lock of Python's with the intake.

In one process the thread that commits, the one that rolls and the loop that serves the stations wait for Python's
global lock in turn: that cost as much processor time as all the work itself. Here the loop hands a batch over through a
socket and goes on reading. While one is committed the next one waits in that socket, if it is short enough to: so the
writer need not wait for the loop, which may be busy with other stations.

The writer reads pickled messages, each behind its length: the settings, then batches of pickled facts, which it answers
with their results. An empty message asks it to end well. The end of the connection means that whoever started it is no
more: it ends at once, as if it had been killed too, and nobody hears of a commit that was under way. The roller is its
fork and ends with it; when the roller dies, the writer dies too, and both are started again.
"""

import asyncio
import gc
import logging
import mmap
import multiprocessing
import os
import pickle
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import accumulate, chain
from typing import Any
from zoneinfo import ZoneInfo

from collector.alerts.in_force import watch_of
from collector.config import Settings
from collector.domain.clones import Sighting
from collector.ingest.commit import Result, TryAgain, commit
from collector.ingest.facts import Facts
from collector.ingest.months import MonthRoller
from collector.ingest.purging import purge_and_tell
from collector.ingest.roller import RollerThread
from collector.ingest.writer import BATCH_LIMIT, GATHERED, QueueFull
from collector.reports.in_force import catalogue_in_force, rules_of
from collector.reports.keeping import keep_told
from collector.storage.engine import WriteLock, create_engine

SEND_SECONDS = 10.0
RESTART_SECONDS = 5.0
"""A process that ended is started again with the next envelope, but not more often than this."""
GARBAGE_THRESHOLDS = (20_000, 20, 20)
AHEAD = 2
"""So many batches are on their way at most."""
AHEAD_BYTES = 65_536
"""A batch behind another one is no longer than this, or not much: a socket of Linux holds three times as much, and the
loop never waits until the writer reads."""
_READ_BYTES = 1 << 16
_HEAD = 4
"""Bytes of the length in front of each message."""

Packed = tuple[bytes, "asyncio.Future[Result]"]
"""Facts, pickled as soon as they come, and who waits for them."""

_log = logging.getLogger(__name__)


class WriterProcess:
    """What `Writer` is, with a process in place of its thread, and the roller beside it. POSIX only."""

    def __init__(
        self,
        settings: Settings,
        *,
        mark: Callable[[], int],
        committed: Callable[[int, float], None],
        dropped: Callable[[int], None],
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """`dropped` is told of marks before a seal, see `roll`."""
        self._settings = settings
        self._mark = mark
        self._committed = committed
        self._dropped = dropped
        self._elapsed = elapsed
        self._queue: list[Packed] = []
        self._flying: deque[list[Packed]] = deque()
        self._ready = False
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard = bytearray()
        self._started_at = float("-inf")
        self._stopping = False
        self._empty = threading.Event()
        self._deaf = threading.Event()

    def start(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            words = [sys.executable, "-P", "-m", "collector.ingest.writer_process", str(theirs.fileno())]
            # A process group of its own: Ctrl-C comes to us, and we end the process when all is stored.
            self._process = subprocess.Popen(  # noqa: S603  # our own program, no word from outside
                words, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()], process_group=0
            )
        ours.settimeout(SEND_SECONDS)
        self._socket = ours
        self._started_at = self._elapsed()
        self._ready = False
        self._heard.clear()
        _send(ours, self._settings)

    def stop(self) -> None:
        """Takes no more, has stored what waits, ends the process. To be called beside the loop."""
        self._stopping = True
        if self._loop is not None and self._loop.is_running():
            if len(self):
                self._empty.wait()
            self._loop.call_soon_threadsafe(self._turn_away)
            self._deaf.wait()
        if self._socket is not None:
            # Nothing waits any more: where the process is gone already there is nothing to ask it.
            with suppress(OSError):
                _send(self._socket, None)
            self._finish()

    def __len__(self) -> int:
        return len(self._queue) + sum(map(len, self._flying))

    def submit(self, facts: Facts) -> "asyncio.Future[Result]":
        """To be called from one event loop only."""
        if self._stopping or len(self) >= self._settings.queue_limit:
            raise QueueFull
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._listen()
        future: asyncio.Future[Result] = self._loop.create_future()
        self._queue.append((_packed(facts), future))
        if len(self._queue) == (GATHERED if self._flying else 1):
            self._loop.call_soon(self._hand_over, 0)
        return future

    def _hand_over(self, before: int) -> None:
        waiting = len(self._queue)
        if not waiting or self._loop is None or (self._flying and waiting < GATHERED):
            return
        # As long as every turn of the loop brings more, wait for the next one: fewer, larger commits.
        if before < waiting < GATHERED:
            self._loop.call_soon(self._hand_over, waiting)
            return
        if self._socket is None:
            if self._elapsed() < self._started_at + RESTART_SECONDS:
                self._give_up()
                return
            self.start()
            self._listen()
        if self._ready and self._socket is not None and len(self._flying) < AHEAD:
            batch = self._queue[: self._fitting() if self._flying else BATCH_LIMIT]
            del self._queue[: len(batch)]
            self._flying.append(batch)
            try:
                _send(self._socket, ([packed for packed, _future in batch], self._mark()))
            except OSError as error:
                self._lost(type(error).__name__)

    def _fitting(self) -> int:
        """How many of those in the queue are not too long together to wait in the socket; at least one."""
        sizes = accumulate(len(packed) for packed, _future in self._queue[:BATCH_LIMIT])
        return next((count for count, size in enumerate(sizes, 1) if size > AHEAD_BYTES), BATCH_LIMIT)

    def _listen(self) -> None:
        if self._socket is not None and self._loop is not None:
            self._loop.add_reader(self._socket.fileno(), self._hear, self._socket)

    def _turn_away(self) -> None:
        if self._socket is not None and self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
        self._deaf.set()

    def _hear(self, connection: socket.socket) -> None:
        try:
            heard = connection.recv(_READ_BYTES)
        except OSError:
            heard = b""
        if not heard:
            self._lost("it ended")
            return
        self._heard += heard
        while len(self._heard) >= _HEAD and len(self._heard) >= (end := _HEAD + _length(self._heard)):
            answer = bytes(self._heard[_HEAD:end])
            del self._heard[:end]
            self._ready = True
            if answer:
                self._take(*pickle.loads(answer))  # noqa: S301  # from our own process
        if self._queue and self._loop is not None:
            # After what the answers bring: those stations may be heard again in this turn.
            self._loop.call_soon(self._hand_over, 0)

    def _take(self, results: Sequence[Result], seconds: float, dropped: int) -> None:
        self._committed(len(results), seconds)
        if dropped:
            self._dropped(dropped)
        _settle(self._flying.popleft(), results)
        self._note_empty()

    def _lost(self, why: str) -> None:
        """The process is gone; what it had in hand may be stored or not, so nobody hears that it is."""
        _log.error("The process that stores envelopes is gone (%s); it is started again with the next envelope.", why)
        if self._socket is not None and self._loop is not None:
            self._loop.remove_reader(self._socket.fileno())
            assert self._process is not None
            self._process.kill()
            self._finish()
        self._give_up()

    def _give_up(self) -> None:
        waiting = [*chain.from_iterable(self._flying), *self._queue]
        self._flying.clear()
        self._queue.clear()
        _settle(waiting, [TryAgain("no process")] * len(waiting))
        self._note_empty()

    def _note_empty(self) -> None:
        if self._stopping and not len(self):
            self._empty.set()

    def _finish(self) -> None:
        assert self._process is not None
        assert self._socket is not None
        connection, self._socket = self._socket, None
        self._ready = False
        self._process.wait()
        connection.close()


class Tally:
    """Counts in one process, in memory shared with its forks, what another one takes."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 8)
        self._taken = 0

    def _total(self) -> int:
        return int.from_bytes(self._shared[:8], "big")

    def add(self, count: int) -> None:
        self._shared[:8] = (self._total() + count).to_bytes(8, "big")

    def take(self) -> int:
        """What was counted since the last time."""
        count = self._total() - self._taken
        self._taken += count
        return count


def work(connection: socket.socket) -> None:
    """The writer: stores batches until it is asked to end."""
    settings: Settings = _receive(connection)
    dropped = Tally()
    lock = _shared_lock()
    with forked_roller(settings, connection, dropped, lock):
        engine = create_engine(settings.database_url, write_lock=lock)
        _be_still()
        _send(connection, None)
        while asked := _receive(connection):
            packed, mark = asked
            begun = time.perf_counter()
            results = commit(engine, list(map(_unpacked, packed)), mark)
            _send(connection, (results, time.perf_counter() - begun, dropped.take()))
        engine.dispose()


def _shared_lock() -> WriteLock:
    """A lock for a process and its forks; whoever waits is woken when it is free, and nobody polls."""
    if sys.platform == "win32":
        raise OSError("there is no fork")
    return multiprocessing.get_context("fork").RLock()


@contextmanager
def forked_roller(settings: Settings, connection: socket.socket, dropped: Tally, lock: WriteLock) -> Iterator[None]:
    """The roller as a fork, made before there are threads or an open database, which no fork may inherit."""
    if sys.platform == "win32":
        raise OSError("there is no fork")
    ours, theirs = socket.socketpair()
    roller = os.fork()
    if not roller:
        connection.close()
        ours.close()
        os._exit(_roll(settings, theirs, dropped, lock))
    theirs.close()
    with ours:
        signal.signal(signal.SIGCHLD, lambda *_: os._exit(1))
        yield
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        ours.sendall(b"end")
        os.waitpid(roller, 0)


def _roll(settings: Settings, connection: socket.socket, dropped: Tally, lock: WriteLock) -> int:
    engine = create_engine(settings.database_url, write_lock=lock)
    roller = RollerThread(
        engine,
        clock=time.time,
        holder=secrets.token_hex(8),
        dropped=dropped.add,
        months=MonthRoller(engine, ZoneInfo(settings.time_zone)),
        daily=lambda now: purge_and_tell(engine, settings, now),
        hourly=lambda now: keep_told(engine, now, rules_of(settings), catalogue_in_force(settings)),
        minutely=watch_of(engine, settings),
    )
    _be_still()
    roller.start()
    if not connection.recv(3):
        return 1
    roller.stop()
    engine.dispose()
    return 0


def _be_still() -> None:
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE_THRESHOLDS)


def main(descriptor: int) -> None:
    # Who stops the collector by its group stops whoever started us, and that one tells us when all is stored.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with socket.socket(fileno=descriptor) as connection:
            work(connection)
    except (EOFError, ConnectionError):
        os._exit(1)


def _settle(waiting: Sequence[Packed], results: Sequence[Result]) -> None:
    for (_packed, future), result in zip(waiting, results, strict=True):
        if not future.done():
            future.set_result(result)


def _packed(facts: Facts) -> bytes:
    # As plain tuples, which take half the time of named ones.
    return pickle.dumps((*facts[:-1], tuple(facts.seen)), pickle.HIGHEST_PROTOCOL)


def _unpacked(packed: bytes) -> Facts:
    *rest, seen = pickle.loads(packed)  # noqa: S301  # from our intake
    return Facts._make((*rest, Sighting._make(seen)))


def _send(connection: socket.socket, content: Any) -> None:
    packed = b"" if content is None else pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    connection.sendall(len(packed).to_bytes(_HEAD, "big") + packed)


def _receive(connection: socket.socket) -> Any:
    """One message; None when it is empty. Raises EOFError when there is nobody any more."""
    length = _length(_exactly(connection, _HEAD))
    return pickle.loads(_exactly(connection, length)) if length else None  # noqa: S301  # from our own process


def _exactly(connection: socket.socket, count: int) -> bytes:
    content = bytearray()
    while len(content) < count:
        part = connection.recv(min(count - len(content), _READ_BYTES))
        if not part:
            raise EOFError
        content += part
    return bytes(content)


def _length(head: bytes | bytearray) -> int:
    return int.from_bytes(head[:_HEAD], "big")


if __name__ == "__main__":
    main(int(sys.argv[1]))
