"""Operating systems that get no more security updates.

Days from the makers, read in November 2026: https://learn.microsoft.com/lifecycle/products/ for Windows (the editions
Home and Pro), https://wiki.debian.org/LTS for Debian, https://ubuntu.com/about/release-cycle for Ubuntu. Until the day
itself it is supported.
"""

import datetime as dt

from collector.domain.health.findings import Finding, Level, Rule
from collector.domain.health.reports import Context, Found, Past, Report, unread
from collector.domain.mistakes import N_

LAST_DAYS = {
    ("Windows 7", ""): dt.date(2020, 1, 14),
    ("Windows 8.1", ""): dt.date(2023, 1, 10),
    ("Windows 10", ""): dt.date(2025, 10, 14),
    ("Windows 11", "21H2"): dt.date(2023, 10, 10),
    ("Windows 11", "22H2"): dt.date(2024, 10, 8),
    ("Windows 11", "23H2"): dt.date(2025, 11, 11),
    ("Windows 11", "24H2"): dt.date(2026, 10, 13),
    ("Windows 11", "25H2"): dt.date(2027, 10, 12),
    ("Debian GNU/Linux", "10"): dt.date(2024, 6, 30),
    ("Debian GNU/Linux", "11"): dt.date(2026, 8, 31),
    ("Debian GNU/Linux", "12"): dt.date(2028, 6, 30),
    ("Debian GNU/Linux", "13"): dt.date(2030, 6, 30),
    ("Ubuntu", "20.04"): dt.date(2025, 5, 31),
    ("Ubuntu", "22.04"): dt.date(2027, 4, 30),
    ("Ubuntu", "24.04"): dt.date(2029, 4, 30),
}
"""By name and version, which an agent names at greater length; an empty version is every one."""
LONGER = ("Enterprise", "Education", "LTSC", "IoT", "Server")
"""Editions of Windows with days of their own."""


def look(report: Report, past: Past, context: Context) -> Found:
    value = report.value("operating_system")
    if value is None:
        return unread(report, Rule.END_OF_SUPPORT, "operating_system"), past
    last = last_day_of(str(value["name"]), str(value["version"]))
    if last is None:
        return [
            Finding(
                Rule.END_OF_SUPPORT,
                Level.NOT_READABLE,
                facts={"reason": N_("nobody has written down until when it is supported")},
            )
        ], past
    if context.today > last:
        level = Level.WARNING
    else:
        soon = (last - context.today).days <= context.limits.end_of_support_days
        level = Level.INFORMATION if soon else Level.OK
    return [Finding(Rule.END_OF_SUPPORT, level, "", {"last_day": last.isoformat()})], past


def last_day_of(name: str, version: str) -> dt.date | None:
    """None where nobody has written it down here."""
    if any(edition in name for edition in LONGER):
        return None
    first = version.split(" ", 1)[0]
    for (system, release), day in LAST_DAYS.items():
        if (name == system or name.startswith(f"{system} ")) and release in {"", first}:
            return day
    return None
