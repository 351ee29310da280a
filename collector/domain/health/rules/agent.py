"""The agent itself: behind, failing, or losing what it counted."""

import re

from collector.domain.health.findings import Finding, Key, Level, Rule
from collector.domain.health.reports import NO_DATA, OK, Context, Found, Past, Report

FAILING_IN_A_ROW = 3


def look_at_version(report: Report, past: Past, context: Context) -> Found:
    """Behind by so many releases, counted in the second number of the version."""
    mine, newest = release_of(report.agent_version), release_of(context.newest_agent)
    if mine is None or newest is None:
        return [], past
    behind = mine[0] < newest[0] or (mine[0] == newest[0] and newest[1] - mine[1] >= context.limits.agent_releases)
    facts = {"version": report.agent_version, "newest": context.newest_agent}
    return [Finding(Rule.AGENT_VERSION, Level.WARNING if behind else Level.OK, "", facts)], past


def look_at_readings(report: Report, past: Past, _context: Context) -> Found:
    """Probes that fail, which is not the same as hardware that has nothing to say."""
    failing = sorted(name for name, each in report.readings.items() if each.outcome not in {OK, NO_DATA})
    level = Level.WARNING if failing else Level.OK
    facts = {"probes": ", ".join(failing)}
    return [Finding(Rule.AGENT_READINGS, level, "", facts, FAILING_IN_A_ROW, FAILING_IN_A_ROW)], past


def look_at_dropped(report: Report, past: Past, context: Context) -> Found:
    """`past` holds how many a technician knows of; the agent counts from its installation on."""
    value = report.value("agent")
    if value is None:
        return [], past
    lost = int(value["records_dropped"]) + int(value["records_set_aside"])
    # A fresh installation counts from zero again.
    known = min(lost, int(past.get("known", 0)))
    if Key(Rule.AGENT_DROPPED, "") in context.accepted:
        known = lost
    facts = {"records": lost - known}
    level = Level.WARNING if lost > known else Level.OK
    return [Finding(Rule.AGENT_DROPPED, level, "", facts)], {"known": known}


def release_of(version: str) -> tuple[int, int] | None:
    """None where it is not made of numbers."""
    found = re.match(r"(\d{1,6})\.(\d{1,6})", version)
    return (int(found[1]), int(found[2])) if found else None
