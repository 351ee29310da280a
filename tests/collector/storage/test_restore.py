"""A backup takes the database's place whole or not at all."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from collector.storage.backup import BESIDE
from collector.storage.lock_file import Busy, held
from collector.storage.restore import copy_in, finish_interrupted, lock_of, put_in_place, remove, restoring

TABLES = "CREATE TABLE alembic_version (x); CREATE TABLE station (x); CREATE TABLE station_contact "
TABLES += "(last_envelope_id, received_at)"


class PowerCut(Exception):
    """Nothing more happens after it."""


def made(file: Path, word: str) -> Path:
    """A database that was killed with its last word still in the write-ahead log."""
    alive = file.with_name("alive")
    with closing(sqlite3.connect(alive, isolation_level=None)) as connection:
        connection.executescript(f"PRAGMA journal_mode = WAL; {TABLES}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("INSERT INTO station VALUES (?)", (word,))
        for end in ("", "-wal", "-shm"):
            shutil.copy(alive.with_name(alive.name + end), file.with_name(file.name + end))
    remove(alive)
    return file


def word_in(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        [(word,)] = connection.execute("SELECT x FROM station").fetchall()
        return str(word)


@pytest.fixture
def database(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return made(folder / "collector.sqlite", "of today")


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    return made(tmp_path / "yesterday.sqlite", "of yesterday")


def kept_aside(database: Path) -> list[Path]:
    found = database.parent.glob("*.replaced-*")
    return [file for file in found if not file.name.endswith(BESIDE)]


def test_the_backup_is_in_place_and_the_old_database_is_kept_with_its_log(database: Path, backup: Path) -> None:
    copy_in(backup, database)
    aside = put_in_place(database)
    assert word_in(database) == "of yesterday"
    assert aside is not None
    assert word_in(aside) == "of today"
    assert word_in(backup) == "of yesterday"


def test_there_need_not_be_a_database(tmp_path: Path, backup: Path) -> None:
    database = tmp_path / "new.sqlite"
    copy_in(backup, database)
    assert put_in_place(database) is None
    assert word_in(database) == "of yesterday"


def test_a_database_that_is_broken_beyond_reading_is_replaced_and_kept(database: Path, backup: Path) -> None:
    remove(database)
    database.write_bytes(b"\xff" * 5000)
    copy_in(backup, database)
    aside = put_in_place(database)
    assert word_in(database) == "of yesterday"
    assert aside is not None
    assert aside.read_bytes() == b"\xff" * 5000


def test_a_backup_from_a_disk_that_nobody_may_write_to_is_read(database: Path, backup: Path) -> None:
    assert word_in(backup) == "of yesterday"  # and closed, so that nothing lies beside it
    assert not backup.with_name(backup.name + "-wal").exists()
    backup.chmod(0o400)
    copy_in(backup, database)
    put_in_place(database)
    assert word_in(database) == "of yesterday"
    assert [file.name for file in backup.parent.iterdir() if file.is_file()] == [backup.name]


@pytest.fixture
def cut(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Each step that others can see takes one from the number; at zero the power goes."""
    left = [10**6]

    def limited(name: str) -> None:
        real = getattr(os, name)

        def step(*words: object, **named: object) -> object:
            left[0] -= 1
            if left[0] < 0:
                raise PowerCut
            return real(*words, **named)

        monkeypatch.setattr(os, name, step)

    for name in ("replace", "fsync", "unlink"):
        limited(name)
    yield left
    left[0] = 10**6


def test_a_power_cut_at_any_step_leaves_the_old_or_the_new_database_whole(
    tmp_path: Path, backup: Path, cut: list[int]
) -> None:
    words = []
    for steps in range(30):
        folder = tmp_path / f"data-{steps}"
        folder.mkdir()
        database = made(folder / "collector.sqlite", "of today")
        cut[0] = 10**6
        copy_in(backup, database)
        cut[0] = steps
        with suppress(PowerCut):
            put_in_place(database)
        # Again and again, as long as it takes: each start gets one step further.
        for further in range(30):
            cut[0] = further
            with suppress(PowerCut):
                finish_interrupted(database)
        cut[0] = 10**6
        words.append(word_in(database))
        # If the restore was not decided, nothing was moved; else the old database is kept.
        assert [word_in(file) for file in kept_aside(database)] == ["of today"] * (words[-1] == "of yesterday")
        assert all(
            lock_of(database) == file or "restor" not in file.name or words[-1] == "of today"
            for file in folder.iterdir()
        )
    assert words[0] == "of today"
    assert words[-1] == "of yesterday"
    assert words == sorted(words)


def test_a_restore_that_is_under_way_is_not_finished_by_somebody_else(database: Path, backup: Path) -> None:
    copy_in(backup, database)
    restoring(database).replace(database.with_name(database.name + ".restored"))
    with held(lock_of(database)):
        with pytest.raises(Busy):
            finish_interrupted(database)
        assert word_in(database) == "of today"
    finish_interrupted(database)
    assert word_in(database) == "of yesterday"


def test_what_an_interrupted_restore_left_is_in_nobodys_way(database: Path, backup: Path) -> None:
    for end in ("", *BESIDE):
        restoring(database).with_name(restoring(database).name + end).write_text("half")
    copy_in(backup, database)
    put_in_place(database)
    assert word_in(database) == "of yesterday"
