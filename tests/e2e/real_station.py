"""The agent on a machine with its own systemd and logind, as an administrator sees it."""

import json
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from collector.cli.opening import now
from collector.storage.engine import create_engine, writing
from collector.storage.queries.register import add_site
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until
from tests.rigs.systemd_machine import SystemdMachine

SOURCE = Path(__file__).parents[2] / "agent"
PACKAGES = "/usr/lib/python3/dist-packages/agent"
STATE = "var/lib/dps-agent"
SOCKET = "/run/dps-agent/presence"
DEMONSTRATION = "RIG"
PROGRAM = '#!/bin/sh\nexec python3 -m agent "$@"\n'
PROCESSES = "for p in /proc/[0-9]*; do echo ${p#/proc/} $(grep State $p/status) $(xargs -0 <$p/cmdline); done"
UNIT = """
[Unit]
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/bin/dps-agent run
Restart={restart}
RestartSec=100ms
{environment}
[Install]
WantedBy=multi-user.target
"""


class Station:
    """The agent from source on Debian's own Python, as a unit of systemd.

    Args:
        restart: "no", or "always" as an installed agent has it; then it starts with the machine too.
        environment: for the service and for the sender.
        number: of the stations of its site, for its tag.
        server: what it takes for the address of the collector.
        equipment: the file that names the printers and projectors that it asks.
    """

    def __init__(
        self,
        machine: SystemdMachine,
        collector: RunningCollector,
        site: str,
        *,
        restart: str = "no",
        environment: Mapping[str, str] | None = None,
        staff: str = "bob",
        number: int = 1,
        server: str = "",
        equipment: str = "",
    ) -> None:
        self.machine, self.collector, self.site = machine, collector, site
        self.restarted = restart == "always"
        self.environment = dict(environment or {})
        folder = machine.root / "etc/dps-agent"
        folder.mkdir()
        (folder / "token").write_text(collector.token("--site", site, "--days", "366") + "\n")
        settings = {
            "server": server or collector.address,
            "tag": f"{site}-{number:02d}",
            "token_file": "/etc/dps-agent/token",
        }
        if equipment:
            (folder / "equipment.toml").write_text(equipment)
            settings["equipment_file"] = "/etc/dps-agent/equipment.toml"
        lines = [f'{name} = "{value}"\n' for name, value in settings.items()]
        (folder / "agent.toml").write_text("".join(lines) + f'staff = ["{staff}"]\n')
        program = machine.root / "usr/bin/dps-agent"
        program.write_text(PROGRAM)
        program.chmod(0o755)
        words = "\n".join(f"Environment={name}={value}" for name, value in self.environment.items())
        unit = UNIT.format(restart=restart, environment=words)
        (machine.root / "etc/systemd/system/dps-agent.service").write_text(unit)
        machine.run(["systemctl", "daemon-reload"])
        if self.restarted:
            machine.run(["systemctl", "enable", "dps-agent"])

    def start(self) -> None:
        """Start the service; return when it reads sessions and knows the time."""
        before = self.run().get("run_id")
        self.machine.run(["systemctl", "start", "dps-agent"])
        self.await_run(before)
        if not self.run()["trusted"]:
            self.send()  # the collector's answer tells the time; the next start takes it over
            self.kill()
            if not self.restarted:
                self.start()

    def await_run(self, before: str | None) -> None:
        until(lambda: self.run().get("run_id") not in (None, before), "the service runs")

    def await_trust(self) -> None:
        """Return when the service knows the time: after its first contact, at the next checkpoint."""
        until(lambda: self.run().get("trusted"), "the service knows the time", 90)

    def kill(self) -> None:
        """SIGKILL; returns when it is gone, or when systemd has started the next one."""
        before = self.run().get("run_id")
        self.machine.run(["systemctl", "kill", "--signal=KILL", "dps-agent"])
        if self.restarted:
            self.await_run(before)
            return
        active = ["systemctl", "is-active", "dps-agent"]
        until(lambda: self.machine.run(active, check=False).returncode, "the service is gone")

    def send(self) -> None:
        """Send by a sender of our own; one that is at work already may have begun before the last count."""

        def sent() -> bool:
            done = self.machine.run(["dps-agent", "send"], check=False, environment=self.environment)
            return done.returncode == 0 and "another sender" not in done.stdout + done.stderr

        until(sent, "it is sent")

    def run(self) -> dict[str, Any]:
        """The service's last checkpoint."""
        try:
            found: dict[str, Any] = json.loads((self.machine.root / STATE / "run.json").read_text())
        except (OSError, ValueError):
            return {}
        return found

    def process(self) -> str:
        """The service's number inside the machine."""
        return self.machine.run(["systemctl", "show", "--property=MainPID", "--value", "dps-agent"]).stdout.strip()

    def presences(self) -> int:
        """How many desktops are connected to the service now."""
        folder = f"/proc/{self.process()}/fd"
        mine = self.machine.run(["find", folder, "-type", "l", "-printf", "%l\\n"], check=False).stdout.split()
        # unix(7): Num RefCount Protocol Flags Type St Inode Path; 03 is connected.
        sockets = [line.split() for line in self.machine.run(["cat", "/proc/net/unix"]).stdout.splitlines()]
        heard = {f"socket:[{words[6]}]" for words in sockets if words[5:6] == ["03"] and words[-1].startswith(SOCKET)}
        return len(heard.intersection(mine))

    def seen(self) -> str:
        """What an administrator looks at first when a desktop is not heard."""
        looks = (
            ["sh", "-c", PROCESSES],
            ["loginctl", "list-sessions", "--no-legend"],
            ["grep", SOCKET, "/proc/net/unix"],
            ["journalctl", "--no-pager", "--quiet", "--lines=60", "--output=short-monotonic"],
        )
        said = [f"$ {' '.join(words)}\n{self.machine.run(words, check=False).stdout}" for words in looks]
        return "\n".join([*said, f"run.json: {self.run()}"])

    def open_sessions(self, count: int) -> None:
        until(lambda: self.run().get("open_sessions") == count, f"{count} sessions are open")

    def visit_for(self, begun: float, seconds: float) -> None:
        """Return when the visit that began then has lasted so long."""
        until(lambda: time.monotonic() - begun >= seconds, "the visit has lasted")

    def counted(self) -> dict[str, int]:
        """Sessions, seconds of use and ended sessions of known length, as the site's slots have them."""
        self.send()
        self.send()  # what was counted while the first one was on its way
        rows = "SELECT count(*) FROM dirty_slot"
        until(lambda: self.collector.rows(rows) == [(0,)], "the roller has derived everything")
        [(sessions, seconds)] = self.collector.rows("SELECT sum(starts_10), sum(seconds_in_use_10) FROM site_slot")
        lengths = self.collector.rows("SELECT lengths_10 FROM site_slot")
        ended = sum(int(word) for (words,) in lengths for word in words.split())
        return {"sessions": sessions or 0, "seconds": seconds or 0, "ended": ended}


def add_demonstration(collector: RunningCollector) -> None:
    """Add the site whose page and export show a single station."""
    engine = create_engine(f"sqlite:///{collector.folder / 'collector.sqlite'}")
    with writing(engine) as connection:
        add_site(connection, DEMONSTRATION, "A machine", "", now(), demonstration=True)
    engine.dispose()


def exported(collector: RunningCollector, site: str, *, moved: bool = False) -> dict[str, Any]:
    """The one row of this month's export; with a moved clock it takes a process of its own."""
    month = time.strftime("%Y-%m", time.gmtime())
    words = ["export", "statistics", "--site", site, "--from", month, "--to", month, "--format", "json"]
    if moved:
        command = [sys.executable, "-m", "collector", "--data", str(collector.folder), *words]
        done = subprocess.run(command, env=collector.environment, capture_output=True, check=True, text=True)
        text = done.stdout
    else:
        text = collector.words(*words)
    [row] = json.loads(text)["rows"]
    return dict(row)
