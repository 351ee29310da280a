"""The health of stations for programs: a row for each, and an inventory as GLPI takes it in. Never their use."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from collector.domain.access import Permission
from collector.domain.fields import write_day
from collector.domain.fleet import Column, Computer, ordered
from collector.domain.glpi import inventory
from collector.storage.engine import reading
from collector.storage.queries.fleet import computers_of, with_states
from collector.storage.queries.inventory import registered
from collector.storage.queries.sites import all_sites
from collector.storage.queries.thresholds import thresholds_in_force
from collector.web.editing import found_site, note_download
from collector.web.errors import Problem
from collector.web.permissions import may
from collector.web.shown_tables import plain
from collector.web.statistics_api import FORMATS
from collector.web.surroundings import Around, WebRequest

STATION_FIELDS: Mapping[str, str] = {
    "site": "code of the site",
    "station": "number of the station at its site",
    "label": "its tag, or the name of the computer",
    "state": "a word for its power and contact, such as online, off or silent; the pages explain each",
    "last_contact_seconds": "when its last message came in, in seconds since 1970-01-01 UTC",
    "agent_version": "as it said last",
    "system": "name and version of the operating system",
    "model": "as the register says, or else its firmware",
    "memory_bytes": "as it is built in; where only the usable part is known, rounded up to it",
    "disk_bytes": "all built-in volumes together",
    "least_free_bytes": "of the built-in volume that has the least",
    "processors": "logical ones",
    "network_megabits": "speed of the network link",
    "restart_pending": "whether the system waits for a restart",
    "failed_readings": "words with spaces between: the readings that failed at its last contact",
    "supplied_on": "from the register",
    "maintained_until": "the first day without maintenance",
}
"""A field without a value is null in JSON and empty in CSV: not readable, or not known."""


def row_of(one: Computer, codes: Mapping[int, str]) -> dict[str, Any]:
    """With the keys of STATION_FIELDS in their order."""
    built = one.hardware
    return {
        "site": codes[one.site_id],
        "station": one.station_id,
        "label": one.label,
        "state": None if one.state is None else one.state.value,
        "last_contact_seconds": one.contact_at,
        "agent_version": one.agent_version or None,
        "system": built.system,
        "model": one.called() or None,
        "memory_bytes": built.memory_bytes,
        "disk_bytes": built.disk_bytes,
        "least_free_bytes": built.free_bytes,
        "processors": built.processors,
        "network_megabits": built.link_megabits,
        "restart_pending": built.restart_pending,
        "failed_readings": " ".join(built.failed),
        "supplied_on": write_day(one.supplied_on) or None,
        "maintained_until": write_day(one.maintenance_end) or None,
    }


def as_csv(rows: Sequence[Mapping[str, Any]], fields: Iterable[str]) -> str:
    """RFC 4180; truth is true or false."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(fields)
    for row in rows:
        writer.writerow([_cell(value) for value in row.values()])
    return text.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else plain(str(value))


def as_json(rows: Sequence[Mapping[str, Any]], now: int) -> str:
    document = {"schema": 1, "computed_at_seconds": now, "fields": STATION_FIELDS, "rows": rows}
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


@get("/api/v1/stations", sync_to_thread=True)
def stations(
    request: WebRequest,
    around: Around,
    site: FromQuery[str] = "",
    form: Annotated[str, QueryParameter(name="format")] = "json",
) -> Response[str]:
    """Of one site, or of all sites of whoever asks."""
    unknown = sorted(set(request.query_params) - {"site", "format"})
    if unknown:
        raise Problem(f"“{unknown[0][:32]}”: there is no such parameter; write site or format.")
    if form not in FORMATS:
        raise Problem(f"“format”: “{form[:32]}” is not known; write json or csv.")
    now = around.clock()
    with reading(around.engine) as connection:
        mine = [each for each in all_sites(connection) if may(request.user, Permission.HEALTH, each)]
        chosen = {each.site_id: each.code for each in mine if site in {"", each.code}}
        if site and not chosen:
            raise Problem(
                f"“site”: there is no site with the code “{site[:32]}”; check its spelling.", HTTPStatus.NOT_FOUND
            )
        found = computers_of(connection, list(chosen), hardware=True)
        settings, limits = around.settings, thresholds_in_force(connection)
        found = with_states(connection, found, now, settings.rules.zone, limits, settings.contact_interval_seconds)
    rows = [row_of(one, chosen) for one in ordered(found, Column.SITE, chosen, falling=False)]
    note_download(request, around, next(iter(chosen)) if site else None, f"stations {form}")
    text = as_csv(rows, STATION_FIELDS) if form == "csv" else as_json(rows, now)
    name = f"stations.{form}"
    return Response(text, media_type=FORMATS[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


@get("/api/v1/inventory/{code:str}/{number:int}", sync_to_thread=True)
def inventory_of(
    request: WebRequest, around: Around, code: FromPath[str], number: FromPath[int]
) -> Response[dict[str, Any]]:
    """One station as GLPI takes inventories in."""
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        found = registered(connection, site.site_id, number) if 0 < number < 2**31 else []
    if not found:
        raise Problem(f"“number”: the site {site.code} has no station {number}.", HTTPStatus.NOT_FOUND)
    note_download(request, around, site.site_id, f"inventory {number}")
    return Response(inventory(*found[0]), media_type="application/json")
