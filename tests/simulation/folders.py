"""A state folder that is lost while the computer is on, and one that is mounted late, over another one.

What only the folder knew is gone then, and of such runs the counts may be too low. What the service still knows in
memory, or has a copy of in the folder that the system clears at boot, must not be counted once more.
"""

from random import Random

from agent.service import Service
from tests.simulation.computer import CHECKPOINT_SECONDS, KILL
from tests.simulation.disk import Shelf
from tests.simulation.moment import even
from tests.simulation.station import Station
from tests.simulation.truth import Boot

REMEMBERED_SECONDS = 1500
"""For so long a run keeps in memory all that it has counted (two slots and a part of one)."""


def lose(station: Station, random: Random) -> None:
    """The state folder is as it was after the enrolment, or the last time that this happened; with a restart or not."""
    if not station.on or station.asleep:
        return
    station.faults["state lost"] += 1
    station.time.tell(station.who, "state lost")
    station.settle()
    station.forgotten()
    if random.random() < 0.5:
        station.die(KILL)
        station.time.after(even(random.choice((4, 20, 90))), station.start_service)
    now = station.disk.lift(station.folder)
    station.disk.lay(station.state_images[-1])
    if random.random() < 0.5:
        station.state_images.append(now)
    station.time.after(CHECKPOINT_SECONDS, station.wake)


class LateFolder:
    """A disk that forgets, with a state folder on another one, which is there some time after each start."""

    def __init__(self, station: Station, random: Random) -> None:
        self.station = station
        self.random = random
        self._shelf: Shelf | None = None
        self._below: Shelf | None = None
        """What lies in the folder below, each time; with an old identity in half of the cases."""
        self._unseen: list[Boot] = []
        """Boots without the folder since the last one with it."""
        self._is_known = False
        """Whether the service has once seen the folder come late."""

    def begin(self) -> None:
        """The computer starts."""
        station = self.station
        if self._below is None:
            self._below = station.disk.copy(station.folder) if self.random.random() < 0.5 else {station.folder: {}}
        if self._shelf is None:
            self._shelf = station.disk.lift(station.folder)
        else:
            station.disk.lift(station.folder)
            self._unseen.append(station.boots[-2])
        station.disk.lay(self._below)
        station.unsettled = True
        boot = len(station.boots)
        delay = self.random.choice((2, 2, 30, 44, 58, 300, 1300, 1300, 4000, None))
        if delay is not None:
            station.time.at(even(station.time.now + delay), lambda: self._mount(boot))

    def _mount(self, boot: int) -> None:
        station, shelf = self.station, self._shelf
        if shelf is None or not station.on or boot != len(station.boots):
            return
        if station.asleep:
            station.time.after(60, lambda: self._mount(boot))
            return
        station.faults["state folder mounted late"] += 1
        station.time.tell(station.who, "mounted")
        station.settle()
        if station.time.now - station.boots[-1].started > REMEMBERED_SECONDS or station.excused_from is not None:
            station.forgotten()
        station.disk.lift(station.folder)
        station.disk.lay(shelf)
        self._shelf = None
        if not self._is_known:
            station.hidden += self._unseen
        self._unseen = []
        service = station.service if "run.json" in shelf[station.folder] else None
        station.time.after(CHECKPOINT_SECONDS, lambda: self._settled(boot, service))

    def _settled(self, boot: int, service: Service | None) -> None:
        """The service has written a checkpoint into the folder that stays, or will begin there.

        `service` is the one that was there when the folder came, and could see that it knows of earlier boots.
        """
        station = self.station
        if self._shelf is None and boot == len(station.boots):
            station.wake()
            station.unsettled = station.asleep or station.excused_from is not None
            # Who has written below, and goes on in the folder that came, knows from now on that it comes late.
            self._is_known |= service is not None and station.service is service and not station.unsettled
