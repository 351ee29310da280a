"""import"""

import secrets
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from collector.cli.opening import engine_of, now, settings_of
from collector.domain.entered import MonthlyKind
from collector.storage.changes.base import COMMAND_LINE, Change
from collector.storage.engine import writing
from collector.storage.files.assets import ASSETS
from collector.storage.files.entered import ENTRIES
from collector.storage.files.foreign import BUILDINGS, MONTHS, OPENING_TIMES
from collector.storage.files.reading import Fate, FateWord, FileKind, Intake, take_in
from collector.storage.files.register import REGISTER

WORDS = {
    FateWord.NEW: "new",
    FateWord.CHANGED: "changed",
    FateWord.SAME: "as it is",
    FateWord.LEFT_OUT: "left out",
    FateWord.WRONG: "WRONG",
}

Files = tuple[Path, ...]


@click.group("import")
def bring_in() -> None:
    """Tables (CSV) for the register. Every line gets a fate; nothing is stored when one is wrong."""


def files_argument(command: click.decorators.FC) -> click.decorators.FC:
    path = click.Path(exists=True, dir_okay=False, path_type=Path)
    return click.argument("files", nargs=-1, required=True, type=path)(command)


def dry_option(command: click.decorators.FC) -> click.decorators.FC:
    return click.option("--dry-run", is_flag=True, help="Say what would become of each line, and store nothing.")(
        command
    )


def skip_option(command: click.decorators.FC) -> click.decorators.FC:
    text = "Leave out lines of sites that the register does not know, instead of refusing the file."
    return click.option("--skip-unknown-sites", "skip_unknown", is_flag=True, help=text)(command)


@bring_in.command()
@files_argument
@dry_option
@skip_option
@click.pass_context
def register(context: click.Context, files: Files, *, dry_run: bool, skip_unknown: bool) -> None:
    """Tables of the register, known by their columns; `export register` writes them.

    What is in the register and not in the files stays as it is, except that a timetable is replaced as a whole.
    """
    bring(context, [*REGISTER, BUILDINGS, OPENING_TIMES], files, dry=dry_run, skip_unknown=skip_unknown)


@bring_in.command()
@files_argument
@dry_option
@skip_option
@click.pass_context
def assets(context: click.Context, files: Files, *, dry_run: bool, skip_unknown: bool) -> None:
    """The asset list: tag, serial, type, model, supply_date, site. A tag is the label with which a station enrolled.

    Devices that are not in the register yet are added; blank cells, and devices that are not in the list, change
    nothing.
    """
    bring(context, [ASSETS], files, dry=dry_run, skip_unknown=skip_unknown)


@bring_in.command()
@files_argument
@dry_option
@skip_option
@click.option("--figure", type=click.Choice([kind.value for kind in MonthlyKind]), help="What a table of months holds.")
@click.option("--source", default="", help="From which tool or person monthly figures are.")
@click.option("--method", default="", help="How monthly figures were counted.")
@click.pass_context
def entries(
    context: click.Context,
    files: Files,
    *,
    dry_run: bool,
    skip_unknown: bool,
    figure: str | None,
    source: str,
    method: str,
) -> None:
    """What people enter: attendance, activities, years, monthly figures; `export entries` writes them.

    Monthly figures of other tools may also come as a table with a site in each line and a month in each column.
    """
    given = {"figure": figure or "", "source": source, "method": method}
    bring(context, [*ENTRIES, MONTHS], files, dry=dry_run, skip_unknown=skip_unknown, **given)


def bring(
    context: click.Context, kinds: Sequence[FileKind], files: Files, *, dry: bool, skip_unknown: bool, **given: str
) -> None:
    """Takes files in, prints the fate of each line; exit code 1 when one of them is wrong."""
    settings = settings_of(context)
    contents = [(path.name, path.read_bytes()) for path in files]
    with writing(engine_of(settings)) as connection:
        change = Change(connection, COMMAND_LINE, now(), ZoneInfo(settings.time_zone), lambda: secrets.randbits(62))
        fates = take_in(Intake(change, skip_unknown, **given), kinds, contents, dry=dry, tell=progress)
    told(fates)
    wrong = any(fate.word is FateWord.WRONG for fate in fates)
    if wrong:
        click.echo("nothing was stored: correct the lines that are wrong and import again", err=True)
        context.exit(1)
    click.echo("dry run: nothing was stored" if dry else "stored", err=True)


def progress(file: str, done: int, lines: int) -> None:
    click.echo(f"{file}: {done} of {lines} lines", err=True)


def told(fates: Sequence[Fate]) -> None:
    """What is as it is needs no line of its own."""
    for fate in fates:
        place = fate.file if fate.line is None else f"{fate.file}:{fate.line}"
        said = " ".join(sentence.said() for sentence in fate.sentences)
        if fate.word is not FateWord.SAME:
            click.echo("  ".join(part for part in (place, WORDS[fate.word], fate.about, said) if part))
    counts = Counter(fate.word for fate in fates)
    click.echo(
        ", ".join(f"{counts[word]} {name}" for word, name in WORDS.items() if counts[word]) or "no line", err=True
    )
