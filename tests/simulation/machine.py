"""What a simulated station offers to the service: its clocks, its sessions, its presence."""

from agent.errors import SourceLost
from agent.machine.base import ActiveSession, Event, OpenSession
from tests.simulation.moment import Time

EMPTY_BATTERY = 946_684_800
"""2000-01-01: where many clocks begin after their battery is empty."""


class Clocks:
    """Wall and monotonic clock, apart from each other and from the truth."""

    def __init__(self, time: Time) -> None:
        self.time = time
        self.boots = 0
        self.booted_at = time.now
        self.asleep = 0
        self.wall_ahead = 0
        """Wall clock minus true time, in seconds."""
        self.synced = True
        self.always_synced = True
        """Whether the clock is right from the first second on; else a daemon may set it later."""
        self.battery = True
        self.was_wrong = False

    def boot(self) -> None:
        self.boots += 1
        self.booted_at = self.time.now
        self.asleep = 0
        self.synced = False
        if self.always_synced:
            self.sync()
        elif not self.battery:
            self.wall_ahead = EMPTY_BATTERY - self.time.now

    def sync(self) -> None:
        """A daemon has asked a time server."""
        self.wall_ahead = 0
        self.synced = True

    def jump(self, seconds: int) -> None:
        """Somebody sets the clock, or it breaks."""
        self.wall_ahead += seconds
        self.synced = False
        self.was_wrong = True

    def elapsed(self) -> float:
        return float(self.time.now - self.booted_at)

    def awake(self) -> float:
        return float(self.time.now - self.booted_at - self.asleep)

    def wall(self) -> float:
        return float(max(0, self.time.now + self.wall_ahead))

    def synchronised(self) -> bool:
        return self.synced

    def boot_id(self) -> str:
        return f"boot-{self.boots}"


class Sessions:
    """The sessions of this computer, as logind would tell them."""

    name = "simulated"
    poll_seconds: int | None = None

    def __init__(self) -> None:
        self.open: dict[str, OpenSession] = {}
        self.events: list[Event] = []
        self.lost = False

    def opened(self) -> "Sessions":
        if self.lost:
            raise SourceLost("not readable: simulated")
        self.events.clear()
        return self

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


class Presence:
    """Idle seconds, as the visitor's desktop tells them."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def filenos(self) -> list[int]:
        return []

    def rest_seconds(self) -> float | None:
        return None

    def read(self) -> int | None:
        told, self.told = self.told, []
        return min(told, default=None)

    def close(self) -> None:
        self.told = []
