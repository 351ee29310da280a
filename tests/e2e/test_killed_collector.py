"""A hundred SIGKILLs of a real collector on SQLite: nothing acknowledged is lost, nothing is counted twice.

SIGKILL leaves to the disk what the system had taken; whether a commit is flushed (`synchronous=FULL`) shows only in a
power cut, so tests/collector/storage/test_engine.py looks at the setting itself.
"""

import random
import shutil
import socket
import sqlite3
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from collector.ingest.rebuilding import verify
from collector.storage.engine import create_engine
from tests.collector.storage.next_version import NEXT, migrations_of_tomorrow
from tests.e2e.forked_collector import CHECKPOINT, PLACES, ROLLER, WRITER, Nursery, Tuning
from tests.e2e.load import SimulatedStation, record
from tests.e2e.running_collector import RunningCollector, free_port
from tests.e2e.waiting import until

if sys.platform == "win32":
    pytest.skip("real Windows: there is no fork", allow_module_level=True)

STATIONS = 4
KILLS = 100
KILLS_OF_COMMANDS = 10
SEED = 20_261_122


class Loaded:
    """A collector under load that is killed and started again."""

    def __init__(self, nursery: Nursery, folder: Path) -> None:
        self.nursery = nursery
        self.folder = folder
        self.database = folder / "collector.sqlite"
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.pid = 0
        self.starts = 0
        self.stop = threading.Event()
        self.stations: list[SimulatedStation] = []

    def start(self, tuning: Tuning) -> None:
        """Return when it answers, or is dead already."""
        self.starts += 1
        words = ["--data", str(self.folder), "serve", "--port", str(self.port)]
        self.pid = self.nursery.start(words, tuning)
        until(lambda: self.answers() or self.is_dead(), f"the collector answers: {self.nursery.log}")

    def answers(self) -> bool:
        with socket.socket() as line:
            return line.connect_ex(("127.0.0.1", self.port)) == 0

    def is_dead(self) -> bool:
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"

    def acknowledged(self) -> int:
        return sum(station.envelopes for station in self.stations)

    def stored(self) -> dict[tuple[str, int], int]:
        with closing(sqlite3.connect(self.database, timeout=15)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            rows = connection.execute("SELECT run_id, slot, revision FROM slot_record")
            return {(run, slot): revision for run, slot, revision in rows}

    def lost(self, told: dict[tuple[str, int], int]) -> dict[tuple[str, int], int]:
        """What was acknowledged and is not there."""
        stored = self.stored()
        return {key: revision for key, revision in told.items() if stored.get(key, 0) < revision}

    def told(self) -> dict[tuple[str, int], int]:
        """What was acknowledged so far."""
        return {
            (station.run_id, slot): revision
            for station in self.stations
            for slot, revision in list(station.acknowledged.items())
        }

    def derived_wrongly(self) -> list[object]:
        engine = create_engine(f"sqlite:///{self.database}")
        found: list[object] = list(verify(engine))
        # Nothing of ours stays open: whoever starts next finds the log as the dead one left it.
        engine.dispose()
        return found


@pytest.fixture(scope="module")
def nursery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nursery]:
    with Nursery(tmp_path_factory.mktemp("nursery")) as found:
        yield found


@contextmanager
def load(nursery: Nursery, folder: Path, tuning: Tuning) -> Iterator[Loaded]:
    """A collector that serves, and stations that send as fast as they can."""
    folder.mkdir(mode=0o700)
    prepared = RunningCollector(folder)
    prepared.words("site", "add", "EVERE", "Evere")
    token = prepared.token("--site", "EVERE", "--stations", str(STATIONS))
    loaded = Loaded(nursery, folder)
    prepared.address, prepared.port = loaded.address, loaded.port
    loaded.start(tuning)
    loaded.stations = [SimulatedStation(prepared, number + 1, token, loaded.stop) for number in range(STATIONS)]
    for station in loaded.stations:
        station.start()
    try:
        yield loaded
    finally:
        loaded.stop.set()
        for station in loaded.stations:
            station.join()
        if loaded.pid:
            nursery.kill(loaded.pid)


def drawn(chance: random.Random, start: int) -> Tuning:
    """Where and when the next kill strikes: by chance, or aimed at one of the places where it hurts most."""
    aim = chance.choice(["", "", "", WRITER, ROLLER, ROLLER, CHECKPOINT])
    return Tuning(
        later_seconds=60 * start,
        # Commits that never write back leave more to the checkpoint that is aimed at.
        checkpoint_pages=10_000 if aim == CHECKPOINT else chance.choice([10, 100, 1000]),
        aim=aim,
        aim_after=chance.randint(1, {WRITER: 12, ROLLER: 3}.get(aim, 1)),
        aim_delay=0.0 if aim == CHECKPOINT else chance.choice([0, 0.0003, 0.001, 0.003]),
    )


