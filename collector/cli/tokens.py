"""token"""

import secrets

import click

from collector.cli.opening import day, engine_of, now, settings_of
from collector.cli.sites import known
from collector.ingest import enrolment
from collector.storage.changes.base import COMMAND_LINE
from collector.storage.engine import reading, writing
from collector.storage.queries import enrolments, register


@click.group()
def token() -> None:
    """Enrolment tokens: what an installer is given."""


@token.command()
@click.option("--site", "code", help="Code of the site; without it the token is regional and its stations wait.")
@click.option(
    "--stations",
    default=20,
    show_default=True,
    type=click.IntRange(1, enrolment.MOST_STATIONS),
    help="How many may enrol.",
)
@click.option(
    "--days",
    default=30,
    show_default=True,
    type=click.IntRange(1, enrolment.MOST_DAYS),
    help="For how long it is valid.",
)
@click.pass_context
def issue(context: click.Context, code: str | None, stations: int, days: int) -> None:
    """Print a new token, alone on standard output; it is shown this once."""
    with writing(engine_of(settings_of(context))) as connection:
        site_id = None if code is None else known(connection, code).site_id
        made = enrolment.issue_token(
            connection,
            site_id,
            stations=stations,
            valid_days=days,
            now=now(),
            random=secrets.token_hex,
            made_by=COMMAND_LINE,
        )
    click.echo(made)
    scope = f"site {code}" if code else "the whole region; its stations wait until somebody approves them"
    click.echo(
        f"for {stations} stations of {scope}, {days} days; keep it in a file that only installers read", err=True
    )


@token.command("list")
@click.pass_context
def list_tokens(context: click.Context) -> None:
    """List the tokens, without their secrets, and the latest attempts that were rejected."""
    with reading(engine_of(settings_of(context))) as connection:
        for each in register.tokens(connection):
            state = "revoked" if each.revoked_at else "expired" if each.valid_until <= now() else "valid"
            used = f"{each.stations_used}/{each.stations_allowed}"
            click.echo(
                f"{each.public_id}  {each.site_code or '(region)':<16}{used:>9}  until {day(each.valid_until)}  {state}"
            )
        rejected = [each for each in enrolments.attempts(connection) if each.outcome not in enrolments.ADMITTED]
        if rejected:
            click.echo("\nrejected attempts")
        for attempt in rejected:
            click.echo(
                f"{day(attempt.attempted_at)}  {attempt.outcome:<16}{attempt.token_public_id or '?':<18}{attempt.tag}"
            )


@token.command()
@click.argument("public_id")
@click.pass_context
def revoke(context: click.Context, public_id: str) -> None:
    """Revoke a token; the stations that it enrolled stay."""
    settings = settings_of(context)
    with writing(engine_of(settings)) as connection:
        enrolment.revoke_token(connection, public_id, now(), settings.revocations_file)
    click.echo(f"revoked {public_id}")
