"""purge"""

from zoneinfo import ZoneInfo

import click

from collector.cli.opening import engine_of, now, settings_of
from collector.ingest.purging import day_word, kept_of
from collector.ingest.purging import purge as purge_now
from collector.storage.engine import reading
from collector.storage.queries.sites import all_sites


@click.command()
@click.pass_context
def purge(context: click.Context) -> None:
    """Delete what has been kept for long enough; a running collector does it by itself once a day."""
    settings = settings_of(context)
    engine = engine_of(settings)
    purged = purge_now(engine, now(), kept_of(settings), ZoneInfo(settings.time_zone))
    with reading(engine) as connection:
        codes = {site.site_id: site.code for site in all_sites(connection)}
    click.echo(purged.sentence())
    for site_id in purged.postponed:
        click.echo(
            f"{codes[site_id]}: its days wait until everything is derived; run `dps-collector rebuild`", err=True
        )
    for site_id, day in purged.different:
        click.echo(
            f"{codes[site_id]}: nothing is purged from {day_word(day)} on, because its site slots are not what their"
            " facts say; look at `dps-collector rebuild --verify`, then run `dps-collector rebuild`",
            err=True,
        )
    context.exit(1 if purged.different else 0)
