"""Opens the database: SQLite in one file, or PostgreSQL.

SQLite runs in WAL mode with `synchronous=FULL`: a commit has reached the disk when it returns.

A transaction that reads and then writes must take SQLite's write lock when it begins, or it fails at once when
another one wrote in between: `writing` does that. The writers of one process, and of others that were given the same
lock, also queue for a lock of ours, because SQLite's own waiting polls with growing pauses and starves whoever comes
second. Those of one process share one connection: a connection forgets all the pages that it has read as soon as
another one has written.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy
from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import make_url

BUSY_MILLISECONDS = 15_000
PAGE_BYTES = 2_048
"""An envelope touches a dozen pages far from each other, and each is written whole: half of the default is a third
less work per commit; a quarter would push the longer readings out of their rows."""
CHECKPOINT_PAGES = 32_000
"""64 MiB of write-ahead log, which seldom gets that long: `collector.storage.checkpoints` empties it before."""
TURNING_SECONDS = 0.01

WriteLock = AbstractContextManager[object]

_locks: WeakKeyDictionary[Engine, WriteLock] = WeakKeyDictionary()
_writers: WeakKeyDictionary[Engine, Connection] = WeakKeyDictionary()


def create_engine(url: str, *, pool_size: int = 8, write_lock: WriteLock | None = None) -> Engine:
    """The engine for `sqlite:///FILE`, `postgresql://...`; the folder of the file must exist.

    Without a reentrant `write_lock`, which processes may share, SQLite's writers queue for one of this engine's own.
    """
    address = make_url(url)
    if address.get_backend_name() == "sqlite":
        engine = _sqlite(url)
        _locks[engine] = write_lock or threading.RLock()
        return engine
    if address.drivername == "postgresql":
        address = address.set(drivername="postgresql+psycopg")
    return sqlalchemy.create_engine(address, pool_size=pool_size, max_overflow=pool_size, pool_pre_ping=True)


def file_of(url: str) -> Path | None:
    """The file of an SQLite database; None for a server."""
    address = make_url(url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


def is_sqlite(bind: Engine | Connection) -> bool:
    return bind.dialect.name == "sqlite"


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A connection that only reads; everything it sees on SQLite is of one moment."""
    # Begun at once: a cursor of the driver begins nothing, and would see another moment with each statement.
    with engine.connect() as connection, connection.begin():
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write; committed at the end, rolled back when something is raised."""
    if not is_sqlite(engine):
        with engine.begin() as connection:
            yield connection
        return
    with write_lock(engine):
        shared = _writers.get(engine)
        if shared is None or shared.closed or shared.invalidated:
            shared = _writers[engine] = engine.connect().execution_options(sqlite_immediate=True)
            # Out of the pool, which would keep it open when it is given back.
            shared.detach()
        with shared.begin():
            yield shared


def write_lock(engine: Engine) -> WriteLock:
    """The lock for which the writers of an SQLite database queue."""
    return _locks[engine]


def _sqlite(url: str) -> Engine:
    engine = sqlalchemy.create_engine(url, connect_args={"timeout": BUSY_MILLISECONDS / 1000})

    @event.listens_for(engine, "connect")
    def opened(connection: Any, _record: Any) -> None:
        # Transactions begin when we say so, not when the driver guesses.
        connection.isolation_level = None
        connection.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
        connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
        _write_ahead(connection)
        for pragma in (
            "synchronous = FULL",
            "foreign_keys = ON",
            f"wal_autocheckpoint = {CHECKPOINT_PAGES}",
            "cache_size = -65536",
            "mmap_size = 268435456",
            "trusted_schema = OFF",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("sqlite_immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    @event.listens_for(engine, "engine_disposed")
    def disposed(gone: Engine) -> None:
        shared = _writers.pop(gone, None)
        if shared is not None:
            shared.close()

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Turn a new file to WAL; whoever turns it at the same time as another one waits for that one.

    SQLite does not: it answers "locked" at once, whatever `busy_timeout` says (https://sqlite.org/wal.html).
    """
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(TURNING_SECONDS)
        else:
            return
