"""Looks once a minute, beside the roller, and tells people beside that."""

import logging
import threading
from collections.abc import Callable, Sequence

from sqlalchemy import Engine

from collector.alerts.looking import How, look

_log = logging.getLogger(__name__)


class Watch:
    """What the roller calls in each minute in which it holds the lease."""

    def __init__(self, engine: Engine, how: How, tellers: Sequence[Callable[[int], None]] = ()) -> None:
        """Each of `tellers` tells some of the people, at a time in seconds."""
        self._engine = engine
        self._how = how
        self._tellers = tellers
        self._telling: dict[int, threading.Thread] = {}

    def __call__(self, now: int) -> None:
        try:
            look(self._engine, now, self._how)
        except Exception:  # noqa: BLE001  # what is counted must not wait for what is told
            _log.exception("The health of stations could not be looked at; the next minute tries again.")
        for place, teller in enumerate(self._tellers):
            # A mail server may take its time: neither what is counted nor another way out waits for it.
            before = self._telling.get(place)
            if before is None or not before.is_alive():
                thread = threading.Thread(target=teller, args=(now,), name=f"teller-{place}", daemon=True)
                self._telling[place] = thread
                thread.start()
