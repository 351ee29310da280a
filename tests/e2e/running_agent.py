"""A real agent: `python -m agent` with a state folder of its own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Self

from tests.e2e.waiting import until


class RunningAgent:
    """One station; its service can be killed and started again."""

    def __init__(self, folder: Path, server: str, tag: str, token: str = "") -> None:
        folder.mkdir(mode=0o700)
        self.folder = folder
        self.state = folder / "state"
        self.options = ["--state", str(self.state), "--server", server, "--tag", tag]
        if token:
            (folder / "token").write_text(token + "\n")
            self.options += ["--token-file", str(folder / "token")]
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("DPS_")}
        self.service: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def words(self, word: str, *more: str, given: str = "") -> subprocess.CompletedProcess[str]:
        """Run one word of the command line to its end; what it says never holds a traceback."""
        done = subprocess.run(
            [sys.executable, "-m", "agent", word, *self.options, *more],
            env=self.environment,
            input=given,
            capture_output=True,
            check=False,
            text=True,
            timeout=60,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done

    def send(self) -> None:
        """Deliver what waits; waits for a contact of the service that is under way."""
        until(lambda: self.words("send").returncode == 0, f"{self.state} is sent: {self.memory().get('last_sentence')}")

    def start(self) -> None:
        """Start the service; return when it has written its first checkpoint."""
        before = self.run().get("run_id")
        with (self.folder / "service.log").open("ab") as log:
            self.service = subprocess.Popen(
                [sys.executable, "-m", "agent", "run", *self.options],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        until(lambda: self.run().get("run_id") not in (None, before), f"the service runs: {self.log()}")

    def count_for(self, seconds: float) -> None:
        """Let the service count for so long: its slots hold whole seconds, and a moment is none."""
        begun = time.monotonic()
        until(lambda: time.monotonic() - begun >= seconds, "that time has passed")
        assert self.service is not None
        assert self.service.poll() is None, self.log()

    def stop(self) -> int:
        """Ask it to stop, as a service manager does; its exit code."""
        assert self.service is not None
        self.service.terminate()
        code = self.service.wait(30)
        self.service = None
        return code

    def kill(self) -> None:
        """SIGKILL: it hears nothing and can tidy nothing."""
        if self.service is not None:
            self.service.kill()
            self.service.wait()
            self.service = None

    def log(self) -> str:
        return (self.folder / "service.log").read_text(encoding="utf-8", errors="replace")

    def run(self) -> dict[str, Any]:
        return self._file("run.json")

    def memory(self) -> dict[str, Any]:
        return self._file("sender.json")

    def records(self, folder: str) -> list[dict[str, Any]]:
        """The records of one folder of the spool."""
        return [json.loads(path.read_text()) for path in sorted((self.state / "spool" / folder).glob("*.json"))]

    def _file(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads((self.state / name).read_text())
        except (OSError, ValueError):
            return {}
        return found
