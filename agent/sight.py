"""What the service sees of visitors: a source of sessions, which may be lost and found again, and presence."""

from agent.errors import SourceLost, Unusable
from agent.machine.base import ActiveSession, Event, OpenSession, PresenceSource, SessionSource
from agent.outside import Outside

FIRST_RETRY_SECONDS, SOURCE_RETRY_SECONDS = 2, 60
"""A computer that was just switched on may need a moment more; what is never there is asked less and less often."""


class Sight:
    """Opens, reads and closes both; times are seconds since boot."""

    def __init__(self, outside: Outside) -> None:
        """Begin blind; `open` and `open_presence` come next."""
        self._outside = outside
        self._source: SessionSource | None = None
        self._presence: PresenceSource | None = None
        self._retry_at, self._retry = 0, FIRST_RETRY_SECONDS
        self.name = ""
        """The source of sessions, or why there is none."""

    @property
    def readable(self) -> bool:
        return self._source is not None

    def due(self, now: int) -> list[int]:
        """When `open` or `read` want to be called without being woken."""
        if self._source is None:
            return [self._retry_at]
        return [] if self._source.poll_seconds is None else [now + self._source.poll_seconds]

    def open(self, now: int) -> list[OpenSession] | None:
        """The sessions that are open now, once a source is found; None where one is open, or none is found or due."""
        if self._source is not None or now < self._retry_at:
            return None
        try:
            source = self._outside.open_source()
            present = source.present()
        except SourceLost as lost:
            if self.name != str(lost):
                self._outside.say(f"sessions cannot be read: {lost}; trying again")
            self.name = str(lost)
            self._retry_at = now + self._retry
            self._retry = min(2 * self._retry, SOURCE_RETRY_SECONDS)
            return None
        self._source, self.name, self._retry = source, source.name, FIRST_RETRY_SECONDS
        self._outside.say(f"sessions are read from {source.name}")
        return present

    def read(self, now: int) -> list[Event] | None:
        """What happened since the last call; None when from now on nothing can be seen any more."""
        if self._source is None:
            return []
        try:
            return self._source.read()
        except SourceLost as lost:
            self._outside.say(f"sessions can no longer be read: {lost}")
            self._source.close()
            self._source, self.name = None, str(lost)
            self._retry_at = now
            return None

    def open_presence(self) -> None:
        try:
            self._presence = self._outside.open_presence(self._active)
        except Unusable as error:
            self._outside.say(f"nobody can tell how long there was no input: {error}")

    def idle(self) -> int | None:
        """Seconds since the last input, if presence has told them since the last call."""
        return None if self._presence is None else self._presence.read()

    def rest_seconds(self) -> float | None:
        """So long something is left out of `descriptors` that may hold words already; None where nothing is."""
        return None if self._presence is None else self._presence.rest_seconds()

    def descriptors(self) -> list[int]:
        """What to wait for: ask before each wait."""
        session = None if self._source is None else self._source.fileno()
        presence = [] if self._presence is None else self._presence.filenos()
        return presence if session is None else [session, *presence]

    def close(self) -> None:
        for each in (self._source, self._presence):
            if each is not None:
                each.close()

    def _active(self) -> ActiveSession | None:
        return None if self._source is None else self._source.active()
