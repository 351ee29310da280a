"""The time in which a site is open, to count by; whatever it is open for.

An opening belongs to the local day on which it begins, as everywhere. All moments are seconds since 1970-01-01 UTC.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from zoneinfo import ZoneInfo

from collector.domain.calendar import SLOT_SECONDS, local_date
from collector.domain.register import Opening


class OpenHours:
    """The openings of a site within a stretch that the caller chooses: far enough back, and some days ahead."""

    def __init__(self, openings: Sequence[Opening], zone: ZoneInfo, *, written: bool = True) -> None:
        """`openings` are in order and disjoint. `written` says whether anybody wrote a timetable down at all."""
        self.written = written
        self._starts: list[int] = []
        self._ends: list[int] = []
        for each in openings:
            start, end = each.first_slot * SLOT_SECONDS, each.end_slot * SLOT_SECONDS
            if self._ends and self._ends[-1] == start:
                self._ends[-1] = end
            else:
                self._starts.append(start)
                self._ends.append(end)
        self._days: list[tuple[dt.date, int, int]] = []
        for start, end in zip(self._starts, self._ends, strict=True):
            day = local_date(start, zone)
            if self._days and self._days[-1][0] == day:
                self._days[-1] = (day, self._days[-1][1], end)
            else:
                self._days.append((day, start, end))

    def is_open(self, at: int) -> bool:
        place = bisect_right(self._starts, at) - 1
        return place >= 0 and at < self._ends[place]

    def seconds(self, first: int, end: int) -> int:
        """So much of a stretch was open."""
        place = bisect_right(self._ends, first)
        total = 0
        while place < len(self._starts) and self._starts[place] < end:
            total += min(end, self._ends[place]) - max(first, self._starts[place])
            place += 1
        return total

    def after(self, first: int, seconds: int) -> int | None:
        """When the site will have been open for so long since `first`; None where that lies beyond what is known."""
        place = bisect_right(self._ends, first)
        for start, end in zip(self._starts[place:], self._ends[place:], strict=True):
            begin = max(first, start)
            if end - begin >= seconds:
                return begin + seconds
            seconds -= end - begin
        return None

    def whole_days(self, first: int, end: int) -> int:
        """How many days on which the site was open lie within a stretch, from their first opening to their last."""
        return sum(1 for _day, start, until in self._days if first <= start and until <= end)

    def day_began(self, at: int) -> int | None:
        """When the site opened first on the day of an opening that is under way; None while it is closed."""
        if not self.is_open(at):
            return None
        place = bisect_right([start for _day, start, _end in self._days], at) - 1
        return self._days[place][1]

    def closed_since(self, at: int) -> int | None:
        """When the site closed last; None while it is open, and before the first closing that is known."""
        if self.is_open(at):
            return None
        place = bisect_right(self._ends, at) - 1
        return self._ends[place] if place >= 0 else None

    def next_change(self, at: int) -> int | None:
        """When it opens or closes next; None where that lies beyond what is known."""
        moments = []
        for some in (self._starts, self._ends):
            place = bisect_right(some, at)
            moments += some[place : place + 1]
        return min(moments, default=None)

    def days_back(self, at: int, count: int) -> int:
        """When the last `count` days on which the site was open began, one that is under way included."""
        begun = bisect_left([start for _day, start, _end in self._days], at)
        if not begun:
            return at
        return self._days[max(0, begun - count)][1]
