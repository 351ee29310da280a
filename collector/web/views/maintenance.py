"""Maintenance windows of a site, and of all sites: when alerts are muted, of what, and why."""

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from collector.domain.access import Permission
from collector.domain.fields import read_count, read_moment, read_text, write_moment
from collector.domain.health.states import DAY_SECONDS
from collector.storage.changes.alerts import LONGEST_REASON, put_window, remove_window
from collector.storage.changes.base import Change
from collector.storage.engine import reading
from collector.storage.queries.sites import all_sites
from collector.storage.queries.stations import stations_of
from collector.storage.queries.windows import Window, windows_of, windows_of_sites
from collector.web.editing import Form, Refused, Typed, back_to, carried_out, found_site
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.views.equipment import read_seconds

SHOWN_DAYS = 90


@get("/maintenance", sync_to_thread=True)
def show_all(request: WebRequest, around: Around) -> Response[str]:
    """Of all sites that the reader looks after, what is muted now and what comes."""
    now = around.clock()
    with reading(around.engine) as connection:
        sites = {each.site_id: each for each in all_sites(connection) if may(request.user, Permission.MAINTAIN, each)}
        windows = windows_of_sites(connection, list(sites), now)
    found = [(sites[site_id], window, label) for site_id, window, label in windows]
    return around.pages.render(
        request,
        "maintenance_of_all.html",
        under_way=[each for each in found if each[1].begins_at <= now],
        coming=[each for each in found if each[1].begins_at > now],
        sites=sorted(sites.values(), key=lambda each: each.name_in(around.pages.language_of(request))),
    )


@get("/sites/{code:str}/maintenance", sync_to_thread=True)
def show(
    request: WebRequest, around: Around, code: FromPath[str], station: FromQuery[int] = 0, stored: FromQuery[int] = 0
) -> Response[str]:
    return page(request, around, code, None, station=station, stored=bool(stored))


@post("/sites/{code:str}/maintenance/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, code: FromPath[str], data: Form) -> Response[str] | Redirect:
    refused = carried_out(request, around, code, data, {"window": store, "remove_window": drop})
    if refused:
        return page(request, around, code, refused)
    return back_to(request, f"/sites/{code}/maintenance")


def page(
    request: WebRequest,
    around: Surroundings,
    code: str,
    refused: Refused | None,
    *,
    station: int = 0,
    stored: bool = False,
) -> Response[str]:
    now, zone = around.clock(), around.settings.rules.zone
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        stations = stations_of(connection, [site.site_id])
        windows = windows_of(connection, site.site_id, now - SHOWN_DAYS * DAY_SECONDS)
    return around.pages.render(
        request,
        "maintenance.html",
        status=400 if refused else 200,
        site=site,
        stations=stations,
        labels={each.station_id: each.label for each in stations},
        station=str(station),
        coming=[each for each in windows if each.ends_at > now],
        past=[each for each in reversed(windows) if each.ends_at <= now],
        now=now,
        now_word=write_moment(now - now % 60, zone).replace(" ", "T"),
        may_change=may(request.user, Permission.MAINTAIN, site),
        refused=refused,
        stored=stored,
    )


def store(change: Change, site_id: int, typed: Typed) -> None:
    put_window(
        change,
        site_id,
        Window(
            0,
            typed.read("station_number", read_count),
            typed.read("begins", lambda moment: read_moment(moment, change.zone)),
            typed.read("ends", lambda moment: read_moment(moment, change.zone)),
            typed.read("reason", lambda text: read_text(text, LONGEST_REASON, needed=True)),
        ),
    )


def drop(change: Change, site_id: int, typed: Typed) -> None:
    remove_window(change, site_id, typed.read("window", read_seconds))
