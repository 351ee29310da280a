"""The figures of sites in periods: the only way by which page, CSV, JSON and API get them."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from collector.domain.calendar import Period, month_of
from collector.domain.statistics import NO_UNDATED, DatedRule, Figures, Installed, Rules, figures, stretches
from collector.storage.models import setting, station
from collector.storage.queries.site_sums import sums_of_stretches
from collector.storage.queries.sites import Site
from collector.storage.queries.undated import undated_by_month

IDLE_RULE_SETTING = "official_idle_rule_minutes"


def rules_in_force(connection: Connection, rules: Rules) -> Rules:
    """The rules with the dated idle rule of the register, where it holds one."""
    rows = connection.execute(select(setting.c.valid_from, setting.c.value).where(setting.c.name == IDLE_RULE_SETTING))
    dated = tuple(sorted(DatedRule(row.valid_from, int(row.value)) for row in rows))
    return replace(rules, idle_rules=dated) if dated else rules


def lives_of_stations(connection: Connection, site_ids: Sequence[int]) -> dict[int, list[Installed]]:
    """By site, also of the stations that are no longer there."""
    rows = connection.execute(
        select(station.c.site_id, station.c.installed_at, station.c.retired_at).where(station.c.site_id.in_(site_ids))
    )
    found: dict[int, list[Installed]] = {}
    for row in rows:
        found.setdefault(row.site_id, []).append(Installed(row.installed_at, row.retired_at))
    return found


def figures_of_sites(
    connection: Connection, sites: Sequence[Site], periods: Sequence[Period], now: int, rules: Rules
) -> dict[int, list[Figures]]:
    """By site, one row for each period."""
    rules = rules_in_force(connection, rules)
    lives = lives_of_stations(connection, [site.site_id for site in sites])
    lost = undated_by_month(connection, [site.site_id for site in sites], rules.zone)
    cut = [(site, period, stretches(period, lives.get(site.site_id, []), now)) for site in sites for period in periods]
    sums = iter(sums_of_stretches(connection, [(site.site_id, each) for site, _, found in cut for each in found]))
    rows: dict[int, list[Figures]] = {site.site_id: [] for site in sites}
    for site, period, found in cut:
        month = month_of(period, rules.zone)
        rows[site.site_id].append(
            figures(
                period,
                [(stretch, next(sums)) for stretch in found],
                now,
                rules,
                demonstration=site.demonstration,
                undated=None if month is None else lost.get((site.site_id, month), NO_UNDATED),
            )
        )
    return rows


def figures_of_site(
    connection: Connection, site: Site, periods: Sequence[Period], now: int, rules: Rules
) -> list[Figures]:
    """One row for each period."""
    return figures_of_sites(connection, [site], periods, now, rules)[site.site_id]
