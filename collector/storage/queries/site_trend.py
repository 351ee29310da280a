"""How a site is doing: this month and the last twelve whole ones, each beside the same a year before."""

import datetime as dt
from dataclasses import replace
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector.domain import calendar
from collector.domain.busy import Busy, busy_times
from collector.domain.calendar import MONTHS_OF_YEAR, Month, Period
from collector.domain.catalogue import Catalogue
from collector.domain.entered import Entered
from collector.domain.entered import figures_of as entered_figures
from collector.domain.statistics import Rules, idle_rule_of
from collector.domain.tally import Tally
from collector.domain.week import week_of
from collector.domain.year import Material, PeriodFigures, YearFigures, period_figures, year_figures
from collector.storage.queries.entered import entered_of
from collector.storage.queries.site_statistics import rules_in_force
from collector.storage.queries.sites import Site
from collector.storage.queries.tallies import Offer, Tallies, lives_of_stations, tallies_of_sites
from collector.storage.queries.year_statistics import hours_of

MONTHS_SEEN = 2 * MONTHS_OF_YEAR


class Trend(NamedTuple):
    month: Period
    """That of now."""
    so_far: PeriodFigures
    then: PeriodFigures
    """The same month a year before, counted up to the same moment; what people enter stands for all of it."""
    year: YearFigures
    """The twelve whole months before this one, with their week profile."""
    before: YearFigures
    """The twelve before these."""
    busy: Busy | None
    months: tuple[Month, ...]
    """Those of `before`, then those of `year`."""
    idle_rule_minutes: int
    offer: Offer
    entered: Entered
    """Of all these months."""


def a_year_before(now: int, zone: ZoneInfo) -> int:
    """The same moment of the local calendar; the last of February where there was no 29th."""
    moment = dt.datetime.fromtimestamp(now, zone)
    try:
        return int(moment.replace(year=moment.year - 1).timestamp())
    except ValueError:
        return int(moment.replace(year=moment.year - 1, day=28).timestamp())


def trend_of(connection: Connection, site: Site, now: int, rules: Rules, catalogue: Catalogue) -> Trend:
    rules = rules_in_force(connection, rules)
    zone = rules.zone
    *periods, running = calendar.last_months(MONTHS_SEEN + 1, now, zone)
    months = [Month(each.first_day.year, each.first_day.month) for each in (*periods, running)]
    # Of the year before nothing is asked but use, and before there was a station there was none.
    lives = lives_of_stations(connection, [site.site_id]).get(site.site_id, [])
    begun = min((life.start for life in lives), default=now)
    skipped = sum(each.end() <= begun for each in periods[:MONTHS_OF_YEAR])
    mine = tallies_of_sites(connection, [site], [*periods[skipped:], running], now, rules)[site.site_id]
    entered = entered_of(connection, site.site_id, months[0].year, months[-1].year)
    of_years = {year: entered_figures(entered, year).months for year in {month.year for month in months}}

    def material(at: int, tally: Tally) -> Material:
        month = months[at]
        period = running if at == len(periods) else periods[at]
        beside = of_years[month.year][month.month - 1]
        return Material(tally, beside, idle_rule_of(period, rules), frozenset())

    limit = rules.coverage_limit
    tallies = [*[Tally()] * skipped, *mine.tallies]
    materials = [material(at, tally) for at, tally in enumerate(tallies)]
    before, year = (
        year_figures(site.code, months[half[-1]].year, [materials[at] for at in half], {}, catalogue, limit)
        for half in (range(MONTHS_OF_YEAR), range(MONTHS_OF_YEAR, MONTHS_SEEN))
    )
    last_year = periods[MONTHS_OF_YEAR]
    then = tallies_of_sites(connection, [site], [last_year], a_year_before(now, zone), rules)[site.site_id]
    of_year = _cut(mine, slice(MONTHS_OF_YEAR - skipped, MONTHS_SEEN - skipped))
    last = slice(MONTHS_OF_YEAR, MONTHS_SEEN)
    rows = list(hours_of(connection, site, months[last], periods[last], of_year, rules))
    return Trend(
        running,
        period_figures(materials[-1], catalogue, limit),
        period_figures(material(MONTHS_OF_YEAR, then.tallies[0]), catalogue, limit),
        replace(year, week=week_of(rows, demonstration=site.demonstration)),
        before,
        busy_times(rows, limit, demonstration=site.demonstration),
        tuple(months[:MONTHS_SEEN]),
        idle_rule_of(running, rules),
        mine.offer,
        entered,
    )


def _cut(mine: Tallies, some: slice) -> Tallies:
    """The sums of some of the periods."""
    return replace(
        mine,
        tallies=mine.tallies[some],
        late_correction=mine.late_correction[some],
        added_now=mine.added_now[some],
        stored=mine.stored[some],
    )
