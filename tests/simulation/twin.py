"""Two computers with one secret: the disk of one was copied to the other.

Where the agent can tell that it runs on another computer, it sends nothing under this secret. Where nobody can tell,
the collector finds out from what both of them send, and takes nothing any more until one of them is taken away and
somebody releases the secret. Then the one that stays sends what has waited, and all of it is counted.
"""

from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING

from agent.sender.hardware import Hardware
from tests.simulation.collector import public_id
from tests.simulation.disk import SimulatedDisk
from tests.simulation.moment import even
from tests.simulation.station import Station
from tests.simulation.truth import RULES_MINUTES, Expected, expected
from tests.simulation.visitors import Visitors

if TYPE_CHECKING:
    from tests.simulation.world import World

FIRST_DAY = 2
MOST_TURNS = 14
"""So often the two may take turns at most; the third turn is the first that proves anything."""
HERE, THERE = Hardware("11" * 32, doubtful=False), Hardware("22" * 32, doubtful=False)


class Twin:
    """The second computer of a station."""

    def __init__(self, world: "World", original: Station, random: Random) -> None:
        self.world = world
        self.original = original
        self.random = random
        self._hardware: Hardware | None
        original.hardware, self._hardware = random.choice(((None, None), (HERE, THERE), (HERE, None)))
        original.frozen = random.random() < 0.5
        self.computer: Station | None = None
        self.visitors: Visitors | None = None
        self._found = "accepted"

    def plan(self, day: int) -> None:
        """Somebody copies the disk, one night."""
        if day < FIRST_DAY or self.computer is not None or self.original.on or not self.original.boots:
            return
        if self.original.frozen and self.original.image is None:
            return
        world, original, who = self.world, self.original, "pc4"
        disk = world.system.disks[who] = SimulatedDisk()
        copy = Station(
            original.number, disk, world.network, world.time, Random(f"{world.seed} twin"), original.mode, who
        )
        disk.restore(moved(original.disk.copy(), original.who, who))
        copy.hardware = self._hardware
        copy.frozen = original.frozen
        copy.image = None if original.image is None else moved(original.image, original.who, who)
        self.visitors = Visitors(copy, Random(f"{world.seed} twin's visitors"), 1.0)
        self.computer = copy
        world.time.tell(who, "copied")
        world.stations.append(copy)
        world.visitors.append(self.visitors)

    def end(self) -> None:
        """The copy is taken away, and a technician releases the secret."""
        copy = self.computer
        if copy is None or self.visitors is None:
            return
        world = self.world
        copy.strike = None
        copy.free()
        copy.resume()
        copy.shut_down()
        world.time.run_until(even(world.time.now) + 60)
        world.stations.remove(copy)
        world.visitors.remove(self.visitors)
        self._found = world.collector.statuses()[public_id(copy.number)]
        if self._found == "quarantined":
            world.collector.release(copy.number)

    def together(self, right: Expected) -> tuple[Expected, set[str]]:
        """The truth of both computers, and the runs of which a part may be missing: all of the copy."""
        lossy = set(self.original.lossy)
        if self.computer is None:
            return right, lossy
        more = expected(self.computer.boots)
        for rule in range(len(RULES_MINUTES)):
            right.starts[rule].update(more.starts[rule])
            right.use[rule].update(more.use[rule])
            for slot, lengths in more.lengths[rule].items():
                right.lengths[rule][slot] = [a + b for a, b in zip(right.lengths[rule][slot], lengths, strict=True)]
        right.on.update(more.on)
        right.observed.update(more.observed)
        return right, lossy | {view.run_id for boot in self.computer.boots for view in boot.views}

    def violations(self) -> Iterator[str]:
        """Two of which both send are found, and nobody else is."""
        if self.computer is None:
            return
        turns = [who for who in self.world.network.answered if who in (self.original.who, self.computer.who)]
        number = sum(one != other for one, other in pairwise(turns))
        if self._hardware is THERE and self.computer.who in turns:
            yield f"{self.computer.who} runs on other hardware, and has sent something"
        right = "quarantined" if number >= MOST_TURNS else "accepted" if number <= 1 else self._found
        if self._found != right or number > MOST_TURNS:
            yield f"{self.original.who} and its copy took turns {number} times, and their secret is {self._found}"


def moved(files: dict[str, dict[str, bytes]], source: str, target: str) -> dict[str, dict[str, bytes]]:
    """The files of a disk under the name of another one."""
    return {target + folder.removeprefix(source): content for folder, content in files.items()}
