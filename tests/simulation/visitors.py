"""Visitors of one station: who comes when, how long they stay, and what they do meanwhile."""

from collections.abc import Callable
from random import Random

from tests.simulation.moment import odd
from tests.simulation.station import Station

MINUTE = 60
HOUR = 3600


class Visitors:
    """They come one after the other, as long as the station is on and the doors are open."""

    def __init__(self, station: Station, random: Random, busy: float) -> None:
        self.station = station
        self.random = random
        self.busy = busy
        """Factor on the pauses between two visitors: small is busy."""
        self.closes_at = 0
        self._number = 0

    def open_until(self, moment: int) -> None:
        """The doors open now."""
        self.closes_at = moment
        self._next()

    def _after(self, seconds: float, happen: Callable[[], None]) -> None:
        """Something that happens only if the station has not gone off meanwhile."""
        boot = len(self.station.boots)

        def if_still_on() -> None:
            if self.station.on and len(self.station.boots) == boot:
                happen()

        self.station.time.at(odd(self.station.time.now + max(2, int(seconds))), if_still_on)

    def _next(self) -> None:
        pause = self.random.expovariate(1 / (25 * MINUTE * self.busy))
        self.station.time.at(odd(self.station.time.now + max(2, int(pause))), self._come)

    def _come(self) -> None:
        if self.station.time.now >= self.closes_at:
            return
        if not self.station.on or self.station.asleep:
            if self.station.asleep:
                self.station.resume()
            self._next()
            return
        self._number += 1
        key = f"v{self._number}"
        stay = min(self.random.lognormvariate(7.2, 1.2), 14 * HOUR)
        leaves_at = self.station.time.now + int(stay)
        self.station.log_on(key)
        self._do_something(key, leaves_at)
        # Whoever forgets to log off leaves that to the next visitor's switch of user, or to the shutdown.
        if self.random.random() < 0.95:
            self._after(stay, lambda: self._leave(key))
        self.station.time.at(odd(leaves_at + 2), self._next)

    def _leave(self, key: str) -> None:
        if self.station.asleep:
            self.station.resume()
            self._after(20, lambda: self._leave(key))
        else:
            self.station.log_off(key)

    def _do_something(self, key: str, leaves_at: int) -> None:
        """Lock and unlock, switch, suspend; pauses around the idle rules are the interesting ones."""
        if self.random.random() > 0.35:
            return
        begins = self.random.uniform(2, max(3.0, leaves_at - self.station.time.now))
        lasts = self.random.choice((20, 170, 180, 190, 290, 300, 310, 590, 600, 610, 890, 900, 910, 2400))
        what = self.random.random()
        if what < 0.6:
            self._after(begins, lambda: self._lock(key, lasts, leaves_at))
        elif what < 0.8:
            self._after(begins, lambda: self._switch(key, lasts))
        else:
            self._after(begins, lambda: self._suspend(lasts))

    def _lock(self, key: str, lasts: int, leaves_at: int) -> None:
        if not self.station.asleep:
            self.station.lock(key, locked=True)
            self._after(lasts, lambda: self._unlock(key, leaves_at))

    def _unlock(self, key: str, leaves_at: int) -> None:
        if not self.station.asleep:
            self.station.lock(key, locked=False)
            self._do_something(key, leaves_at)

    def _switch(self, key: str, lasts: int) -> None:
        if not self.station.asleep:
            self.station.switch(key, foreground=False)
            self._after(lasts, lambda: self._back(key))

    def _back(self, key: str) -> None:
        if not self.station.asleep:
            self.station.switch(key, foreground=True)

    def _suspend(self, lasts: int) -> None:
        if not self.station.asleep:
            self.station.suspend()
            self._after(lasts, self.station.resume)
