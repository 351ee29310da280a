"""Puts a backup in the place of an SQLite database, whole or not at all.

    collector.sqlite.restoring      the copy of the backup while it is checked and prepared; worth nothing yet
    collector.sqlite.restored       the same, whole and on the disk: from here on the restore is decided
    collector.sqlite.replaced-TIME  the database that was there, with what SQLite kept beside it
    collector.sqlite.lock           held by whoever serves or restores

A restore that is cut short before it is decided leaves the old database as it was. One that is cut short afterwards is
finished by whoever opens the database next. The database that was there is moved, never opened: it may be damaged,
and that is why somebody restores.
"""

import time
from pathlib import Path

from collector.storage.backup import BESIDE, BackupError, check, contents_of, copy, opened, same_file
from collector.storage.durable import flush, flush_folder, put
from collector.storage.lock_file import held


def lock_of(database: Path) -> Path:
    """The file that is held by whoever serves this database or puts another in its place."""
    return database.with_name(database.name + ".lock")


def restoring(database: Path) -> Path:
    return database.with_name(database.name + ".restoring")


def restored(database: Path) -> Path:
    return database.with_name(database.name + ".restored")


def copy_in(backup: Path, database: Path) -> Path:
    """The copy of a backup beside the database, checked; raises BackupError, OSError and sqlite3.Error."""
    if not backup.is_file():
        raise BackupError(f"there is no file {backup}; name the file of a backup")
    if same_file(backup, database):
        raise BackupError(f"{backup} is the database itself; name the file of a backup")
    part = restoring(database)
    remove(part)
    copy(backup, part, in_use=False)
    with opened(part) as connection:
        check(connection, backup)
        contents_of(connection, backup)
    return part


def put_in_place(database: Path) -> Path | None:
    """Put what `copy_in` made in the database's place; where the old one is kept, None where there was none.

    No connection to either of the two may be open. Raises OSError.
    """
    part = restoring(database)
    left = [end for end in BESIDE if part.with_name(part.name + end).exists()]
    if left:
        raise BackupError(f"{part} is still open somewhere; end what uses it and restore again")
    flush(part)
    put(part, restored(database))
    return finish(database)


def finish(database: Path) -> Path | None:
    """Do what is left of a restore that is decided; may be cut short anywhere and done again. Raises OSError."""
    ready = restored(database)
    if not ready.exists():
        return None
    # From the file, so that who finishes this chooses the same name as who began it.
    seconds, rest = divmod(ready.stat().st_mtime_ns, 10**9)
    stamp = time.strftime("%Y%m%dT%H%M%S", time.gmtime(seconds))
    aside = database.with_name(f"{database.name}.replaced-{stamp}.{rest:09}Z")
    if database.exists():
        database.replace(aside)
    for end in BESIDE:
        # SQLite would take what lies beside the old database for a part of the new one.
        beside = database.with_name(database.name + end)
        if beside.exists():
            beside.replace(aside.with_name(aside.name + end))
    flush_folder(database.parent)
    put(ready, database)
    return aside if aside.exists() else None


def finish_interrupted(database: Path) -> None:
    """Finish a restore that was cut short; raises Busy while one is under way, and OSError."""
    if restored(database).exists():
        with held(lock_of(database)):
            finish(database)


def remove(file: Path) -> None:
    """Remove a database that is worth nothing, with what lies beside it."""
    for end in ("", *BESIDE):
        file.with_name(file.name + end).unlink(missing_ok=True)
