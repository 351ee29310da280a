"""user"""

import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection

from collector.cli.opening import engine_of, now, settings_of
from collector.cli.sites import known
from collector.config import Settings
from collector.domain.access import Grant, Role, Scope
from collector.storage.changes.accounts import (
    Revoke,
    disable,
    enable,
    give,
    note_account,
    withdraw,
)
from collector.storage.changes.base import COMMAND_LINE, Change
from collector.storage.changes.second_factors import remove_second_factor
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import Account, account_named, all_accounts, grants_of
from collector.storage.queries.sites import all_sites
from collector.storage.revocations import NO_PASSWORD, Revocation, note
from collector.web.accounts import AccountError, checked_grant, create_account, set_password

ROLE = click.option(
    "--role", type=click.Choice([role.value for role in Role]), default=Role.ADMINISTRATOR.value, show_default=True
)
SITE = click.option("--site", "code", default="", help="Code of the site in which the role holds.")
MUNICIPALITY = click.option("--municipality", default="", help="Municipality in whose sites the role holds.")


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


def revoking(file: Path) -> Revoke:
    """Notes what no restored backup may bring back; raises ClickException."""

    def noted(kind: str, public_id: str) -> None:
        try:
            note(file, [Revocation(kind, public_id, now())])
        except OSError as error:
            raise click.ClickException(
                f"{error.filename or file} cannot be written ({error.strerror}), so a restored backup would bring back"
                " what was revoked; correct its permissions"
            ) from error

    return noted


def change_of(connection: Connection, settings: Settings) -> Change:
    return Change(connection, COMMAND_LINE, now(), ZoneInfo(settings.time_zone), lambda: secrets.randbits(62))


def named(connection: Connection, name: str) -> Account:
    found = account_named(connection, name)
    if found is None:
        raise AccountError(f"there is no account named “{name}”; see `dps-collector user list`.")
    return found


def asked_grant(connection: Connection, role: str, code: str, municipality: str) -> Grant:
    if code and municipality:
        raise click.UsageError("give --site or --municipality, not both")
    return checked_grant(role, municipality, known(connection, code).site_id if code else None)


def words_of(grant: Grant, codes: Mapping[int, str]) -> str:
    """Such as "facilitator at EVERE"."""
    if grant.scope is Scope.REGION:
        return grant.role.value
    return f"{grant.role} at {codes[grant.site_id]}" if grant.site_id else f"{grant.role} in {grant.municipality}"


@click.group()
def user() -> None:
    """Accounts of people who log in."""


@user.command()
@click.argument("name")
@ROLE
@SITE
@MUNICIPALITY
@click.pass_context
def add(context: click.Context, name: str, role: str, code: str, municipality: str) -> None:
    """Add an account; the password is asked for, or read from standard input."""
    settings = settings_of(context)
    engine = engine_of(settings)
    chosen = asked_password()
    with writing(engine) as connection:
        grant = asked_grant(connection, role, code, municipality)
        number = create_account(
            connection, name, chosen, role, now(), municipality=grant.municipality, site_id=grant.site_id
        )
        note_account(change_of(connection, settings), number)
    click.echo(f"added {name} ({role})")


@user.command("grant")
@click.argument("name")
@ROLE
@SITE
@MUNICIPALITY
@click.pass_context
def give_role(context: click.Context, name: str, role: str, code: str, municipality: str) -> None:
    """Give an account a role more."""
    settings = settings_of(context)
    with writing(engine_of(settings)) as connection:
        grant = asked_grant(connection, role, code, municipality)
        give(change_of(connection, settings), named(connection, name), grant)
    click.echo(f"{name} is now {role}")


@user.command("withdraw")
@click.argument("name")
@ROLE
@SITE
@MUNICIPALITY
@click.pass_context
def withdraw_role(context: click.Context, name: str, role: str, code: str, municipality: str) -> None:
    """Take a role away; the last administrator stays one."""
    settings = settings_of(context)
    with writing(engine_of(settings)) as connection:
        account = named(connection, name)
        grant = asked_grant(connection, role, code, municipality)
        there = [number for number, each in grants_of(connection, account.account_id).items() if each == grant]
        if not there:
            raise click.ClickException(f"{name} does not have that role there; see `dps-collector user list`")
        for number in there:
            withdraw(change_of(connection, settings), account, number)
    click.echo(f"{name} is no longer {role}")


@user.command("disable")
@click.argument("name")
@click.pass_context
def shut(context: click.Context, name: str) -> None:
    """Let somebody log in no more; log-ins that are open end, tokens are refused, the password is gone."""
    settings = settings_of(context)
    with writing(engine_of(settings)) as connection:
        disable(change_of(connection, settings), named(connection, name), revoking(settings.revocations_file))
    click.echo(f"disabled {name}")


@user.command("enable")
@click.argument("name")
@click.pass_context
def reopen(context: click.Context, name: str) -> None:
    """Undo `disable`; then set a new password."""
    settings = settings_of(context)
    with writing(engine_of(settings)) as connection:
        enable(change_of(connection, settings), named(connection, name))
    click.echo(f"enabled {name}; set a password with `dps-collector user password`")


@user.command()
@click.argument("name")
@click.pass_context
def password(context: click.Context, name: str) -> None:
    """Set a new password; log-ins that are open end."""
    settings = settings_of(context)
    engine = engine_of(settings)
    chosen = asked_password()
    with writing(engine) as connection:
        set_password(change_of(connection, settings), name, chosen, revoking(settings.revocations_file))
    click.echo(f"changed the password of {name}")


@user.command("forget-second-factor")
@click.argument("name")
@click.pass_context
def forget_second_factor(context: click.Context, name: str) -> None:
    """Let somebody who lost telephone or keys log in with the password alone; log-ins that are open end."""
    settings = settings_of(context)
    with writing(engine_of(settings)) as connection:
        revoke = revoking(settings.revocations_file)
        remove_second_factor(change_of(connection, settings), named(connection, name), revoke)
    click.echo(f"{name} logs in with the password alone")


@user.command("list")
@click.pass_context
def list_users(context: click.Context) -> None:
    """List the accounts with their roles."""
    with reading(engine_of(settings_of(context))) as connection:
        codes = {each.site_id: each.code for each in all_sites(connection)}
        for each in all_accounts(connection):
            shut = "" if each.password_hash != NO_PASSWORD else " (without a password: set one with `user password`)"
            roles = ", ".join(words_of(grant, codes) for grant in each.rights.grants) or "no role"
            click.echo(f"{each.name:<32}{roles}{' (disabled)' if each.disabled else ''}{shut}")
