"""When the sender is started. Only one at a time, and the service never waits for it."""

import json

from agent.errors import Unusable
from agent.outside import Outside

FIRST_CONTACT_SECONDS = (2, 30)
"""A station calls soon after its start, but not in the same second as the rest of its region."""
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5, 86_400


class Contacts:
    """The contacts of one run; times are seconds since boot."""

    def __init__(self, folder: str, usual_seconds: int, outside: Outside, now: int) -> None:
        """Begin at `now`: at once on a station that is not enrolled yet, else after a moment drawn at random."""
        self._folder = folder
        self._usual_seconds = usual_seconds
        self._outside = outside
        self._sender: int | None = None
        first, last = FIRST_CONTACT_SECONDS
        enrolled = outside.disk.size(f"{folder}/identity.json") > 0
        self._due = now + (first + self._random_below(last - first) if enrolled else 0)

    def due(self, now: int) -> int:
        """When to call `look_after` at the latest."""
        return now + 1 if self._sender is not None else self._due

    def look_after(self, now: int) -> None:
        """Start the sender when it is due, and note when it has ended."""
        if self._sender is not None:
            if self._outside.reap(self._sender) is None:
                return
            self._sender = None
            self._due = now + self._pause_wanted()
        elif now >= self._due:
            self.start(now)

    def start(self, now: int) -> None:
        """Start the sender, unless one is at work."""
        if self._sender is not None:
            return
        try:
            self._sender = self._outside.start_sender()
        except Unusable as error:
            self._outside.say(f"the sender cannot be started: {error} Trying again in {self._usual_seconds} s")
            self._due = now + self._usual_seconds

    def done(self) -> bool:
        """Whether no sender is at work."""
        return self._sender is None or self._outside.reap(self._sender) is not None

    def _pause_wanted(self) -> int:
        """How long until the next contact: what the sender noted, else the usual, with a jitter of a tenth."""
        try:
            noted = json.loads(self._outside.disk.read(f"{self._folder}/sender.json"))["next_contact_seconds"]
            return min(LONGEST_PAUSE_SECONDS, max(SHORTEST_PAUSE_SECONDS, int(noted)))
        except (OSError, ValueError, KeyError, TypeError):
            return self._usual_seconds + self._random_below(max(1, self._usual_seconds // 10))

    def _random_below(self, limit: int) -> int:
        return int.from_bytes(self._outside.random(4), "big") % limit
