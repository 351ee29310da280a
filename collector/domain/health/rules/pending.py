"""What waits for somebody: a reboot, and updates."""

from collector.domain.health.findings import Finding, Level, Rule
from collector.domain.health.reports import Context, Found, Past, Report, unread
from collector.domain.health.states import DAY_SECONDS
from collector.domain.health.thresholds import Thresholds
from collector.domain.mistakes import N_


def look_at_reboot(report: Report, past: Past, context: Context) -> Found:
    """`past` holds since when we know of it, where the station does not."""
    value = report.value("pending_reboot")
    if value is None:
        return unread(report, Rule.PENDING_REBOOT, "pending_reboot"), past
    if not value["required"]:
        return [Finding(Rule.PENDING_REBOOT, Level.OK)], {}
    since = int(value.get("since_seconds") or past.get("since", report.at))
    days = max(0, report.at - since) // DAY_SECONDS
    return [Finding(Rule.PENDING_REBOOT, level_after(days, context.limits), "", {"since": since})], {"since": since}


def look_at_updates(report: Report, past: Past, context: Context) -> Found:
    value = report.value("updates")
    if value is None:
        return unread(report, Rule.UPDATES, "updates"), past
    if value.get("pending") is None:
        return [
            Finding(
                Rule.UPDATES, Level.NOT_READABLE, facts={"reason": N_("the system does not say how many there are")}
            )
        ], past
    days = 0 if value.get("since_seconds") is None else max(0, report.at - int(value["since_seconds"])) // DAY_SECONDS
    level = level_after(days, context.limits) if value["pending"] else Level.OK
    return [
        Finding(Rule.UPDATES, level, "", {"since": value.get("since_seconds"), "updates": int(value["pending"])})
    ], past


def level_after(days: int, limits: Thresholds) -> Level:
    if days > limits.pending_warning_days:
        return Level.WARNING
    return Level.INFORMATION if days > limits.pending_information_days else Level.OK
