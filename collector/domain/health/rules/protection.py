"""Antivirus that is off or asleep."""

from collector.domain.health.findings import Finding, Level, Rule
from collector.domain.health.reports import Context, Found, Past, Report, unread
from collector.domain.mistakes import N_

IN_A_ROW = 4
"""After a closure the signatures are old until the first update of the day has come."""


def look(report: Report, past: Past, context: Context) -> Found:
    """The age of signatures counts in open days: a computer that is off cannot fetch them."""
    value = report.value("protection")
    if value is None:
        return unread(report, Rule.PROTECTION, "protection"), past
    if value.get("antivirus_on") is None:
        return [
            Finding(Rule.PROTECTION, Level.NOT_READABLE, facts={"reason": N_("no antivirus is known to the system")})
        ], past
    signatures = value.get("signatures_at_seconds")
    days = 0 if signatures is None else context.hours.whole_days(int(signatures), report.at)
    why = ""
    if not value["antivirus_on"]:
        why = "off"
    elif days > context.limits.signatures_days:
        why = "signatures"
    level = Level.WARNING if why else Level.OK
    return [Finding(Rule.PROTECTION, level, "", {"why": why, "days": days}, IN_A_ROW)], past
