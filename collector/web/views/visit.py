"""Everything to do at a site in one trip, with what to bring; made to be printed."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.params import FromPath
from sqlalchemy import Connection

from collector.alerts.wording import to_bring, to_do
from collector.domain.health.states import LATE, State
from collector.storage.engine import reading
from collector.storage.queries.alerts import Alert, open_alerts
from collector.storage.queries.sites import Site, details_of
from collector.storage.queries.standings import Place, places
from collector.storage.queries.thresholds import thresholds_in_force
from collector.web.editing import found_site
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.views.today import Told, told_of

NOT_SEEN = frozenset({*LATE, State.MISSING, State.NEVER_SEEN, State.UNKNOWN})


@get("/sites/{code:str}/visit", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str]) -> Response[str]:
    now, speech = around.clock(), around.pages.speech_of(request)
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        place = place_of(connection, around, site, now)
        alerts = open_alerts(connection, [site.site_id])
        details = details_of(connection, site.site_id)
    labels = {station.station_id: station.label for station in place.stations}
    told = told_of(request, around, [(each, labels.get(each.station_id, "")) for each in alerts])
    return around.pages.render(
        request,
        "visit.html",
        site=site,
        details=details,
        now=now,
        told=told,
        advice={each.alert.rule: to_do(each.alert.rule, speech) for each in told},
        bag=bag_of(told, [to_bring(each.alert, speech) for each in told]),
        unseen=[
            (station, place.standings[station.station_id])
            for station in place.stations
            if place.standings[station.station_id].state in NOT_SEEN
            and not any(_is_of(each, station.station_id) for each in alerts)
        ],
    )


def place_of(connection: Connection, around: Surroundings, site: Site, now: int) -> Place:
    interval, zone = around.settings.contact_interval_seconds, around.settings.rules.zone
    limits = thresholds_in_force(connection)
    return places(connection, [site.site_id], now, zone, limits, interval)[site.site_id]


def bag_of(told: Sequence[Told], things: Sequence[str]) -> list[tuple[str, int]]:
    """What to bring, and for how many alerts."""
    counted: dict[str, int] = {}
    for _each, thing in zip(told, things, strict=True):
        if thing:
            counted[thing] = counted.get(thing, 0) + 1
    return sorted(counted.items())


def _is_of(alert: Alert, station_id: int) -> bool:
    return alert.station_id == station_id and alert.rule.value == "missing"
