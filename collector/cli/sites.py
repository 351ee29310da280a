"""site"""

import secrets
from fnmatch import fnmatchcase
from zoneinfo import ZoneInfo

import click
from sqlalchemy import Connection

from collector.cli.opening import day, engine_of, now, settings_of
from collector.domain.mistakes import Mistake
from collector.domain.sites import SiteDetails, checked_site
from collector.ingest import enrolment
from collector.storage.changes.base import COMMAND_LINE, Change
from collector.storage.changes.sites import put_site
from collector.storage.engine import reading, writing
from collector.storage.queries import enrolments, register
from collector.storage.queries.sites import Site, all_sites, site_of_code


def known(connection: Connection, code: str) -> Site:
    """The site of a code; says what to do where there is none."""
    found = site_of_code(connection, code)
    if found is None:
        raise click.ClickException(f"there is no site {code!r}; see `dps-collector site list`")
    return found


@click.group()
def site() -> None:
    """Sites and their stations."""


@site.command()
@click.argument("code")
@click.argument("name")
@click.option("--municipality", default="", help="Municipality, for lists.")
@click.pass_context
def add(context: click.Context, code: str, name: str, municipality: str) -> None:
    """Add a site. CODE is short and stays for ever; tags of its stations may begin with it and a hyphen."""
    try:
        wanted = checked_site(SiteDetails(code, name, municipality=municipality))
    except Mistake as mistake:
        raise click.UsageError(mistake.said()) from mistake
    settings = settings_of(context)
    with writing(engine_of(settings)) as connection:
        if site_of_code(connection, code) is not None:
            raise click.ClickException(f"there is a site {code!r} already; choose another code")
        change = Change(connection, COMMAND_LINE, now(), ZoneInfo(settings.time_zone), lambda: secrets.randbits(62))
        put_site(change, wanted)
    click.echo(f"added {code}")


@site.command("list")
@click.pass_context
def list_sites(context: click.Context) -> None:
    """List the sites."""
    with reading(engine_of(settings_of(context))) as connection:
        for each in all_sites(connection):
            click.echo(f"{each.code:<16}{each.name}{f' ({each.municipality})' if each.municipality else ''}")


@site.command()
@click.argument("code")
@click.pass_context
def stations(context: click.Context, code: str) -> None:
    """List the stations of a site with the public ids of their secrets."""
    with reading(engine_of(settings_of(context))) as connection:
        for each in register.enrolled(connection, known(connection, code).site_id):
            click.echo(f"{each.public_id}  {each.status:<9} {day(each.created_at)}  {each.tag}")


@site.command()
@click.pass_context
def waiting(context: click.Context) -> None:
    """List the stations that wait for approval, with the site that their tag proposes."""
    with reading(engine_of(settings_of(context))) as connection:
        for each in enrolments.waiting_stations(connection):
            proposed = each.proposed_site_code or "?"
            alike = f"  (the same computer as {each.resembles}?)" if each.resembles else ""
            click.echo(f"{each.public_id}  {day(each.created_at)}  {proposed:<16}{each.tag}{alike}")


@site.command()
@click.argument("code")
@click.argument("public_ids", nargs=-1)
@click.option("--same-as", metavar="LABEL", help="The one named is this station of the site, which goes on.")
@click.option("--tag", "pattern", metavar="PATTERN", help="All whose tag is like this, such as 'ixl-*' or 'EPN-0?'.")
@click.pass_context
def approve(
    context: click.Context, code: str, public_ids: tuple[str, ...], same_as: str | None, pattern: str | None
) -> None:
    """Approve waiting stations for a site: those named, those of a tag, or all that their token or tag proposes for it.

    In a pattern `*` stands for any text and `?` for one sign; capitals and small letters are the same.
    One that may be the same computer as a station of the site is approved only when it is named.
    """
    if same_as is not None and len(public_ids) != 1:
        raise click.UsageError("--same-as is for one waiting station: name it by its public id")
    if pattern is not None and public_ids:
        raise click.UsageError("give public ids or --tag, not both")
    with writing(engine_of(settings_of(context))) as connection:
        site_id = known(connection, code).site_id
        chosen = public_ids or [
            each.public_id
            for each in enrolments.waiting_stations(connection)
            if each.resembles is None
            and (
                each.proposed_site_id == site_id
                if pattern is None
                else fnmatchcase(each.tag.casefold(), pattern.casefold())
            )
        ]
        for public_id in chosen:
            enrolment.approve(connection, public_id, site_id, now(), lambda: secrets.randbits(62), same_as)
    click.echo(f"approved {len(chosen)} station{'s' if len(chosen) != 1 else ''} for {code}")


@site.command()
@click.argument("public_id")
@click.pass_context
def revoke(context: click.Context, public_id: str) -> None:
    """Revoke the secret of a station, waiting or not; it is noted outside the database as well."""
    settings = settings_of(context)
    with writing(engine_of(settings)) as connection:
        enrolment.revoke(connection, public_id, now(), settings.revocations_file)
    click.echo(f"revoked {public_id}")
