"""One alert: what is wrong, what to do, what happened to it, and what a technician says of it."""

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import Connection

from collector.alerts.wording import ACCEPTABLE, to_do
from collector.domain.access import Permission
from collector.storage.changes.alerts import accept, acknowledge, add_note, release
from collector.storage.engine import reading
from collector.storage.queries.alerts import Alert, alert_of, events_of
from collector.storage.queries.sites import Site
from collector.storage.queries.stations import label_of
from collector.web.editing import Action, Form, Refused, back_to, carried_out, found_site
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.views.today import told_of


@get("/sites/{code:str}/alerts/{number:int}", sync_to_thread=True)
def show(
    request: WebRequest, around: Around, code: FromPath[str], number: FromPath[int], stored: FromQuery[int] = 0
) -> Response[str]:
    return page(request, around, code, number, None, stored=bool(stored))


@post("/sites/{code:str}/alerts/{number:int}/change", sync_to_thread=True)
def change(
    request: WebRequest, around: Around, code: FromPath[str], number: FromPath[int], data: Form
) -> Response[str] | Redirect:
    actions: dict[str, Action] = {
        "acknowledge": lambda change, site_id, _typed: acknowledge(change, site_id, number),
        "release": lambda change, site_id, _typed: release(change, site_id, number),
        "note": lambda change, site_id, typed: add_note(change, site_id, number, typed["note"]),
        "accept": lambda change, site_id, _typed: accept(change, site_id, number, ACCEPTABLE),
    }
    refused = carried_out(request, around, code, data, actions)
    if refused:
        return page(request, around, code, number, refused)
    return back_to(request, f"/sites/{code}/alerts/{number}")


def page(
    request: WebRequest,
    around: Surroundings,
    code: str,
    number: int,
    refused: Refused | None,
    *,
    stored: bool = False,
) -> Response[str]:
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        alert = found_alert(connection, site, number)
        label = label_of(connection, site.site_id, alert.station_id)
        events = events_of(connection, site.site_id, number)
    (told,) = told_of(request, around, [(alert, label)])
    return around.pages.render(
        request,
        "alert.html",
        status=400 if refused else 200,
        site=site,
        alert=alert,
        told=told,
        advice=to_do(alert.rule, around.pages.speech_of(request)),
        events=events,
        acceptable=alert.rule in ACCEPTABLE,
        may_act=may(request.user, Permission.EQUIPMENT, site),
        refused=refused,
        stored=stored,
    )


def found_alert(connection: Connection, site: Site, number: int) -> Alert:
    alert = alert_of(connection, site.site_id, number) if 0 < number < 2**62 else None
    if alert is None:
        raise NotFoundException
    return alert
