"""Disks that fail or wear out, by what they say of themselves (S.M.A.R.T.).

A disk's own verdict comes too late for half of the failures, and raw counters condemn healthy disks. So those
attributes count that go with failures in Backblaze's statistics of hundreds of thousands of disks
(https://www.backblaze.com/blog/what-smart-stats-indicate-hard-drive-failures/), and only their growth since a
technician last took them for known: what a used disk brought with it is no news. Attributes 3, 4, 192 and 195 never
count: they grow with each start of the computer.
"""

from collections.abc import Mapping
from typing import Any

from collector.domain.health.findings import SEVERITY, Finding, Key, Level, Rule, gone
from collector.domain.health.reports import Context, Found, Past, Report, unread

GROWING = (
    "reallocated_sectors",
    "uncorrectable_errors",
    "reallocation_events",
    "pending_sectors",
    "offline_uncorrectable_sectors",
    "media_errors",
)
TIMEOUTS_PER_HOUR = 100
"""Below that they come with ordinary sleep and wake."""
TWICE_WITHIN_DAYS = 30
CABLE_DAYS = 7
"""So long after the last new one a cable counts as still bad."""


def look(report: Report, past: Past, context: Context) -> Found:
    """`past` holds, by disk: its model, the counters that are known, those of the last report, days of growth."""
    value = report.value("disk_health")
    if value is None:
        return unread(report, Rule.DISK_HEALTH, "disk_health"), past
    found: list[Finding] = []
    remembered: dict[str, Any] = {}
    for disk in value["disks"]:
        number = str(disk["number"])
        if disk.get("not_readable"):
            # A disk that sleeps, or that has no such counters, is not a failing one (bit 1 of smartctl's exit code).
            remembered |= {number: past[number]} if number in past else {}
            reason = {"reason": str(disk["not_readable"])}
            found.append(Finding(Rule.DISK_HEALTH, Level.NOT_READABLE, number, reason))
            continue
        memory = _known(past.get(number), disk, context, number)
        memory = _grown(memory, disk, context.today.toordinal())
        remembered[number] = memory
        reasons = reasons_of(disk, memory, context)
        why, level = max(reasons.items(), key=lambda each: SEVERITY.index(each[1]), default=("", Level.OK))
        facts = {"why": why, "growth": _growth(memory, disk), "model": str(disk.get("model", ""))}
        found.append(Finding(Rule.DISK_HEALTH, level, number, facts))
    return [*found, *gone(Rule.DISK_HEALTH, found, context.raised)], remembered


def reasons_of(disk: Mapping[str, Any], memory: Mapping[str, Any], context: Context) -> dict[str, Level]:
    """What is wrong with a disk, in words that pages put into sentences."""
    reasons: dict[str, Level] = {}
    if disk.get("verdict") == "failed":
        reasons["verdict"] = Level.CRITICAL
    if disk.get("critical_warning"):
        reasons["critical_warning"] = Level.CRITICAL
    spare, threshold = disk.get("available_spare_percent"), disk.get("available_spare_threshold_percent")
    if spare is not None and threshold is not None and spare < threshold:
        reasons["spare"] = Level.CRITICAL
    if _growth(memory, disk):
        today = context.today.toordinal()
        recent = [day for day in memory["grown"] if today - day <= TWICE_WITHIN_DAYS]
        if len(recent) > 1:
            reasons["growth_again"] = Level.CRITICAL
        else:
            reasons["growth"] = Level.WARNING
    if memory.get("timeouts"):
        reasons["timeouts"] = Level.WARNING
    if (disk.get("used_percent") or 0) >= context.limits.disk_used_percent:
        reasons["used"] = Level.WARNING
    if memory["cable"] and context.today.toordinal() - memory["cable"] <= CABLE_DAYS:
        reasons["cable"] = Level.WARNING
    return reasons


def look_at_temperature(report: Report, past: Past, context: Context) -> Found:
    value = report.value("disk_health")
    if value is None:
        return [], past
    found = []
    for disk in value["disks"]:
        degrees, number = disk.get("temperature_celsius"), str(disk["number"])
        if degrees is None:
            continue
        limits = context.limits
        if degrees > limits.disk_temperature_critical:
            level = Level.CRITICAL
        elif degrees > limits.disk_temperature_warning:
            level = Level.WARNING
        else:
            held = context.level(Rule.DISK_TEMPERATURE, number)
            level = Level.WARNING if held is not Level.OK and degrees >= limits.disk_temperature_clear else Level.OK
        # Two reports, half an hour apart: it was not for a moment.
        found.append(Finding(Rule.DISK_TEMPERATURE, level, number, {"degrees": degrees}, 2, 2))
    return [*found, *gone(Rule.DISK_TEMPERATURE, found, context.raised)], past


def _known(memory: Mapping[str, Any] | None, disk: Mapping[str, Any], context: Context, number: str) -> dict[str, Any]:
    """What is remembered of this very disk, as a technician last accepted it."""
    counters = _counters(disk)
    fresh = {"disk": _name(disk), "known": counters, "last": counters, "grown": [], "cable": 0, "hours": None}
    if memory is None or memory["disk"] != _name(disk) or Key(Rule.DISK_HEALTH, number) in context.accepted:
        return fresh | {"hours": disk.get("power_on_hours")}
    return dict(memory)


def _grown(memory: dict[str, Any], disk: Mapping[str, Any], today: int) -> dict[str, Any]:
    """With this report: on which days a counter grew, and how fast commands time out."""
    last, now = memory["last"], _counters(disk)
    grew = {name for name, value in now.items() if value > last.get(name, value)}
    if grew & set(GROWING):
        memory["grown"] = sorted({*memory["grown"], today})[-5:]
    if "cable_errors" in grew:
        memory["cable"] = today
    hours = disk.get("power_on_hours")
    if hours is not None and memory["hours"] is not None and hours > memory["hours"]:
        timeouts = now.get("command_timeouts", 0) - last.get("command_timeouts", 0)
        memory["timeouts"] = timeouts > TIMEOUTS_PER_HOUR * (hours - memory["hours"])
        memory["hours"], memory["last"] = hours, now
    elif hours is None or memory["hours"] is None:
        memory["hours"], memory["last"] = hours, now
    else:
        # The same hour of its life: timeouts wait until it is over.
        memory["last"] = now | {name: last[name] for name in ("command_timeouts",) if name in last}
    memory["known"] = {name: memory["known"].get(name, value) for name, value in now.items()}
    return memory


def _growth(memory: Mapping[str, Any], disk: Mapping[str, Any]) -> int:
    """By how much the counters that go with failures have grown since they were known."""
    known = memory["known"]
    return sum(max(0, (disk.get(name) or 0) - known[name]) for name in GROWING if name in known)


def _counters(disk: Mapping[str, Any]) -> dict[str, int]:
    names = (*GROWING, "command_timeouts", "cable_errors")
    return {name: int(disk[name]) for name in names if disk.get(name) is not None}


def _name(disk: Mapping[str, Any]) -> str:
    return f"{disk.get('model', '')} {disk.get('size_bytes') or ''}"
