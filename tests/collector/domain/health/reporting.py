"""A station that goes from report to report, half an hour apart, and the alerts that come of one rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from collector.domain.calendar import local_date
from collector.domain.health.findings import Finding, Key, Level, Raised, Rule, decided
from collector.domain.health.reports import Context, Reading, Report
from collector.domain.health.rules import RULES
from collector.domain.health.thresholds import Thresholds
from tests.collector.domain.health.town import ZONE, at, hours_of

HOURS = hours_of()
LIMITS = Thresholds()
BEGIN = at("2026-11-23 09:00")


class Station:
    """Goes from report to report, and has the alerts that come of one rule."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.past: Mapping[str, Any] = {}
        self.rows: dict[Any, Any] = {}
        self.alerts: dict[Key, Level] = {}
        self.now = BEGIN
        self.found: Sequence[Finding] = ()

    def report(
        self, *, skew: int = 0, version: str = "0.9.0", accept: bool = False, later: int = 1800, **readings: Any
    ) -> str:
        """The levels of its alerts after the report, such as "warning"; empty without any."""
        said = {
            probe: each if isinstance(each, Reading) else Reading("ok", each, 0) for probe, each in readings.items()
        }
        report = Report(self.now, said, skew, version)
        raised = tuple(Raised(*each) for each in self.alerts.items())
        accepted = frozenset(self.alerts) if accept else frozenset()
        context = Context(LIMITS, HOURS, local_date(self.now, ZONE), "1.2.0", raised, accepted)
        self.found, self.past = RULES[self.rule](report, self.past, context)
        decisions, self.rows = decided(self.found, self.rows, raised, self.now)
        for each in decisions:
            self.alerts[each.key] = each.level
        self.alerts = {key: level for key, level in self.alerts.items() if level is not Level.OK}
        self.now += later
        return " ".join(f"{key.item}:{level}".lstrip(":") for key, level in sorted(self.alerts.items()))
