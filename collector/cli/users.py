"""user"""

import sys
from pathlib import Path

import click

from collector.cli.opening import engine_of, now, settings_of
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import all_accounts
from collector.storage.revocations import NO_PASSWORD, PASSWORD, Revocation, note, password_id
from collector.web.accounts import ADMINISTRATOR, ROLES, create_account, set_password


def asked_password() -> str:
    """The password from the terminal, typed twice, or the first line of standard input."""
    if sys.stdin.isatty():
        return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    try:
        given = sys.stdin.readline().rstrip("\r\n")
        given.encode()
    except UnicodeError as error:
        raise click.ClickException("the password on standard input is not text in UTF-8; write it anew") from error
    return given


def note_password(file: Path, password_hash: str) -> None:
    """Note that a password was replaced, so that no restored backup brings it back; raises ClickException."""
    try:
        note(file, [Revocation(PASSWORD, password_id(password_hash), now())])
    except OSError as error:
        raise click.ClickException(
            f"{error.filename or file} cannot be written ({error.strerror}), so a restored backup would bring the old "
            "password back; correct its permissions"
        ) from error


@click.group()
def user() -> None:
    """Accounts of people who log in."""


@user.command()
@click.argument("name")
@click.option("--role", type=click.Choice(ROLES), default=ADMINISTRATOR, show_default=True)
@click.pass_context
def add(context: click.Context, name: str, role: str) -> None:
    """Add an account; the password is asked for, or read from standard input."""
    engine = engine_of(settings_of(context))
    chosen = asked_password()
    with writing(engine) as connection:
        create_account(connection, name, chosen, role, now())
    click.echo(f"added {name} ({role})")


@user.command()
@click.argument("name")
@click.pass_context
def password(context: click.Context, name: str) -> None:
    """Set a new password; log-ins that are open end."""
    settings = settings_of(context)
    engine = engine_of(settings)
    chosen = asked_password()
    with writing(engine) as connection:
        set_password(connection, name, chosen, lambda ended: note_password(settings.revocations_file, ended))
    click.echo(f"changed the password of {name}")


@user.command("list")
@click.pass_context
def list_users(context: click.Context) -> None:
    """List the accounts."""
    with reading(engine_of(settings_of(context))) as connection:
        for each in all_accounts(connection):
            shut = "" if each.password_hash != NO_PASSWORD else " (without a password: set one with `user password`)"
            click.echo(f"{each.name:<32}{each.role}{' (disabled)' if each.disabled else ''}{shut}")
