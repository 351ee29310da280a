"""migrate, check"""

from collections.abc import Sequence
from pathlib import Path

import click

from collector.app import open_engine
from collector.checks import find
from collector.cli.opening import alone, migrated, settings_of
from collector.domain.cells import Status
from collector.domain.disclosure import NotATable, audit
from collector.domain.disclosure.published import read, together


@click.command()
@click.pass_context
def migrate(context: click.Context) -> None:
    """Bring the tables to this version. Stop `serve` first; make a backup before."""
    settings = settings_of(context)
    with alone(settings):
        applied = migrated(open_engine(settings))
    click.echo(f"applied: {', '.join(applied)}" if applied else "nothing to do: the tables are those of this version")


@click.command()
@click.option("--disclosure", is_flag=True, help="Attack published reports instead: their JSON, their CSV.")
@click.argument("reports", nargs=-1, type=click.Path(path_type=Path))
@click.pass_context
def check(context: click.Context, disclosure: bool, reports: tuple[Path, ...]) -> None:
    """Look for problems before serving; exit code 1 if one of them is an error.

    What revocations.jsonl says and the database does not know, after a restore, is revoked again.

    With --disclosure: whether somebody who has all REPORTS in hands can compute what they hide.
    """
    if disclosure != bool(reports):
        raise click.UsageError("give both --disclosure and the files of published reports, or neither")
    if disclosure:
        context.exit(attack(reports))
    settings = settings_of(context)
    findings = list(find(settings, open_engine))
    for finding in findings:
        click.echo(f"{finding.identifier}  {finding.sentence}\n                {finding.hint}")
    if not findings:
        click.echo("all is well")
    context.exit(1 if any(finding.is_error for finding in findings) else 0)


def attack(reports: Sequence[Path]) -> int:
    """Print what the reports tell although they should not; the exit code."""
    try:
        found = together([read(str(path), path.read_text("utf-8")) for path in reports])
        failures = audit(found.newest, found.older, idle_rule_minutes=found.idle_rule_minutes)
    except (NotATable, UnicodeDecodeError) as error:
        raise click.ClickException(f"the reports cannot be attacked: {error}") from error
    sentences = [*found.conflicts, *(str(failure) for failure in failures)]
    for sentence in sentences:
        click.echo(sentence)
    if not sentences:
        hidden = sum(
            cell.status is Status.CONFIDENTIAL for figures in found.newest.figures.values() for cell in figures.values()
        )
        click.echo(f"nothing that is hidden in these files can be computed from them ({hidden} cells)")
    return 1 if sentences else 0
