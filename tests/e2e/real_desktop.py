"""A desktop on a machine whose presence the service hears, and time that passes there."""

import math
from pathlib import Path

from tests.e2e.real_station import Station
from tests.e2e.waiting import until
from tests.rigs.desktop import Desktop
from tests.rigs.moved_clock import MovedClock
from tests.rigs.systemd_machine import SystemdMachine

AUTOSTART = Path(__file__).parents[2] / "packaging/linux/dps-agent-presence.desktop"
STEP_SECONDS = 35
"""Presence speaks every 10 s, and a minute without a word is silence: a step and a wait are shorter than that."""


def install_autostart(machine: SystemdMachine) -> None:
    folder = machine.root / "etc/xdg/autostart"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / AUTOSTART.name).write_text(AUTOSTART.read_text())


def presence_of(machine: SystemdMachine, user: str) -> str:
    """The number inside the machine of the presence program of this visitor; empty where none runs."""
    # The brackets keep the search from finding itself.
    search = "for file in $(grep -lszx 'presenc[e]' /proc/[0-9]*/cmdline); do stat -c '%U %n' ${file%/cmdline}; done"
    found = dict(line.split() for line in machine.run(["sh", "-c", search], check=False).stdout.splitlines())
    return found.get(user, "").removeprefix("/proc/")


def status_of(machine: SystemdMachine, process: str, name: str) -> int:
    """One number of a process's status."""
    status = machine.run(["cat", f"/proc/{process}/status"]).stdout
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{name}:"))


class PassingTime:
    """Moves the clock of a station on in steps, and sees to it that presence is heard in each."""

    def __init__(self, clock: MovedClock, station: Station, desktop: Desktop) -> None:
        self.clock, self.machine = clock, station.machine
        self.presence, self.service = presence_of(station.machine, desktop.user), station.process()

    def pass_by(self, seconds: float) -> None:
        """Let at least so many seconds pass; nobody touches anything meanwhile."""
        end = self.clock.now() + seconds
        while (left := end - self.clock.now()) > 0:
            self.step(min(STEP_SECONDS, math.ceil(left)))

    def step(self, seconds: int) -> None:
        looked, heard = self.waits()
        self.clock.forward(seconds)
        # Presence waits for the X server's answer, and then, after it has spoken, for its next look. The service wakes
        # up for the word, and a second later for what it left out of its wait; one of the two may belong to the word
        # before.
        until(lambda: self.have_waited(looked + 2, heard + 2), "presence is heard", 60)

    def have_waited(self, presence: int, service: int) -> bool:
        looked, heard = self.waits()
        return looked >= presence and heard >= service

    def waits(self) -> tuple[int, int]:
        """How often presence and the service have gone to sleep."""
        files = [f"/proc/{process}/status" for process in (self.presence, self.service)]
        told = self.machine.run(["grep", "-h", "^voluntary_ctxt_switches", *files]).stdout.split()
        return int(told[1]), int(told[3])
