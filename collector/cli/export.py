"""export"""

import sys

import click

from collector.app import rules_of
from collector.cli.opening import engine_of, now, settings_of
from collector.storage.engine import reading
from collector.web.statistics_api import FORMATS, GRAINS, export_statistics


@click.group()
def export() -> None:
    """Figures for other programs."""


@export.command()
@click.option("--site", "code", required=True, help="Code of the site.")
@click.option("--from", "first", required=True, metavar="YYYY-MM", help="First month.")
@click.option("--to", "last", required=True, metavar="YYYY-MM", help="Last month.")
@click.option("--grain", type=click.Choice(GRAINS), default="month", show_default=True)
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv", show_default=True)
@click.pass_context
def statistics(context: click.Context, code: str, first: str, last: str, grain: str, form: str) -> None:
    """Sessions, hours of use, station-hours and coverage of a site, on standard output."""
    settings = settings_of(context)
    with reading(engine_of(settings)) as connection:
        text = export_statistics(connection, code, first, last, grain, form, now(), rules_of(settings))
    sys.stdout.buffer.write(text.encode())
