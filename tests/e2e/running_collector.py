"""A real collector: `dps-collector serve` as a process of its own, on SQLite in a folder, and its command line."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Self

import requests
from click.testing import CliRunner

from collector.cli import main
from tests.e2e.pages import browser_after_log_in
from tests.e2e.waiting import until

ACCOUNT, PASSWORD = "anna", "vier woorden zijn goed"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class RunningCollector:
    """It can be killed and started again on the same data and the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DPS_")},
            "DPS_COLLECTOR_SECURE_COOKIES": "false",
            "DPS_COLLECTOR_CONTACT_INTERVAL_SECONDS": "60",
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.words("migrate")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self) -> None:
        """Return when it answers."""
        words = [sys.executable, "-m", "collector", "--data", str(self.folder), "serve", "--port", str(self.port)]
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(words, env=self.environment, stdout=log, stderr=log)
        until(self.answers, "the collector answers")

    def answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        try:
            return requests.get(f"{self.address}/api/v1/time", timeout=5).ok
        except requests.ConnectionError:
            return False

    def kill(self) -> None:
        """SIGKILL: it hears nothing and can tidy nothing."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def log(self) -> str:
        return (self.folder / "serve.log").read_text(encoding="utf-8", errors="replace")

    def words(self, *words: str, given: str = "") -> str:
        """What the command line prints; fails with its sentence where it refuses.

        It runs in this process, since starting Python for each word would take most of the time of these tests.
        """
        before = os.umask(0o077)
        done = CliRunner().invoke(main, ["--data", str(self.folder), *words], input=given, env=self.environment)
        os.umask(before)
        assert done.exit_code == 0, done.output
        return done.stdout

    def token(self, *words: str) -> str:
        return self.words("token", "issue", *words).strip()

    def rows(self, question: str) -> list[Any]:
        """What a reader beside it finds in the database."""
        with closing(sqlite3.connect(self.folder / "collector.sqlite", timeout=15)) as connection:
            return connection.execute(question).fetchall()

    def runs(self) -> list[dict[str, Any]]:
        """The runs of its one station, each after the one that it names: whole seconds alone do not tell their order.

        As far as they are known without a gap.
        """
        columns = ("run_id", "previous_run_id", "start_reason", "started_at", "stop_reason", "stopped_at")
        rows = self.rows(f"SELECT {', '.join(columns)} FROM run")
        after = {row[1]: dict(zip(columns, row, strict=True)) for row in rows}
        ordered: list[dict[str, Any]] = []
        while found := after.pop(ordered[-1]["run_id"] if ordered else None, None):
            ordered.append(found)
        return ordered

    def browser(self) -> requests.Session:
        """Somebody who has an account and has logged in."""
        if not self.words("user", "list"):
            self.words("user", "add", ACCOUNT, given=PASSWORD + "\n")
        return browser_after_log_in(self.address, ACCOUNT, PASSWORD)
