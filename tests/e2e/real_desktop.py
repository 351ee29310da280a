"""A desktop on a machine whose presence the service hears, and time that passes there."""

import math
from pathlib import Path

from tests.e2e.real_station import SOCKET, Station
from tests.e2e.waiting import until
from tests.rigs.desktop import Desktop
from tests.rigs.moved_clock import MovedClock
from tests.rigs.process import process_of
from tests.rigs.systemd_machine import SystemdMachine

AUTOSTART = Path(__file__).parents[2] / "packaging/linux/dps-agent-presence.desktop"
STEP_SECONDS = 35
"""A minute without a word of presence is silence: a step and the wait for the next word are shorter than that, also
where a busy computer makes the wait long."""
FIRST_STEP_SECONDS = 30
"""Until a minute is over without input presence looks every 10 s, and then every second."""
LEAST_STEP_SECONDS = 11
"""After ten seconds presence speaks again."""


def install_autostart(machine: SystemdMachine) -> None:
    folder = machine.root / "etc/xdg/autostart"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / AUTOSTART.name).write_text(AUTOSTART.read_text())


def log_itself_on(machine: SystemdMachine, user: str) -> None:
    """Tell the display manager to log this account on after boot."""
    folder = machine.root / "etc/lightdm/lightdm.conf.d"
    folder.mkdir(parents=True)
    (folder / "50-autologin.conf").write_text(f"[Seat:*]\nautologin-user={user}\nautologin-user-timeout=0\n")


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
    """Moves the clock of a station on in steps, and sees to it that presence is heard in each.

    No word of presence is on its way while the clock moves: what was read before and is heard after would be wrong by
    the whole step.
    """

    def __init__(self, clock: MovedClock, station: Station, desktop: Desktop) -> None:
        machine = station.machine
        assert machine.leader is not None
        self.clock, self.desktop = clock, desktop
        self.presence = process_of(machine.leader, int(presence_of(machine, desktop.user)))
        self.service = process_of(machine.leader, int(station.process()))

    def pass_by(self, seconds: float) -> None:
        """Let at least so many seconds pass; nobody touches anything meanwhile."""
        end = self.clock.now() + seconds
        step = FIRST_STEP_SECONDS
        while (left := end - self.clock.now()) > 0:
            self.step(max(LEAST_STEP_SECONDS, min(step, math.ceil(left))))
            step = STEP_SECONDS

    def step(self, seconds: int) -> None:
        with self.presence.held():
            until(lambda: not self.unread(), "what presence has said is heard")
            with self.service.held():
                self.clock.forward(seconds)
                self.presence.let_go()
                until(self.unread, "presence speaks again")
        until(lambda: not self.unread(), "presence is heard")

    def touch(self) -> None:
        """The visitor is back after more than a minute; presence tells it at once, and returns when it is heard."""
        with self.service.held():
            self.desktop.move_and_type()
            until(self.unread, "presence tells of the input")
        until(lambda: not self.unread(), "presence is heard")

    def unread(self) -> int:
        return self.service.unread(SOCKET)
