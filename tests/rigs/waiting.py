"""Waiting for what a machine does, with a deadline instead of a pause."""

import time
from collections.abc import Callable


def wait_for(condition: Callable[[], object], timeout: float = 120) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
