"""One station: its state and why, its alerts, what is looked at and what cannot be read. Nothing of its use, ever."""

from collections.abc import Sequence

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from collector.alerts.remembered import read_memory
from collector.alerts.wording import LEVELS, name_of
from collector.domain.health.findings import SEVERITY, Finding
from collector.domain.health.states import DAY_SECONDS, HEARD
from collector.i18n import Speech
from collector.storage.engine import reading
from collector.storage.queries.alerts import alerts_of_station
from collector.storage.queries.equipment import equipment_of
from collector.storage.queries.identities import identities_of
from collector.storage.queries.station_health import said_of_hardware, station_health_of
from collector.storage.queries.stations import latest_readings
from collector.web.editing import found_site
from collector.web.surroundings import Around, WebRequest
from collector.web.views.station_history import DESCRIBED, changes_of
from collector.web.views.station_timeline import timeline_of
from collector.web.views.station_trends import MEASURES, TREND_DAYS, trends_of
from collector.web.views.stations import noted
from collector.web.views.today import told_of
from collector.web.views.visit import place_of

STALE_SECONDS = 7 * DAY_SECONDS
"""What a station that is not heard said so long ago says nothing of today."""


@get("/sites/{code:str}/stations/{number:int}", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str], number: FromPath[int]) -> Response[str]:
    now, speech, zone = around.clock(), around.pages.speech_of(request), around.settings.rules.zone
    since = now - TREND_DAYS * DAY_SECONDS
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        place = place_of(connection, around, site, now)
        station = next((each for each in place.stations if each.station_id == number), None)
        if station is None:
            raise NotFoundException
        health = station_health_of(connection, site.site_id, number)
        alerts = alerts_of_station(connection, site.site_id, number, since)
        readings = latest_readings(connection, site.site_id).get(number, {})
        identity = noted(identities_of(connection, site.site_id).get(number), now)
        device = next((each for each in equipment_of(connection, site.site_id) if each.station_id == number), None)
        said = said_of_hardware(connection, site.site_id, number, {*MEASURES, *DESCRIBED})
        timeline = timeline_of(connection, station, now, zone, speech)
    told = told_of(request, around, [(each, station.label) for each in alerts])
    state = place.standings[number].state
    heard_at = None if station.contact is None else station.contact.received_at
    return around.pages.render(
        request,
        "station.html",
        site=site,
        station=station,
        state=state,
        state_since=health.state_since if health is not None else None,
        frozen=state not in HEARD,
        stale=heard_at is not None and state not in HEARD and now - heard_at > STALE_SECONDS,
        identity=identity,
        device=device,
        open_alerts=[each for each in told if each.alert.ended_at is None],
        ended=[each for each in told if each.alert.ended_at is not None],
        findings=[] if health is None else looked_at(read_memory(health.memory).findings, speech),
        readings=readings,
        timeline=timeline,
        changes=changes_of(said, told, speech),
        trends=trends_of(said, heard_at, now, zone, speech),
    )


def looked_at(findings: Sequence[Finding], speech: Speech) -> list[tuple[str, str, str, str]]:
    """What the rules said of the last report: name, item, level as word, and why something is not readable."""
    rows = []
    for each in findings:
        known = each.level in SEVERITY
        reason = "" if known else speech.gettext(str(each.facts.get("reason") or "–"))
        rows.append((name_of(each.rule, speech), each.item, speech.gettext(LEVELS[each.level]), reason))
    return rows
