"""Waiting for what another process does, with a deadline instead of a pause."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

DEADLINE_SECONDS = 180
"""Only what never happens takes so long, however busy the computer is."""


def until(look: Callable[[], Found | None], what: str, seconds: float = DEADLINE_SECONDS) -> Found:
    """What `look` returns as soon as that is something true; fails in the words of `what` after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain until {what}"
        time.sleep(0.05)
