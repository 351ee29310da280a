"""A clock that a test moves on, for every program that is started with its environment (libfaketime).

Between two moves it runs as the real one does. All programs see the same time at once, since each looks into one file
whenever it asks; waiting takes as long as it takes. The clocks that run since boot show seconds since 1970 here: their
differences are right, their zero is not.
"""

import time
from pathlib import Path

PLACE = "etc/moved-clock"
"""On the machine's disk, which the host sees too."""


class MovedClock:
    """It begins with the real time and goes forward only."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.ahead = 0
        self.forward(0)

    def forward(self, seconds: int) -> None:
        self.ahead += seconds
        new = self.root / f"{PLACE}.new"
        new.write_text(f"+{self.ahead}\n")
        new.rename(self.root / PLACE)  # never half written

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead

    def inside(self) -> dict[str, str]:
        """The environment of a program of the machine."""
        return settings(f"/{self.library('libfaketime.so.1')}", f"/{PLACE}")

    def outside(self) -> dict[str, str]:
        """The environment of a program of the host, which may have several threads.

        Its clock since boot stays the real one: libfaketime does not see how Python's threads wait for it.
        """
        moved = settings(str(self.root / self.library("libfaketimeMT.so.1")), str(self.root / PLACE))
        del moved["FAKETIME_NO_CACHE"]  # a collector asks for the time so often that it would be slow to start
        return {**moved, "FAKETIME_CACHE_DURATION": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}

    def library(self, name: str) -> Path:
        [found] = self.root.glob(f"usr/lib/*/faketime/{name}")
        return found.relative_to(self.root)


def settings(library: str, place: str) -> dict[str, str]:
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": place,
        "FAKETIME_NO_CACHE": "1",
        "NO_FAKE_STAT": "1",
    }
