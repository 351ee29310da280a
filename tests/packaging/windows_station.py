"""A Windows computer without Python, on which the installer is run as software distribution does it."""

import json
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Self

from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.rigs.windows_python import Windows

SERVICE = "dps-agent"
STAY = ["ping", "-n", "100000", "127.0.0.1"]
ON_DISK = ("Program Files", "ProgramData", "users/Public", "windows/system32/tasks")
"""Where an installer may leave something; the rest of the drive is Wine's own."""


class WindowsStation:
    """Its administrator, and the collector of its site."""

    def __init__(self, windows: Windows, collector: RunningCollector) -> None:
        self.windows, self.collector = windows, collector
        self.drive = windows.prefix / "drive_c"
        self.program = self.drive / "Program Files/DPS agent"
        self.state = self.drive / "ProgramData/DPS agent"
        self.lives: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.switch_on()
        return self

    def __exit__(self, *_: object) -> None:
        self.pull_the_plug()

    def switch_on(self) -> None:
        """Services that start by themselves do so now. Wine ends them three seconds after the last other program."""
        self.lives = self.start(*STAY)

    def start(self, *words: str | Path) -> subprocess.Popen[bytes]:
        """A program that nobody waits for."""
        nowhere = subprocess.DEVNULL
        return subprocess.Popen(
            ["wine", *words],
            env=self.windows.environment(),
            stdin=nowhere,
            stdout=nowhere,
            stderr=nowhere,
            umask=0o077,  # as in Windows.run: Wine makes access lists of modes
        )

    def resident_bytes(self, *words: str) -> int:
        """What a process with these words holds in memory; Wine runs each program as a process of Linux."""
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                ours = f"WINEPREFIX={self.windows.prefix}\0" in (folder / "environ").read_text(errors="replace")
                line = (folder / "cmdline").read_text(errors="replace")
                if ours and all(word in line for word in words):
                    status = (folder / "status").read_text()
                    return int(status.partition("VmRSS:")[2].split()[0]) * 1024
            except OSError:
                continue  # it has ended
        return 0

    def pull_the_plug(self) -> None:
        self.windows.end()
        if self.lives is not None:
            self.lives.wait()
            self.lives = None

    def tells(self, *words: str | Path, environment: Mapping[str, str] | None = None) -> str:
        """What a program prints, whatever its exit code."""
        return self.windows.run(words, check=False, environment=environment).stdout

    def agent(self, *words: str) -> str:
        return self.tells(self.program / "dps-agent.exe", *words)

    def msiexec(self, verb: str, msi: Path, *properties: str, log: str = "") -> int:
        """Its exit code; without any window."""
        words = ["msiexec", verb, "Z:" + str(msi).replace("/", "\\"), "/qn", *(("/l*v", log) if log else ())]
        return self.windows.run([*words, *properties], check=False).returncode

    def install(self, msi: Path, *properties: str, log: str = "") -> int:
        return self.msiexec("/i", msi, f"SERVER={self.collector.address}", "TAG=ixl-01", *properties, log=log)

    def token(self) -> str:
        return self.collector.token("--site", "ixl")

    def service(self) -> str:
        """The word of the service manager, such as RUNNING; empty where there is no such service."""
        for line in self.tells("sc", "query", SERVICE).splitlines():
            if "STATE" in line and "EXIT" not in line:
                return line.split()[-1]
        return ""

    def service_is(self, state: str) -> None:
        until(lambda: self.service() == state, f"the service is {state or 'gone'}")

    def restart(self) -> float:
        """Stop the service in order and start it; the seconds from its start to its first record."""
        self.tells("sc", "stop", SERVICE)
        self.service_is("STOPPED")
        stopped, start = self.memory("run.json").get("run_id"), time.monotonic()
        self.tells("sc", "start", SERVICE)
        until(lambda: self.memory("run.json").get("run_id") not in (None, stopped), "it counts again")
        return time.monotonic() - start

    def memory(self, name: str) -> dict[str, Any]:
        """A file of the state folder; empty where there is none yet."""
        try:
            found: dict[str, Any] = json.loads((self.state / name).read_text())
        except FileNotFoundError:
            return {}
        return found

    def log(self) -> str:
        return (self.state / "agent.log").read_text()

    def waiting(self) -> list[str]:
        """Records that were not sent yet."""
        return sorted(path.name for path in (self.state / "spool/pending").glob("*.json"))

    def contacts(self) -> list[Any]:
        return self.collector.rows("SELECT agent_version, received_at FROM station_contact")

    def settings(self) -> dict[str, str]:
        """What the installer wrote into the registry."""
        lines = [line.strip() for line in self.tells("reg", "query", "HKLM\\SOFTWARE\\DPS agent").splitlines()]
        parts = [line.split("    ") for line in lines if "    " in line]
        return {name: value for name, _, value in parts}

    def files(self) -> set[str]:
        """Everything in the places where an installer may leave something."""
        found = (path for place in ON_DISK for path in (self.drive / place).rglob("*"))
        return {str(path.relative_to(self.drive)) for path in found}

    def registry(self) -> set[str]:
        """Every key and value, one line each; of a computer that is switched off."""
        found = set()
        for name in ("system.reg", "user.reg"):
            key = ""
            for line in (self.windows.prefix / name).read_text(errors="replace").splitlines():
                if line.startswith("["):
                    key = line[1 : line.index("]")]
                    found.add(key)
                elif line.startswith(('"', "@")):
                    found.add(f"{key} {line}")
        return found

    def products(self) -> str:
        """What is listed as installed."""
        return self.tells("reg", "query", "HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Uninstall", "/s")
