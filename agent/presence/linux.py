"""Presence on Linux: which desktop this is, the way to the service, and one instance in each desktop."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import os
import select
from _socket import AF_UNIX, SOCK_STREAM, socket

from agent.errors import Unusable

SOCKET = "/run/dps-agent/presence"
"""Where the service listens (agent/machine/presence_linux.py)."""
CLAIM_SECONDS = 60
"""So long may the presence of a session that has just ended hold the place."""
CLAIM_AGAIN_SECONDS = 5
ANSWER_SECONDS = 5.0
"""So long may the service take to let us in."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from agent.presence.program import IdleCounter, Wait


class Line:
    """A connection to the service."""

    __slots__ = ("_socket",)

    def __init__(self, connection: socket) -> None:
        self._socket = connection

    def fileno(self) -> int:
        return self._socket.fileno()

    def send(self, words: bytes) -> bool:
        """Whether the connection is still good; a service that is too busy to read misses this one line."""
        try:
            return self._socket.send(words) == len(words)
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self) -> None:
        self._socket.close()


def session_type(environment: "Mapping[str, str]") -> str:
    """One of "wayland", "x11" and "" for no desktop.

    What looks like Wayland in any way is Wayland, because X would tell wrong there.
    """
    said = environment.get("XDG_SESSION_TYPE", "")
    if said == "wayland" or environment.get("WAYLAND_DISPLAY"):
        return "wayland"
    return "x11" if environment.get("DISPLAY") else ""


def open_counter(environment: "Mapping[str, str]", now: "Callable[[], float]") -> "IdleCounter":
    """The idle counter for this type of session; raises Unusable where there is none."""
    kind = session_type(environment)
    if kind == "wayland":
        from agent.presence.wayland import open_wayland  # noqa: PLC0415 each kind loads only what it needs

        return open_wayland(environment, now)
    if kind == "x11":
        from agent.presence.x11 import XScreen  # noqa: PLC0415 the same

        return XScreen(environment["DISPLAY"])
    raise Unusable("this is no desktop session (neither WAYLAND_DISPLAY nor DISPLAY is set)")


def connected(path: str) -> Line | None:
    """A connection to the service; None where nobody listens."""
    connection = socket(AF_UNIX, SOCK_STREAM)
    connection.settimeout(ANSWER_SECONDS)
    try:
        connection.connect(path)
    except OSError:
        connection.close()
        return None
    connection.setblocking(False)
    return Line(connection)


def hung_up(descriptors: tuple[int, ...], seconds: float) -> list[int]:
    """Wait, at most so long, until the other side of one of these is gone; what arrives on them wakes nobody."""
    poll = select.poll()
    for descriptor in descriptors:
        poll.register(descriptor, 0)
    return [descriptor for descriptor, _ in poll.poll(seconds * 1000)]


def claim(environment: "Mapping[str, str]", session: int, wait: "Wait") -> int | None:
    """A lock that one process of a desktop can hold; None where another one goes on holding it.

    `session` is the descriptor that hangs up when the session is over.

    Without a folder of one's own there is no lock: the service listens to the newest of several anyway.
    """
    folder = environment.get("XDG_RUNTIME_DIR")
    if not folder:
        return -1
    display = environment.get("WAYLAND_DISPLAY") or environment.get("DISPLAY", "")
    name = "".join(letter if letter.isalnum() else "-" for letter in display)
    try:
        lock = os.open(f"{folder}/dps-agent-presence-{name}", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    except OSError:
        return -1
    for _ in range(CLAIM_SECONDS // CLAIM_AGAIN_SECONDS):
        try:
            os.lockf(lock, os.F_TLOCK, 0)
        except OSError:
            wait((session,), CLAIM_AGAIN_SECONDS)
        else:
            return lock
    os.close(lock)
    return None
