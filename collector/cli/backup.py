"""backup"""

import sqlite3
from pathlib import Path

import click

from collector.app import open_engine
from collector.cli.opening import NEWER, day, settings_of
from collector.storage.backup import Contents, back_up
from collector.storage.engine import file_of
from collector.storage.schema import SchemaState, schema_state

NOT_OURS = (
    "this database is kept by PostgreSQL, which has its own tools: {word}, as told under “Back up” in the collector's "
    "README; run `dps-collector check` after a restore, so that what was revoked stays revoked"
)


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--replace", is_flag=True, help="Put the new backup in the place of FILE if it is there already.")
@click.pass_context
def backup(context: click.Context, file: Path, replace: bool) -> None:
    """Copy an SQLite database to FILE and check the copy; `serve` may run meanwhile.

    Keep revocations.jsonl of the data folder apart from the backups: `restore` needs the newest one.
    """
    settings = settings_of(context)
    database = file_of(settings.database_url)
    if database is None:
        raise click.ClickException(NOT_OURS.format(word="use pg_dump"))
    if database.is_file():
        engine = open_engine(settings)
        state = schema_state(engine)
        engine.dispose()
        if state is SchemaState.EMPTY:
            raise click.ClickException(f"there is nothing in {database} to back up")
        if state is SchemaState.UNKNOWN:
            raise click.ClickException(NEWER)
    try:
        contents = back_up(database, file, replace=replace)
    except sqlite3.Error as error:
        raise click.ClickException(f"{database} cannot be copied to {file} ({error}); nothing was replaced") from error
    click.echo(f"{file}: {described(contents)}")


def described(contents: Contents) -> str:
    """What a copy holds, for people."""
    size = f"{contents.size_bytes / 1024**2:.1f} MiB"
    stations = f"{contents.stations} station{'s' if contents.stations != 1 else ''}"
    if contents.newest_at is None:
        return f"{size}, whole; {stations}, no envelope yet"
    return f"{size}, whole; {stations}, newest envelope {contents.newest_envelope_id} of {day(contents.newest_at)}"
