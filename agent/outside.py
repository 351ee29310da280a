"""The outside world of the resident service, as parameters: a simulation has another one."""

from collections.abc import Callable
from typing import NamedTuple

from agent.boot_copy import BootCopy
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
    boot_copy: BootCopy | None = None
    """What the system forgets at boot and keeps till then; None where it has no place for that."""
