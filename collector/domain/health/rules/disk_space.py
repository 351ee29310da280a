"""Fixed volumes that fill up."""

from itertools import pairwise
from statistics import median
from typing import Any

from collector.domain.health.findings import Finding, Level, Rule, gone
from collector.domain.health.reports import Context, Found, Past, Report, unread
from collector.domain.health.thresholds import Thresholds

GIGABYTE = 10**9
DAYS_REMEMBERED = 8
FEWEST_DAYS = 4
"""For a trend: one update of the system is none."""
RAISE_AFTER, CLEAR_AFTER = 2, 3


def look(report: Report, past: Past, context: Context) -> Found:
    """`past` holds the free bytes of the last days with a report, by volume: [day, bytes]."""
    value = report.value("volumes")
    if value is None:
        return unread(report, Rule.DISK_SPACE, "volumes"), past
    remembered: dict[str, Any] = {}
    found = []
    for volume in value["fixed"]:
        name, total, free = str(volume["label"]), int(volume["total_bytes"]), int(volume["free_bytes"])
        days = [each for each in past.get(name, ()) if each[0] != context.today.toordinal()]
        remembered[name] = [*days, [context.today.toordinal(), free]][-DAYS_REMEMBERED:]
        if total:
            left = days_left([each[1] for each in remembered[name]])
            held = context.level(Rule.DISK_SPACE, name)
            level = level_of(total, free, left, held, context.limits)
            facts = {"free_bytes": free, "total_bytes": total, "days_left": left}
            found.append(Finding(Rule.DISK_SPACE, level, name, facts, RAISE_AFTER, CLEAR_AFTER))
    return [*found, *gone(Rule.DISK_SPACE, found, context.raised, CLEAR_AFTER)], remembered


def days_left(free_by_day: list[int]) -> int | None:
    """After so many more days like the last ones it is full; None where it does not fill, or nobody knows yet.

    The median of the daily losses, so that neither one large download nor one cleaning decides. Days are those with a
    report, which are those on which the site was open.
    """
    if len(free_by_day) < FEWEST_DAYS:
        return None
    loss = median(before - after for before, after in pairwise(free_by_day))
    return int(free_by_day[-1] / loss) if loss > 0 else None


def level_of(total: int, free: int, left: int | None, held: Level, limits: Thresholds) -> Level:
    """A large disk may be 95 % full and have room for years: so share and size both count."""
    used = 100 * (total - free) / total
    if used > limits.disk_critical_percent and free < limits.disk_critical_gigabytes * GIGABYTE:
        return Level.CRITICAL
    if left is not None and left < limits.disk_full_open_days:
        return Level.CRITICAL
    if used > limits.disk_warning_percent and free < limits.disk_warning_gigabytes * GIGABYTE:
        return Level.WARNING
    return Level.WARNING if held in {Level.WARNING, Level.CRITICAL} and used >= limits.disk_clear_percent else Level.OK
