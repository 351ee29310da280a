"""When a site is busiest and when it is quietest, for a sentence that people remember.

Two hours on end are looked at together, because an hour by itself tells more of chance; a lone hour stands by itself.
Only times at which the site opens as a rule count, and of which enough is known; trainings, which fill a room by
appointment, stand apart.
"""

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from collector.domain.disclosure import FEWEST_STATIONS, use_may_be_shown
from collector.domain.offer import SlotKind
from collector.domain.rollups import HOURS_OF_DAY
from collector.domain.week import HourRow

WALK_IN = (SlotKind.FREE_ACCESS, SlotKind.ACCOMPANIED, SlotKind.UNTIMED)
AS_A_RULE = Fraction(1, 2)
"""Of the opening of the hour that opens most: a time that opened less often is an exception."""
HOURS_TOGETHER = 2


class Time(NamedTuple):
    weekday: int
    """0 is Monday."""
    hour: int
    until: int
    occupancy: Fraction
    full: Fraction | None
    """Of the quarter-hours of free access of which everything is known, those in which every station was taken; None
    where there is none."""


class Busy(NamedTuple):
    busiest: Time
    quietest: Time


class _Hour(NamedTuple):
    opened: int = 0
    in_service: int = 0
    known: int = 0
    in_use: int = 0
    slots_known: int = 0
    slots_full: int = 0


def busy_times(rows: Iterable[HourRow], limit: Fraction, *, demonstration: bool) -> Busy | None:
    """None where there is nothing to compare; `limit` is the coverage below which nobody should be told.

    An hour of the week and kind may come more than once. Time with fewer stations than may be shown is left out.
    """
    hours: dict[int, _Hour] = {}
    for row in rows:
        stations = FEWEST_STATIONS if row.several else FEWEST_STATIONS - 1
        if row.kind in WALK_IN and use_may_be_shown(stations, demonstration=demonstration):
            hours[row.hour] = _sum([hours.get(row.hour, _Hour()), _hour_of(row)])
    most = max((each.opened for each in hours.values()), default=0)
    usual = {hour: each for hour, each in hours.items() if each.opened >= AS_A_RULE * most}
    times = [time for hour in usual for time in _times(hour, usual, limit)]
    if len(times) < 2 or not any(time.occupancy for time in times):  # noqa: PLR2004  # one time is no comparison
        return None
    busiest = max(times, key=lambda time: (time.occupancy, -time.weekday, -time.hour))
    quietest = min(times, key=lambda time: (time.occupancy, time.weekday, time.hour))
    return None if busiest.occupancy == quietest.occupancy else Busy(busiest, quietest)


def one_in(share: Fraction) -> int:
    """The n of "one time in n" that is nearest to a share; the share is above 0."""
    return round(1 / share)


def _hour_of(row: HourRow) -> _Hour:
    free = row.kind is SlotKind.FREE_ACCESS
    return _Hour(
        row.seconds,
        row.seconds_in_service,
        row.seconds_observed + row.seconds_off,
        row.seconds_in_use,
        row.slots_known if free else 0,
        row.slots_saturated if free else 0,
    )


def _sum(some: Iterable[_Hour]) -> _Hour:
    return _Hour._make(map(sum, zip(*some, strict=True)))


def _times(hour: int, usual: dict[int, _Hour], limit: Fraction) -> list[Time]:
    """The time that begins with an hour: two hours, or a lone one."""
    weekday, at = divmod(hour, HOURS_OF_DAY)

    def there(other: int) -> bool:
        return other in usual and other // HOURS_OF_DAY == weekday

    if there(hour + 1):
        length = HOURS_TOGETHER
    elif not there(hour - 1):
        length = 1
    else:
        return []
    found = _sum(usual[each] for each in range(hour, hour + length))
    if not found.in_service or Fraction(found.known, found.in_service) < limit:
        return []
    full = Fraction(found.slots_full, found.slots_known) if found.slots_known else None
    return [Time(weekday, at, at + length, Fraction(found.in_use, found.known), full)]
