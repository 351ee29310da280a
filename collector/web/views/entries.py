"""What people enter of a site: the calendar of what is missing, and what is there."""

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from collector.domain.access import Permission
from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR, Month, days, local_date, month, month_of
from collector.domain.entered import IMPORTED, MonthlyFigure, MonthlyKind
from collector.domain.fields import read_count, read_day, read_word, write_hours
from collector.domain.missing import missing
from collector.domain.opening_hours import openings
from collector.storage.changes.base import Change
from collector.storage.changes.entered import (
    put_monthly,
    remove_activity,
    remove_attendance,
    remove_monthly,
)
from collector.storage.engine import reading
from collector.storage.files.entered import READERS, WRITERS, read_month
from collector.storage.queries.calendars import calendar_of
from collector.storage.queries.entered import entered_of
from collector.storage.queries.equipment import equipment_of
from collector.web.editing import Form, Refused, Typed, back_to, carried_out, found_site
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest


@get("/sites/{code:str}/entries", sync_to_thread=True)
def show(
    request: WebRequest, around: Around, code: FromPath[str], year: FromQuery[int] = 0, stored: FromQuery[int] = 0
) -> Response[str]:
    return page(request, around, code, None, year=year, stored=bool(stored))


@post("/sites/{code:str}/entries/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, code: FromPath[str], data: Form) -> Response[str] | Redirect:
    refused = carried_out(request, around, code, data, ACTIONS)
    year = data.get("year", "")
    known = int(year) if year.isascii() and year.isdigit() and len(year) == len("2026") else 0
    if refused:
        return page(request, around, code, refused, year=known)
    return back_to(request, f"/sites/{code}/entries" + (f"?year={known}" if known else ""))


def page(
    request: WebRequest, around: Surroundings, code: str, refused: Refused | None, *, year: int, stored: bool = False
) -> Response[str]:
    zone = around.settings.rules.zone
    today = local_date(around.clock(), zone)
    year = year if EARLIEST_YEAR < year < LATEST_YEAR else today.year
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        entered = entered_of(connection, site.site_id, year, year)
        calendar = calendar_of(connection, site.site_id, year, year)
        equipment = equipment_of(connection, site.site_id)
    months = [Month(year, number) for number in range(1, 13)]
    is_open = [bool(openings(calendar, month(each, zone), zone)) for each in months]
    return around.pages.render(
        request,
        "entries.html",
        status=400 if refused else 200,
        site=site,
        year=year,
        this_year=today.year,
        months=months,
        entered=entered,
        of_year=next((each for each in entered.years if each.year == year), None),
        missing=missing(year, entered, calendar, is_open, equipment, today),
        kinds=list(MonthlyKind),
        imported=IMPORTED,
        hours=write_hours,
        written=lambda each: WRITERS.get(each.kind, around.pages.speech_of(request).number)(each.value),
        whole_month=lambda first, last: month_of(days(first, last, zone), zone) is not None,
        may_edit=may(request.user, Permission.ENTER, site),
        refused=refused,
        stored=stored,
    )


def store_monthly(change: Change, site_id: int, typed: Typed) -> None:
    kind = typed.read("figure", lambda word: read_word(word, MonthlyKind))
    value = typed.read("value", READERS.get(kind, read_count))
    month = typed.read("month", read_month)
    put_monthly(change, site_id, MonthlyFigure(month, kind, value, typed["source"], typed["method"]))


def drop_monthly(change: Change, site_id: int, typed: Typed) -> None:
    kind = typed.read("figure", lambda word: read_word(word, MonthlyKind))
    remove_monthly(change, site_id, typed.read("month", read_month), kind)


def drop_attendance(change: Change, site_id: int, typed: Typed) -> None:
    remove_attendance(change, site_id, typed.read("first_day", read_day))


def drop_activity(change: Change, site_id: int, typed: Typed) -> None:
    remove_activity(change, site_id, typed.read("activity", read_count))


ACTIONS = {
    "monthly": store_monthly,
    "remove_monthly": drop_monthly,
    "remove_attendance": drop_attendance,
    "remove_activity": drop_activity,
}
