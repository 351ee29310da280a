"""A thin shell around `commit`: a bounded queue and one thread.

Envelopes that arrive while a commit is on its way share the next one. A future is settled only after the commit that
holds its envelope is on the disk.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy import Engine

from collector.ingest.commit import Result, TryAgain, commit
from collector.ingest.facts import Facts

BATCH_LIMIT = 256
GATHERED = 16
"""So many envelopes are handed over without waiting for more: while they are committed, the next ones are read."""

Waiting = tuple[Facts, "asyncio.Future[Result]"]

_log = logging.getLogger(__name__)


class QueueFull(Exception):
    """No room: the station should come back later."""


class Writer:
    """Takes facts from an event loop and commits them in batches."""

    def __init__(
        self,
        engine: Engine,
        *,
        limit: int,
        mark: Callable[[], int],
        committed: Callable[[int, float], None] = lambda _envelopes, _seconds: None,
        store: Callable[[Engine, Sequence[Facts], int], list[Result]] = commit,
    ) -> None:
        self._engine = engine
        self._limit = limit
        self._mark = mark
        self._committed = committed
        self._store = store
        self._queue: list[Waiting] = []
        # What came in during this turn of a loop: handed over at its end, so that the thread is woken once for all.
        self._turn: list[Waiting] = []
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Takes no more, stores what waits, ends."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread.ident is not None:
            self._thread.join()

    def __len__(self) -> int:
        return len(self._queue) + len(self._turn)

    def submit(self, facts: Facts) -> "asyncio.Future[Result]":
        """To be called from one event loop only."""
        if self._stopping or len(self) >= self._limit:
            raise QueueFull
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Result] = loop.create_future()
        if not self._turn:
            loop.call_soon(self._hand_over, 0)
        self._turn.append((facts, future))
        return future

    def _hand_over(self, before: int) -> None:
        # As long as every turn of the loop brings more, wait for the next one: fewer, larger commits.
        if before < len(self._turn) < GATHERED:
            self._turn[0][1].get_loop().call_soon(self._hand_over, len(self._turn))
            return
        turn, self._turn = self._turn, []
        with self._changed:
            if not self._stopping:
                self._queue += turn
                self._changed.notify()
                return
        self._settle(turn, [TryAgain("stopping")] * len(turn))

    def _run(self) -> None:
        while batch := self._next():
            begun = time.perf_counter()
            everything = [facts for facts, _future in batch]
            try:
                results = self._store(self._engine, everything, self._mark())
            except Exception as error:  # noqa: BLE001  # top of a loop: the stations must hear something
                _log.exception("A batch of %d envelopes could not be stored.", len(batch))
                results = [TryAgain(type(error).__name__)] * len(batch)
            self._committed(len(batch), time.perf_counter() - begun)
            self._tell(batch, results)

    def _next(self) -> list[Waiting]:
        with self._changed:
            while not self._queue and not self._stopping:
                self._changed.wait()
            batch = self._queue[:BATCH_LIMIT]
            del self._queue[:BATCH_LIMIT]
            return batch

    def _tell(self, batch: Sequence[Waiting], results: Sequence[Result]) -> None:
        loop = batch[0][1].get_loop()
        try:
            loop.call_soon_threadsafe(self._settle, batch, results)
        except RuntimeError:
            # The loop is closed: nobody waits for the answer any more, and the stations will ask again.
            _log.warning("%d stored envelopes could not be acknowledged.", len(batch))

    def _settle(self, batch: Sequence[Waiting], results: Sequence[Result]) -> None:
        for (_facts, future), result in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(result)
