"""Entering what belongs to a whole year: facilitators, services, a text."""

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Redirect

from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR
from collector.domain.entered import Service, SiteYear
from collector.domain.fields import read_count
from collector.storage.changes.base import Change
from collector.storage.changes.entered import put_year
from collector.storage.engine import reading
from collector.storage.files.entered import read_fte, read_year, write_fte
from collector.storage.queries.entered import entered_of
from collector.web.editing import Form, Refused, Typed, back_to, carried_out, found_site
from collector.web.surroundings import Around, Surroundings, WebRequest


@get("/sites/{code:str}/years/{year:int}", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str], year: FromPath[int]) -> Response[str]:
    return page(request, around, code, year, None)


@post("/sites/{code:str}/years/{year:int}/change", sync_to_thread=True)
def change(
    request: WebRequest, around: Around, code: FromPath[str], year: FromPath[int], data: Form
) -> Response[str] | Redirect:
    refused = carried_out(request, around, code, {**data, "year": str(year)}, {"year": store})
    return (
        page(request, around, code, year, refused)
        if refused
        else back_to(request, f"/sites/{code}/entries?year={year}")
    )


def page(request: WebRequest, around: Surroundings, code: str, year: int, refused: Refused | None) -> Response[str]:
    if not EARLIEST_YEAR < year < LATEST_YEAR:
        raise NotFoundException
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        known = entered_of(connection, site.site_id, year - 1, year).years
    # What a site offers hardly changes: the list of the year before is a proposal.
    before = next((each.services for each in known if each.year == year - 1), None)
    entry = next((each for each in known if each.year == year), SiteYear(year, services=before))
    return around.pages.render(
        request,
        "year.html",
        status=400 if refused else 200,
        site=site,
        year=year,
        entry=entry,
        fte=around.pages.speech_of(request).decimal(write_fte(entry.facilitators_fte)),
        services=list(Service),
        refused=refused,
    )


def store(change: Change, site_id: int, typed: Typed) -> None:
    entry = SiteYear(
        typed.read("year", read_year),
        typed.read_or_none("facilitators", read_count),
        typed.read_or_none("facilitators_fte", read_fte),
        tuple(each for each in Service if typed[f"service_{each}"]),
        typed["narrative"],
    )
    put_year(change, site_id, entry)
