"""Brings what SQLite's write-ahead log holds into the database, beside the commits instead of within them.

SQLite would do it in the commit that fills the log, and everybody who waits for that commit waits for thousands of
pages to reach the disk. Here the first pass runs beside the writers. Only what they added meanwhile is done with their
lock held, so that the log begins anew, and only when it has grown long. A process without this thread, such as a
command, still has SQLite's own way: `collector.storage.engine.CHECKPOINT_PAGES`.
"""

from sqlalchemy import Engine

from collector.storage.engine import is_sqlite, write_lock

LONG_PAGES = 8_000


def checkpoint(engine: Engine) -> None:
    """Moves what is committed; nothing to do on PostgreSQL, which has processes of its own for that."""
    if not is_sqlite(engine):
        return
    if _moved(engine) > LONG_PAGES:
        with write_lock(engine):
            _moved(engine)


def _moved(engine: Engine) -> int:
    """Moves what no reader needs in the log any more; returns how many pages the log holds."""
    connection = engine.raw_connection()
    try:
        # Passive: waits for nobody, and lets everybody read and write.
        _busy, pages, _moved_pages = connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
        return int(pages)
    finally:
        connection.close()
