"""All sites, one row each: how are we doing, and can we trust it?"""

from collections import Counter
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from litestar import Response, get

from collector.domain.calendar import this_month, today
from collector.domain.overview import overview
from collector.domain.stations import State, state_of
from collector.domain.statistics import Figures
from collector.storage.engine import reading
from collector.storage.queries.identities import quarantined
from collector.storage.queries.site_statistics import figures_of_sites
from collector.storage.queries.sites import Site, all_sites
from collector.storage.queries.stations import Station, stations_of, waiting_stations
from collector.web.surroundings import Around, WebRequest


@dataclass(frozen=True, slots=True)
class Row:
    site: Site
    states: Counter[State]
    stations: int
    today: Figures
    month: Figures


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
def show(request: WebRequest, around: Around) -> Response[str]:
    now, rules = around.clock(), around.settings.rules
    periods = [today(now, rules.zone), this_month(now, rules.zone)]
    with reading(around.engine) as connection:
        sites = all_sites(connection)
        stations = stations_of(connection, [site.site_id for site in sites])
        waiting = waiting_stations(connection)
        apart = quarantined(connection)
        figures = figures_of_sites(connection, sites, periods, now, rules)
    rows = []
    for site in sites:
        here = [station for station in stations if station.site_id == site.site_id]
        states = states_of(here, apart, now, around.settings.contact_interval_seconds)
        rows.append(Row(site, states, len(here), *figures[site.site_id]))
    return around.pages.render(
        request,
        "sites.html",
        rows=rows,
        waiting=waiting,
        states=sum((row.states for row in rows), Counter()),
        stations=len(stations),
        month=periods[1],
        overview=overview([row.month for row in rows], rules.coverage_limit),
    )
