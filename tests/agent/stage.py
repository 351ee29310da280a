"""A stage for the agent: a clock that the test moves, a disk in memory, sessions that the test plays."""

from collections.abc import Iterable

from agent.errors import SourceLost
from agent.machine.base import ActiveSession, Event, OpenSession

MONDAY = 1_788_771_600
"""2026-09-07 09:00:00 UTC, a multiple of 900."""


class StageClock:
    """Moves only when the test says so."""

    def __init__(self, wall: float = MONDAY, elapsed: float = 100.0) -> None:
        self.elapsed_now = elapsed
        self.asleep = 0.0
        self.wall_ahead = wall - elapsed
        self.vouched = True
        self.boot = "boot-1"

    def elapsed(self) -> float:
        return self.elapsed_now

    def awake(self) -> float:
        return self.elapsed_now - self.asleep

    def wall(self) -> float:
        return self.elapsed_now + self.wall_ahead

    def synchronised(self) -> bool:
        return self.vouched

    def boot_id(self) -> str:
        return self.boot

    def pass_time(self, seconds: float) -> None:
        self.elapsed_now += seconds

    def sleep(self, seconds: float) -> None:
        self.elapsed_now += seconds
        self.asleep += seconds

    def reboot(self, after: float = 60.0) -> None:
        """Power comes back `after` seconds later; the clock since boot begins anew."""
        self.wall_ahead += self.elapsed_now + after
        self.elapsed_now = 0.0
        self.asleep = 0.0
        self.boot += "+"


class StageDisk:
    """Files in memory; can be full. Windows writes some of the same paths with other strokes."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.full = False
        self.broken = ""
        """Nothing below this folder can be changed."""
        self.writes_left: int | None = None

    def read(self, path: str) -> bytes:
        place = one_name_of(path)
        if place not in self.files:
            raise FileNotFoundError(2, "No such file or directory", path)
        return self.files[place]

    def write(self, path: str, data: bytes) -> None:
        self._step(path)
        self.files[one_name_of(path)] = data

    def replace(self, source: str, target: str) -> None:
        self._step(target)
        if one_name_of(source) not in self.files:
            raise FileNotFoundError(2, "No such file or directory", source)
        self.files[one_name_of(target)] = self.files.pop(one_name_of(source))

    def remove(self, path: str) -> None:
        self._step(path)
        self.files.pop(one_name_of(path), None)

    def remove_all(self, folder: str, names: Iterable[str]) -> None:
        for name in names:
            self.remove(f"{folder}/{name}")

    def names(self, folder: str) -> list[str]:
        start = f"{one_name_of(folder)}/"
        inside = (path[len(start) :] for path in self.files if path.startswith(start))
        return sorted(name for name in inside if "/" not in name)

    def size(self, path: str) -> int:
        return len(self.files.get(one_name_of(path), b""))

    def make_folder(self, path: str) -> None:
        pass

    def forget(self, folder: str) -> None:
        """Somebody removes a folder with all that is in it."""
        self.files = {path: data for path, data in self.files.items() if not path.startswith(f"{folder}/")}

    def _step(self, path: str) -> None:
        """Every change of the disk is a place where the plug can be pulled."""
        if self.full:
            raise OSError(28, "No space left on device")
        if self.broken and path.startswith(self.broken):
            raise OSError(30, "Read-only file system")
        if self.writes_left is not None:
            if self.writes_left == 0:
                raise PlugPulledError
            self.writes_left -= 1


def one_name_of(path: str) -> str:
    return path.replace("\\", "/")


class PlugPulledError(BaseException):
    """The power is gone; nothing catches this."""


class StageSource:
    """Sessions as the test plays them."""

    name = "stage"
    poll_seconds: int | None = None

    def __init__(self) -> None:
        self.open: dict[str, OpenSession] = {}
        self.events: list[Event] = []
        self.lost = False

    def fileno(self) -> int | None:
        return None

    def present(self) -> list[OpenSession]:
        return list(self.open.values())

    def active(self) -> ActiveSession | None:
        return None

    def read(self) -> list[Event]:
        if self.lost:
            raise SourceLost("the bus is gone")
        events, self.events = self.events, []
        return events

    def close(self) -> None:
        pass


class StagePresence:
    """Idle seconds as the test tells them."""

    def __init__(self) -> None:
        self.told: list[int] = []
        self.rest: float | None = None

    def filenos(self) -> list[int]:
        return []

    def rest_seconds(self) -> float | None:
        return self.rest

    def read(self) -> int | None:
        told, self.told = self.told, []
        return min(told, default=None)

    def close(self) -> None:
        pass
