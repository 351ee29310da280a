"""user"""

import sys

import click

from collector.cli.opening import engine_of, now, settings_of
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import all_accounts
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
    engine = engine_of(settings_of(context))
    chosen = asked_password()
    with writing(engine) as connection:
        set_password(connection, name, chosen)
    click.echo(f"changed the password of {name}")


@user.command("list")
@click.pass_context
def list_users(context: click.Context) -> None:
    """List the accounts."""
    with reading(engine_of(settings_of(context))) as connection:
        for each in all_accounts(connection):
            click.echo(f"{each.name:<32}{each.role}{' (disabled)' if each.disabled else ''}")
