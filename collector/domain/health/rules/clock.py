"""Clocks that are wrong: sessions then lie in the wrong quarter-hours, and certificates fail."""

from collector.domain.health.findings import Finding, Level, Rule
from collector.domain.health.reports import Context, Found, Past, Report

IN_A_ROW = 2
"""One envelope may have been on its way for long."""


def look(report: Report, past: Past, context: Context) -> Found:
    off = abs(report.clock_skew_seconds)
    if off > context.limits.clock_critical_seconds:
        level = Level.CRITICAL
    else:
        level = Level.WARNING if off > context.limits.clock_warning_seconds else Level.OK
    facts = {"seconds": report.clock_skew_seconds}
    return [Finding(Rule.CLOCK, level, "", facts, IN_A_ROW, IN_A_ROW)], past
