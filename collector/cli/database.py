"""migrate, check"""

import click

from collector.app import open_engine
from collector.checks import find
from collector.cli.opening import alone, migrated, settings_of


@click.command()
@click.pass_context
def migrate(context: click.Context) -> None:
    """Bring the tables to this version. Stop `serve` first; make a backup before."""
    settings = settings_of(context)
    with alone(settings):
        applied = migrated(open_engine(settings))
    click.echo(f"applied: {', '.join(applied)}" if applied else "nothing to do: the tables are those of this version")


@click.command()
@click.pass_context
def check(context: click.Context) -> None:
    """Look for problems before serving; exit code 1 if one of them is an error.

    What revocations.jsonl says and the database does not know, after a restore, is revoked again.
    """
    settings = settings_of(context)
    findings = list(find(settings, open_engine))
    for finding in findings:
        click.echo(f"{finding.identifier}  {finding.sentence}\n                {finding.hint}")
    if not findings:
        click.echo("all is well")
    context.exit(1 if any(finding.is_error for finding in findings) else 0)
