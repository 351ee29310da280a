"""The stations of a site with their last readings. Of their use nothing is said, nor of one, to anybody."""

from collections import Counter
from dataclasses import dataclass
from typing import NamedTuple

from litestar import Response, get
from litestar.params import FromPath
from sqlalchemy import Connection

from collector.domain.access import Permission
from collector.domain.health.states import State
from collector.storage.engine import reading
from collector.storage.queries.identities import Doubtful, Identity, identities_of, waiting_at
from collector.storage.queries.sites import Site
from collector.storage.queries.standings import places
from collector.storage.queries.stations import Reading, Station, latest_readings
from collector.storage.queries.thresholds import thresholds_in_force
from collector.web.editing import found_site
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest

NEWS_SECONDS = 30 * 86_400


@dataclass(frozen=True, slots=True)
class Card:
    station: Station
    state: State
    readings: dict[str, Reading]
    identity: Identity | None


class Stations(NamedTuple):
    """What a page says of the stations of a site."""

    cards: list[Card]
    states: Counter[State]
    waiting: list[Doubtful]
    health: bool
    """Whether the reader may see readings, and what waits."""


@get("/sites/{code:str}/stations", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str]) -> Response[str]:
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        found = stations_seen(request, around, connection, site)
    return around.pages.render(request, "stations.html", site=site, **found._asdict())


def stations_seen(
    request: WebRequest, around: Surroundings, connection: Connection, site: Site, *, readings: bool = True
) -> Stations:
    """`readings` are left out where only the states are asked for."""
    now, interval = around.clock(), around.settings.contact_interval_seconds
    health = may(request.user, Permission.HEALTH, site)
    known = latest_readings(connection, site.site_id) if health and readings else {}
    identities = identities_of(connection, site.site_id)
    zone = around.settings.rules.zone
    place = places(connection, [site.site_id], now, zone, thresholds_in_force(connection), interval)[site.site_id]
    cards = [
        Card(
            station,
            place.standings[station.station_id].state,
            known.get(station.station_id, {}),
            noted(identities.get(station.station_id), now),
        )
        for station in place.stations
    ]
    waiting = waiting_at(connection, site.site_id) if health else []
    return Stations(cards, Counter(card.state for card in cards), waiting, health)


def noted(identity: Identity | None, now: int) -> Identity | None:
    """What technicians should read about who the station is; that it enrolled again is news for some weeks."""
    if identity is None or identity.quarantined_at is not None or identity.enrolled_again_at is None:
        return identity
    return identity if now - identity.enrolled_again_at < NEWS_SECONDS else None
