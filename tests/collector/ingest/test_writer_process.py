"""Envelopes are stored by a process of its own: it may die, be asked to end, or lose whoever started it."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import Engine, func, select

from collector.config import Settings, read
from collector.ingest.commit import NotStorable, Result, Stored, TryAgain
from collector.ingest.writer import GATHERED, QueueFull
from collector.ingest.writer_process import RESTART_SECONDS, SEND_SECONDS, WriterProcess, _packed, _unpacked
from collector.storage.engine import reading
from collector.storage.models import site_slot, slot_record
from tests.collector.ingest.cast import SLOT, arrival, slot

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has the writer in a thread")


class Watch:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def settings(sqlite_region: Engine, tmp_path: Path) -> Settings:
    url = sqlite_region.url.render_as_string(hide_password=False)
    return read(None, {"DPS_COLLECTOR_DATABASE_URL": url, "DPS_COLLECTOR_QUEUE_LIMIT": "20"}, data_folder=str(tmp_path))


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def batches() -> list[int]:
    return []


@pytest.fixture
def writer(settings: Settings, watch: Watch, batches: list[int]) -> Iterator[WriterProcess]:
    one = WriterProcess(
        settings,
        mark=lambda: 1,
        committed=lambda count, _seconds: batches.append(count),
        dropped=lambda _count: None,
        elapsed=watch,
    )
    one.start()
    yield one
    one.stop()


def slots_stored(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.execute(select(slot_record.c.slot).order_by(slot_record.c.slot)).scalars())


def process_of(writer: WriterProcess) -> "subprocess.Popen[bytes]":
    assert writer._process is not None
    return writer._process


async def until(look: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not look():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


def test_facts_reach_the_process_as_they_left() -> None:
    facts = arrival(1)

    again = _unpacked(_packed(facts))

    assert again == facts
    assert again.seen._asdict() == facts.seen._asdict()


def test_it_stores_batches_answers_each_envelope_and_rolls(
    writer: WriterProcess, batches: list[int], sqlite_region: Engine
) -> None:
    async def scene() -> None:
        bad = arrival(3)
        bad.slots.append(("not a site", *arrival(4, slots=[slot()]).slots[0][1:]))
        futures = [writer.submit(arrival(number, slots=[slot(SLOT - number)])) for number in (1, 2)]
        results = await asyncio.gather(*futures, writer.submit(bad), writer.submit(arrival(5)))
        assert [type(result) for result in results] == [Stored, Stored, NotStorable, Stored]
        assert isinstance(results[3], Stored)
        assert results[3].envelope_id_before == f"{2:032x}", "one after the other"
        assert slots_stored(sqlite_region) == [SLOT - 2, SLOT - 1], "acknowledged is stored"
        await until(rolled)

    def rolled() -> bool:
        with reading(sqlite_region) as connection:
            return connection.execute(select(func.count()).select_from(site_slot)).scalar_one() == 2

    asyncio.run(scene())

    assert batches == [4]


async def handed_over() -> None:
    """The turns of the loop in which what was submitted is gathered and sent."""
    for _ in range(3):
        await asyncio.sleep(0)


def test_the_next_batch_is_sent_while_one_is_committed(writer: WriterProcess, batches: list[int]) -> None:
    async def scene() -> None:
        await writer.submit(arrival(0))
        psutil.Process(process_of(writer).pid).suspend()
        futures = [writer.submit(arrival(1))]
        await handed_over()
        futures += [writer.submit(arrival(2 + number)) for number in range(GATHERED)]
        await handed_over()
        futures.append(writer.submit(arrival(2 + GATHERED)))
        await handed_over()
        psutil.Process(process_of(writer).pid).resume()
        results = await asyncio.gather(*futures)
        held = [result.envelope_id_before for result in results if isinstance(result, Stored)]
        assert held == [f"{number:032x}" for number in range(2 + GATHERED)], "in their order"

    asyncio.run(scene())

    assert batches == [1, 1, GATHERED, 1]


def test_the_loop_does_not_wait_until_a_batch_too_long_for_the_socket_is_read(
    writer: WriterProcess, batches: list[int], sqlite_region: Engine
) -> None:
    long = [slot(SLOT - back) for back in range(300)]

    async def scene() -> None:
        await writer.submit(arrival(0))
        psutil.Process(process_of(writer).pid).suspend()
        futures = [writer.submit(arrival(1))]
        await handed_over()
        futures += [writer.submit(arrival(2 + number, slots=long)) for number in range(GATHERED)]
        begun = time.monotonic()
        await handed_over()
        assert time.monotonic() - begun < SEND_SECONDS / 2
        psutil.Process(process_of(writer).pid).resume()
        assert {type(result) for result in await asyncio.gather(*futures)} == {Stored}

    asyncio.run(scene())

    assert batches[:2] == [1, 1]
    assert max(batches) < GATHERED
    assert len(slots_stored(sqlite_region)) == 300


def test_when_it_dies_stations_come_again_and_it_is_started_again(
    writer: WriterProcess, watch: Watch, sqlite_region: Engine
) -> None:
    async def scene() -> None:
        assert isinstance(await writer.submit(arrival(1, slots=[slot(SLOT)])), Stored)
        first = process_of(writer)
        first.kill()
        assert isinstance(await writer.submit(arrival(2, slots=[slot(SLOT - 1)])), TryAgain), "in hand, or found dead"
        assert isinstance(await writer.submit(arrival(2, slots=[slot(SLOT - 1)])), TryAgain), "not again so soon"
        watch.seconds += RESTART_SECONDS
        assert isinstance(await writer.submit(arrival(2, slots=[slot(SLOT - 1)])), Stored)
        assert process_of(writer).pid != first.pid

    asyncio.run(scene())

    assert slots_stored(sqlite_region) == [SLOT - 1, SLOT]


def test_when_the_roller_dies_both_are_started_again(writer: WriterProcess, watch: Watch) -> None:
    async def scene() -> None:
        assert isinstance(await writer.submit(arrival(1)), Stored)
        first = process_of(writer)
        [roller] = psutil.Process(first.pid).children()
        roller.kill()
        await until(lambda: first.poll() is not None)
        watch.seconds += RESTART_SECONDS
        assert isinstance(await submitted(), Stored)
        assert len(psutil.Process(process_of(writer).pid).children()) == 1

    async def submitted() -> Result:
        # Whether we have heard of its end when we hand over, or hear of it then, is a matter of chance.
        result = await writer.submit(arrival(2))
        watch.seconds += RESTART_SECONDS
        return await writer.submit(arrival(2)) if isinstance(result, TryAgain) else result

    asyncio.run(scene())


def test_a_stop_stores_what_waits_takes_no_more_and_ends_the_process(
    writer: WriterProcess, sqlite_region: Engine
) -> None:
    async def scene() -> None:
        futures = [writer.submit(arrival(number, slots=[slot(SLOT - number)])) for number in range(20)]
        with pytest.raises(QueueFull):
            writer.submit(arrival(21))
        await asyncio.to_thread(writer.stop)
        assert all(isinstance(result, Stored) for result in await asyncio.gather(*futures))
        with pytest.raises(QueueFull):
            writer.submit(arrival(22))

    asyncio.run(scene())

    assert process_of(writer).returncode == 0
    assert len(slots_stored(sqlite_region)) == 20


def test_a_signal_to_the_whole_group_leaves_it_to_store_what_waits(
    writer: WriterProcess, sqlite_region: Engine
) -> None:
    async def scene() -> None:
        assert isinstance(await writer.submit(arrival(1)), Stored)
        for number in (signal.SIGINT, signal.SIGTERM):
            process_of(writer).send_signal(number)
        assert isinstance(await writer.submit(arrival(2, slots=[slot()])), Stored)

    asyncio.run(scene())

    assert slots_stored(sqlite_region) == [SLOT]


def test_it_ends_with_whoever_started_it(settings: Settings, tmp_path: Path) -> None:
    told = tmp_path / "process"
    parent = f"""
import pathlib, psutil, time
from collector.config import read
from collector.ingest.writer_process import WriterProcess
settings = read(None, {{"DPS_COLLECTOR_DATABASE_URL": {settings.database_url!r}}}, data_folder={str(tmp_path)!r})
writer = WriterProcess(settings, mark=int, committed=print, dropped=print)
writer.start()
while not writer._socket.recv(4): pass
roller, = psutil.Process(writer._process.pid).children()
pathlib.Path({str(told)!r}).write_text(f"{{writer._process.pid}} {{roller.pid}}")
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", parent]) as process:
        deadline = time.monotonic() + 30
        while not (told.exists() and told.read_text()):
            assert time.monotonic() < deadline
            time.sleep(0.02)
        process.kill()
    for child in map(int, told.read_text().split()):
        while is_alive(child):
            assert time.monotonic() < deadline
            time.sleep(0.02)


def is_alive(pid: int) -> bool:
    """Whether a process does anything; whoever adopts an orphan may leave it a zombie."""
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False
