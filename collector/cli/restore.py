"""restore"""

import sqlite3
from pathlib import Path

import click
from sqlalchemy import delete
from sqlalchemy.exc import SQLAlchemyError

from collector.checks import reason
from collector.cli.backup import NOT_OURS, described
from collector.cli.opening import alone, settings_of
from collector.storage import revocations
from collector.storage.backup import contents_of, opened
from collector.storage.engine import create_engine, file_of, writing
from collector.storage.models import invitation, lease, web_session
from collector.storage.restore import copy_in, put_in_place, remove, restoring
from collector.storage.schema import SchemaState, migrate, schema_state


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.pass_context
def restore(context: click.Context, file: Path) -> None:
    """Put the backup FILE in the place of the SQLite database; stop `serve` first.

    The backup is checked, brought to the tables of this version, and what was revoked since is revoked again. The
    database that was there is kept. Stations send again what they sent in the last seven days.
    """
    settings = settings_of(context)
    database = file_of(settings.database_url)
    if database is None:
        raise click.ClickException(NOT_OURS.format(word="use pg_restore"))
    with alone(settings):
        try:
            part = copy_in(file, database)
            applied, news = prepared(part, file, settings.revocations_file)
            with opened(part) as connection:
                contents = contents_of(connection, file)
            aside = put_in_place(database)
        except (sqlite3.Error, SQLAlchemyError) as error:
            words = reason(error) if isinstance(error, SQLAlchemyError) else error
            raise click.ClickException(f"{file} cannot be restored ({words}); nothing was replaced") from error
        finally:
            remove(restoring(database))
    click.echo(f"restored {file}: {described(contents)}")
    if applied:
        click.echo(f"brought to the tables of this version: {', '.join(applied)}")
    click.echo(
        f"revoked again what {settings.revocations_file} says and the backup did not know: {news}"
        if settings.revocations_file.exists()
        else f"there is no {settings.revocations_file}: if this computer takes the place of another one, fetch it from "
        "there before `serve`"
    )
    if aside is not None:
        click.echo(f"the database that was there is kept as {aside}; remove it once all is well")


def prepared(part: Path, backup: Path, noted: Path) -> tuple[list[str], int]:
    """Bring the copy to this version and revoke again; the versions applied and how many were revoked.

    Raises ClickException.
    """
    engine = create_engine(f"sqlite:///{part}")
    try:
        if schema_state(engine) is SchemaState.UNKNOWN:
            raise click.ClickException(
                f"{backup} was written by a newer collector; install that version, then restore again"
            )
        applied = migrate(engine)
        with writing(engine) as connection:
            # Whoever has logged out since would be logged in again.
            connection.execute(delete(web_session))
            # A link that has been used since would open again.
            connection.execute(delete(invitation))
            # Whoever held it when the backup was made does not run any more.
            connection.execute(delete(lease))
        news = revocations.bring_together(engine, noted).applied
    finally:
        engine.dispose()
    return applied, news
