"""Opens what a word works with: the settings and a database whose tables are those of this version."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy import Engine

from collector.app import open_engine
from collector.checks import look_at_revocations
from collector.config import Settings, read
from collector.storage.engine import file_of
from collector.storage.lock_file import Busy, held
from collector.storage.restore import finish, lock_of
from collector.storage.schema import SchemaState, migrate, schema_state

NEWER = "the database was written by a newer collector; install that version again"


def settings_of(context: click.Context, **given: object) -> Settings:
    """The settings in force; `given` are those of the word's own options, None where not given."""
    config_file, data_folder = context.find_root().obj
    return read(config_file, os.environ, data_folder=data_folder, **given)


def engine_of(settings: Settings) -> Engine:
    """The database; says what to do where its tables are not those of this version."""
    engine = open_engine(settings)
    state = schema_state(engine)
    if state is SchemaState.UNKNOWN:
        raise click.ClickException(NEWER)
    if state is not SchemaState.CURRENT:
        raise click.ClickException(
            f"the tables of the database in {Path(settings.data_folder)} are {state}; run `dps-collector migrate` first"
        )
    return engine


def migrated(engine: Engine) -> list[str]:
    """Bring the tables to this version; the versions applied. Says so where they are newer than this collector."""
    if schema_state(engine) is SchemaState.UNKNOWN:
        raise click.ClickException(NEWER)
    return migrate(engine)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Nobody else serves this SQLite file or changes its tables meanwhile; a database server needs no such care."""
    file = file_of(settings.database_url)
    if file is None:
        yield
        return
    settings.data_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with held(lock_of(file)):
            finish(file)
            yield
    except Busy as error:
        raise click.ClickException(
            f"a collector works with {file} already; stop `dps-collector serve` (or demo, migrate, restore) first"
        ) from error


def keep_revoked(engine: Engine, settings: Settings) -> None:
    """Revoke again what the database forgot; tells it on standard error. Raises ClickException."""
    for finding in look_at_revocations(engine, settings.revocations_file):
        if finding.is_error:
            raise click.ClickException(f"{finding.sentence} {finding.hint}")
        click.echo(f"{finding.identifier}  {finding.sentence} {finding.hint}", err=True)


def now() -> int:
    """Seconds since 1970-01-01 UTC."""
    return int(time.time())


def day(seconds: int) -> str:
    """A date and time for people at a terminal, in their own time zone."""
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
