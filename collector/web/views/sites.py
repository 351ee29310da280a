"""All sites, one row each: how are we doing, and can we trust it?"""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import quote

from litestar import Response, get
from litestar.response import Redirect

from collector.domain.access import Permission
from collector.domain.calendar import this_month, today
from collector.domain.health.states import State
from collector.domain.overview import overview
from collector.domain.statistics import Figures
from collector.storage.engine import reading
from collector.storage.queries.site_statistics import figures_of_sites
from collector.storage.queries.sites import Site, all_sites
from collector.storage.queries.standings import places
from collector.storage.queries.stations import waiting_stations
from collector.storage.queries.thresholds import thresholds_in_force
from collector.web.permissions import may
from collector.web.surroundings import Around, WebRequest


@dataclass(frozen=True, slots=True)
class Row:
    site: Site
    states: Counter[State]
    stations: int
    today: Figures | None
    """None where the reader may not see figures by day."""
    month: Figures | None


@get("/", sync_to_thread=True)
def show(request: WebRequest, around: Around) -> Response[str] | Redirect:
    """Who works for one site only begins on its page."""
    now, rules = around.clock(), around.settings.rules
    periods = [today(now, rules.zone), this_month(now, rules.zone)]
    with reading(around.engine) as connection:
        sites = [site for site in all_sites(connection) if may(request.user, Permission.SEE, site)]
        if len(sites) == 1 and not may(request.user, Permission.SEE):
            return Redirect(f"{request.scope.get('root_path', '')}/sites/{quote(sites[0].code)}", status_code=303)
        interval = around.settings.contact_interval_seconds
        found = places(
            connection, [site.site_id for site in sites], now, rules.zone, thresholds_in_force(connection), interval
        )
        # To which site they belong is not known yet.
        waiting = waiting_stations(connection) if may(request.user, Permission.HEALTH) else []
        open_sites = [site for site in sites if may(request.user, Permission.FIGURES, site)]
        figures = figures_of_sites(connection, open_sites, periods, now, rules)
    rows = []
    for site in sites:
        states = Counter(each.state for each in found[site.site_id].standings.values())
        rows.append(Row(site, states, states.total(), *figures.get(site.site_id, (None, None))))
    return around.pages.render(
        request,
        "sites.html",
        rows=rows,
        waiting=waiting,
        states=sum((row.states for row in rows), Counter()),
        stations=sum(row.stations for row in rows),
        month=periods[1],
        overview=overview([row.month for row in rows if row.month], rules.coverage_limit),
        seen=[row for row in rows if row.month],
    )
