"""Crashes, apart from power that was cut: the first is the computer's fault, the second is somebody's hand."""

from collector.domain.health.findings import Finding, Key, Level, Rule
from collector.domain.health.reports import Context, Found, Past, Report, unread

MOST_REMEMBERED = 40


def look(report: Report, past: Past, context: Context) -> Found:
    """`past` holds when it crashed: the station itself counts seven days, which may not be seven open ones."""
    value = report.value("stops")
    if value is None:
        return unread(report, Rule.CRASHES, "stops"), past
    since = context.hours.days_back(report.at, context.limits.crashes_open_days)
    if Key(Rule.CRASHES, "") in context.accepted:
        since = report.at
    known = {int(each) for each in past.get("crashes", ())}
    known |= {int(each["at_seconds"]) for each in value.get("last", ()) if each["kind"] == "crash"}
    since = max(since, int(past.get("since", 0)))
    recent = sorted(each for each in known if each >= since)
    level = Level.WARNING if len(recent) >= context.limits.crashes else Level.OK
    remembered = {"crashes": recent[-MOST_REMEMBERED:]}
    if Key(Rule.CRASHES, "") in context.accepted or "since" in past:
        remembered["since"] = since  # type: ignore[assignment]  # one number beside a list
    return [
        Finding(Rule.CRASHES, level, "", {"crashes": len(recent), "unclean": int(value.get("unclean", 0))})
    ], remembered
