"""The world's time and what is going to happen: a queue on one thread.

A process that waits (a sender for its answer) lets the queue run on until its time has come. So other stations, and
the service beside the sender, go on in between, and everything stays in one order that the seed decides.
"""

import heapq
from collections.abc import Callable
from hashlib import sha256

DAY_SECONDS = 86_400
DAY_ONE = 20_703 * DAY_SECONDS
"""2026-09-07, a Monday, 00:00:00 UTC."""


def even(moment: int) -> int:
    """Visitors act in odd seconds and everything else happens in even ones.

    So a checkpoint in the second of an event is always one that knows of the event.
    """
    return moment - moment % 2


def odd(moment: int) -> int:
    """The second of a visitor."""
    return moment | 1


class Time:
    """True time, in whole seconds since 1970, and the events that wait for theirs."""

    def __init__(self, start: int) -> None:
        self.now = start
        self._queue: list[tuple[int, int, Callable[[], None]]] = []
        self._number = 0
        self._trace = sha256()
        self.story: list[str] | None = None

    def at(self, moment: int, happen: Callable[[], None]) -> None:
        self._number += 1
        heapq.heappush(self._queue, (max(moment, self.now), self._number, happen))

    def after(self, seconds: int, happen: Callable[[], None]) -> None:
        self.at(self.now + seconds, happen)

    def run_until(self, moment: int) -> None:
        while self._queue and self._queue[0][0] <= moment:
            at, _, happen = heapq.heappop(self._queue)
            self.now = max(self.now, at)
            happen()
        self.now = max(self.now, moment)

    def tell(self, who: str, what: str) -> None:
        """One line of the event trace; its hash tells whether a seed replays exactly."""
        line = f"{self.now} {who} {what}"
        self._trace.update(line.encode())
        if self.story is not None:
            self.story.append(line)

    def trace(self) -> str:
        return self._trace.hexdigest()
