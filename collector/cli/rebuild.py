"""rebuild"""

import secrets
from itertools import chain
from zoneinfo import ZoneInfo

import click

from collector.cli.opening import engine_of, now, settings_of
from collector.ingest.months import rebuild_months
from collector.ingest.rebuilding import Seen, is_done, verify, verify_months
from collector.ingest.rebuilding import rebuild as rebuild_now
from collector.ingest.roller import new_mark, release
from collector.storage.engine import reading
from collector.storage.queries.sites import all_sites


@click.command()
@click.option("--verify", "only_verify", is_flag=True, help="Change nothing; compare, and name what differs.")
@click.pass_context
def rebuild(context: click.Context, only_verify: bool) -> None:
    """Derive every site slot that is not sealed again from its facts, and add up the months again."""
    settings = settings_of(context)
    engine, zone = engine_of(settings), ZoneInfo(settings.time_zone)
    if only_verify:
        with reading(engine) as connection:
            codes = {site.site_id: site.code for site in all_sites(connection)}
        seen, differences = Seen(), 0
        for difference in chain(verify(engine, seen), verify_months(engine, zone, seen)):
            differences += 1
            click.echo(f"{codes[difference.site_id]} {difference.moment()}: {difference.sentence}")
        click.echo(
            f"compared {seen.site_slots} site slots with their facts and {seen.days_sealed} days"
            f" ({seen.site_slots_sealed} site slots) with their seals, {seen.months} months with their sums,"
            f" {seen.sites} sites: {differences} differences"
        )
        context.exit(1 if differences else 0)
    holder = secrets.token_hex(8)
    count = rebuild_now(engine, now, holder)
    months = rebuild_months(engine, now(), holder, zone, new_mark())
    release(engine, holder)
    if is_done(engine):
        click.echo(f"derived {count} site slots and added up {months} months again")
    else:
        click.echo(f"marked {count} site slots and {months} months; the collector that is running derives them again")
