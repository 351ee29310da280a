"""How many alerts asked somebody to do something (E3 of the catalogue): begun in a period, and open at its end.

Those of readings count, from the moment at which they were a warning or critical; what is told of a station or a site
as a whole, such as that it is silent, is no state of hardware.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.domain import calendar, cells
from collector.domain.calendar import SLOT_SECONDS, Period
from collector.domain.cells import Cell
from collector.domain.equipment import Equipment
from collector.domain.health.findings import Level

ALERTS_KEPT_MONTHS = 25
"""Whole months after their end: two years to compare, and the one that runs."""
READINGS_FINE_DAYS = 90
"""Whole local days before today of which every change is kept; before them the last reading of each day is."""
ASKING = frozenset({Level.WARNING, Level.CRITICAL})


class Change(NamedTuple):
    """A level that an alert had from a moment on."""

    at: int
    level: Level


class Flag(NamedTuple):
    """An alert: its levels in order of time, and when it ended."""

    changes: Sequence[Change]
    ended_at: int | None

    def began_at(self) -> int | None:
        """When it asked somebody for the first time; None where it never did."""
        return next((each.at for each in self.changes if each.level in ASKING), None)

    def is_open(self, moment: int) -> bool:
        """Whether it asked somebody just before a moment."""
        if self.ended_at is not None and self.ended_at < moment:
            return False
        before = [each for each in self.changes if each.at < moment]
        return bool(before) and before[-1].level in ASKING


class Watched(NamedTuple):
    """What the watch over a site found."""

    since: int | None
    """When it began; None where it has not."""
    flags: Sequence[Flag] = ()


def kept_since(now: int, zone: ZoneInfo) -> int:
    """Since when everything that ended is still known."""
    return calendar.last_months(ALERTS_KEPT_MONTHS + 1, now, zone)[0].first_slot * SLOT_SECONDS


def flagged(
    watched: Watched, devices: Iterable[Equipment], period: Period, now: int, zone: ZoneInfo
) -> dict[str, Cell]:
    """E3 of one period up to now; a site without a measured station has nobody who reads its hardware."""
    start, end = period.start(), min(period.end(), now)
    there = [
        each.measured_from
        for each in devices
        if each.measured_from is not None
        and each.measured_from < end
        and (each.measured_until is None or each.measured_until > start)
    ]
    if end <= start or not there:
        return dict.fromkeys(("E3.begun", "E3.open"), cells.NOT_APPLICABLE)
    horizon = kept_since(now, zone)
    known = max(horizon, end if watched.since is None else watched.since)
    begun = len([each for each in watched.flags if start <= (each.began_at() or 0) < end])
    whole = known <= max(start, min(there))
    told = end > horizon and (begun or known < end)
    return {
        "E3.begun": cells.counted(begun, at_least=not whole) if told else cells.UNKNOWN,
        "E3.open": cells.counted(len([each for each in watched.flags if each.is_open(end)]))
        if known < end
        else cells.UNKNOWN,
    }
