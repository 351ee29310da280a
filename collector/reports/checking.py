"""Which gates are open for a year of sites, and which were let pass."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from collector.domain import calendar, gates
from collector.domain.calendar import Month, Period, local_date
from collector.domain.cells import Cell
from collector.domain.gates import Finding, MonthFacts
from collector.domain.opening_hours import openings
from collector.domain.statistics import Rules, idle_rule_of
from collector.domain.year import YearFigures
from collector.reports.inputs import Accepted, exact
from collector.storage.queries import gate_facts
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.equipment import outages_of_sites
from collector.storage.queries.sites import Site
from collector.storage.queries.vintages import acceptances_of


class Checked(NamedTuple):
    open: tuple[Finding, ...]
    accepted: tuple[Accepted, ...]


def facts_text(facts: Mapping[str, Cell]) -> str:
    """What is accepted when a gate is."""
    return json.dumps({name: exact(cell) for name, cell in facts.items()}, sort_keys=True, separators=(",", ":"))


def checked(
    connection: Connection,
    sites: Sequence[Site],
    years: Mapping[int, YearFigures],
    before: Mapping[int, YearFigures],
    now: int,
    rules: Rules,
) -> Checked:
    """`years` and `before` by site, before disclosure control."""
    still, passed = [], []
    site_ids = [site.site_id for site in sites]
    known = acceptances_of(connection, site_ids)
    for site, month in months_of(connection, sites, years, before, now, rules):
        for finding in month:
            acceptance = known.get((site.site_id, str(finding.gate), finding.month))
            if acceptance is None or acceptance.facts != facts_text(finding.facts):
                still.append(finding)
                continue
            day = local_date(acceptance.accepted_at, rules.zone).isoformat()
            passed.append(
                Accepted(
                    str(finding.gate),
                    finding.site,
                    finding.month,
                    finding.facts,
                    acceptance.reason,
                    acceptance.accepted_by,
                    day,
                )
            )
    return Checked(tuple(still), tuple(passed))


def months_of(
    connection: Connection,
    sites: Sequence[Site],
    years: Mapping[int, YearFigures],
    before: Mapping[int, YearFigures],
    now: int,
    rules: Rules,
) -> list[tuple[Site, list[Finding]]]:
    """What is noticed at each site."""
    year = next(iter(years.values())).year if years else 0
    site_ids = [site.site_id for site in sites]
    calendars = calendars_of(connection, site_ids, year, year)
    outages = outages_of_sites(connection, site_ids)
    found = []
    for site in sites:
        periods = [calendar.month(Month(year, number), rules.zone) for number in range(1, 13)]
        whole = calendar.days(periods[0].first_day, periods[-1].last_day, rules.zone)
        days = gate_facts.days_observed(connection, site.site_id, whole)
        opened = openings(calendars[site.site_id], whole, rules.zone)
        old = before.get(site.site_id)
        months = [
            MonthFacts(
                site.code,
                period.name,
                years[site.site_id].months[at].cells,
                old.months[at].cells if old else {},
                gate_facts.busiest_share(connection, site.site_id, period, idle_rule_of(period, rules)),
                gate_facts.openings_without_station(days, opened, period),
                gate_facts.seconds_used_while_broken(
                    connection, site.site_id, period, outages[site.site_id], idle_rule_of(period, rules)
                ),
                gate_facts.stations_missing(connection, site.site_id, period, now),
            )
            for at, period in enumerate(periods)
            if period.start() < now
        ]
        noticed = gates.findings(months) + gates.year_running(site.code, year, days_left(whole, now, rules))
        found.append((site, noticed))
    return found


def days_left(year: Period, now: int, rules: Rules) -> int:
    return max(0, (year.last_day - local_date(now, rules.zone)).days + 1) if year.end() > now else 0
