"""What happens seldom: which worlds have it is told by their seed, so that every long run has some of each.

Each kind draws from random numbers of its own and leaves those of the other worlds as they are.
"""

from collections.abc import Iterator
from random import Random
from typing import TYPE_CHECKING

from tests.simulation.collector import STOLEN, public_id
from tests.simulation.folders import LateFolder, lose
from tests.simulation.moment import even
from tests.simulation.twin import Twin

if TYPE_CHECKING:
    from tests.simulation.station import Station
    from tests.simulation.world import World

HOUR = 3600
OFFLINE_DAYS = 17
"""Longer than a slot may wait without being called a backlog."""


class Rare:
    """What is planned for one world beside the everyday."""

    def __init__(self, world: "World") -> None:
        self.world = world
        self.random = Random(f"{world.seed} rare")
        seed = world.seed
        self.has_twin = seed % 50 == 11
        self.upgrades = seed % 10 == 3
        self.revokes = seed % 10 == 9
        self.loses_state = seed % 10 == 2
        self.mounts_late = seed % 10 == 4
        self.is_long_offline = seed % 50 == 8
        self.forbids_restores = self.has_twin or self.loses_state
        """Whether a collector that is restored would ask in vain for what nobody else has any more."""
        self.twin: Twin | None = None
        self.late: Station | None = None
        """The station whose state folder is mounted late."""
        self.revoked = False

    def begin(self) -> None:
        """The stations are there, and not yet enrolled."""
        station = self._station()
        if station is None:
            return
        if self.loses_state or self.mounts_late:
            station.boot_folder = f"{station.who}/boot"
        if self.mounts_late:
            self.late = station
            station.before_start = LateFolder(station, self.random).begin
        if self.has_twin:
            self.twin = Twin(self.world, station, self.random)

    def plan(self, day: int, midnight: int) -> None:
        """One day of opening."""
        at = midnight + self.random.randrange(1, 24 * HOUR)
        if self.twin is not None:
            self.twin.plan(day)
        if self.upgrades and day == 3:
            self.world.time.at(even(at), self.world.upgrade)
        if self.is_long_offline and day == 21:
            self.world.time.at(even(at), self.world.restore_oldest)
        if self.revokes and day == 3:
            self.world.time.at(even(at), self._revoke)
        if self.revokes and day == 5:
            self.world.time.at(even(at), self.world.restore_oldest)
        if self.is_long_offline and day == 2:
            self.world.go_offline(self.random.choice(self.world.stations).who, OFFLINE_DAYS)
        station = self._station()
        if self.loses_state and station is not None:
            for _ in range(self.random.choice((0, 1, 2))):
                moment = even(midnight + self.random.randrange(9 * HOUR, 18 * HOUR))
                self.world.time.at(moment, lambda: lose(station, self.random))

    def end(self) -> None:
        """No more faults from now on."""
        if self.twin is not None:
            self.twin.end()

    def violations(self) -> Iterator[str]:
        """What must hold of secrets; of what was counted, see `Twin`."""
        statuses = self.world.collector.statuses()
        for number in (station.number for station in self.world.stations):
            yield from self._wrong(statuses, number, "accepted")
        yield from self._wrong(statuses, STOLEN, "revoked" if self.revoked else "accepted")
        if self.twin is not None:
            yield from self.twin.violations()

    # --- how ----------------------------------------------------------------------------------------------------

    def _station(self) -> "Station | None":
        """The one to which it happens: its clock is right all the time, and its disk forgets nothing by itself."""
        fit = [
            station
            for station in self.world.stations
            if not (station.clocks.was_wrong or station.frozen) and station.mode == "log_on" and not self.world.jumps
        ]
        return fit[self.world.seed // 10 % len(fit)] if fit else None

    def _revoke(self) -> None:
        if self.world.collector.up:
            self.revoked = True
            self.world.collector.revoke(STOLEN)
        else:
            self.world.time.after(600, self._revoke)

    @staticmethod
    def _wrong(statuses: dict[str, str], number: int, right: str) -> Iterator[str]:
        found = statuses[public_id(number)]
        if found != right:
            yield f"the secret of station {number} is {found}, and should be {right}"
