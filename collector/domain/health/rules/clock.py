"""Clocks that are wrong: sessions then lie in the wrong quarter-hours, and certificates fail."""

from collector.domain.health.findings import Finding, Level, Rule
from collector.domain.health.reports import Context, Found, Past, Report

IN_A_ROW = 2
"""One envelope may have been on its way for long."""


def look(report: Report, past: Past, context: Context) -> Found:
    off, limits = abs(report.clock_skew_seconds), context.limits
    held = context.level(Rule.CLOCK)
    # A clock that is wrong by an hour, as after a change of summer time, stands at the threshold itself.
    margin = limits.clock_warning_seconds // 2
    if off > limits.clock_critical_seconds - (margin if held is Level.CRITICAL else 0):
        level = Level.CRITICAL
    elif off > limits.clock_warning_seconds - (margin if held is not Level.OK else 0):
        level = Level.WARNING
    else:
        level = Level.OK
    facts = {"seconds": report.clock_skew_seconds}
    return [Finding(Rule.CLOCK, level, "", facts, IN_A_ROW, IN_A_ROW)], past
