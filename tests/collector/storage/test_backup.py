"""A copy of one moment, checked, under its name only when it is whole."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from collector.ingest.commit import commit
from collector.storage.backup import BackupError, back_up
from collector.storage.engine import file_of, writing
from collector.storage.models import metadata
from tests.collector.ingest.cast import NOW, arrival, seed


@pytest.fixture
def region(sqlite_engine: Engine) -> Engine:
    seed(sqlite_engine)
    commit(sqlite_engine, [arrival(1)], 1)
    return sqlite_engine


@pytest.fixture
def database(region: Engine) -> Path:
    found = file_of(str(region.url))
    assert found is not None
    return found


@pytest.fixture
def target(tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    folder.mkdir()
    return folder / "yesterday.sqlite"


def rows(file: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return {
            table.name: sorted(connection.execute(f"SELECT * FROM {table.name}"), key=repr)
            for table in metadata.sorted_tables
        }


def test_the_copy_holds_every_row_by_itself_and_says_what_it_is(database: Path, target: Path) -> None:
    assert database.with_name(database.name + "-wal").stat().st_size > 0
    contents = back_up(database, target, replace=False)
    assert (contents.stations, contents.newest_at, contents.newest_envelope_id) == (3, NOW, f"{1:032x}")
    assert contents.size_bytes == target.stat().st_size
    assert rows(target) == rows(database)
    assert target.stat().st_mode & 0o077 == 0
    assert [file.name for file in target.parent.iterdir()] == [target.name]


def test_it_holds_one_moment_while_somebody_writes(region: Engine, database: Path, target: Path) -> None:
    with writing(region) as connection:
        connection.execute(text("UPDATE station SET label = 'later'"))
        back_up(database, target, replace=False)
    assert "later" not in str(rows(target))
    assert "later" in str(rows(database))


def test_what_is_there_already_is_replaced_only_when_asked(database: Path, target: Path) -> None:
    target.write_text("a letter")
    with pytest.raises(BackupError, match=r"is there already; choose another file, or add --replace"):
        back_up(database, target, replace=False)
    assert target.read_text() == "a letter"
    back_up(database, target, replace=True)
    assert rows(target) == rows(database)


@pytest.mark.parametrize("end", ["", "-wal", "-shm"])
def test_the_database_is_never_overwritten_by_its_own_backup(database: Path, end: str) -> None:
    before = rows(database)
    with pytest.raises(BackupError, match="is the database itself"):
        back_up(database, database.with_name(database.name + end), replace=True)
    assert rows(database) == before


@pytest.fixture
def damaged(database: Path, region: Engine) -> Path:
    """A page in the middle is overwritten, as a bad disk does."""
    region.dispose()
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2048 // 2 * 2048)
        file.write(b"\xff" * 6000)
    return database


def test_a_damaged_database_gives_no_backup_and_leaves_the_old_one(damaged: Path, target: Path) -> None:
    target.write_text("yesterday")
    with pytest.raises((BackupError, sqlite3.DatabaseError), match=r"damaged|malformed"):
        back_up(damaged, target, replace=True)
    assert target.read_text() == "yesterday"
    assert [file.name for file in target.parent.iterdir()] == [target.name]


def test_a_row_that_refers_to_nothing_is_found(region: Engine, database: Path, target: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("DELETE FROM site WHERE site_id = 2")
        connection.commit()
    with pytest.raises(BackupError, match="a row of station refers to one of site that is not there"):
        back_up(database, target, replace=False)
    assert not target.exists()


@pytest.fixture
def somebody_elses(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "others.sqlite"
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE letter (words TEXT)"))
    yield file
    engine.dispose()


def test_the_database_of_another_program_is_not_taken_for_ours(somebody_elses: Path, target: Path) -> None:
    with pytest.raises(BackupError, match="has not the tables of a collector"):
        back_up(somebody_elses, target, replace=False)


def test_what_an_interrupted_backup_left_is_in_nobodys_way(database: Path, target: Path) -> None:
    target.with_name(target.name + ".part").write_text("half")
    back_up(database, target, replace=False)
    assert rows(target) == rows(database)
    assert [file.name for file in target.parent.iterdir()] == [target.name]
