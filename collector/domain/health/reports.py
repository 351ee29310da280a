"""What the rules look at: one report of a station, and what is known around it."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from collector.domain.health.findings import Finding, Key, Level, Raised, Rule
from collector.domain.health.hours import OpenHours
from collector.domain.health.thresholds import Thresholds

OK = "ok"
NO_DATA = "no_data"


class Reading(NamedTuple):
    outcome: str
    """ok, no_data or failed; the last two say why in `value["reason"]`."""
    value: Mapping[str, Any]
    changed_at: int


class Report(NamedTuple):
    """The station at its last contact. Readings that are not in an envelope are those of an earlier one."""

    at: int
    readings: Mapping[str, Reading]
    clock_skew_seconds: int
    agent_version: str

    def value(self, probe: str) -> Mapping[str, Any] | None:
        """What a probe read; None where it read nothing or is not known to this agent."""
        reading = self.readings.get(probe)
        return reading.value if reading is not None and reading.outcome == OK else None


@dataclass(frozen=True, slots=True)
class Context:
    limits: Thresholds
    hours: OpenHours
    today: dt.date
    """The local day of the report."""
    newest_agent: str
    raised: tuple[Raised, ...] = ()
    accepted: frozenset[Key] = frozenset()
    """What a technician looked at and takes for usual from now on."""

    def level(self, rule: Rule, item: str = "") -> Level:
        """Of the alert that has not ended; OK where there is none."""
        return next((each.level for each in self.raised if each.key == Key(rule, item)), Level.OK)


Past = Mapping[str, Any]
"""What a rule remembers of one station, as JSON holds it."""
Found = tuple[list[Finding], Past]


def unread(report: Report, rule: Rule, probe: str) -> list[Finding]:
    """What a rule says where its probe read nothing: why, or nothing at all where that is normal."""
    reading = report.readings.get(probe)
    if reading is None or reading.outcome == NO_DATA:
        return []
    return [Finding(rule, Level.NOT_READABLE, facts={"reason": str(reading.value.get("reason", ""))})]
