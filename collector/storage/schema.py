"""Brings the tables to the newest version, and says which version they have.

The migrations travel inside the wheel; no alembic.ini is needed at run time. Two processes that migrate at the same
time queue: on SQLite for the write lock, on PostgreSQL for an advisory lock. The tables, the rows that a migration
changes and the version number are committed together or not at all.
"""

from enum import StrEnum
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from collector.storage.engine import is_sqlite, reading, writing

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do, as long as no other program on the same database uses it.
ADVISORY_LOCK = 7_083_417_225_910_403


class SchemaState(StrEnum):
    """What a start-up check wants to know."""

    EMPTY = "empty"
    OLD = "old"
    CURRENT = "current"
    UNKNOWN = "unknown"
    """Written by a newer collector: this one must not touch it."""


def migrate(engine: Engine) -> list[str]:
    """Applies what is missing; returns the versions applied, oldest first."""
    with writing(engine) as connection:
        if not is_sqlite(connection):
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
        before = version(connection)
        command.upgrade(configuration(connection), "head")
        after = version(connection)
    script = ScriptDirectory.from_config(configuration(None))
    if before == after or after is None:
        return []
    return [step.revision for step in script.iterate_revisions(after, before)][::-1]


def schema_state(engine: Engine) -> SchemaState:
    with reading(engine) as connection:
        present = version(connection)
    script = ScriptDirectory.from_config(configuration(None))
    if present is None:
        return SchemaState.EMPTY
    if present == script.get_current_head():
        return SchemaState.CURRENT
    if present in {step.revision for step in script.walk_revisions()}:
        return SchemaState.OLD
    return SchemaState.UNKNOWN


def version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def configuration(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
