"""How long devices are maintained, and when each is to be replaced: supply date and four years."""

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from collector.domain.equipment import MAINTENANCE_YEARS, EquipmentKind, OutageKind, years_after
from collector.domain.inventory import ENDING_MONTHS, months_after

YEARS_AHEAD = 5
OVERDUE = 0
"""In the place of a year: before this one."""
UNKNOWN = -1
"""In the place of a year: nobody entered the day of supply."""


class Maintenance(StrEnum):
    LASTING = "lasting"
    ENDING = "ending"
    """Within six months."""
    ENDED = "ended"
    UNKNOWN = "unknown"


class Device(NamedTuple):
    """A device that is in place, with or without an agent."""

    site_id: int
    kind: EquipmentKind
    label: str
    model: str = ""
    serial: str = ""
    supplied_on: dt.date | None = None
    maintained_until: dt.date | None = None
    """Where somebody entered another day than that of the rule."""
    away: OutageKind | None = None
    """Why it is not in service now; None where it is."""

    def replaced_on(self) -> dt.date | None:
        """When the plan replaces it; None where nobody knows the day of its supply."""
        return None if self.supplied_on is None else years_after(self.supplied_on, MAINTENANCE_YEARS)

    def maintenance_end(self) -> dt.date | None:
        """The first day without maintenance; None where nobody knows."""
        return self.maintained_until or self.replaced_on()


def maintenance(device: Device, today: dt.date) -> Maintenance:
    end = device.maintenance_end()
    if end is None:
        return Maintenance.UNKNOWN
    if end <= today:
        return Maintenance.ENDED
    return Maintenance.ENDING if end <= months_after(today, ENDING_MONTHS) else Maintenance.LASTING


def due(device: Device, today: dt.date) -> int:
    """The year in which the plan replaces a device, OVERDUE or UNKNOWN."""
    day = device.replaced_on()
    if day is None:
        return UNKNOWN
    return OVERDUE if day.year < today.year else day.year


def plan_years(devices: Sequence[Device], today: dt.date) -> list[int]:
    """The columns of the plan: what is overdue, this year and those after it, and what nobody knows."""
    years = {due(device, today) for device in devices}
    ahead = [today.year + number for number in range(YEARS_AHEAD)]
    later = [year for year in sorted(years) if year > ahead[-1]]
    return [OVERDUE, *ahead, *later, UNKNOWN]


def plan(devices: Sequence[Device], today: dt.date) -> Mapping[int, Counter[int]]:
    """By site: how many devices are to be replaced in which year."""
    found: dict[int, Counter[int]] = {}
    for device in devices:
        found.setdefault(device.site_id, Counter())[due(device, today)] += 1
    return found


def in_order(devices: Sequence[Device], site_names: Mapping[int, str]) -> list[Device]:
    """Those whose maintenance ends first come first, then those of which nobody knows."""
    return sorted(
        devices,
        key=lambda each: (
            each.maintenance_end() or dt.date.max,
            site_names[each.site_id].casefold(),
            each.label.casefold(),
        ),
    )
