"""B9 of the catalogue: sessions and occupancy by weekday and hour, over a quarter or a year."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import NamedTuple

from collector.domain import cells
from collector.domain.cells import Cell
from collector.domain.disclosure import FEWEST_STATIONS, use_may_be_shown
from collector.domain.offer import OPEN, SlotKind
from collector.domain.rollups import HOURS_OF_DAY, HOURS_OF_WEEK

Week = Mapping[tuple[int, int], Mapping[str, Cell]]
"""By weekday (0 is Monday) and hour: the cells B1 and B3."""


class HourRow(NamedTuple):
    """Sums of one hour of the week and one kind of opening, under the official idle rule."""

    hour: int
    """Of the week: 0 is Monday from 0 to 1 h."""
    kind: SlotKind
    several: bool
    """Whether enough stations were installed for their use to be shown."""
    seconds: int
    seconds_in_service: int
    """Over all stations, as the following."""
    seconds_observed: int
    seconds_off: int
    seconds_in_use: int
    starts: int
    slots_known: int = 0
    """Of which everything is known; of these, all stations taken."""
    slots_saturated: int = 0


def week_of(rows: Iterable[HourRow], *, demonstration: bool) -> Week:
    """Every hour of the week, from rows in any order; an hour and kind may come more than once."""
    by_hour: dict[int, list[HourRow]] = {}
    for row in rows:
        if row.kind is not SlotKind.CLOSED:
            by_hour.setdefault(row.hour, []).append(row)
    return {
        divmod(hour, HOURS_OF_DAY): _hour(by_hour.get(hour, ()), demonstration=demonstration)
        for hour in range(HOURS_OF_WEEK)
    }


def _hour(rows: Iterable[HourRow], *, demonstration: bool) -> Mapping[str, Cell]:
    opened = in_service = shown_in_service = known = in_use = starts = 0
    for row in rows:
        stations = FEWEST_STATIONS if row.several else FEWEST_STATIONS - 1
        shown = use_may_be_shown(stations, demonstration=demonstration)
        starts += row.starts if shown else 0
        if row.kind in OPEN:
            opened += row.seconds
            in_service += row.seconds_in_service
        if row.kind in OPEN and shown:
            shown_in_service += row.seconds_in_service
            known += row.seconds_observed + row.seconds_off
            in_use += row.seconds_in_use
    if known:
        return {"B1": cells.counted(starts), "B3": cells.counted(Fraction(in_use, known))}
    if not opened:
        empty = cells.CLOSED
    elif not in_service:
        empty = cells.NOT_APPLICABLE
    else:
        empty = cells.UNKNOWN if shown_in_service else cells.CONFIDENTIAL
    return {"B1": cells.counted(starts) if starts else empty, "B3": empty}
