"""What presence may say: lines of one to seven digits, the seconds since the last input."""

LONGEST_LINE_BYTES = 16
MOST_DIGITS = 7
"""So the longest idle time that anybody can tell is 115 days."""
LARGEST_READ_BYTES = 1024
"""Read in one go, and of that only the last line is taken: five minutes of honest lines, should we have been busy."""
PAUSE_SECONDS = 1.0
"""So long after a read nothing more is read from a connection; later lines wait for the service's next wake-up."""


class Lines:
    """What has arrived on one connection."""

    __slots__ = ("_rest",)

    def __init__(self) -> None:
        self._rest = b""

    def taken(self, arrived: bytes) -> int | None:
        """The last whole line that has arrived, None without one; raises ValueError for anything but idle times."""
        *lines, self._rest = (self._rest + arrived).split(b"\n")
        if not arrived or len(self._rest) >= LONGEST_LINE_BYTES or not all(map(is_idle_time, lines)):
            raise ValueError("no idle times")
        return int(lines[-1]) if lines else None


def is_idle_time(line: bytes) -> bool:
    return len(line) <= MOST_DIGITS and line.isdigit()
