"""The words of the command line, one file for each noun."""

import errno
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import SQLAlchemyError

from collector import __version__
from collector.checks import reason
from collector.cli.backup import backup
from collector.cli.database import check, migrate
from collector.cli.demo import demo
from collector.cli.export import export
from collector.cli.imports import bring_in
from collector.cli.purge import purge
from collector.cli.rebuild import rebuild
from collector.cli.report import report
from collector.cli.restore import restore
from collector.cli.serve import serve
from collector.cli.sites import site
from collector.cli.stations import station
from collector.cli.tokens import token
from collector.cli.users import user
from collector.config import ConfigError
from collector.domain.mistakes import Mistake
from collector.reports.vintages import ReportError
from collector.storage.backup import BackupError
from collector.web.accounts import AccountError
from collector.web.statistics_api import ExportError


class Sentences(click.Group):
    """Turns every error that a person can mend into one sentence; the exit code is 1, for a wrong command 2."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except (ConfigError, AccountError, ExportError, BackupError, ReportError, Mistake) as error:
            raise click.ClickException(str(error)) from error
        except SQLAlchemyError as error:
            raise click.ClickException(
                f"the database cannot be used ({reason(error)}); run `dps-collector check`"
            ) from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # whoever read our output has seen enough; click ends quietly
            if error.filename is None:
                give_up_output()
            raise click.ClickException(sentence_of(error)) from error


def give_up_output() -> None:
    """Let what could not be written go nowhere, or Python tries it once more at the end and ends with code 120."""
    with suppress(OSError), Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), sys.stdout.fileno())


def sentence_of(error: OSError) -> str:
    """What the system said of a file or of our output, and what to look at."""
    reason = error.strerror or str(error)
    if error.filename is None:
        return f"the output cannot be written, or a file cannot be used ({reason}); make room and try again"
    return f"{error.filename} cannot be used ({reason}); correct the path, who may use it, or what is in its way"


@click.group(cls=Sentences)
@click.version_option(__version__, prog_name="dps-collector")
@click.option("--config", "config_file", type=click.Path(path_type=Path), help="Settings (TOML).")
@click.option("--data", "data_folder", help="Folder of the database and of what must outlive it.")
@click.pass_context
def main(context: click.Context, config_file: Path | None, data_folder: str | None) -> None:
    """The collector of the Digital Public Spaces' statistics."""
    os.umask(0o077)
    context.obj = (config_file, data_folder)


for command in (
    backup,
    bring_in,
    check,
    demo,
    export,
    migrate,
    purge,
    rebuild,
    report,
    restore,
    serve,
    site,
    station,
    token,
    user,
):
    main.add_command(command)

if __name__ == "__main__":
    sys.exit(main())