def let_it_die(loaded: Loaded, tuning: Tuning, chance: random.Random) -> None:
    """Kill it at a moment of chance once it has acknowledged something, or wait until it kills itself."""
    before = loaded.acknowledged()
    if tuning.aim:
        until(loaded.is_dead, f"it kills itself: {tuning}")
    else:
        until(lambda: loaded.acknowledged() > before, "something is acknowledged")
        time.sleep(chance.random() * 0.08)  # where in the work it strikes is chance, though with a seed
    loaded.nursery.kill(loaded.pid)
    loaded.pid = 0


def test_a_hundred_kills_lose_nothing_and_count_nothing_twice(
    nursery: Nursery, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(SEED)
    struck: Counter[str] = Counter()
    begun = time.monotonic()
    tuning = Tuning()
    with load(nursery, tmp_path / "data", tuning) as loaded:
        for kill in range(KILLS):
            let_it_die(loaded, tuning, chance)
            struck.update(nursery.struck())
            told = loaded.told()
            tuning = drawn(chance, loaded.starts)
            # Every other time the next collector is the first to open what was left, and we look beside it.
            if kill % 2:
                loaded.start(tuning)
            assert loaded.lost(told) == {}, f"seed {SEED}, kill {kill}"
            assert loaded.derived_wrongly() == [], f"seed {SEED}, kill {kill}"
            if not loaded.pid:
                loaded.start(tuning)
        nursery.kill(loaded.pid)
        loaded.start(Tuning(later_seconds=60 * loaded.starts))
        before = loaded.acknowledged()
        until(lambda: loaded.acknowledged() > before, "it goes on")
        loaded.stop.set()
        for station in loaded.stations:
            station.join()
        told = loaded.told()
        until(lambda: not rows(loaded, "SELECT 1 FROM dirty_slot LIMIT 1"), "the roller has derived everything")
        envelopes, again = loaded.acknowledged(), sum(station.sent_again for station in loaded.stations)
        figures = f"{KILLS} kills ({dict(struck)}), {envelopes} envelopes, {again} broken off, "
        figures += f"{time.monotonic() - begun:.0f} s"
        record_property("figures", figures)
        print(figures)
        assert [station.refused for station in loaded.stations if station.refused] == []
        assert loaded.lost(told) == {}
        assert loaded.derived_wrongly() == []
        stored = loaded.stored()
        [sums] = rows(loaded, "SELECT sum(starts_10), sum(seconds_in_use_10) FROM site_slot")
        assert sums == (len(stored), sum(min(900, 100 + revision) for revision in stored.values()))
    assert all(struck[place] >= KILLS // 20 for place in PLACES), struck


def test_a_collector_that_acknowledges_before_it_commits_is_found_out(nursery: Nursery, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    with load(nursery, tmp_path / "data", Tuning(acknowledges_first=True)) as loaded:
        for _ in range(10):
            let_it_die(loaded, Tuning(), chance)
            if loaded.lost(loaded.told()):
                return
            loaded.start(Tuning(acknowledges_first=True, later_seconds=60 * loaded.starts))
    pytest.fail("it lost nothing in ten kills")


def rows(loaded: Loaded, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(loaded.database, timeout=15)) as connection:
        return connection.execute(question).fetchall()


class Filled(NamedTuple):
    """A database with data, which no process uses, and how many seconds a command takes on it."""

    folder: Path
    sessions: int


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """10,000 slot records of one station."""
    folder = tmp_path_factory.mktemp("filled") / "data"
    folder.mkdir(mode=0o700)
    collector = RunningCollector(folder)
    collector.words("site", "add", "EVERE", "Evere")
    columns = "site_id, slot, station_id, run_id, revision, method, presence_readable, seconds_observed, seconds_on"
    rules = [f"{name}_{minutes}" for minutes in (3, 5, 10, 15) for name in ("starts", "seconds_in_use", "lengths")]
    with closing(sqlite3.connect(folder / "collector.sqlite")) as connection:
        connection.execute("INSERT INTO station (site_id, station_id, label, installed_at) VALUES (1, 1, 'PC', 0)")
        for slot in range(2_000_000, 2_010_000):
            known = record("5e" * 8, slot, 1)
            values = [1, slot, 1, known["run_id"], 1, known["method"], 0, 900, 900, *[1, 100, "1 0 0 0 0 0 0"] * 4]
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO slot_record ({columns}, {', '.join(rules)}) VALUES ({marks})", values)
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Filled(folder, 10_000)


def took(nursery: Nursery, words: list[str], tuning: Tuning) -> float:
    """Seconds that the whole command takes."""
    begun = time.monotonic()
    assert nursery.wait(nursery.start(words, tuning)) == 0, nursery.log.read_text()
    return time.monotonic() - begun


def killed_within(nursery: Nursery, words: list[str], tuning: Tuning, seconds: float) -> bool:
    """Kill a command so many seconds after its start; whether it had not ended by itself."""
    pid = nursery.start(words, tuning)
    time.sleep(seconds)
    alive = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    nursery.kill(pid)
    return alive


def copied(filled: Filled, folder: Path) -> Path:
    shutil.copytree(filled.folder, folder)
    return folder


def look_at(database: Path, question: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database, timeout=15)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute(question).fetchall()


@pytest.mark.parametrize("recreate", ["auto", "always"])
def test_a_migration_that_is_killed_is_done_by_the_next_start_and_no_row_is_lost(
    nursery: Nursery, filled: Filled, tmp_path: Path, recreate: str
) -> None:
    chance = random.Random(SEED)
    tuning = Tuning(migrations=str(migrations_of_tomorrow(tmp_path / "migrations", recreate)))
    words = ["--data", str(copied(filled, tmp_path / "measured")), "migrate"]
    seconds = took(nursery, words, tuning)
    alive = 0
    for kill in range(KILLS_OF_COMMANDS):
        folder = copied(filled, tmp_path / f"data-{kill}")
        words = ["--data", str(folder), "migrate"]
        alive += killed_within(nursery, words, tuning, chance.random() * seconds)
        took(nursery, words, tuning)
        database = folder / "collector.sqlite"
        assert look_at(database, "SELECT version_num FROM alembic_version") == [(NEXT,)]
        assert look_at(database, "SELECT word FROM tomorrow ORDER BY word") == [("first",), ("last",)]
        sums = look_at(database, "SELECT count(*), sum(starts_10), sum(tomorrow = slot) FROM slot_record")
        assert sums == [(filled.sessions,) * 3]
        shutil.rmtree(folder)
    assert alive > KILLS_OF_COMMANDS // 3


def test_a_backup_that_is_killed_leaves_the_one_of_yesterday_or_is_whole(
    nursery: Nursery, filled: Filled, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    folder, target = copied(filled, tmp_path / "data"), tmp_path / "backup.sqlite"
    words = ["--data", str(folder), "backup", "--replace", str(target)]
    seconds = took(nursery, words, Tuning())
    counts = {filled.sessions}
    alive = 0
    for kill in range(KILLS_OF_COMMANDS):
        with closing(sqlite3.connect(folder / "collector.sqlite")) as connection:
            connection.execute("DELETE FROM slot_record WHERE slot = ?", (2_000_000 + kill,))
            connection.commit()
        counts.add(filled.sessions - kill - 1)
        alive += killed_within(nursery, words, Tuning(), chance.random() * seconds)
        [(count,)] = look_at(target, "SELECT count(*) FROM slot_record")
        assert count in counts
    assert alive > KILLS_OF_COMMANDS // 3
    took(nursery, words, Tuning())
    assert look_at(target, "SELECT count(*) FROM slot_record") == [(filled.sessions - KILLS_OF_COMMANDS,)]
    assert [file.name for file in tmp_path.iterdir() if file.is_file()] == [target.name]


def test_a_restore_that_is_killed_leaves_one_of_the_two_databases_whole(
    nursery: Nursery, filled: Filled, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    backup = tmp_path / "backup.sqlite"
    took(nursery, ["--data", str(filled.folder), "backup", str(backup)], Tuning())
    seconds = 0.0
    found: Counter[object] = Counter()
    for kill in range(KILLS_OF_COMMANDS):
        folder = copied(filled, tmp_path / f"data-{kill}")
        database = folder / "collector.sqlite"
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("DELETE FROM slot_record WHERE slot = 2000000")
            connection.commit()
        words = ["--data", str(folder), "restore", str(backup)]
        seconds = seconds or took(nursery, words, Tuning())
        killed_within(nursery, words, Tuning(), chance.uniform(0.4, 1.1) * seconds)
        # Any word finishes what was decided.
        took(nursery, ["--data", str(folder), "site", "list"], Tuning())
        [(count,)] = look_at(database, "SELECT count(*) FROM slot_record")
        found[count] += 1
        shutil.rmtree(folder)
    assert set(found) == {filled.sessions, filled.sessions - 1}, found


def test_a_backup_under_load_holds_everything_that_was_acknowledged_before_it(nursery: Nursery, tmp_path: Path) -> None:
    with load(nursery, tmp_path / "data", Tuning()) as loaded:
        for number in range(3):
            before = loaded.acknowledged()
            until(lambda: loaded.acknowledged() > before + 50, "there is load")  # noqa: B023 called before it changes
            told = loaded.told()
            target = tmp_path / f"backup-{number}.sqlite"
            assert nursery.wait(nursery.start(["--data", str(loaded.folder), "backup", str(target)], Tuning())) == 0
            found = {
                (run, slot): revision
                for run, slot, revision in look_at(target, "SELECT run_id, slot, revision FROM slot_record")
            }
            assert {key: revision for key, revision in told.items() if found.get(key, 0) < revision} == {}
