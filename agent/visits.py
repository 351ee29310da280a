"""A visit that goes on, and how it is handed from one run to the next."""

from collections.abc import Iterable
from typing import Any

from agent.tallies import RULES


class Stretch:
    """One session under one idle rule: where it started and how long it was in use.

    `run_id` names the earlier run that counted the start, and is empty where it was this one.
    """

    __slots__ = ("run_id", "start_slot", "use")

    def __init__(self, start_slot: int, use: int = 0, run_id: str = "") -> None:
        self.start_slot = start_slot
        self.use = use
        self.run_id = run_id


class Visit:
    """A log-on, or in activity mode the seat itself.

    `stretches` holds, for each idle rule, the session that runs now, or None after it ended. Use is settled up to
    `settled`; what comes after it is use once there is input again within the idle rule.
    """

    __slots__ = ("foreground", "locked", "paused_at", "settled", "stretches")

    def __init__(self, stretches: list[Stretch | None], settled: int, *, locked: bool, foreground: bool) -> None:
        self.stretches = stretches
        self.settled = settled
        self.locked = locked
        self.foreground = foreground
        self.paused_at: int | None = None

    def wants_pause(self) -> bool:
        return self.locked or not self.foreground


def starts(visits: Iterable[Visit]) -> set[tuple[str, int]]:
    """The runs (empty for this one) and slots in which the sessions that run now began."""
    return {
        (stretch.run_id, stretch.start_slot) for visit in visits for stretch in visit.stretches if stretch is not None
    }


def saved_of(visit: Visit) -> dict[str, Any]:
    """A visit as JSON."""
    return {
        "stretches": [None if s is None else [s.start_slot, s.use, s.run_id] for s in visit.stretches],
        "settled": visit.settled,
        "locked": visit.locked,
        "foreground": visit.foreground,
        "paused_at": visit.paused_at,
    }


def visit_of(saved: dict[str, Any]) -> Visit:
    """The visit that `saved_of` saved; raises KeyError, TypeError or ValueError for what it did not."""
    visit = Visit(
        [None if s is None else Stretch(int(s[0]), int(s[1]), str(s[2])) for s in saved["stretches"]],
        int(saved["settled"]),
        locked=bool(saved["locked"]),
        foreground=bool(saved["foreground"]),
    )
    visit.paused_at = None if saved["paused_at"] is None else int(saved["paused_at"])
    if len(visit.stretches) != len(RULES):
        raise ValueError("one session for each idle rule")
    return visit
