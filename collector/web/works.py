"""Work that takes longer than somebody should wait for a page: done beside the pages, looked at, left and come back to.

What is known of it lives in this process. Its result stands in the database, or is computed again: another process,
or this one after a restart, has forgotten the work and not what came of it.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock, Thread

log = logging.getLogger(__name__)
MOST_REMEMBERED = 64
Background = Callable[[Callable[[], None]], None]
"""How something is done beside the pages."""


def in_thread(do: Callable[[], None]) -> None:
    Thread(target=do, name="work", daemon=True).start()


@dataclass(slots=True)
class Work:
    subject: str
    """What it is about; of one subject one work goes on at a time."""
    started_at: int
    steps: tuple[str, ...] = ()
    done: int = 0
    """Steps that are over."""
    ended_at: int | None = None
    failure: Exception | None = None

    def step_is_over(self) -> None:
        self.done += 1


class Works:
    """What goes on and what ended, by subject."""

    def __init__(self, clock: Callable[[], int], background: Background = in_thread) -> None:
        self.clock = clock
        self.background = background
        self._known: OrderedDict[str, Work] = OrderedDict()
        self._lock = Lock()

    def of(self, subject: str) -> Work | None:
        """The last one."""
        return self._known.get(subject)

    def forget(self, subject: str) -> None:
        """What ended; a failure that somebody has read."""
        with self._lock:
            self._known.pop(subject, None)

    def start(self, subject: str, steps: tuple[str, ...], do: Callable[[Work], object]) -> Work:
        """The one that goes on already, else a new one."""
        with self._lock:
            known = self._known.get(subject)
            if known is not None and known.ended_at is None:
                return known
            work = Work(subject, self.clock(), steps)
            self._known[subject] = work
            self._known.move_to_end(subject)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        self.background(lambda: self._do(work, do))
        return work

    def _do(self, work: Work, do: Callable[[Work], object]) -> None:
        try:
            do(work)
        except Exception as failure:
            log.exception("%s has failed", work.subject)
            work.failure = failure
        work.ended_at = self.clock()
