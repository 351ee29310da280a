"""Real collector processes that start in a few milliseconds, so that they can be killed a hundred times.

A process that has imported everything forks a child for each command; the child runs the words of the command line as
`dps-collector` would, nothing less. What differs from the real program is told in `Tuning`.

The forking process is this file itself, started by `Nursery`, which talks to it in lines of JSON.
"""

import json
import mmap
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

WRITER, ROLLER, CHECKPOINT = "writer", "roller", "checkpoint"
PLACES = (WRITER, ROLLER, CHECKPOINT)
"""Where a kill can strike: inside the transactions of two threads, which have these names, or inside a checkpoint."""


@dataclass(frozen=True)
class Tuning:
    """What a child does differently."""

    later_seconds: int = 0
    """Its clock is ahead, so that the lease of the roller that was killed before is over."""
    checkpoint_pages: int = 100
    """The write-ahead log is written back after so many pages; a test cannot wait for 16,000."""
    migrations: str = ""
    """The folder of its migrations, in place of its own."""
    aim: str = ""
    """It kills itself in one of `PLACES`,"""
    aim_after: int = 1
    """when it is there for this time,"""
    aim_delay: float = 0.0
    """so many seconds after it came there."""
    acknowledges_first: bool = False
    """A collector that is broken: it acknowledges what it will commit a little later."""


class Nursery:
    """Starts children and tells where each was when it died."""

    def __init__(self, folder: Path) -> None:
        self._marks = folder / "places"
        self._marks.write_bytes(bytes(len(PLACES)))
        self.log = folder / "children.log"
        words = [sys.executable, "-m", "tests.e2e.forked_collector", str(self._marks), str(self.log)]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DPS_")}
        self._process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # At the end of its input it kills the children that are left.
        self._process.communicate(timeout=30)

    def start(self, words: Sequence[str], tuning: Tuning) -> int:
        """The process id of a child that runs these words."""
        with self._marks.open("r+b") as marks:
            # Not cut short and written again: a child that marks its place meanwhile would die of it.
            marks.write(bytes(len(PLACES)))
        return int(self._ask({"words": [str(word) for word in words], "tuning": asdict(tuning)}))

    def kill(self, pid: int) -> None:
        """SIGKILL, unless it ended by itself; returns when it is gone."""
        if sys.platform == "win32":
            raise OSError("there is no fork")
        os.kill(pid, signal.SIGKILL)
        self.wait(pid)

    def wait(self, pid: int) -> int:
        """The exit code of a child, or minus the signal that ended it."""
        return int(self._ask({"wait": pid}))

    def struck(self) -> set[str]:
        """Where the last child was when it died."""
        marks = self._marks.read_bytes()
        return {place for place, mark in zip(PLACES, marks, strict=True) if mark}

    def _ask(self, question: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


class Places:
    """Marks, in memory that outlives the process, where its threads are; strikes where it was told to."""

    def __init__(self, file: str) -> None:
        with Path(file).open("r+b") as marks:
            self._marks = mmap.mmap(marks.fileno(), len(PLACES))
        self.tuning = Tuning()
        self._times = 0
        self._now = threading.Event()

    def take_aim(self, tuning: Tuning) -> None:
        """Have a thread ready that strikes, since starting one would take longer than many a checkpoint."""
        self.tuning = tuning
        if tuning.aim:
            threading.Thread(target=self._strike, daemon=True).start()

    def _strike(self) -> None:
        if sys.platform == "win32":
            raise OSError("there is no fork")
        self._now.wait()
        time.sleep(self.tuning.aim_delay)
        os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def inside(self, place: str) -> Iterator[None]:
        if place not in PLACES:
            yield
            return
        self._marks[PLACES.index(place)] = 1
        if place == self.tuning.aim:
            self._times += 1
            if self._times == self.tuning.aim_after:
                self._now.set()
        try:
            yield
        finally:
            self._marks[PLACES.index(place)] = 0


def fork_children(places: Places, log: str) -> None:
    """Do what the lines on standard input say, until they end."""
    if sys.platform == "win32":
        raise OSError("there is no fork")
    children: set[int] = set()
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            children.discard(asked["wait"])
            answer = os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                os._exit(child(asked["words"], Tuning(**asked["tuning"]), places, log))
            children.add(answer)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()
    for pid in children:
        os.kill(pid, signal.SIGKILL)


def child(words: list[str], tuning: Tuning, places: Places, log: str) -> int:
    """Run words of the command line; the exit code."""
    from collector.cli import main  # noqa: PLC0415 after `writing` was wrapped

    said = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(said, 1)
    os.dup2(said, 2)
    random.seed()  # else every child would draw the same marks
    places.take_aim(tuning)
    tune(tuning, places, words)
    try:
        main(words)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 1
    return 0


def tune(tuning: Tuning, places: Places, words: list[str]) -> None:
    from collector import app  # noqa: PLC0415 the same
    from collector.ingest import writer  # noqa: PLC0415 the same
    from collector.ingest.commit import Stored, commit  # noqa: PLC0415 the same
    from collector.storage import engine, schema  # noqa: PLC0415 the same

    # One process to strike, with the threads that have these names.
    app.writes_apart = lambda _engine: False  # type: ignore[assignment]  # the parameter has another name
    real_time = time.time
    time.time = lambda: real_time() + tuning.later_seconds
    engine.CHECKPOINT_PAGES = tuning.checkpoint_pages
    if tuning.migrations:
        schema.MIGRATIONS = Path(tuning.migrations)
    if tuning.aim == CHECKPOINT:
        threading.Thread(target=checkpoint, args=(words[1], places), daemon=True).start()
    if tuning.acknowledges_first:

        def promise(database: Any, batch: Sequence[Any], mark: int) -> list[Any]:
            threading.Timer(0.05, commit, (database, batch, mark)).start()
            return [Stored(None, ()) for _facts in batch]

        writer.Writer.__init__.__kwdefaults__["store"] = promise  # type: ignore[index]  # it has such defaults


def checkpoint(folder: str, places: Places) -> None:
    """Write the log back again and again, as the collector does when it is full."""
    import sqlite3  # noqa: PLC0415 only here

    connection = sqlite3.connect(Path(folder) / "collector.sqlite", timeout=15, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    while True:
        time.sleep(0.3)  # so that there is something to write back
        with places.inside(CHECKPOINT):
            connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()


def wrap_writing(places: Places) -> None:
    """Before anything else imports it: from then on it tells which thread is inside a transaction."""
    from collector.storage import engine  # noqa: PLC0415 before everything else of the collector

    real = engine.writing

    @contextmanager
    def writing(database: Any) -> Iterator[Any]:
        with ExitStack() as after_the_commit, real(database) as connection:
            after_the_commit.enter_context(places.inside(threading.current_thread().name))
            yield connection

    engine.writing = writing  # type: ignore[assignment]  # the parameter has another name


if __name__ == "__main__":
    marked = Places(sys.argv[1])
    wrap_writing(marked)
    import collector.cli  # noqa: F401 so that no child needs to

    fork_children(marked, sys.argv[2])
