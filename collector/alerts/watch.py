"""Looks once a minute, beside the roller."""

import logging

from sqlalchemy import Engine

from collector.alerts.looking import How, look

_log = logging.getLogger(__name__)


class Watch:
    """What the roller calls in each minute in which it holds the lease."""

    def __init__(self, engine: Engine, how: How) -> None:
        self._engine = engine
        self._how = how

    def __call__(self, now: int) -> None:
        try:
            look(self._engine, now, self._how)
        except Exception:  # noqa: BLE001  # what is counted must not wait for what is told
            _log.exception("The health of stations could not be looked at; the next minute tries again.")
