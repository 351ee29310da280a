"""Looks once a minute, beside the roller, and tells people beside that."""

import logging
import threading

from sqlalchemy import Engine

from collector.alerts.looking import How, look
from collector.alerts.telling import Teller

_log = logging.getLogger(__name__)


class Watch:
    """What the roller calls in each minute in which it holds the lease."""

    def __init__(self, engine: Engine, how: How, teller: Teller | None = None) -> None:
        """Without a teller nobody gets mails."""
        self._engine = engine
        self._how = how
        self._teller = teller
        self._telling: threading.Thread | None = None

    def __call__(self, now: int) -> None:
        try:
            look(self._engine, now, self._how)
        except Exception:  # noqa: BLE001  # what is counted must not wait for what is told
            _log.exception("The health of stations could not be looked at; the next minute tries again.")
        if self._teller is not None and (self._telling is None or not self._telling.is_alive()):
            # A mail server may take its time: what is counted does not wait for it.
            self._telling = threading.Thread(target=self._teller, args=(now,), name="teller", daemon=True)
            self._telling.start()
