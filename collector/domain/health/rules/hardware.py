"""Parts that run hot, wear out or are no longer there."""

from collector.domain.health.findings import Finding, Key, Level, Rule, gone
from collector.domain.health.reports import Context, Found, Past, Report, unread
from collector.domain.mistakes import N_

IN_A_ROW = 2
NEVER_CHANGES_AFTER = 24
"""Reports: a sensor that has said the same for half a day is not one."""


def look_at_processor(report: Report, past: Past, _context: Context) -> Found:
    """`past` holds the lowest and the highest value so far, and how many reports there were."""
    value = report.value("temperatures")
    if value is None:
        return unread(report, Rule.PROCESSOR_TEMPERATURE, "temperatures"), past
    degrees, most = int(value["processor_celsius"]), value.get("processor_maximum_celsius")
    low, high = min(degrees, past.get("low", degrees)), max(degrees, past.get("high", degrees))
    seen = min(int(past.get("seen", 0)) + 1, NEVER_CHANGES_AFTER)
    remembered = {"low": low, "high": high, "seen": seen}
    if low == high and seen >= NEVER_CHANGES_AFTER:
        reason = N_("the sensor always says the same")
        return [Finding(Rule.PROCESSOR_TEMPERATURE, Level.NOT_READABLE, facts={"reason": reason})], remembered
    if most is None:
        return [], remembered
    level = Level.WARNING if degrees >= most else Level.OK
    facts = {"degrees": degrees, "most": most}
    return [Finding(Rule.PROCESSOR_TEMPERATURE, level, "", facts, IN_A_ROW, IN_A_ROW)], remembered


def look_at_battery(report: Report, past: Past, context: Context) -> Found:
    value = report.value("battery")
    if value is None:
        return unread(report, Rule.BATTERY, "battery"), past
    found = []
    for each in value["batteries"]:
        full, design = each["full_milliwatt_hours"], each["design_milliwatt_hours"]
        if design:
            worn = 100 * full < context.limits.battery_percent * design
            level = Level.WARNING if worn else Level.OK
            found.append(Finding(Rule.BATTERY, level, str(each["number"]), {"percent": 100 * full // design}, 2, 2))
    return [*found, *gone(Rule.BATTERY, found, context.raised)], past


def look_at_card_readers(report: Report, past: Past, context: Context) -> Found:
    """`past` holds how many there were, as far as a technician did not accept fewer."""
    value = report.value("card_readers")
    if value is None:
        return unread(report, Rule.CARD_READER, "card_readers"), past
    count = int(value["count"])
    usual = 0 if Key(Rule.CARD_READER, "") in context.accepted else int(past.get("count", 0))
    facts = {"count": count, "usual": max(count, usual)}
    level = Level.WARNING if count < usual else Level.OK
    return [Finding(Rule.CARD_READER, level, "", facts, IN_A_ROW, IN_A_ROW)], {"count": max(count, usual)}
