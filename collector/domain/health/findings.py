"""What a rule says of one thing, and when that becomes an alert.

A rule looks at one report and at what it remembers of those before. It says a level of each thing that it knows: of
each volume, of each disk. One report is no proof, so a finding says how many in a row it takes to raise an alert and
to end it. What cannot be read raises nothing, and ends nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple


class Level(StrEnum):
    OK = "ok"
    INFORMATION = "information"
    WARNING = "warning"
    CRITICAL = "critical"
    NOT_READABLE = "not_readable"
    STALE = "stale"
    """Not heard of for so long that the value says nothing of today."""


SEVERITY = (Level.OK, Level.INFORMATION, Level.WARNING, Level.CRITICAL)


class Rule(StrEnum):
    """What an alert is about; the names are stored."""

    SITE_NOT_OPENED = "site_not_opened"
    SITE_UNREACHABLE = "site_unreachable"
    MISSING = "missing"
    CLONE = "clone"
    DISK_SPACE = "disk_space"
    DISK_HEALTH = "disk_health"
    DISK_TEMPERATURE = "disk_temperature"
    PROCESSOR_TEMPERATURE = "processor_temperature"
    MEMORY_AVAILABLE = "memory_available"
    MEMORY_SIZE = "memory_size"
    BATTERY = "battery"
    CLOCK = "clock"
    CRASHES = "crashes"
    PENDING_REBOOT = "pending_reboot"
    UPDATES = "updates"
    END_OF_SUPPORT = "end_of_support"
    PROTECTION = "protection"
    LINK_SPEED = "link_speed"
    CONTACTS = "contacts"
    CARD_READER = "card_reader"
    AGENT_VERSION = "agent_version"
    AGENT_READINGS = "agent_readings"
    AGENT_DROPPED = "agent_dropped"
    MAINTENANCE = "maintenance"
    PRINTER = "printer"
    PROJECTOR = "projector"


OF_SITES = frozenset({Rule.SITE_NOT_OPENED, Rule.SITE_UNREACHABLE})
NOT_OF_READINGS = frozenset({*OF_SITES, Rule.MISSING, Rule.CLONE, Rule.MAINTENANCE})
"""They hold while a station is off: nothing of them is only what was last known."""


class Finding(NamedTuple):
    rule: Rule
    level: Level
    item: str = ""
    """Which of several, such as a drive letter; empty where there is one."""
    facts: Mapping[str, Any] = {}
    """Numbers and words for the sentence, whole numbers in the units of their names."""
    raise_after: int = 1
    clear_after: int = 1


class Key(NamedTuple):
    rule: Rule
    item: str


class Row(NamedTuple):
    """How often in a row something was found, towards the level that it would change to; below zero for the better."""

    times: int
    since: int
    """The first report of that row."""


class Raised(NamedTuple):
    """An alert that has not ended."""

    key: Key
    level: Level


class Decision(NamedTuple):
    """What becomes of one alert: it is raised, changes its level, or ends (level OK)."""

    key: Key
    level: Level
    started_at: int
    facts: Mapping[str, Any]


Rows = Mapping[Key, Row]


def decided(
    findings: Sequence[Finding], rows: Rows, raised: Iterable[Raised], at: int
) -> tuple[list[Decision], dict[Key, Row]]:
    """Of one report; `rows` is what the last call returned. What is not found at all stays as it was."""
    levels = {each.key: each.level for each in raised}
    decisions: list[Decision] = []
    kept = dict(rows)
    for finding in findings:
        if finding.level not in SEVERITY:
            continue
        key = Key(finding.rule, finding.item)
        held = levels.get(key, Level.OK)
        if finding.level is held:
            kept.pop(key, None)
            continue
        rises = SEVERITY.index(finding.level) > SEVERITY.index(held)
        before = kept.get(key)
        if before is not None and (before.times > 0) is rises:
            row = Row(before.times + (1 if rises else -1), before.since)
        else:
            row = Row(1 if rises else -1, at)
        kept[key] = row
        if abs(row.times) >= (finding.raise_after if rises else finding.clear_after):
            kept.pop(key)
            decisions.append(Decision(key, finding.level, row.since, finding.facts))
    return decisions, kept


def gone(rule: Rule, found: Iterable[Finding], raised: Iterable[Raised], clear_after: int = 1) -> list[Finding]:
    """Of things that have an alert and are no longer there, although the rule could read all there is."""
    there = {each.item for each in found}
    return [
        Finding(rule, Level.OK, each.key.item, clear_after=clear_after)
        for each in raised
        if each.key.rule is rule and each.key.item not in there
    ]
