"""The outside world of the resident service, as parameters: a simulation has another one."""

from collections.abc import Callable
from typing import NamedTuple

from agent.disk import Disk
from agent.machine.base import ActiveSession, Clock, PresenceSource, SessionSource


class Outside(NamedTuple):
    """The outside world of the service, as parameters."""

    clock: Clock
    disk: Disk
    open_source: Callable[[], SessionSource]
    """Raises SourceLost where sessions cannot be read."""
    start_sender: Callable[[], int]
    open_presence: Callable[[Callable[[], ActiveSession | None]], PresenceSource | None]
    """Listens for the seconds since the last input; None where this system cannot."""
    reap: Callable[[int], int | None]
    """The exit code of a sender, None while it runs."""
    random: Callable[[int], bytes]
    say: Callable[[str], None]
    """Logs one line."""
    boot_folder: str = ""
    """A folder of our own that the system clears at boot; empty where there is none."""
