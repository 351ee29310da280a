"""export"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from collector.cli.opening import engine_of, now, settings_of
from collector.cli.sites import known
from collector.domain.csv_files import write_sheet
from collector.domain.disclosure import Audience
from collector.domain.glpi import inventory
from collector.reports.in_force import catalogue_in_force, rules_of
from collector.storage.engine import reading
from collector.storage.files.entered import entry_rows
from collector.storage.files.reading import FileKind
from collector.storage.files.register import Row, register_rows
from collector.storage.queries.inventory import registered
from collector.storage.queries.sites import all_sites
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
@click.option(
    "--audience",
    type=click.Choice([each.value for each in Audience]),
    default=Audience.SITE.value,
    show_default=True,
    help="Who will read it; for all but the site itself, disclosure control hides what is small.",
)
@click.pass_context
def statistics(context: click.Context, code: str, first: str, last: str, grain: str, form: str, audience: str) -> None:
    """Sessions, hours of use, station-hours and coverage of a site, on standard output."""
    settings = settings_of(context)
    with reading(engine_of(settings)) as connection:
        text = export_statistics(
            *(connection, code, first, last, grain, form, now()),
            *(rules_of(settings), catalogue_in_force(settings)),
            lambda _: Audience(audience),
        )
    sys.stdout.buffer.write(text.encode())


def folder_and_sites(command: click.decorators.FC) -> click.decorators.FC:
    path = click.Path(file_okay=False, path_type=Path)
    text = "Code of a site; several may be given. Without it, all sites."
    return click.argument("folder", type=path)(click.option("--site", "codes", multiple=True, help=text)(command))


@export.command()
@folder_and_sites
@click.pass_context
def register(context: click.Context, folder: Path, codes: tuple[str, ...]) -> None:
    """The register as CSV files in a folder, one for each table; `import register` takes them in."""
    settings = settings_of(context)
    with reading(engine_of(settings)) as connection:
        chosen = [known(connection, code).code for code in codes] or None
        written(folder, register_rows(connection, rules_of(settings).zone, chosen))


@export.command()
@folder_and_sites
@click.pass_context
def entries(context: click.Context, folder: Path, codes: tuple[str, ...]) -> None:
    """What people entered as CSV files in a folder, one for each table; `import entries` takes them in."""
    with reading(engine_of(settings_of(context))) as connection:
        chosen = [known(connection, code).code for code in codes] or None
        written(folder, entry_rows(connection, chosen))


@export.command("inventory")
@folder_and_sites
@click.pass_context
def inventories(context: click.Context, folder: Path, codes: tuple[str, ...]) -> None:
    """The stations as GLPI takes inventories in, one JSON file for each, in a folder; without any person."""
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    with reading(engine_of(settings_of(context))) as connection:
        for site in [known(connection, code) for code in codes] or all_sites(connection):
            for station, readings in registered(connection, site.site_id):
                text = json.dumps(inventory(station, readings), ensure_ascii=False, indent=1) + "\n"
                (folder / f"{site.code}-{station.station_id}.json").write_text(text, encoding="utf-8")
                count += 1
    click.echo(f"wrote {count} inventories into {folder}")


def written(folder: Path, tables: Mapping[FileKind, Sequence[Row]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, rows in tables.items():
        (folder / f"{kind.word}.csv").write_text(write_sheet(kind.columns, rows), encoding="utf-8", newline="")
    click.echo(f"wrote {len(tables)} tables into {folder}")
