"""demo: a collector with an invented region and with this very computer as a station, for a first look."""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from types import FrameType
from typing import Self
from zoneinfo import ZoneInfo

import click
import platformdirs
from sqlalchemy import Engine

from collector.app import Collector, open_engine, server_of
from collector.cli.opening import alone, keep_revoked, migrated, now
from collector.cli.serve import listening
from collector.config import Settings, read
from collector.demo.filling import Filling
from collector.demo.year import region_of
from collector.domain.access import Role
from collector.ingest.enrolment import issue_token
from collector.storage.changes.base import COMMAND_LINE, Change
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import account_named
from collector.storage.queries.demonstration import call_demonstration
from collector.storage.queries.register import add_site
from collector.storage.queries.sites import site_of_code
from collector.web.accounts import create_account, set_password

CODE = "DEMO"
NAME = "Cet ordinateur"
NAME_NL = "Deze computer"
ACCOUNT = "admin"
CONTACT_SECONDS = 60
"""The demonstration's station reports each minute, so that somebody who looks sees something move."""
AGENT_STOP_SECONDS = 8


@click.command()
@click.option("--data", "folder", type=click.Path(path_type=Path), help="Where the demonstration keeps its data.")
@click.option("--port", default=8017, show_default=True, type=click.IntRange(0, 65_535), help="0 takes a free one.")
@click.option("--region/--no-region", default=True, show_default=True, help="Whether to invent eight sites beside it.")
@click.pass_context
def demo(context: click.Context, folder: Path | None, port: int, *, region: bool) -> None:
    """Run a collector on this computer, with an invented region and this computer as a station. Ctrl-C stops all."""
    given = folder or context.find_root().obj[1]
    data = Path(given or platformdirs.user_data_path("dps-demo", appauthor=False)).expanduser().absolute()
    settings = read(
        None,
        {},
        data_folder=str(data),
        listen_port=port or 1,
        secure_cookies=False,
        contact_interval_seconds=CONTACT_SECONDS,
        log_format="pretty",
    )
    stop = Stop()
    with ExitStack() as leaving:
        ear = leaving.enter_context(listening(settings, port=port))
        leaving.enter_context(alone(settings))
        engine = open_engine(settings)
        migrated(engine)
        keep_revoked(engine, settings)
        password, token_file = furnish(engine, data)
        past = invented(engine, settings) if region else None
        if past is not None:
            leaving.callback(past.stop)
        log = leaving.enter_context((data / "collector.log").open("a", encoding="utf-8"))
        serving = Serving(Collector(engine, settings, log=log), settings, ear)
        leaving.callback(serving.stop)
        serving.start()
        address = f"http://127.0.0.1:{ear.getsockname()[1]}"
        click.echo(introduction(address, password, data, region=region))
        agent = leaving.enter_context(Agent(data, address, token_file))
        if past is not None:
            past.start()
        while not stop.wanted.wait(0.5):
            if serving.ended:
                raise click.ClickException(f"the collector stopped by itself; see {data / 'collector.log'}")
            agent.look()
            if past is not None:
                past.look()
        click.echo("stopping")


def tell(share: float, complete: bool) -> None:
    """How much of the region's past is there: on one line of a terminal, at its two ends elsewhere."""
    if complete:
        click.echo("The figures of the eight invented sites are complete.")
    elif sys.stdout.isatty():
        click.echo(f"\rSimulating 14 months of eight invented sites: {share:.0%} ", nl=share >= 1)
    elif share >= 1:
        click.echo("14 months of eight invented sites are simulated; their figures are still being computed.")


def invented(engine: Engine, settings: Settings) -> Filling:
    """The region that does not exist, ready to be filled."""
    region_of(engine, ZoneInfo(settings.time_zone), now())
    return Filling(engine, settings.database_url, settings.time_zone, tell)


def introduction(address: str, password: str, data: Path, *, region: bool) -> str:
    """What somebody who started the demonstration wants to know."""
    what = (
        "eight invented sites with invented visitors, and a ninth whose only station is this computer"
        if region
        else "one site whose only station is this computer"
    )
    return (
        f"\nThis is a demonstration: {what}.\n"
        "Its page shows the use of a single station, which the product never does elsewhere.\n\n"
        f"  Open      {address}\n"
        f"  Account   {ACCOUNT}\n"
        f"  Password  {password}\n"
        f"  Data      {data}\n\n"
        "Ctrl-C stops the collector and the agent; started again, it goes on with the same data.\n"
    )


def furnish(engine: Engine, data: Path) -> tuple[str, Path]:
    """Make the site, the account and an enrolment token where they are missing; the password and the token's file."""
    kept = data / "demo-password"
    was_kept = kept.exists()
    password = kept.read_text(encoding="utf-8").strip() if was_kept else secrets.token_urlsafe(12)
    kept.write_text(password + "\n", encoding="utf-8")
    kept.chmod(0o600)
    with reading(engine) as connection:
        site = site_of_code(connection, CODE)
        account = account_named(connection, ACCOUNT)
    token_file = data / "enrolment-token"
    with writing(engine) as connection:
        call_demonstration(connection)
        site_id = (
            site.site_id
            if site is not None
            else add_site(connection, CODE, NAME, "", now(), name_nl=NAME_NL, demonstration=True)
        )
        if account is None:
            create_account(connection, ACCOUNT, password, Role.ADMINISTRATOR, now())
        elif not was_kept:
            change = Change(connection, COMMAND_LINE, now(), ZoneInfo("UTC"), lambda: 0)
            set_password(change, ACCOUNT, password, lambda *_: None)
        if not (data / "agent" / "identity.json").exists():
            token = issue_token(connection, site_id, stations=1, valid_days=1, now=now(), random=secrets.token_hex)
            token_file.write_text(token + "\n", encoding="utf-8")
            token_file.chmod(0o600)
    return password, token_file


class Stop:
    """Set by Ctrl-C, and by whoever asks politely."""

    def __init__(self) -> None:
        """Listen from now on."""
        self.wanted = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._set)

    def _set(self, _number: int, _frame: FrameType | None) -> None:
        self.wanted.set()


class Serving:
    """The collector's server in a thread of its own, so that it outlives the agent's last contact."""

    def __init__(self, collector: Collector, settings: Settings, ear: object) -> None:
        """Serve on the listening socket `ear`."""
        self._server = server_of(collector, settings)
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [ear]}, name="server")

    @property
    def ended(self) -> bool:
        return not self._thread.is_alive()

    def start(self) -> None:
        """Return when requests are answered."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.02)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()


class Agent:
    """The real agent, as a process of its own; its words go to a file."""

    def __init__(self, data: Path, address: str, token_file: Path) -> None:
        """Run it with everything under `data`."""
        self._log = data / "agent.log"
        self._words = [
            *(sys.executable, "-I", "-m", "agent", "run"),
            *("--state", str(data / "agent")),
            *("--server", address),
            *("--token-file", str(token_file)),
            *("--contact-seconds", str(CONTACT_SECONDS)),
        ]
        self._told = False

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            # A process group of its own: Ctrl-C comes to us, and we stop the agent before the collector.
            self._process = subprocess.Popen(  # noqa: S603 our own program, no word from outside
                self._words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                process_group=0 if os.name == "posix" else None,
            )
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.terminate()
        try:
            self._process.wait(AGENT_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def look(self) -> None:
        """Say once if the agent has ended by itself."""
        if self._process.poll() is not None and not self._told:
            self._told = True
            last = self._log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:] or [
                "without a word"
            ]
            click.echo(f"the agent ended ({last[0]}); the pages go on without it", err=True)
