"""All sites, one row each: how are we doing, and can we trust it?"""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from urllib.parse import quote

from litestar import Response, get
from litestar.response import Redirect

from collector.domain.access import Permission
from collector.domain.calendar import this_month, today
from collector.domain.overview import overview
from collector.domain.stations import State, state_of
from collector.domain.statistics import Figures
from collector.storage.engine import reading
from collector.storage.queries.identities import quarantined
from collector.storage.queries.site_statistics import figures_of_sites
from collector.storage.queries.sites import Site, all_sites
from collector.storage.queries.stations import Station, stations_of, waiting_stations
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


def states_of(
    stations: Sequence[Station], apart: AbstractSet[tuple[int, int]], now: int, interval: int
) -> Counter[State]:
    """How many stations are in which state; those `apart` are in quarantine, whatever they send."""
    return Counter(
        State.QUARANTINED
        if (station.site_id, station.station_id) in apart
        else state_of(station.contact, now, interval)
        for station in stations
    )


@get("/", sync_to_thread=True)
def show(request: WebRequest, around: Around) -> Response[str] | Redirect:
    """Who works for one site only begins on its page."""
    now, rules = around.clock(), around.settings.rules
    periods = [today(now, rules.zone), this_month(now, rules.zone)]
    with reading(around.engine) as connection:
        sites = [site for site in all_sites(connection) if may(request.user, Permission.SEE, site)]
        if len(sites) == 1 and not may(request.user, Permission.SEE):
            return Redirect(f"{request.scope.get('root_path', '')}/sites/{quote(sites[0].code)}", status_code=303)
        stations = stations_of(connection, [site.site_id for site in sites])
        # To which site they belong is not known yet.
        waiting = waiting_stations(connection) if may(request.user, Permission.HEALTH) else []
        apart = quarantined(connection)
        open_sites = [site for site in sites if may(request.user, Permission.FIGURES, site)]
        figures = figures_of_sites(connection, open_sites, periods, now, rules)
    by_site: dict[int, list[Station]] = {}
    for station in stations:
        by_site.setdefault(station.site_id, []).append(station)
    rows = []
    for site in sites:
        here = by_site.get(site.site_id, [])
        states = states_of(here, apart, now, around.settings.contact_interval_seconds)
        rows.append(Row(site, states, len(here), *figures.get(site.site_id, (None, None))))
    return around.pages.render(
        request,
        "sites.html",
        rows=rows,
        waiting=waiting,
        states=sum((row.states for row in rows), Counter()),
        stations=len(stations),
        month=periods[1],
        overview=overview([row.month for row in rows if row.month], rules.coverage_limit),
        seen=[row for row in rows if row.month],
    )
