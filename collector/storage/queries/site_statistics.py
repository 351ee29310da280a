"""The figures of sites in periods: the only way by which page, CSV, JSON and API get them."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from collector.domain.calendar import Period, month_of
from collector.domain.regional import Regional
from collector.domain.statistics import NO_UNDATED, DatedRule, Figures, Rules, figures
from collector.storage.models import setting
from collector.storage.queries.sites import Site
from collector.storage.queries.tallies import tallies_of_sites
from collector.storage.queries.undated import undated_by_month


def rules_in_force(connection: Connection, rules: Rules) -> Rules:
    """The rules with the dated idle rule of the register, where it holds one."""
    rows = connection.execute(
        select(setting.c.valid_from, setting.c.value).where(setting.c.name == Regional.IDLE_RULE.value)
    )
    dated = tuple(sorted(DatedRule(row.valid_from, int(row.value)) for row in rows))
    return replace(rules, idle_rules=dated) if dated else rules


def figures_of_sites(
    connection: Connection, sites: Sequence[Site], periods: Sequence[Period], now: int, rules: Rules
) -> dict[int, list[Figures]]:
    """By site, one row for each period, which is whole local days."""
    rules = rules_in_force(connection, rules)
    lost = undated_by_month(connection, [site.site_id for site in sites], rules.zone)
    found = tallies_of_sites(connection, sites, periods, now, rules)
    months = [month_of(period, rules.zone) for period in periods]
    return {
        site_id: [
            figures(
                period,
                tally,
                now,
                rules,
                undated=None if month is None else lost.get((site_id, month), NO_UNDATED),
                late_correction=late,
            )
            for period, month, tally, late in zip(periods, months, mine.tallies, mine.late_correction, strict=True)
        ]
        for site_id, mine in found.items()
    }


def figures_of_site(
    connection: Connection, site: Site, periods: Sequence[Period], now: int, rules: Rules
) -> list[Figures]:
    """One row for each period."""
    return figures_of_sites(connection, [site], periods, now, rules)[site.site_id]
