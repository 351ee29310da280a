"""When the computer slept in this run: suspended, hibernated, or shut down in the way that starts fast again."""

from agent.machine.base import Clock

LEAST_SECONDS = 5
"""A longer difference between the clocks with and without suspended time was a sleep."""
MOST_SLEEPS = 100
"""Sleeps of one run that are told (the wire's bound)."""


class Sleeps:
    """The sleeps of one run, in seconds since boot, suspended time included."""

    def __init__(self, clock: Clock) -> None:
        """Begin now; what was before belongs to another run."""
        self._clock = clock
        self._awake = clock.awake() - clock.elapsed()
        self._seen: list[tuple[int, int]] = []

    def notice(self, now: int, since: int) -> tuple[int, int] | None:
        """The sleep that ended just now, if there was one since the last call; it began at `since` or later."""
        awake = self._clock.awake() - self._clock.elapsed()
        slept, self._awake = self._awake - awake, awake
        if slept < LEAST_SECONDS:
            return None
        sleep = max(now - round(slept), since), now
        if len(self._seen) < MOST_SLEEPS:
            self._seen.append(sleep)
        return sleep

    def told(self, offset: int) -> list[dict[str, int]]:
        """As the wire tells them; `offset` turns seconds since boot into seconds since 1970."""
        return [
            {"from_seconds": max(0, start + offset), "to_seconds": max(0, end + offset)} for start, end in self._seen
        ]
