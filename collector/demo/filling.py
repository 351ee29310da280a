"""Fills the demonstration's past in two processes of their own, while the pages are served by a third.

One draws and commits, the other rolls as fast as it can; they queue for a lock of their own, because SQLite's waiting
would keep the first one from its turn. The roller of the demonstration's server waits meanwhile: it
does not get the lease, so nothing is purged either before the past is whole.
"""

import multiprocessing
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from collector.demo.year import fill, region_of
from collector.ingest.roller import RollerThread, holds_lease, lag, release
from collector.storage.engine import WriteLock, create_engine

HOLDER = "demonstration"
END_SECONDS = 10
CONTACT_SECONDS = 600
"""How often the invented stations report."""
LOOK_SECONDS = 0.5
SLOTS_AT_ONCE = 1_000
"""In one transaction of the roller: hardly a station waits for it here, and each transaction reaches the disk."""


class Filling:
    """The two processes.

    `tell` is given the share of the past that is drawn, from 0 to 1, and whether all figures are computed from it.
    """

    def __init__(self, engine: Engine, address: str, zone: str, tell: Callable[[float, bool], None]) -> None:
        """Take the roller's lease; nothing runs until `start`. `address` is that of the engine's database."""
        self._engine = engine
        self._tell = tell
        spawning = multiprocessing.get_context("spawn")
        self._ear, mouth = spawning.Pipe(duplex=False)
        self._committed = spawning.Event()
        # Ours to keep: it ends with us, and a process that begins later would not find it.
        self._lock = spawning.RLock()
        self._drawing = spawning.Process(target=draw, args=(address, self._lock, zone, mouth), daemon=True)
        self._rolling = spawning.Process(target=roll_all, args=(address, self._lock, self._committed), daemon=True)
        holds_lease(engine, int(time.time()), HOLDER)
        self._zone = ZoneInfo(zone)
        self._next_look = 0.0
        self.done = False

    def start(self) -> None:
        # Ctrl-C at a terminal reaches the whole group; a program that begins with it ignored goes on ignoring it.
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
        try:
            self._drawing.start()
            self._rolling.start()
        finally:
            signal.signal(signal.SIGINT, before)

    def look(self) -> None:
        """Hear how far they are, and let the day go on when they are done; raises RuntimeError when one has failed."""
        if self.done:
            self._go_on()
            return
        # At its end the pipe is ready for ever, with nothing in it.
        with suppress(EOFError):
            while self._ear.poll():
                self._tell(self._ear.recv(), False)
        for process in (self._drawing, self._rolling):
            if process.exitcode:
                raise RuntimeError("the past of the demonstration could not be simulated")
        if self._drawing.exitcode == 0:
            self._committed.set()
            self._next_look = time.monotonic() + CONTACT_SECONDS
            if self._rolling.exitcode == 0:
                self.done = True
                self._tell(1.0, True)

    def _go_on(self) -> None:
        if time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + CONTACT_SECONDS
            now = int(time.time())
            for _ in fill(self._engine, region_of(self._engine, self._zone, now), lambda: now):
                pass

    def stop(self) -> None:
        """End both, wherever they are; what they committed stays, and a later start goes on from there."""
        for process in (self._drawing, self._rolling):
            if process.is_alive():
                process.terminate()
                process.join(END_SECONDS)
        release(self._engine, HOLDER)


def draw(address: str, lock: WriteLock, zone: str, mouth: Connection) -> None:
    """Commit what is missing up to now."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = create_engine(address, write_lock=lock)
    place = ZoneInfo(zone)
    region = region_of(engine, place, int(time.time()))
    for share in fill(engine, region, lambda: int(time.time())):
        mouth.send(share)


def roll_all(address: str, lock: WriteLock, committed: Event) -> None:
    """Roll until everything is committed and nothing is marked."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    engine = create_engine(address, write_lock=lock)
    roller = RollerThread(engine, clock=time.time, holder=HOLDER, at_once=SLOTS_AT_ONCE, rest=0.0)
    roller.start()
    committed.wait()
    while lag(engine):
        time.sleep(LOOK_SECONDS)
    roller.stop()
