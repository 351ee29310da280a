"""The equipment of a site, and what was out of order."""

from litestar import Response, get, post
from litestar.exceptions import ClientException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from collector.domain.access import Permission
from collector.domain.calendar import local_date
from collector.domain.equipment import Equipment, EquipmentKind, EquipmentOutage, OutageKind
from collector.domain.fields import read_count, read_day_or_none, read_moment, read_word, write_day, write_moment
from collector.storage.changes.base import Change
from collector.storage.changes.equipment import put_equipment, put_outage, remove_equipment, remove_outage
from collector.storage.engine import reading
from collector.storage.queries.equipment import equipment_of, equipment_outages_of
from collector.storage.queries.fixed_past import fixed_past
from collector.web.editing import Form, Refused, Typed, back_to, carried_out, found_site
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest


@get("/sites/{code:str}/equipment", sync_to_thread=True)
def show(
    request: WebRequest, around: Around, code: FromPath[str], edit: FromQuery[str] = "", stored: FromQuery[int] = 0
) -> Response[str]:
    return page(request, around, code, None, edit=edit, stored=bool(stored))


@post("/sites/{code:str}/equipment/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, code: FromPath[str], data: Form) -> Response[str] | Redirect:
    refused = carried_out(request, around, code, data, ACTIONS)
    if refused is None:
        return back_to(request, f"/sites/{code}/equipment")
    return page(request, around, code, refused, edit=data.get("equipment", "") if refused.form == "equipment" else "")


def page(
    request: WebRequest,
    around: Surroundings,
    code: str,
    refused: Refused | None,
    *,
    edit: str = "",
    stored: bool = False,
) -> Response[str]:
    now, zone = around.clock(), around.settings.rules.zone
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        past = fixed_past(connection, site.site_id, around.settings.rules.zone)
        items = equipment_of(connection, site.site_id)
        outages = equipment_outages_of(connection, site.site_id)
    return around.pages.render(
        request,
        "equipment.html",
        status=400 if refused else 200,
        site=site,
        items=items,
        outages=sorted(outages, key=lambda each: (each.end is not None, -each.start)),
        labels={each.equipment_id: each.label for each in items},
        away={each.equipment_id: each.kind for each in outages if each.end is None},
        outage_kinds=list(OutageKind),
        stations=[each for each in items if each.station_id is not None],
        editing=next((each for each in items if key_of(each) == edit), None),
        key_of=key_of,
        kinds=list(EquipmentKind),
        today=local_date(now, zone),
        now_word=write_moment(now - now % 60, zone),
        measured_since=lambda each: local_date(each.measured_from or 0, zone),
        written_day=write_day,
        written_moment=lambda seconds: write_moment(seconds, zone),
        may_edit=may(request.user, Permission.EQUIPMENT, site),
        past=past,
        refused=refused,
        stored=stored,
    )


def key_of(item: Equipment) -> str:
    """How the pages name a device; a station that is not in the register yet by its number."""
    return f"station-{item.station_id}" if item.equipment_id is None else str(item.equipment_id)


def read_seconds(text: str) -> int:
    """Of a hidden field of ours."""
    if not (text.isascii() and text.isdigit()):
        raise ClientException
    return int(text)


def store(change: Change, site_id: int, typed: Typed) -> None:
    number = typed["equipment"]
    put_equipment(
        change,
        site_id,
        Equipment(
            int(number) if number.isascii() and number.isdigit() else None,
            typed.read("kind", lambda word: read_word(word, EquipmentKind)),
            typed["label"],
            typed.read_or_none("station_number", read_count),
            typed.read("installed_on", read_day_or_none),
            typed.read("supplied_on", read_day_or_none),
            typed.read("maintained_until", read_day_or_none),
            typed.read("retired_on", read_day_or_none),
            model=typed["model"],
            serial=typed["serial"],
        ),
    )


def drop(change: Change, site_id: int, typed: Typed) -> None:
    remove_equipment(change, site_id, typed.read("equipment", read_count))


def store_outage(change: Change, site_id: int, typed: Typed) -> None:
    zone = change.zone
    number = _written(change, site_id, typed["equipment"])
    start = typed.read("from", lambda moment: read_moment(moment, zone))
    end = typed.read_or_none("until", lambda moment: read_moment(moment, zone))
    put_outage(change, site_id, EquipmentOutage(number, start, end, typed["reason"], outage_kind(typed)))


def outage_kind(typed: Typed) -> OutageKind:
    return typed.read("kind", lambda word: read_word(word, OutageKind)) if typed["kind"] else OutageKind.OUT_OF_ORDER


def _written(change: Change, site_id: int, key: str) -> int:
    """The number of a device; a station that only enrolled is written into the register first."""
    for each in equipment_of(change.connection, site_id):
        if key_of(each) == key:
            if each.equipment_id is None:
                put_equipment(change, site_id, each)
                return _written(change, site_id, _number_of(change, site_id, each.station_id))
            return each.equipment_id
    return -1


def _number_of(change: Change, site_id: int, station_id: int | None) -> str:
    return next(key_of(each) for each in equipment_of(change.connection, site_id) if each.station_id == station_id)


def drop_outage(change: Change, site_id: int, typed: Typed) -> None:
    remove_outage(change, site_id, typed.read("equipment", read_count), typed.read("start", read_seconds))


def end_outage(change: Change, site_id: int, typed: Typed) -> None:
    """It works again, from now on."""
    number, start = typed.read("equipment", read_count), typed.read("start", read_seconds)
    for each in equipment_outages_of(change.connection, site_id):
        if (each.equipment_id, each.start) == (number, start):
            put_outage(change, site_id, each._replace(end=change.at))


ACTIONS = {
    "equipment": store,
    "remove_equipment": drop,
    "outage": store_outage,
    "remove_outage": drop_outage,
    "end_outage": end_outage,
}
