"""The idle time of a Wayland session, from the services of its desktop. Wayland itself tells nobody.

* Mutter (GNOME): org.gnome.Mutter.IdleMonitor.GetIdletime, milliseconds (its introspection, type t).
* Else org.freedesktop.ScreenSaver.GetSessionIdleTime, which is in no specification. Its argument is called "seconds",
  KDE's kscreenlocker answered milliseconds there, and under Wayland always 0, and since Plasma 6 it refuses, as does
  GNOME's. So this answer is believed only when it has been seen to grow with time, and its growth tells the unit.

The idle counter of an X server under Wayland sees only the input of X programs. It is never used.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

from agent.errors import Unusable
from agent.presence.session_bus import SessionBus, session_bus_address

PATIENCE_SECONDS = 30.0
"""A desktop may start its services after us, and may be busy; when nobody answers for longer, the session is over."""
LEARNING_SECONDS = 600.0
"""Nobody types for ten minutes without a pause of ten seconds: an answer that has not grown by then never does."""
PROOF_SECONDS = 10.0

MUTTER = ("org.gnome.Mutter.IdleMonitor", "/org/gnome/Mutter/IdleMonitor/Core")
MUTTER_METHOD = "GetIdletime"
SAVER = ("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver")
SAVER_METHOD = "GetSessionIdleTime"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Unit:
    """Learns from an idle time's growth how many of its units are a second; 0 until that is known."""

    __slots__ = ("_first", "_last", "per_second")

    def __init__(self) -> None:
        self.per_second = 0
        self._first: tuple[float, int] | None = None
        self._last: tuple[float, int] | None = None

    def take(self, value: int, now: float) -> None:
        """Look at one more answer."""
        if self._first is None or self._last is None:
            self._first = self._last = (now, value)
            return
        growth, passed = value - self._last[1], now - self._last[0]
        self._last = (now, value)
        if growth > 100 * (passed + 1):
            self.per_second = 1000  # seconds cannot grow faster than time
        elif not 0 <= growth <= passed + 1:
            self._first = self._last  # input
        elif self.per_second == 0:
            whole, since = value - self._first[1], now - self._first[0]
            if since >= PROOF_SECONDS and abs(whole - since) <= 1.5:  # noqa: PLR2004 rounding at both ends
                self.per_second = 1


class WaylandSession:
    """Asks whichever service of the desktop answers."""

    __slots__ = ("_answered_at", "_bus", "_now", "_started_at", "_unit")

    def __init__(self, bus: SessionBus, now: "Callable[[], float]") -> None:
        self._bus = bus
        self._now = now
        self._started_at = self._answered_at = now()
        self._unit = Unit()

    def fileno(self) -> int:
        return self._bus.fileno()

    def close(self) -> None:
        self._bus.close()

    def seconds(self) -> int | None:
        """Since the last input; None where that is not known (yet); raises Unusable when it will not be."""
        milliseconds = self._bus.ask(*MUTTER, MUTTER[0], MUTTER_METHOD)
        now = self._now()
        if milliseconds is not None:
            self._answered_at = now
            return milliseconds // 1000
        value = self._bus.ask(*SAVER, SAVER[0], SAVER_METHOD)
        now = self._now()
        if value is None:
            if now - self._answered_at >= PATIENCE_SECONDS:
                raise Unusable("neither Mutter nor a screen saver of this desktop tells the idle time")
            return None
        self._answered_at = now
        self._unit.take(value, now)
        if self._unit.per_second:
            return value // self._unit.per_second
        if now - self._started_at >= LEARNING_SECONDS:
            raise Unusable("the idle time of this desktop's screen saver does not grow, so it is none")
        return None


def open_wayland(environment: "Mapping[str, str]", now: "Callable[[], float]") -> WaylandSession:
    return WaylandSession(SessionBus(session_bus_address(environment), now), now)
