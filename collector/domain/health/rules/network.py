"""Links that are slower than they were (a bad cable, a wrong socket), and contacts that fail."""

from collections.abc import Mapping

from collector.domain.health.findings import Finding, Key, Level, Rule
from collector.domain.health.reports import Context, Found, Past, Report, unread

IN_A_ROW = 2
DAYS_REMEMBERED = 30
HOUR_SECONDS = 3_600
FEWEST_CONTACTS = 20
"""Fewer say nothing of a share."""


def look_at_speed(report: Report, past: Past, context: Context) -> Found:
    """By cable only: radio links go up and down. `past` holds the best of each of the last days, [day, megabits]."""
    value = report.value("network_link")
    if value is None:
        return unread(report, Rule.LINK_SPEED, "network_link"), past
    if value["kind"] != "wired" or not value["speed_megabits"]:
        return [], past
    speed, today = int(value["speed_megabits"]), context.today.toordinal()
    days = dict(past.get("days", ())) if Key(Rule.LINK_SPEED, "") not in context.accepted else {}
    days = {day: best for day, best in days.items() if today - DAYS_REMEMBERED <= day}
    days[today] = max(speed, days.get(today, 0))
    best = max(days.values())
    level = Level.WARNING if speed < best else Level.OK
    found = Finding(Rule.LINK_SPEED, level, "", {"megabits": speed, "best_megabits": best}, IN_A_ROW, IN_A_ROW)
    return [found], {"days": [list(each) for each in sorted(days.items())]}


def look_at_contacts(report: Report, past: Past, context: Context) -> Found:
    """`past` holds the open hours of the last open days, as [hour, tried, failed]."""
    value = report.value("reachability")
    if value is None:
        return unread(report, Rule.CONTACTS, "reachability"), past
    since = context.hours.days_back(report.at, context.limits.contact_open_days)
    hours = {int(hour): (int(tried), int(failed)) for hour, tried, failed in past.get("hours", ())}
    hours |= {int(each["hour"]): (int(each["tried"]), int(each["failed"])) for each in value["hours"]}
    kept = {
        hour: counts
        for hour, counts in hours.items()
        if hour * HOUR_SECONDS >= since
        and context.hours.seconds(hour * HOUR_SECONDS, (hour + 1) * HOUR_SECONDS) == HOUR_SECONDS
    }
    outage = hours_of_outage(kept)
    tried, failed = (sum(each[place] for hour, each in kept.items() if hour not in outage) for place in (0, 1))
    level = Level.OK
    if tried >= FEWEST_CONTACTS and 100 * (tried - failed) < context.limits.contact_percent * tried:
        level = Level.WARNING
    facts = {"tried": tried, "failed": failed}
    remembered = {"hours": [[hour, *counts] for hour, counts in sorted(kept.items())]}
    return [Finding(Rule.CONTACTS, level, "", facts)], remembered


def hours_of_outage(hours: Mapping[int, tuple[int, int]]) -> set[int]:
    """Hours in a row in which nothing came through: that the line was cut has been told, of its site as a whole."""
    dead = {hour for hour, (tried, failed) in hours.items() if tried and tried == failed}
    return {hour for hour in dead if {hour - 1, hour + 1} & dead}
