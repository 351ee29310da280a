"""What every system offers to the rest of the agent."""

from typing import NamedTuple, Protocol

LOG_ON = "log_on"
LOG_OFF = "log_off"
LOCK = "lock"
UNLOCK = "unlock"
FOREGROUND = "foreground"
BACKGROUND = "background"
SUSPEND = "suspend"
RESUME = "resume"
POWER_OFF = "power_off"
BOOT = "boot"
POWER_STAYS = "power_stays"
"""A shutdown that was announced does not take place."""


class Event(NamedTuple):
    """Something that happened just now; `session` is an opaque key, empty for the whole machine."""

    kind: str
    session: str = ""


class Logged(NamedTuple):
    """What the system has logged some time ago."""

    at: float
    """Seconds since 1970, by the computer's clock."""
    kind: str
    session: int = 0
    """The system's number of the session; 0 for the whole computer."""


class OpenSession(NamedTuple):
    """A visitor's session that is open now. The key names the log-on, never the person."""

    key: str
    locked: bool
    foreground: bool


class ActiveSession(NamedTuple):
    """The visitor's session at the screen. The uid stays in memory: it is never stored, logged or sent."""

    key: str
    uid: int


class SessionSource(Protocol):
    """Tells of the sessions of visitors: no system accounts, greeters, cron, staff."""

    name: str
    """At most 32 characters: "logind", "utmp"."""

    poll_seconds: int | None
    """How often `read` wants to be called without being woken; None where `fileno` wakes."""

    def fileno(self) -> int | None:
        """A descriptor that becomes readable when there is something to read; None where there is none."""

    def present(self) -> list[OpenSession]:
        """The visitors' sessions that are open now."""

    def active(self) -> ActiveSession | None:
        """The visitor's session that is at the screen; None for a greeter, staff, or a source that cannot tell."""

    def read(self) -> list[Event]:
        """What happened since the last call, without waiting; raises SourceLost when it can read no more."""

    def close(self) -> None: ...


class PresenceSource(Protocol):
    """Hears the seconds since the last input from the desktop of the active session."""

    def filenos(self) -> list[int]:
        """Descriptors to wait for now; ask before each wait."""

    def rest_seconds(self) -> float | None:
        """When to look again at what `filenos` leaves out now; None where it leaves out nothing."""

    def read(self) -> int | None:
        """Idle seconds told since the last call, without waiting; None where nobody told any."""

    def close(self) -> None: ...


class Clock(Protocol):
    """The computer's clocks, in seconds."""

    def elapsed(self) -> float:
        """Since this boot, time spent suspended included; never jumps, never goes back."""

    def awake(self) -> float:
        """Since this boot, time spent suspended left out."""

    def wall(self) -> float:
        """Since 1970-01-01 UTC, as far as the computer knows."""

    def synchronised(self) -> bool:
        """Whether the system says that its wall clock is synchronised."""

    def boot_id(self) -> str:
        """The same through one boot, different after the next."""
