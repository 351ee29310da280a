"""Copies an SQLite database while a collector writes to it, and checks the copy.

SQLite's own backup copies all pages within one read transaction: in WAL mode nobody waits for it, and the copy is of
one moment. The copy gets its name only after it was checked and flushed, so that a name never stands for half a copy.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from collector.storage.durable import flush, put
from collector.storage.engine import BUSY_MILLISECONDS

BESIDE = ("-wal", "-shm", "-journal")
"""What SQLite may keep beside a database, under its name and one of these."""


class BackupError(Exception):
    """What a person asked for cannot be done; the text is one sentence: what, where, how to mend it."""


class Contents(NamedTuple):
    """What tells a person which copy this is; the time in seconds since 1970."""

    size_bytes: int
    stations: int
    newest_envelope_id: str | None
    newest_at: int | None


def back_up(database: Path, target: Path, *, replace: bool) -> Contents:
    """Copy a database that may be in use; raises BackupError, OSError and sqlite3.Error."""
    if not database.is_file():
        raise BackupError(f"there is no database {database} to back up; see the settings data_folder and database_url")
    if same_file(target, database) or target.name in (database.name + end for end in BESIDE):
        raise BackupError(f"{target} is the database itself, or a part of it; choose another file for the backup")
    if target.exists() and not replace:
        raise BackupError(f"{target} is there already; choose another file, or add --replace")
    part = target.with_name(target.name + ".part")
    try:
        copy(database, part, in_use=True)
        with opened(part) as connection:
            check(connection, part)
            contents = contents_of(connection, part)
        flush(part)
        put(part, target)
    finally:
        part.unlink(missing_ok=True)
    return contents


def copy(database: Path, part: Path, *, in_use: bool) -> None:
    """Copy the whole database into a new file that only its owner may read."""
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    # What is not in use may lie where SQLite cannot make its files. What may be in use must never be called immutable.
    alone = not in_use and not any(database.with_name(database.name + end).exists() for end in BESIDE)
    mode = "mode=rw" if in_use else "mode=ro&immutable=1" if alone else "mode=ro"
    address = f"{database.absolute().as_uri()}?{mode}"
    seconds = BUSY_MILLISECONDS / 1000
    with (
        closing(sqlite3.connect(address, uri=True, timeout=seconds, isolation_level=None)) as source,
        opened(part) as target,
    ):
        # All pages in one step: in several, SQLite would begin anew each time that somebody has written.
        source.backup(target, pages=-1)
        # A file by itself, which can be read from a disk that nobody may write to.
        target.execute("PRAGMA journal_mode = DELETE").fetchall()


@contextmanager
def opened(part: Path) -> Iterator[sqlite3.Connection]:
    """A copy that is not flushed at each step, because it is worth nothing until it is whole."""
    with closing(sqlite3.connect(part, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA trusted_schema = OFF")
        yield connection


def check(connection: sqlite3.Connection, file: Path) -> None:
    """Raise BackupError unless every page and every reference of the database is whole."""
    damage = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    if damage != ["ok"]:
        words = " ".join(" ".join(damage).split())[:300]
        raise BackupError(f"{file} is damaged ({words})")
    broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise BackupError(f"{file} is damaged (a row of {broken[0]} refers to one of {broken[2]} that is not there)")


def contents_of(connection: sqlite3.Connection, file: Path) -> Contents:
    """What tells people which copy this is; raises BackupError where it is not a collector's database."""
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not {"alembic_version", "station", "station_contact"} <= tables:
        raise BackupError(f"{file} has not the tables of a collector; choose the right file")
    (stations,) = connection.execute("SELECT count(*) FROM station").fetchone()
    newest = connection.execute(
        "SELECT last_envelope_id, received_at FROM station_contact ORDER BY received_at DESC LIMIT 1"
    ).fetchone()
    return Contents(file.stat().st_size, stations, *(newest or (None, None)))


def same_file(one: Path, other: Path) -> bool:
    """Whether two names stand for one file; one of them may stand for none."""
    return one.exists() and other.exists() and one.samefile(other)
