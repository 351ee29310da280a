"""report"""

import getpass
import sys
from pathlib import Path

import click
from sqlalchemy import Connection

from collector.cli.opening import engine_of, now, settings_of
from collector.i18n import LOCALES, load_languages
from collector.reports.asking import MEDIA_TYPES, REGION_WORD, Asked, asked, content
from collector.reports.editions import EDITIONS
from collector.reports.in_force import catalogue_in_force, rules_of
from collector.reports.rebuilding import rebuilt, sentences
from collector.reports.vintages import freeze as freeze_now
from collector.storage.engine import reading


@click.command()
@click.option("--site", "code", help="Code of the site.")
@click.option("--region", is_flag=True, help="The report of the Region instead.")
@click.option("--year", type=int, required=True)
@click.option("--lang", "language", type=click.Choice(list(LOCALES)), default="fr", show_default=True)
@click.option("--format", "form", type=click.Choice(list(MEDIA_TYPES)), default="pdf", show_default=True)
@click.option(
    "--edition",
    type=click.Choice([str(edition) for edition in EDITIONS]),
    default=str(EDITIONS[0]),
    show_default=True,
)
@click.option("--vintage", type=int, help="The frozen report of this number; without it, a draft.")
@click.option("--freeze", is_flag=True, help="Freeze the report first, in every edition, language and format.")
@click.option(
    "--verify",
    is_flag=True,
    help="Make the frozen report of --vintage again from what was kept with it, and compare; write no file.",
)
@click.option("--output", type=click.Path(path_type=Path), help="File to write; - is standard output.")
@click.pass_context
def report(
    context: click.Context,
    code: str | None,
    region: bool,
    year: int,
    language: str,
    form: str,
    edition: str,
    vintage: int | None,
    freeze: bool,
    verify: bool,
    output: Path | None,
) -> None:
    """The annual report of a site or of the Region."""
    if (code is None) != region:
        raise click.UsageError("give either --site CODE or --region")
    if freeze and vintage is not None:
        raise click.UsageError("--freeze makes a new vintage: leave out --vintage")
    if verify and (freeze or vintage is None):
        raise click.UsageError("--verify compares a frozen report: give its number, --vintage N, without --freeze")
    settings = settings_of(context)
    engine, rules, languages, moment = engine_of(settings), rules_of(settings), load_languages(), now()
    figures = catalogue_in_force(settings)

    def wanted(connection: Connection, number: int | None) -> Asked:
        return asked(connection, REGION_WORD if code is None else code, year, language, form, edition, number)

    if freeze:
        with reading(engine) as connection:
            site = wanted(connection, None).site
        by = f"{getpass.getuser()} (command line)"
        vintage = freeze_now(engine, site, year, moment, by, rules, figures, languages)
        click.echo(f"frozen as vintage {vintage}", err=True)
    if verify:
        with reading(engine) as connection:
            editions = rebuilt(connection, wanted(connection, vintage), languages)
        for told in editions:
            for sentence in sentences(told):
                click.echo(sentence)
        context.exit(0 if all(told.is_whole() for told in editions) else 1)
    with reading(engine) as connection:
        found = wanted(connection, vintage)
        written = content(connection, found, moment, rules, figures, languages)
    if output == Path("-"):
        sys.stdout.buffer.write(written)
        return
    path = output or Path(found.file_name())
    path.write_bytes(written)
    click.echo(f"wrote {path} ({len(written)} bytes)", err=True)
