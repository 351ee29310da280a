"""A station that is always logged on: its visitors only touch it, and presence tells of that, or nobody does.

Presence speaks at each input and every 50 s in between, as long as it runs. It is started and killed a few times a day,
because a day of its words would take longer to simulate than a week of visits. Inputs are at least 58 s apart.
"""

from collections.abc import Callable
from random import Random

from tests.simulation.moment import odd
from tests.simulation.station import Station

MINUTE = 60
HOUR = 3600
WORD_SECONDS = 50
GAPS = (58, 60, 64, 90, 120, 170, 178, 180, 182, 240, 298, 300, 302, 598, 600, 602, 898, 900, 902, 2400)
"""Around the idle rules, where it matters."""
NO_INPUT = 100_000


class Touches:
    """Who touches the station when, and what presence says of it."""

    def __init__(self, station: Station, random: Random) -> None:
        self.station = station
        self.random = random
        self.inputs: list[int] = []
        self.words: list[int] = []
        """When presence spoke and the service heard it."""
        self.lied = False
        self._closes_at = 0
        self._speaks_until = 0
        self._lies = False

    def open_until(self, moment: int) -> None:
        """The doors open now; somebody or something is logged on all day."""
        self._closes_at = moment
        if self.station.on and not self.station.asleep and not self.station.log_ons:
            self.station.log_on(f"kiosk{len(self.station.boots)}")
        self._later(self.random.choice(GAPS), self._touch)
        for _ in range(self.random.choice((0, 1, 1, 2))):
            self._later(self.random.randrange(moment - self.station.time.now), self._start_presence)

    def _later(self, seconds: int, happen: Callable[[], None]) -> None:
        self.station.time.at(odd(self.station.time.now + max(2, seconds)), happen)

    def _touch(self) -> None:
        now = self.station.time.now
        if now >= self._closes_at:
            return
        if self.station.on and not self.station.asleep:
            self.inputs.append(now)
            if now < self._speaks_until:
                self._say(0)
        gaps = self.random.choices((GAPS[:8], GAPS, (HOUR,)), (78, 19, 3))[0]
        self._later(self.random.choice(gaps), self._touch)

    # --- presence -----------------------------------------------------------------------------------------------

    def _start_presence(self) -> None:
        if not self.station.on or self.station.asleep or self.station.time.now < self._speaks_until:
            return
        self._speaks_until = self.station.time.now + self.random.randrange(20 * MINUTE, 80 * MINUTE)
        self._lies = self.random.random() < 0.05
        self.lied |= self._lies
        self.station.faults["presence killed"] += 1
        boot = len(self.station.boots)
        self._speak(boot)

    def _speak(self, boot: int) -> None:
        """Until it is killed, or the desktop is gone with the computer."""
        if boot != len(self.station.boots) or not self.station.on or self.station.asleep:
            self._speaks_until = 0
        if self.station.time.now >= self._speaks_until:
            return
        last = self.inputs[-1] if self.inputs else None
        self._say(NO_INPUT if last is None or last < self.station.boots[-1].started else self.station.time.now - last)
        self._later(WORD_SECONDS - 2, lambda: self._speak(boot))

    def _say(self, idle: int) -> None:
        if self.station.service is not None:
            self.station.catch_up_before_a_strike()
            self.station.presence.told.append(0 if self._lies else idle)
            self.words.append(self.station.time.now)
            self.station.time.tell(self.station.who, f"idle {idle}")
            self.station.wake()
