"""Memory that is short, and memory that has gone."""

from collector.domain.health.findings import Finding, Key, Level, Rule
from collector.domain.health.reports import Context, Found, Past, Report, unread

IN_A_ROW = 2
"""Reports are half an hour apart: shorter shortages are nobody's work."""
LEAST_LOSS_BYTES = 256 * 2**20
LEAST_LOSS_PERCENT = 5
"""What graphics take for themselves after an update of the firmware is less than a module."""


def look_at_available(report: Report, past: Past, context: Context) -> Found:
    value = report.value("memory")
    if value is None or not value["total_bytes"]:
        return unread(report, Rule.MEMORY_AVAILABLE, "memory"), past
    total, available = int(value["total_bytes"]), int(value["available_bytes"])
    short = 100 * available < context.limits.memory_available_percent * total
    level = Level.WARNING if short else Level.OK
    facts = {"available_bytes": available, "total_bytes": total}
    return [Finding(Rule.MEMORY_AVAILABLE, level, "", facts, IN_A_ROW, IN_A_ROW)], past


def look_at_size(report: Report, past: Past, context: Context) -> Found:
    """`past` holds the size that is usual: the largest since a technician accepted another one.

    The size of the modules where the station knows it; else what the system has of it, which is a little less.
    """
    modules, value = report.value("memory_modules"), report.value("memory")
    if modules is None and value is None:
        return unread(report, Rule.MEMORY_SIZE, "memory"), past
    source = "total_bytes" if modules is None else "installed_bytes"
    total = int((value if modules is None else modules)[source])  # type: ignore[index]  # one of them is there
    usual = int(past.get(source, 0))
    if Key(Rule.MEMORY_SIZE, "") in context.accepted:
        usual = total
    lost = usual - total
    has_gone = lost >= LEAST_LOSS_BYTES and 100 * lost >= LEAST_LOSS_PERCENT * usual
    facts = {"total_bytes": total, "usual_bytes": max(total, usual)}
    level = Level.WARNING if has_gone else Level.OK
    return [Finding(Rule.MEMORY_SIZE, level, "", facts, IN_A_ROW, IN_A_ROW)], {source: max(total, usual)}
