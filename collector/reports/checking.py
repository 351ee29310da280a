"""Which gates are open for a year of sites, and which were let pass."""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import Connection

from collector.domain import calendar, gates
from collector.domain.calendar import Month, Period, local_date
from collector.domain.cells import Cell
from collector.domain.gates import Finding, MonthFacts
from collector.domain.statistics import Rules, idle_rule_of
from collector.domain.year import YearFigures
from collector.reports.inputs import Accepted, exact
from collector.storage.queries import gate_facts
from collector.storage.queries.sites import Site
from collector.storage.queries.tallies import offers_of
from collector.storage.queries.vintages import acceptances_of

Noticed = Sequence[tuple[int, Finding]]
"""By site: what is noticed there, let pass or not."""


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
    found = noticed(connection, sites, years, before, now, rules)
    return told_apart(connection, [site.site_id for site in sites], found, rules)


def told_apart(connection: Connection, site_ids: Sequence[int], found: Noticed, rules: Rules) -> Checked:
    """What somebody let pass as it is, and the rest."""
    still, passed = [], []
    known = acceptances_of(connection, site_ids)
    for site_id, finding in found:
        acceptance = known.get((site_id, str(finding.gate), finding.month))
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


def noticed(
    connection: Connection,
    sites: Sequence[Site],
    years: Mapping[int, YearFigures],
    before: Mapping[int, YearFigures],
    now: int,
    rules: Rules,
) -> list[tuple[int, Finding]]:
    """What is noticed at each site."""
    year = next(iter(years.values())).year if years else 0
    site_ids = [site.site_id for site in sites]
    periods = [calendar.month(Month(year, number), rules.zone) for number in range(1, 13)]
    whole = calendar.days(periods[0].first_day, periods[-1].last_day, rules.zone)
    begun = [period for period in periods if period.start() < now]
    offers = offers_of(connection, site_ids, whole.first_day, whole.last_day, rules.zone)
    opened = {
        site_id: [each for each in offer.openings if each.first_slot < whole.end_slot]
        for site_id, offer in offers.items()
    }
    nobody_on = gate_facts.days_without_station(connection, opened)
    shares = [gate_facts.busiest_shares(connection, site_ids, each, idle_rule_of(each, rules)) for each in begun]
    stations = gate_facts.presences(connection, site_ids)
    found: list[tuple[int, Finding]] = []
    for site in sites:
        own, old = years[site.site_id], before.get(site.site_id)
        months = [
            MonthFacts(
                site.code,
                period.name,
                own.months[at].cells,
                old.months[at].cells if old else {},
                shares[at].get(site.site_id),
                gate_facts.openings_without_station(nobody_on[site.site_id], opened[site.site_id], period),
                gate_facts.seconds_used_while_broken(
                    connection, site.site_id, period, offers[site.site_id].outages, idle_rule_of(period, rules)
                ),
                gate_facts.stations_missing(stations[site.site_id], period, now),
            )
            for at, period in enumerate(begun)
        ]
        here = gates.findings(months) + gates.year_running(site.code, year, days_left(whole, now, rules))
        found += [(site.site_id, finding) for finding in here]
    return found


def days_left(year: Period, now: int, rules: Rules) -> int:
    return max(0, (year.last_day - local_date(now, rules.zone)).days + 1) if year.end() > now else 0
