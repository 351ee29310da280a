"""Open data: published statistics and the list of certified sites, for programs and for whoever looks for them.

A frozen report never changes, so caches may keep its files for a day; what depends on the register for some minutes.
"""

from collections.abc import Mapping

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from sqlalchemy import Connection

from collector.domain.calendar import local_date
from collector.domain.visiting_hours import regular_hours
from collector.i18n import LOCALES
from collector.reports.asking import MEDIA_TYPES, NoSuchReport, site_asked
from collector.reports.leaflet import Entry
from collector.reports.open_data import spaces
from collector.reports.open_data.dcat import DOCUMENTS, About, address, catalogue_of
from collector.reports.open_data.files import files_of
from collector.reports.open_data.graph import as_json_ld, as_turtle
from collector.storage.engine import reading
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.public_sites import certified_sites
from collector.storage.queries.published import PUBLIC as PUBLIC_EDITION
from collector.storage.queries.published import published
from collector.storage.queries.vintages import REGION_ID, file_of, inputs_of
from collector.web.log_in import WITHOUT_ACCOUNT
from collector.web.surroundings import Around, Surroundings, WebRequest

TYPES = {"csv": "text/csv", "json": "application/json"}
FOR_GOOD = {"Cache-Control": "public, max-age=86400"}
FOR_MINUTES = {"Cache-Control": "public, max-age=300"}
GRAPHS = {
    "catalogue.jsonld": ("application/ld+json", as_json_ld),
    "catalogue.ttl": ("text/turtle", as_turtle),
}


@get("/open-data", sync_to_thread=True)
def show(request: WebRequest, around: Around) -> Response[str]:
    with reading(around.engine) as connection:
        reports = published(connection)
    root = request.scope.get("root_path", "").rstrip("/")
    return around.pages.render(
        request,
        "public/open_data.html",
        reports=[(each, address(root, each)) for each in reports],
        documents=DOCUMENTS,
        licence=around.settings.open_data_licence,
        publisher=around.settings.publisher,
    )


@get("/open-data/{name:str}", opt=WITHOUT_ACCOUNT, sync_to_thread=True)
def catalogue(request: WebRequest, around: Around, name: FromPath[str]) -> Response[str]:
    if name not in GRAPHS:
        raise NotFoundException
    media_type, write = GRAPHS[name]
    with reading(around.engine) as connection:
        reports = published(connection)
    root = around.settings.public_url or str(request.base_url).rstrip("/")
    about = About(root, around.settings.publisher, around.settings.open_data_licence, around.clock())
    return Response(write(catalogue_of(reports, around.pages.languages, about)), media_type=media_type)


@get("/open-data/spaces/{name:str}", opt=WITHOUT_ACCOUNT, sync_to_thread=True)
def send_spaces(around: Around, name: FromPath[str]) -> Response[str]:
    """The certified sites."""
    date = local_date(around.clock(), around.settings.rules.zone)
    with reading(around.engine) as connection:
        sites = certified_sites(connection)
        calendars = calendars_of(connection, [site.site_id for site in sites], date.year, date.year)
    entries = [Entry(site, regular_hours(calendars[site.site_id], date)) for site in sites]
    return answer(spaces.files_of(entries, around.settings.open_data_licence), name, FOR_MINUTES)


@get("/open-data/{code:str}/{year:int}/{vintage:int}/{name:str}", opt=WITHOUT_ACCOUNT, sync_to_thread=True)
def send(
    around: Around, code: FromPath[str], year: FromPath[int], vintage: FromPath[int], name: FromPath[str]
) -> Response[str] | Response[bytes]:
    """A file of a frozen report; nothing of a draft is public."""
    with reading(around.engine) as connection:
        site_id = scope_of(connection, code)
        if name.startswith("report-"):
            return document(connection, site_id, year, vintage, name)
        text = inputs_of(connection, site_id, year, PUBLIC_EDITION, vintage)
    if text is None:
        raise NotFoundException
    return answer(files_of(text, *licence_and_publisher(around)), name, FOR_GOOD)


HANDLERS: tuple[HTTPRouteHandler, ...] = (show, catalogue, send_spaces, send)


def licence_and_publisher(around: Surroundings) -> tuple[str, str]:
    return around.settings.open_data_licence, around.settings.publisher


def scope_of(connection: Connection, scope: str) -> int:
    try:
        site = site_asked(connection, scope)
    except NoSuchReport as error:
        raise NotFoundException from error
    return REGION_ID if site is None else site.site_id


def document(connection: Connection, site_id: int, year: int, vintage: int, name: str) -> Response[bytes]:
    """A file for people, as it was frozen: “report-fr.pdf”."""
    language, _, form = name.removeprefix("report-").partition(".")
    if language not in LOCALES or form not in DOCUMENTS:
        raise NotFoundException
    kept = file_of(connection, site_id, year, vintage, PUBLIC_EDITION, language, form)
    if kept is None:
        raise NotFoundException
    headers = {**FOR_GOOD, "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(kept.content, media_type=MEDIA_TYPES[form], headers=headers)


def answer(files: Mapping[str, str], name: str, headers: Mapping[str, str]) -> Response[str]:
    if name not in files:
        raise NotFoundException
    given = {**headers, "Access-Control-Allow-Origin": "*"}
    return Response(files[name], media_type=TYPES[name.rpartition(".")[2]], headers=given)
