"""A system that the agent does not know: what the standard library can tell, and an honest no to the rest."""

import os
import shutil
import socket
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, NoReturn

from agent.boot_copy import BootCopy
from agent.errors import SourceLost, Unusable
from agent.machine.base import ActiveSession, Clock, PresenceSource, SessionSource

if TYPE_CHECKING:
    from agent.machine.base import Logged
    from agent.machine.hardware import Serials


class PlainClock:
    """Good enough to develop with: suspended time is not told apart, and a synchronised clock is never claimed."""

    __slots__ = ()

    def elapsed(self) -> float:
        return time.monotonic()

    def awake(self) -> float:
        return time.monotonic()

    def wall(self) -> float:
        return time.time()

    def synchronised(self) -> bool:
        return False

    def boot_id(self) -> str:
        """The minute of the boot; a clock that is set in between looks like a new boot."""
        return f"{(time.time() - time.monotonic()) // 60:.0f}"


def system_clock() -> Clock:
    return PlainClock()


def open_session_source(
    *,
    remote_sessions: bool,  # noqa: ARG001 - the same signature on every system
    staff: frozenset[str],  # noqa: ARG001 - the same
    root: str = "/",  # noqa: ARG001 - the same
    bus_address: str | None = None,  # noqa: ARG001 - the same
) -> SessionSource:
    raise SourceLost("not readable: unknown system")


def open_presence(active: Callable[[], ActiveSession | None]) -> PresenceSource:  # noqa: ARG001 - the same
    _refuse("hear the visitor's desktop")


def boot_copy(state_folder: str, told: str | None = None) -> BootCopy | None:  # noqa: ARG001 - the same signature on every system
    """No place is known."""
    return None


def logs_itself_on() -> bool:
    """Nobody knows."""
    return False


def system_name() -> Literal["linux", "windows", "other"]:
    return "windows" if os.name == "nt" else "other"


def computer_name() -> str:
    return socket.gethostname()


def architecture() -> str:
    return ""


def hardware_serials(root: str = "/") -> "Serials | None":  # noqa: ARG001 - the same signature on every system
    """Nobody knows."""
    return None


def handed_over(root: str = "/") -> bytes:  # noqa: ARG001 - the same
    return b""


def hand_over(content: bytes, account: str, root: str = "/") -> None:  # noqa: ARG001 - the same
    _refuse(f"hand anything over to {account}")


def is_administrator() -> bool:
    """Nobody is known to be one."""
    return False


def act_as_owner_of(folder: str) -> None:
    """Nothing: who may write where is not known here."""


def demand_own_folder(folder: str) -> None:
    """Nothing: who owns what is not known here."""


def logged_between(
    since: float,  # noqa: ARG001 - the same signature on every system
    until: float,  # noqa: ARG001 - the same
    *,
    remote_sessions: bool,  # noqa: ARG001 - the same
    staff: frozenset[str],  # noqa: ARG001 - the same
) -> "list[Logged] | None":
    """Nothing: what this system logs of sessions is not read."""
    return None


def state_folder() -> str:
    """None that is known."""
    return ""


def policies() -> list[tuple[str, dict[str, object]]]:
    """None that is known."""
    return []


def space_of(folder: str) -> tuple[int, int]:
    """Size of the file system of a folder, and what can still be written to it, in bytes."""
    found = shutil.disk_usage(folder)
    return found.total, found.free


def start_detached(words: list[str]) -> int:
    _refuse(f"start {words[0]} beside it")


def reap(pid: int) -> int | None:
    _refuse(f"tell whether process {pid} runs")


def lock_file(path: str) -> int:
    _refuse(f"lock {path}")


def _refuse(what: str) -> NoReturn:
    raise Unusable(f"The agent cannot {what} on this system: it is built for Linux so far.")
