"""Part E of the catalogue, and A1: what stands at a site at the end of a period, and what was out of order in it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from collector.domain import cells
from collector.domain.calendar import MONTHS_OF_YEAR, Period, local_date
from collector.domain.cells import Cell
from collector.domain.equipment import Equipment, EquipmentKind, EquipmentOutage, OutageKind

ENDING_MONTHS = 6
DAY_SECONDS = 86_400
COUNTED = {
    "E1.stations": EquipmentKind.STATION,
    "E1.printers": EquipmentKind.PRINTER,
    "E1.projectors": EquipmentKind.PROJECTOR,
}


def last_day_of(period: Period, now: int, zone: ZoneInfo) -> dt.date:
    """The day on which things are counted: the last of the period, or today while it runs."""
    return min(period.last_day, local_date(now, zone))


def is_there(device: Equipment, day: dt.date, zone: ZoneInfo) -> bool:
    """Whether a device is at the site on a day; one of which nobody wrote when it came, came with its agent."""
    first, end = device.first_day(), device.retired_on
    if first is None and device.measured_from is not None:
        first = local_date(device.measured_from, zone)
    if end is None and device.measured_until is not None:
        end = local_date(device.measured_until, zone)
    return (first is None or first <= day) and (end is None or day < end)


def is_measured(device: Equipment, day: dt.date, zone: ZoneInfo) -> bool:
    """Whether its agent counts at the end of a day."""
    if device.measured_from is None or local_date(device.measured_from, zone) > day:
        return False
    return device.measured_until is None or local_date(device.measured_until, zone) > day


def inventory(devices: Sequence[Equipment], day: dt.date, zone: ZoneInfo) -> dict[str, Cell]:
    """A1, A1.measured and E1 of a day."""
    there = [device for device in devices if is_there(device, day, zone)]
    stations = [device for device in there if device.kind is EquipmentKind.STATION]
    ends = [end for device in there if (end := device.maintenance_end()) is not None]
    soon = months_after(day, ENDING_MONTHS)
    counts = {
        "A1": len(stations),
        "A1.measured": len([device for device in stations if is_measured(device, day, zone)]),
        **{name: len([device for device in there if device.kind is kind]) for name, kind in COUNTED.items()},
        "E1.maintained": len([end for end in ends if end > day]),
        "E1.ending": len([end for end in ends if day < end <= soon]),
        "E1.past": len([end for end in ends if end <= day]),
    }
    return {name: cells.counted(count) for name, count in counts.items()}


def ages(
    devices: Sequence[Equipment], day: dt.date, zone: ZoneInfo
) -> Mapping[EquipmentKind, Mapping[int | None, int]]:
    """How many devices of each kind have which age in whole years; None where nobody knows the day of supply."""
    found: dict[EquipmentKind, dict[int | None, int]] = {}
    for device in devices:
        if is_there(device, day, zone):
            by_age = found.setdefault(device.kind, {})
            age = None if device.supplied_on is None else whole_years(device.supplied_on, day)
            by_age[age] = by_age.get(age, 0) + 1
    return found


def whole_years(since: dt.date, day: dt.date) -> int:
    return max(0, day.year - since.year - ((day.month, day.day) < (since.month, since.day)))


def months_after(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last of that month."""
    year, month = divmod(day.year * MONTHS_OF_YEAR + day.month - 1 + months, MONTHS_OF_YEAR)
    next_month = dt.date(year + (month + 1) // MONTHS_OF_YEAR, (month + 1) % MONTHS_OF_YEAR + 1, 1)
    last = (next_month - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(day.day, last))


def out_of_order(outages: Sequence[EquipmentOutage], period: Period, now: int) -> dict[str, Cell]:
    """E2, up to now: incidents that began, days lost, and the mean time to repair of what was mended.

    What stands in storage waits for no repair, and is none of them.

    A day is 24 hours, and parts of days count.
    """
    start, end = period.start(), min(period.end(), now)
    if end <= start:
        return dict.fromkeys(("E2.incidents", "E2.days", "E2.mean_days"), cells.NOT_APPLICABLE)
    broken = [each for each in outages if each.kind is OutageKind.OUT_OF_ORDER]
    seconds = sum(max(0, min(_end(each, now), end) - max(each.start, start)) for each in broken)
    mended = [each.end - each.start for each in broken if each.end is not None and start <= each.end < end]
    mean = cells.counted(Fraction(sum(mended), DAY_SECONDS * len(mended))) if mended else cells.NOT_APPLICABLE
    return {
        "E2.incidents": cells.counted(len([each for each in broken if start <= each.start < end])),
        "E2.days": cells.counted(Fraction(seconds, DAY_SECONDS)),
        "E2.mean_days": mean,
    }


def _end(outage: EquipmentOutage, now: int) -> int:
    return now if outage.end is None else outage.end
