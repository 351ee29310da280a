"""Decides, for one site at one moment, what becomes of its alerts; changes nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from collector.alerts.remembered import Memory
from collector.domain.equipment import Equipment
from collector.domain.health.findings import (
    OF_SITES,
    Decision,
    Finding,
    Key,
    Level,
    Raised,
    Row,
    Rule,
    decided,
    gone,
)
from collector.domain.health.hours import OpenHours
from collector.domain.health.reports import Context, Report
from collector.domain.health.rules import examined
from collector.domain.health.rules.maintenance import look as look_at_maintenance
from collector.domain.health.site_states import SiteState
from collector.domain.health.states import HEARD, Life, State, next_look
from collector.domain.health.thresholds import Thresholds
from collector.storage.queries.alerts import SITE_ITSELF, Alert


@dataclass(slots=True)
class Verdict:
    """What is to be written of one station, or of the site itself."""

    station_id: int
    decisions: list[Decision] = field(default_factory=list)
    memory: Memory | None = None
    """None: no new report."""
    refreshed: dict[Key, Mapping[str, Any]] = field(default_factory=dict)
    """New figures for alerts that go on."""
    frozen: bool | None = None
    """Whether its alerts are only what was last known; None: as before."""


def judged_report(station_id: int, report: Report, memory: Memory, context: Context) -> Verdict:
    """What a new report of a station means."""
    findings, rules = examined(report, memory.rules, context)
    decisions, rows = decided(findings, memory.rows, context.raised, report.at)
    levels = {each.key: each.level for each in context.raised}
    day = context.today.toordinal()
    refreshed: dict[Key, Mapping[str, Any]] = {}
    if day != memory.day:
        refreshed = {
            Key(each.rule, each.item): each.facts
            for each in findings
            if each.level is levels.get(Key(each.rule, each.item))
        }
    return Verdict(station_id, decisions, Memory(rules, rows, findings, day), refreshed)


def judged_state(station_id: int, state: State, raised: Sequence[Raised], now: int, *, told_of_site: bool) -> Verdict:
    """What the state of a station means; of a site that is told of as a whole no station is missed."""
    findings = [Finding(Rule.CLONE, Level.WARNING if state is State.QUARANTINED else Level.OK)]
    if state is not State.MISSING:
        findings.append(Finding(Rule.MISSING, Level.OK))
    elif not told_of_site:
        findings.append(Finding(Rule.MISSING, Level.WARNING))
    decisions, _rows = decided(findings, {}, raised, now)
    return Verdict(station_id, decisions, frozen=state not in HEARD)


def judged_site(
    state: SiteState,
    raised: Sequence[Raised],
    devices: Iterable[Equipment] | None,
    context: Context,
    rows: Mapping[Key, Row],
    now: int,
) -> tuple[Verdict, dict[Key, Row]]:
    """What the state of a site means, and what its register says; `devices` is None where it was looked at today."""
    findings = []
    if state in {SiteState.USUAL, SiteState.NOT_OPENED, SiteState.UNREACHABLE}:
        for rule, bad, level in (
            (Rule.SITE_NOT_OPENED, SiteState.NOT_OPENED, Level.WARNING),
            (Rule.SITE_UNREACHABLE, SiteState.UNREACHABLE, Level.CRITICAL),
        ):
            findings.append(Finding(rule, level if state is bad else Level.OK))
    if devices is not None:
        some = look_at_maintenance(devices, context.today, context.limits)
        findings += [*some, *gone(Rule.MAINTENANCE, some, raised)]
    decisions, kept = decided(findings, rows, raised, now)
    return Verdict(SITE_ITSELF, decisions, frozen=state is SiteState.CLOSED), kept


def is_told_of_site(state: SiteState, raised: Iterable[Raised]) -> bool:
    """Whether the site as a whole has an alert, also one that is only last known because it is closed."""
    if state in {SiteState.NOT_OPENED, SiteState.UNREACHABLE}:
        return True
    return state is SiteState.CLOSED and any(each.key.rule in OF_SITES for each in raised)


def raised_of(alerts: Iterable[Alert]) -> tuple[Raised, ...]:
    return tuple(Raised(each.key, each.level) for each in alerts)


def due_at(lives: Iterable[Life], now: int, hours: OpenHours, limits: Thresholds, most: int) -> int:
    """When to look at the site again although nothing is reported; at the latest after `most` seconds."""
    moments = [now + most, hours.next_change(now)]
    began = hours.day_began(now)
    if began is not None and began + limits.not_opened_minutes * 60 > now:
        moments.append(began + limits.not_opened_minutes * 60)
    moments += [next_look(life, now, hours) for life in lives]
    return min(moment for moment in moments if moment is not None)
