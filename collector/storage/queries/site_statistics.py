"""The figures of sites in periods: the only way by which page, CSV, JSON and API get them."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, select

from collector.domain.calendar import Period
from collector.domain.statistics import DatedRule, Figures, Installed, Method, Rules, figures, stretches
from collector.storage.models import setting, slot_record, station
from collector.storage.queries.site_sums import sums_of_stretches
from collector.storage.queries.sites import Site

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


def methods_of_slots(connection: Connection, site_id: int, periods: Sequence[Period]) -> list[Method]:
    """How the site's sessions were counted, slot by slot; says nothing of any one station."""
    rows = connection.execute(
        select(slot_record.c.slot, slot_record.c.method, slot_record.c.presence_readable)
        .where(
            slot_record.c.site_id == site_id,
            slot_record.c.slot >= min(period.first_slot for period in periods),
            slot_record.c.slot < max(period.end_slot for period in periods),
        )
        .distinct()
    )
    return [Method(row.slot, row.method, row.presence_readable) for row in rows]


def upper_bounds(connection: Connection, site_id: int, periods: Sequence[Period]) -> list[Method]:
    """One slot of each period, if there is one, in which hours of use are at most what was counted."""
    found = []
    for period in periods:
        slot = connection.execute(
            select(slot_record.c.slot)
            .where(
                slot_record.c.site_id == site_id,
                slot_record.c.slot >= period.first_slot,
                slot_record.c.slot < period.end_slot,
                slot_record.c.method == "log_on",
                slot_record.c.presence_readable.is_(False),
            )
            .limit(1)
        ).scalar_one_or_none()
        if slot is not None:
            found.append(Method(slot, "log_on", presence_readable=False))
    return found


def figures_of_sites(
    connection: Connection, sites: Sequence[Site], periods: Sequence[Period], now: int, rules: Rules
) -> dict[int, list[Figures]]:
    """By site, one row for each period; without the sensitivity line, which needs the method of every slot."""
    rules = rules_in_force(connection, rules)
    lives = lives_of_stations(connection, [site.site_id for site in sites])
    methods = {site.site_id: upper_bounds(connection, site.site_id, periods) for site in sites}
    return _figures(connection, sites, periods, lives=lives, methods=methods, now=now, rules=rules)


def figures_of_site(
    connection: Connection, site: Site, periods: Sequence[Period], now: int, rules: Rules
) -> list[Figures]:
    """One row for each period, with the method."""
    if not periods:
        return []
    rules = rules_in_force(connection, rules)
    lives = lives_of_stations(connection, [site.site_id])
    methods = {site.site_id: methods_of_slots(connection, site.site_id, periods)}
    return _figures(connection, [site], periods, lives=lives, methods=methods, now=now, rules=rules)[site.site_id]


def _figures(
    connection: Connection,
    sites: Sequence[Site],
    periods: Sequence[Period],
    *,
    lives: dict[int, list[Installed]],
    methods: dict[int, list[Method]],
    now: int,
    rules: Rules,
) -> dict[int, list[Figures]]:
    cut = [(site, period, stretches(period, lives.get(site.site_id, []), now)) for site in sites for period in periods]
    sums = iter(sums_of_stretches(connection, [(site.site_id, each) for site, _, found in cut for each in found]))
    rows: dict[int, list[Figures]] = {site.site_id: [] for site in sites}
    for site, period, found in cut:
        rows[site.site_id].append(
            figures(
                period,
                [(stretch, next(sums)) for stretch in found],
                methods.get(site.site_id, []),
                now,
                rules,
                demonstration=site.demonstration,
            )
        )
    return rows
