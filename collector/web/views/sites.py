"""All sites, one row each: how are we doing, and can we trust it?

With many sites their rows come in pages, and what is said of all of them together is read as it was kept.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote

from litestar import Response, get
from litestar.params import FromQuery
from litestar.response import Redirect
from sqlalchemy import Connection

from collector.domain.access import Permission
from collector.domain.calendar import Period, this_month, today
from collector.domain.disclosure import Audience
from collector.domain.health.states import State
from collector.domain.overview import Overview, of_region, overview
from collector.domain.stations import overdue_after
from collector.domain.statistics import Figures
from collector.reports.gathering import told_until
from collector.reports.told import told_of_region
from collector.storage.engine import reading
from collector.storage.queries.site_statistics import figures_of_sites, rules_in_force
from collector.storage.queries.sites import Site, all_sites
from collector.storage.queries.standings import places
from collector.storage.queries.stations import heard_since, waiting_stations
from collector.storage.queries.thresholds import thresholds_in_force
from collector.web.pages_of_sites import LONGEST_SEARCH, listed
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest

PER_PAGE = 10
"""The figures of a site and the states of its stations take about three milliseconds."""


@dataclass(frozen=True, slots=True)
class Row:
    site: Site
    states: Counter[State]
    stations: int
    today: Figures | None
    """None where the reader may not see figures by day."""
    month: Figures | None


@get("/", sync_to_thread=True)
def show(
    request: WebRequest, around: Around, search: FromQuery[str] = "", page: FromQuery[int] = 1
) -> Response[str] | Redirect:
    """Who works for one site only begins on its page."""
    now, rules = around.clock(), around.settings.rules
    periods = [today(now, rules.zone), this_month(now, rules.zone)]
    with reading(around.engine) as connection:
        everything = all_sites(connection)
        sites = [site for site in everything if may(request.user, Permission.SEE, site)]
        if len(sites) == 1 and not may(request.user, Permission.SEE):
            return Redirect(f"{request.scope.get('root_path', '')}/sites/{quote(sites[0].code)}", status_code=303)
        wish = listed(sites, search, page, PER_PAGE)
        part = wish.part
        together = 0
        # To which site they belong is not known yet.
        waiting = waiting_stations(connection) if may(request.user, Permission.HEALTH) else []
        rows = rows_of(connection, request, around, part, periods)
        seen = [row for row in rows if row.month]
        is_whole = len(sites) == len(part)
        if is_whole:
            months = [row.month for row in rows if row.month]
            told = overview(months, rules.coverage_limit) if months else None
            heard = (0, sum(row.stations for row in rows))
        else:
            mine = None if len(sites) == len(everything) else [site.site_id for site in sites]
            if mine is None and open_to_all(request):
                told = kept_overview(connection, around, everything, periods[1])
            else:
                open_sites = [site for site in sites if may(request.user, Permission.FIGURES, site)]
                together = len(open_sites)
                told = overview_of(connection, around, open_sites, periods[1])
            heard = heard_since(connection, mine, now - overdue_after(around.settings.contact_interval_seconds))
    return around.pages.render(
        request,
        "sites.html",
        rows=rows,
        waiting=waiting,
        states=sum((row.states for row in rows), Counter()),
        heard=heard[0],
        stations=heard[1],
        month=periods[1],
        overview=told,
        seen=seen,
        wish=wish,
        sites=sites,
        is_whole=is_whole,
        together=together,
        longest_search=LONGEST_SEARCH,
    )


def open_to_all(request: WebRequest) -> bool:
    """Whether somebody sees the figures of every site."""
    return may(request.user, Permission.FIGURES)


def rows_of(
    connection: Connection, request: WebRequest, around: Surroundings, sites: Sequence[Site], periods: Sequence[Period]
) -> list[Row]:
    now, rules = around.clock(), around.settings.rules
    open_sites = [site for site in sites if may(request.user, Permission.FIGURES, site)]
    figures = figures_of_sites(connection, open_sites, periods, now, rules)
    interval = around.settings.contact_interval_seconds
    found = places(
        connection, [site.site_id for site in sites], now, rules.zone, thresholds_in_force(connection), interval
    )
    rows = []
    for site in sites:
        states = Counter(each.state for each in found[site.site_id].standings.values())
        rows.append(Row(site, states, states.total(), *figures.get(site.site_id, (None, None))))
    return rows


def overview_of(connection: Connection, around: Surroundings, sites: Sequence[Site], month: Period) -> Overview | None:
    """Of somebody's own sites together up to the last midnight: what is stored of the month, and no more."""
    rules = around.settings.rules
    moment = told_until(around.clock(), rules.zone)
    found = figures_of_sites(connection, sites, [month], moment, rules)
    return overview([figures for (figures,) in found.values()], rules.coverage_limit) if found else None


def kept_overview(
    connection: Connection, around: Surroundings, everything: Sequence[Site], month: Period
) -> Overview | None:
    """Of the sites of the Region together up to the last midnight; None where nobody has put it together yet."""
    now, ours = around.clock(), around.settings.catalogue
    rules = rules_in_force(connection, around.settings.rules)
    moment, sites = told_until(now, rules.zone), [site for site in everything if not site.demonstration]
    year = month.first_day.year
    told = told_of_region(connection, sites, Audience.REGION, year, moment, now, rules, ours)
    if told is None:
        return None
    return of_region(told.region.months[month.first_day.month - 1], rules.coverage_limit)
