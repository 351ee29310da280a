"""A visitor's desktop on a machine: an X server without a screen, the programs of /etc/xdg/autostart, and hands.

The X server and all that it starts belong to the visitor and to the session, as on a computer whose display manager
runs X for the visitor (GDM, SDDM), and end with it. As there, nothing is started before the server answers: its
socket is there a moment before anybody listens to it. And as there, where a window manager never lets go of the server,
the server does not start over when a program leaves it (-noreset): it would throw out who comes in just then.
"""

from tests.rigs.log_on import LogOn
from tests.rigs.systemd_machine import SystemdMachine
from tests.rigs.waiting import wait_for

SESSION = """
Xvfb "$DISPLAY" -screen 0 640x480x8 -nolisten tcp -noreset & server=$!
trap 'kill $server; wait; exit 0' TERM
until xdotool getdisplaygeometry; do sleep 0.02; done >/dev/null 2>&1
dex --autostart --environment XFCE &
wait $server
"""


class Desktop:
    """The desktop of one visitor, from log-on to log-off."""

    def __init__(self, machine: SystemdMachine, user: str, display: str, log_on: LogOn) -> None:
        self.machine, self.user, self.display, self.log_on = machine, user, display, log_on

    def do(self, *words: str) -> None:
        """Let the visitor's hands do it: words of xdotool."""
        self.machine.run(["xdotool", *words], self.user, environment={"DISPLAY": self.display})

    def move_and_type(self) -> None:
        self.do("mousemove_relative", "--polar", "90", "7")
        self.do("key", "a", "b", "c")

    def log_off(self) -> None:
        self.machine.log_off(self.log_on)


def open_desktop(
    machine: SystemdMachine, user: str, display: str = ":0", environment: dict[str, str] | None = None
) -> Desktop:
    """Log on and return when the X server answers."""
    settings = [f"{name}={value}" for name, value in (environment or {}).items()]
    log_on = machine.log_on(user, display=display, words=["env", *settings, "sh", "-c", SESSION])
    desktop = Desktop(machine, user, display, log_on)
    look = ["xdotool", "getdisplaygeometry"]
    wait_for(lambda: not machine.run(look, user, check=False, environment={"DISPLAY": display}).returncode)
    return desktop
