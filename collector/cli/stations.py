"""station"""

import click

from collector.cli.opening import day, engine_of, settings_of
from collector.cli.sites import known
from collector.ingest import enrolment
from collector.storage.engine import reading, writing
from collector.storage.queries import register
from collector.storage.queries.register import Listed


@click.group()
def station() -> None:
    """Stations: what they are called, how they stand, what to do."""


@station.command("list")
@click.option("--site", "code", help="Code of one site; without it those of all sites.")
@click.pass_context
def list_stations(context: click.Context, code: str | None) -> None:
    """List the stations with the secret that each uses, and one sentence where somebody should do something."""
    with reading(engine_of(settings_of(context))) as connection:
        site_id = None if code is None else known(connection, code).site_id
        for each in register.stations(connection, site_id):
            click.echo(f"{each.public_id:<16}  {each.site_code:<16}{each.status:<12}{day(each.since)}  {each.label}")
            if sentence := sentence_of(each):
                click.echo(f"{'':18}{sentence}")


@station.command()
@click.argument("public_id")
@click.pass_context
def release(context: click.Context, public_id: str) -> None:
    """End the quarantine of a station, when it is certain that only one computer has its secret."""
    with writing(engine_of(settings_of(context))) as connection:
        enrolment.release(connection, public_id)
    click.echo(f"released {public_id}; what its computers kept is counted with their next contacts")


def sentence_of(listed: Listed) -> str:
    """What somebody should know or do; empty where all is well."""
    if listed.quarantined_at is not None:
        return (
            f"since {day(listed.quarantined_at)} two computers use the secret of {listed.label}, and nothing of theirs "
            "is counted: take the agent's identity out of the image that they were copied from, and enrol each of them "
            f"again with a token (dps-agent enroll --again); or `station release {listed.public_id}`"
        )
    if listed.status == "waiting":
        alike = f"; it may be the same computer as {listed.resembles}" if listed.resembles else ""
        same = f", or with --same-as {listed.resembles}" if listed.resembles else ""
        return f"waits to be approved{alike}: `site approve {listed.site_code or 'CODE'} {listed.public_id}`{same}"
    if listed.enrolled_again_at is not None:
        return f"enrolled again on {day(listed.enrolled_again_at)}; its earlier secret ends when the new one is used"
    return ""
