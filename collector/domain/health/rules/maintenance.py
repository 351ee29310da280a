"""Equipment whose maintenance ends; for what is in the register, with or without an agent."""

import datetime as dt
from collections.abc import Iterable

from collector.domain.equipment import Equipment
from collector.domain.health.findings import Finding, Level, Rule
from collector.domain.health.thresholds import Thresholds


def look(devices: Iterable[Equipment], today: dt.date, limits: Thresholds) -> list[Finding]:
    """Of the devices of one site that are there today."""
    found = []
    for device in devices:
        end = device.maintenance_end()
        if end is None or not device.is_there(today):
            continue
        if today >= end:
            level = Level.WARNING
        else:
            level = Level.INFORMATION if (end - today).days <= limits.maintenance_days else Level.OK
        found.append(Finding(Rule.MAINTENANCE, level, device.label, {"first_day_without": end.isoformat()}))
    return found
