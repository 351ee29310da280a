"""SQLite's write-ahead log is emptied beside the commits."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select

from collector.storage import checkpoints
from collector.storage.checkpoints import checkpoint
from collector.storage.engine import create_engine, reading, writing
from collector.storage.models import dirty_slot
from collector.storage.rows import insert_rows, insertion

MARKS = insertion(dirty_slot, ("site_id", "slot", "mark"))


def add(engine: Engine, site_id: int, count: int = 2_000) -> None:
    with writing(engine) as connection:
        insert_rows(connection, MARKS, [(site_id, slot, 1) for slot in range(count)])


def file_of(engine: Engine) -> Path:
    return Path(str(engine.url.database))


def without_its_log(engine: Engine, folder: Path) -> int:
    """How many rows a copy of the database has that leaves the log behind."""
    copy = folder / "copy.sqlite"
    shutil.copy(file_of(engine), copy)
    alone = create_engine(f"sqlite:///{copy}")
    with reading(alone) as connection:
        count: int = connection.execute(select(func.count()).select_from(dirty_slot)).scalar_one()
    alone.dispose()
    return count


def test_what_is_committed_reaches_the_database(sqlite_engine: Engine, tmp_path: Path) -> None:
    add(sqlite_engine, 1)
    assert without_its_log(sqlite_engine, tmp_path) == 0

    checkpoint(sqlite_engine)

    assert without_its_log(sqlite_engine, tmp_path) == 2_000


def test_it_does_not_wait_for_a_transaction_that_is_under_way(sqlite_engine: Engine, tmp_path: Path) -> None:
    add(sqlite_engine, 1)
    with writing(sqlite_engine) as connection, ThreadPoolExecutor(1) as thread:
        insert_rows(connection, MARKS, [(2, 1, 1)])

        thread.submit(checkpoint, sqlite_engine).result(timeout=10)

    assert without_its_log(sqlite_engine, tmp_path) == 2_000


@pytest.mark.parametrize(("long_pages", "moved"), [(5, 4_000), (1_000_000, 2_000)])
def test_of_a_long_log_what_came_meanwhile_is_done_too(
    sqlite_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, long_pages: int, moved: int
) -> None:
    first_pass = checkpoints._moved
    monkeypatch.setattr(checkpoints, "LONG_PAGES", long_pages)

    def interrupted(engine: Engine) -> int:
        pages = first_pass(engine)
        monkeypatch.setattr(checkpoints, "_moved", first_pass)
        add(engine, 2)
        return pages

    monkeypatch.setattr(checkpoints, "_moved", interrupted)
    add(sqlite_engine, 1)

    checkpoint(sqlite_engine)

    assert without_its_log(sqlite_engine, tmp_path) == moved


def test_on_postgresql_there_is_nothing_to_do(engine: Engine) -> None:
    checkpoint(engine)
