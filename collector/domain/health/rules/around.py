"""Printers and projectors that a station of the site asks, at addresses that a technician typed."""

from collections.abc import Mapping
from typing import Any

from collector.domain.health.findings import SEVERITY, Finding, Level, Rule, gone
from collector.domain.health.reports import Context, Found, Past, Report, unread

IN_A_ROW = 2
"""Somebody may be filling paper in just now."""
FOR_A_TECHNICIAN = frozenset(
    {"no_toner", "low_toner", "jammed", "service_requested", "supply_missing", "overdue_maintenance"}
)
"""The other errors, such as paper that has run out, are mended by the people of the site."""
PARTS = ("fan", "lamp", "temperature", "cover", "filter", "other")


def look_at_printers(report: Report, past: Past, context: Context) -> Found:
    value = report.value("printers")
    if value is None:
        return unread(report, Rule.PRINTER, "printers"), past
    found = [_printer(each) for each in value["printers"]]
    return [*found, *gone(Rule.PRINTER, found, context.raised, IN_A_ROW)], past


def look_at_projectors(report: Report, past: Past, context: Context) -> Found:
    value = report.value("projectors")
    if value is None:
        return unread(report, Rule.PROJECTOR, "projectors"), past
    found = [_projector(each, context) for each in value["projectors"]]
    return [*found, *gone(Rule.PROJECTOR, found, context.raised, IN_A_ROW)], past


def is_low(supply: Mapping[str, Any]) -> bool:
    """By the printer's own judgement: its word, or its own low mark; "unknown" and "some left" are not low."""
    if supply.get("level", "number") in {"low", "empty"}:
        return True
    percent, low = supply.get("level_percent"), supply.get("low_percent")
    return supply.get("level", "number") == "number" and percent is not None and low is not None and percent <= low


def _printer(printer: Mapping[str, Any]) -> Finding:
    name = str(printer["name"])
    if not printer["reached"]:
        return Finding(Rule.PRINTER, Level.NOT_READABLE, name, {"reason": str(printer.get("reason", ""))})
    supplies = [
        f"{each['kind']} ({each['colour']})" if each.get("colour") else str(each["kind"])
        for each in printer.get("supplies", ())
        if is_low(each)
    ]
    errors = [str(each) for each in printer.get("errors", ())]
    level = Level.INFORMATION if errors else Level.OK
    if supplies or FOR_A_TECHNICIAN & set(errors):
        level = Level.WARNING
    facts = {"supplies": ", ".join(supplies), "errors": ", ".join(errors)}
    return Finding(Rule.PRINTER, level, name, facts, IN_A_ROW, IN_A_ROW)


def _projector(projector: Mapping[str, Any], context: Context) -> Finding:
    name = str(projector["name"])
    if not projector["reached"]:
        return Finding(Rule.PROJECTOR, Level.NOT_READABLE, name, {"reason": str(projector.get("reason", ""))})
    states = {part: projector.get(part) for part in PARTS}
    levels = [
        {"error": Level.CRITICAL, "warning": Level.WARNING}.get(str(state), Level.OK) for state in states.values()
    ]
    life = projector.get("lamp_life_hours")
    percent = max((100 * int(lamp["hours"]) // life for lamp in projector.get("lamps", ())), default=0) if life else 0
    if percent >= context.limits.lamp_critical_percent:
        levels.append(Level.CRITICAL)
    elif percent >= context.limits.lamp_warning_percent:
        levels.append(Level.WARNING)
    parts = ", ".join(part for part, state in states.items() if state in {"error", "warning"})
    facts = {"parts": parts, "lamp_percent": percent}
    return Finding(Rule.PROJECTOR, max(levels, key=SEVERITY.index), name, facts, IN_A_ROW, IN_A_ROW)
