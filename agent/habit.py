"""Whether visitors of this station log off before the next one comes. No clock and no system calls.

Where they do not, a log-on is no visit, and sessions are told by activity (statistics: activity mode). It is found out
from days of work: a boot, cut at 24 hours and at each sleep of 4 hours or more, as at night. Such a day was

* *held* if one log-on was open for 4 hours or more and nobody logged off, except within the last 10 minutes, as who
  switches the computer off does;
* *changed* if there was a second log-on, or somebody logged off and the computer stayed on;
* else it says nothing: nobody came, or it was short.

After five days in a row that were held and none that was changed, visits are told by activity. It takes two changed
days among the last five to go back, because a desktop that crashed once looks like a log-off. A course that sits at the
same log-on from morning to evening for a whole week would be taken for such a station until two other days have come;
the setting `counting` decides where that matters.

A worked example: the librarian logs on at 9 and switches off at 18, on Monday to Friday. Each day is held. From
Saturday's boot on, visits are told by activity.
"""

from collections.abc import Collection
from typing import Any

from agent.sessions import Mode

LONG_SECONDS = 4 * 3600
"""No visit is usually so long (statistics: 2 % are over 12 hours, and make half of all hours), a working day is."""
SWITCHED_OFF_SECONDS = 600
"""From the log-off to the end of the day, where the computer is being switched off."""
DAY_SECONDS = 86_400
DAYS = 5
CHANGED_DAYS = 2
HELD, CHANGED = "h", "c"


class Habit:
    """What was seen of this station, from run to run; times are seconds since boot."""

    __slots__ = ("_begun", "_changed", "_held", "_key", "_left_at", "_now", "days", "mode")

    def __init__(self, saved: dict[str, Any] | None, now: int, *, same_boot: bool) -> None:
        """Go on from `saved`; where that was another boot, its day is over. Raises TypeError or ValueError."""
        self.mode: Mode = "log_on"
        self.days = ""
        """The last days that said something, the newest last."""
        self._begun = self._now = now
        self._held = 0
        self._key: str | None = None
        self._left_at: int | None = None
        self._changed = False
        if saved is not None:
            self._go_on_from(saved)
            if not same_boot:
                self._close(set(), now)

    def see(self, now: int, keys: Collection[str]) -> None:
        """These log-ons are open now."""
        if self._key is not None and self._left_at is None:
            self._held += max(0, now - self._now)
        self._now = now
        if now - self._begun >= DAY_SECONDS:
            self._close(keys, now)
        if self._key is None:
            self._key = min(keys, default=None)
        if any(key != self._key for key in keys):
            self._changed = True
        if self._key in keys:
            self._left_at = None
        elif self._key is not None and self._left_at is None:
            self._left_at = now
        if self._left_at is not None and now - self._left_at >= SWITCHED_OFF_SECONDS:
            self._changed = True

    def sleep(self, start: int, end: int, keys: Collection[str]) -> None:
        """The computer slept; a long sleep ends the day."""
        self.see(max(start, self._now), keys)
        self._now = max(end, self._now)
        if end - start >= LONG_SECONDS:
            self._close(keys, self._now)

    def snapshot(self) -> dict[str, Any]:
        """What the next run needs to know, as JSON; the key names a log-on, never a person."""
        return {
            "mode": self.mode,
            "days": self.days,
            "begun": self._begun,
            "now": self._now,
            "held": self._held,
            "key": self._key,
            "left_at": self._left_at,
            "changed": self._changed,
        }

    def _go_on_from(self, saved: dict[str, Any]) -> None:
        self.mode = "activity" if saved.get("mode") == "activity" else "log_on"
        self.days = "".join(day for day in str(saved.get("days", "")) if day in (HELD, CHANGED))[-DAYS:]
        self._begun, self._now, self._held = (int(saved[name]) for name in ("begun", "now", "held"))
        self._key = None if saved["key"] is None else str(saved["key"])
        self._left_at = None if saved["left_at"] is None else int(saved["left_at"])
        self._changed = bool(saved["changed"])

    def _close(self, keys: Collection[str], now: int) -> None:
        """End a day and begin another one, in which the log-ons that are open go on."""
        if self._changed or self._held >= LONG_SECONDS:
            self.days = (self.days + (CHANGED if self._changed else HELD))[-DAYS:]
        if self.days == HELD * DAYS:
            self.mode = "activity"
        elif self.days.count(CHANGED) >= CHANGED_DAYS:
            self.mode = "log_on"
        self._begun = self._now = now
        self._held, self._changed, self._left_at = 0, False, None
        self._key = self._key if self._key in keys else None


def habit_from(saved: dict[str, Any], now: int, *, same_boot: bool) -> Habit:
    """The habit that stands in the checkpoint `saved`; none yet where that holds what no run can have written."""
    try:
        return Habit(saved.get("habit"), now, same_boot=same_boot)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Habit(None, now, same_boot=False)
