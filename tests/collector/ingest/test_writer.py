"""Envelopes share commits; nothing is acknowledged before its commit; a stop stores what waits."""

import asyncio
import threading
from collections.abc import Sequence
from typing import cast as typed

import pytest
from sqlalchemy import Engine

from collector.ingest.commit import Result, Stored, TryAgain
from collector.ingest.facts import Facts
from collector.ingest.writer import BATCH_LIMIT, QueueFull, Writer
from tests.collector.ingest.cast import arrival

NO_ENGINE = typed("Engine", None)


class Disk:
    """A disk that finishes a commit when it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.begun = threading.Semaphore(0)
        self.free = threading.Semaphore(0)

    def store(self, _engine: Engine, batch: Sequence[Facts], _mark: int) -> list[Result]:
        self.batches.append([one.envelope_id for one in batch])
        self.begun.release()
        self.free.acquire()
        return [Stored(one.envelope_id, ()) for one in batch]

    def release(self, commits: int = 1) -> None:
        for _ in range(commits):
            self.free.release()


def writer(disk: Disk, limit: int = 100) -> Writer:
    return Writer(NO_ENGINE, limit=limit, mark=lambda: 1, store=disk.store)


def names(*numbers: int) -> list[str]:
    return [f"{number:032x}" for number in numbers]


def test_what_arrives_during_a_commit_shares_the_next_one() -> None:
    disk = Disk()
    one = writer(disk)

    async def scene() -> None:
        one.start()
        first = one.submit(arrival(1))
        await asyncio.to_thread(disk.begun.acquire)
        others = [one.submit(arrival(number)) for number in (2, 3, 4)]
        disk.release(2)
        results = await asyncio.gather(first, *others)
        assert [result.envelope_id_before for result in results if isinstance(result, Stored)] == names(1, 2, 3, 4)

    asyncio.run(scene())
    one.stop()

    assert disk.batches == [names(1), names(2, 3, 4)]


def test_nothing_is_acknowledged_before_its_commit() -> None:
    disk = Disk()
    one = writer(disk)

    async def scene() -> None:
        one.start()
        future = one.submit(arrival(1))
        await asyncio.to_thread(disk.begun.acquire)
        assert not future.done()
        disk.release()
        assert isinstance(await future, Stored)

    asyncio.run(scene())
    one.stop()


def test_a_full_queue_takes_no_more() -> None:
    disk = Disk()
    one = writer(disk, limit=2)

    async def scene() -> None:
        futures = [one.submit(arrival(1)), one.submit(arrival(2))]
        with pytest.raises(QueueFull):
            one.submit(arrival(3))
        one.start()
        disk.release(2)
        await asyncio.gather(*futures)

    asyncio.run(scene())
    one.stop()


def test_a_stop_stores_what_waits_and_takes_no_more() -> None:
    disk = Disk()
    one = writer(disk)

    async def scene() -> None:
        futures = [one.submit(arrival(number)) for number in range(1, 4)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        one.start()
        disk.release(9)
        await asyncio.to_thread(one.stop)
        assert all(isinstance(result, Stored) for result in await asyncio.gather(*futures))
        with pytest.raises(QueueFull):
            one.submit(arrival(9))

    asyncio.run(scene())

    assert [name for batch in disk.batches for name in batch] == names(1, 2, 3)


def test_what_comes_in_during_the_stop_is_told_to_come_again() -> None:
    one = writer(Disk())

    async def scene() -> None:
        one.start()
        future = one.submit(arrival(1))
        one.stop()
        assert await future == TryAgain("stopping")

    asyncio.run(scene())


def test_batches_are_bounded() -> None:
    disk = Disk()
    one = writer(disk, limit=10_000)

    async def scene() -> None:
        futures = [one.submit(arrival(1)) for _ in range(BATCH_LIMIT + 40)]
        one.start()
        disk.release(9)
        await asyncio.gather(*futures)

    asyncio.run(scene())
    one.stop()

    assert max(map(len, disk.batches)) <= BATCH_LIMIT
    assert sum(map(len, disk.batches)) == BATCH_LIMIT + 40


def test_a_commit_that_raises_is_answered_and_the_writer_goes_on() -> None:
    disk = Disk()
    disk.release(9)
    failures = [RuntimeError("disk")]

    def store(engine: Engine, batch: Sequence[Facts], mark: int) -> list[Result]:
        if failures:
            raise failures.pop()
        return disk.store(engine, batch, mark)

    one = Writer(NO_ENGINE, limit=9, mark=lambda: 1, store=store)

    async def scene() -> None:
        one.start()
        assert await one.submit(arrival(1)) == TryAgain("RuntimeError")
        assert isinstance(await one.submit(arrival(2)), Stored)

    asyncio.run(scene())
    one.stop()


def test_a_client_that_left_does_not_disturb_the_others() -> None:
    disk = Disk()
    one = writer(disk)

    async def scene() -> None:
        futures = [one.submit(arrival(1)), one.submit(arrival(2))]
        futures[0].cancel()
        one.start()
        disk.release(2)
        assert isinstance(await futures[1], Stored)

    asyncio.run(scene())
    one.stop()
