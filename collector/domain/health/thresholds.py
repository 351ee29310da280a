"""From when on a technician is told, as whole numbers that an administrator can change.

The defaults are those of the best-kept peers (Netdata, Zabbix, Scrutiny, Checkmk, healthchecks).
"""

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

from collector.domain.fields import read_count
from collector.domain.mistakes import N_, Mistake


class Thresholds(NamedTuple):
    missing_open_days: int = 7
    not_opened_minutes: int = 30
    on_while_closed_hours: int = 3
    disk_warning_percent: int = 90
    disk_warning_gigabytes: int = 10
    disk_critical_percent: int = 95
    disk_critical_gigabytes: int = 5
    disk_clear_percent: int = 85
    disk_full_open_days: int = 3
    disk_temperature_warning: int = 55
    disk_temperature_critical: int = 65
    disk_temperature_clear: int = 50
    disk_used_percent: int = 90
    memory_available_percent: int = 5
    battery_percent: int = 60
    clock_warning_seconds: int = 120
    clock_critical_seconds: int = 3600
    crashes: int = 3
    crashes_open_days: int = 7
    pending_information_days: int = 7
    pending_warning_days: int = 30
    end_of_support_days: int = 180
    signatures_days: int = 7
    contact_percent: int = 90
    contact_open_days: int = 5
    agent_releases: int = 2
    maintenance_days: int = 183
    lamp_warning_percent: int = 80
    lamp_critical_percent: int = 100


MOST_OPEN_DAYS = 30
"""Opening hours are known for no more than 60 days back."""


def _most(name: str) -> int:
    if name.endswith("percent"):
        return 100
    return MOST_OPEN_DAYS if name.endswith("open_days") or name == "signatures_days" else 10_000


LIMITS: Mapping[str, tuple[int, int]] = {name: (1, _most(name)) for name in Thresholds._fields}
"""The smallest and the largest value of each."""

RISING = (
    ("disk_clear_percent", "disk_warning_percent", "disk_critical_percent"),
    ("disk_critical_gigabytes", "disk_warning_gigabytes"),
    ("disk_temperature_clear", "disk_temperature_warning", "disk_temperature_critical"),
    ("clock_warning_seconds", "clock_critical_seconds"),
    ("pending_information_days", "pending_warning_days"),
    ("lamp_warning_percent", "lamp_critical_percent"),
)
"""Each is less than the next, or what is critical would never have been worth a warning."""


def read_threshold(name: str, text: str) -> int:
    """What an administrator typed; raises Mistake."""
    value = read_count(text)
    least, most = LIMITS[name]
    if not least <= value <= most:
        raise Mistake(N_("Write a number from %(least)s to %(most)s."), least=least, most=most)
    return value


def thresholds_of(stored: Mapping[str, int]) -> Thresholds:
    """The defaults with what somebody decided in their place; names of other versions of the collector are passed."""
    return Thresholds(**{name: value for name, value in stored.items() if name in Thresholds._fields})


def check_order(thresholds: Thresholds) -> None:
    """Raises Mistake where thresholds of the same thing contradict each other."""
    values = thresholds._asdict()
    for names in RISING:
        some = [values[name] for name in names]
        if any(one >= other for one, other in pairwise(some)):
            raise Mistake(
                N_("With this value the thresholds of one thing contradict each other: %(values)s must rise."),
                values=", ".join(map(str, some)),
            )
