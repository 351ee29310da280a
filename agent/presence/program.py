"""The word `presence` of the command line: reads the idle time and tells it, until the session ends.

It is started by the desktop (autostart), so whatever goes wrong ends it with 0 and at most one line: nobody could help.
"""

import os
import sys
import time

from agent.errors import Unusable
from agent.presence.rhythm import LOOK_SECONDS, Told, is_due, line_of, next_look

FIRST_RETRY_SECONDS, RETRY_SECONDS = 2, 30
"""A service that does not listen yet is asked again soon, as it starts beside the desktop; then less and less often."""
USAGE = "usage: dps-agent presence [--socket PATH]\n"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    class IdleCounter(Protocol):
        """What every kind of desktop offers."""

        def fileno(self) -> int:
            """A descriptor that hangs up when the session is over."""

        def seconds(self) -> int | None:
            """Since the last input; None where it is not known now; raises Unusable when it cannot be read."""

    class Line(Protocol):
        """A connection to the service."""

        def fileno(self) -> int: ...

        def send(self, words: bytes) -> bool:
            """Whether the connection is still good."""

        def close(self) -> None: ...

    Wait = Callable[[tuple[int, ...], float], list[int]]
    """Waits, at most so many seconds, until one of these descriptors hangs up, and tells which did."""


def tell(
    counter: "IdleCounter", connect: "Callable[[], Line | None]", now: "Callable[[], float]", wait: "Wait"
) -> None:
    """Tell the idle time until the session is over; raises Unusable if it could never be read."""
    line: Line | None = None
    told: Told | None = None
    readable = False
    retry_at, retry = now(), FIRST_RETRY_SECONDS
    while True:
        try:
            idle = counter.seconds()
        except Unusable:
            if readable:
                return
            raise
        at = now()
        pause: float = LOOK_SECONDS
        if idle is not None:
            readable = True
            if line is None and at >= retry_at:
                line, told, retry_at = connect(), None, at + retry
                retry = min(2 * retry, RETRY_SECONDS)
            elif at >= retry_at:
                retry = FIRST_RETRY_SECONDS  # it has lasted
            if line is not None and is_due(idle, told, at):
                told = (idle, at)
                if not line.send(line_of(idle)):
                    line.close()
                    line = None
            pause = max(0.0, retry_at - at) if line is None else next_look(told, at)
        watched = (counter.fileno(),) if line is None else (counter.fileno(), line.fileno())
        gone = wait(watched, pause)
        if line is not None and line.fileno() in gone:
            line.close()
            line = None


def run(path: str | None) -> None:
    """Tell the service at `path`, or where it usually is; raises Unusable where the idle time cannot be read."""
    if sys.platform == "linux":
        from agent.presence.linux import SOCKET, claim, connected, hung_up, open_counter  # noqa: PLC0415 the system's

        counter = open_counter(os.environ, time.monotonic)
        if claim(os.environ, counter.fileno(), hung_up) is not None:
            tell(counter, lambda: connected(path or SOCKET), time.monotonic, hung_up)
    elif sys.platform == "win32":
        from agent.presence import windows  # noqa: PLC0415 the same

        if windows.is_only_one():
            tell(windows.LastInput(), lambda: windows.connected(path or windows.PIPE), time.monotonic, windows.pause)
    else:
        raise Unusable("the agent knows no desktop of this system")


def main(words: list[str]) -> int:
    """Exit code 0, whatever happens; 2 for a wrong command."""
    path = None
    if words[:1] == ["--socket"] and len(words) == 2:  # noqa: PLR2004 an option and its value
        path = words[1]
    elif words:
        wanted = words in (["--help"], ["-h"])
        (sys.stdout if wanted else sys.stderr).write(USAGE)
        return 0 if wanted else 2
    try:
        run(path)
    except Unusable as reason:
        sys.stderr.write(f"dps-agent: presence is not readable: {reason}\n")
    except KeyboardInterrupt:
        pass
    return 0
