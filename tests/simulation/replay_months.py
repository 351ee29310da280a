"""Adds up slot records by station and local month."""

from bisect import bisect_right
from datetime import datetime
from functools import cache
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from agent.wire.figures import IDLE_RULES_MINUTES, LENGTH_BANDS_MINUTES, SLOT_SECONDS

ZONE = ZoneInfo("Europe/Brussels")
OFFICIAL = IDLE_RULES_MINUTES.index(10)
"""The regional default of the idle rule."""
BANDS = (*[f"{a}-{b}" for a, b in pairwise(LENGTH_BANDS_MINUTES)], f"{LENGTH_BANDS_MINUTES[-1]}-")
FIRST_YEAR, LAST_YEAR = 1970, 2100


@cache
def first_slots() -> list[int]:
    """The slot in which each local month begins; the hours of this zone are whole, so slots are never cut."""
    return [
        int(datetime(year, month, 1, tzinfo=ZONE).timestamp()) // SLOT_SECONDS
        for year in range(FIRST_YEAR, LAST_YEAR + 1)
        for month in range(1, 13)
    ]


def month_of(slot: int) -> int:
    """Months since January 1970, local time."""
    return bisect_right(first_slots(), slot) - 1


def name_of(month: int) -> str:
    return f"{FIRST_YEAR + month // 12}-{month % 12 + 1:02d}"


Figures = tuple[int, ...]
"""Seconds observed, seconds on; starts and seconds in use by rule; sessions by length band (official rule)."""
OBSERVED, ON = 0, 1
STARTS = slice(2, 6)
USE = slice(6, 10)
LENGTHS = slice(10, 17)
NOTHING: Figures = (0,) * 17


def figures_of(record: dict[str, Any]) -> Figures:
    """The figures of one slot record."""
    rules = record["idle_rules"]
    observed, on = record["seconds_observed"], record["seconds_on"]
    if not rules:
        return (observed, on, *NOTHING[2:])
    return (
        observed,
        on,
        *[rule["starts"] for rule in rules],
        *[rule["seconds_in_use"] for rule in rules],
        *rules[OFFICIAL]["lengths"],
    )


class Months:
    """The sums of one station. A record takes the place of the one before it with the same run and slot."""

    def __init__(self) -> None:
        self.sums: dict[int, list[int]] = {}
        self.long: dict[int, int] = {}
        """Sessions of twelve hours or more, under the official rule, by the month of their start."""
        self._told: dict[int, Figures] = {}

    def add(self, record: dict[str, Any]) -> None:
        slot = record["slot"]
        new = figures_of(record)
        old = self._told.get(slot, NOTHING)
        self._told[slot] = new
        month = month_of(slot)
        sums = self.sums.get(month)
        if sums is None:
            sums = self.sums[month] = list(NOTHING)
        for place, value in enumerate(new):
            sums[place] += value - old[place]

    def add_long(self, slot: int) -> None:
        """A session that began in this slot has reached twelve hours."""
        self.long[month_of(slot)] = self.long.get(month_of(slot), 0) + 1

    def forget_except(self, slots: dict[int, Any]) -> None:
        """Only the slots of `slots` can come again; none of an earlier run."""
        self._told = {slot: told for slot, told in self._told.items() if slot in slots}


def told(sums: list[int], long: int, *, method: str, presence_readable: bool) -> dict[str, Any]:
    """The figures of a station and month, as they are written to OUT; null where its use cannot be known."""
    known = method != "not_readable"
    rules = zip(IDLE_RULES_MINUTES, sums[STARTS], sums[USE], strict=True)
    return {
        "sessions": sums[STARTS][OFFICIAL] if known else None,
        "seconds_in_use": sums[USE][OFFICIAL] if known else None,
        "by_length_band": dict(zip(BANDS, sums[LENGTHS], strict=True)) if known else None,
        "of_12_hours_or_more": long if known else None,
        "by_idle_rule": {str(minutes): {"sessions": starts, "seconds_in_use": use} for minutes, starts, use in rules}
        if known
        else None,
        "seconds_observed": sums[OBSERVED],
        "seconds_on": sums[ON],
        "method": method,
        "presence_readable": presence_readable,
    }
