"""Stations, printers and whatever else a site lends to its visitors, and how long it is maintained.

A station is *measured* when it has the agent. Others, such as tablets, count among the public stations (A1 of the
catalogue) and in nothing below.
"""

import datetime as dt
from enum import StrEnum
from typing import NamedTuple

MAINTENANCE_YEARS = 4
"""The Region maintains what it supplies for four years."""


class EquipmentKind(StrEnum):
    STATION = "station"
    PRINTER = "printer"
    PROJECTOR = "projector"
    OTHER = "other"


class Equipment(NamedTuple):
    """One device. Days are local; moments are seconds since 1970-01-01 UTC."""

    equipment_id: int | None
    """None: a station that enrolled, of which nobody has written anything into the register."""
    kind: EquipmentKind
    label: str
    station_id: int | None = None
    """The station that its agent enrolled as; None where it has no agent."""
    installed_on: dt.date | None = None
    """Its first day at the site, as far as somebody has said."""
    supplied_on: dt.date | None = None
    maintained_until: dt.date | None = None
    """The first day without maintenance, where it is not that of the rule."""
    retired_on: dt.date | None = None
    """The first day on which it is no longer there."""
    measured_from: int | None = None
    """Since when its agent counts; None where it has none."""
    measured_until: int | None = None
    model: str = ""
    serial: str = ""

    def maintenance_end(self) -> dt.date | None:
        """The first day without maintenance; None where nobody knows."""
        if self.maintained_until is not None or self.supplied_on is None:
            return self.maintained_until
        return years_after(self.supplied_on, MAINTENANCE_YEARS)

    def first_day(self) -> dt.date | None:
        """Its first day at the site, or the day of its supply; None where it was there as long as anybody knows."""
        return self.installed_on or self.supplied_on

    def is_there(self, day: dt.date) -> bool:
        first = self.first_day()
        return (first is None or first <= day) and (self.retired_on is None or day < self.retired_on)


class OutageKind(StrEnum):
    """Why a device is not in service; the names are stored."""

    OUT_OF_ORDER = "out_of_order"
    IN_STORAGE = "in_storage"
    """It works and stands in a cupboard: nobody repairs it, and it is missed by nobody."""


class EquipmentOutage(NamedTuple):
    """A device that is not in service; `end` is None while it lasts. Seconds since 1970-01-01 UTC."""

    equipment_id: int
    start: int
    end: int | None
    reason: str
    kind: OutageKind = OutageKind.OUT_OF_ORDER


def years_after(day: dt.date, years: int) -> dt.date:
    """The same day so many years later; of a 29 February that does not come, the day after."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)
