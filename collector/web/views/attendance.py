"""Entering how many people came: one short form."""

import datetime as dt

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from collector.domain.calendar import Month, local_date
from collector.domain.entered import Attendance, HowCounted, span_to_enter
from collector.domain.fields import read_count, read_day, read_word
from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.base import Change
from collector.storage.changes.entered import put_attendance
from collector.storage.engine import reading
from collector.storage.queries.entered import entered_of
from collector.web.editing import Form, Refused, Typed, back_to, carried_out, found_site
from collector.web.surroundings import Around, Surroundings, WebRequest


@get("/sites/{code:str}/attendance", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str], first: FromQuery[str] = "") -> Response[str]:
    return page(request, around, code, None, first=first)


@post("/sites/{code:str}/attendance/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, code: FromPath[str], data: Form) -> Response[str] | Redirect:
    refused = carried_out(request, around, code, data, {"attendance": store})
    if refused:
        return page(request, around, code, refused)
    return back_to(request, f"/sites/{code}/entries?year={read_day(data['first_day']).year}")


def page(
    request: WebRequest, around: Surroundings, code: str, refused: Refused | None, *, first: str = ""
) -> Response[str]:
    """With the entry that begins on `first`, else with that whole month, else with what follows the latest entry."""
    today = local_date(around.clock(), around.settings.rules.zone)
    try:
        asked = read_day(first)
    except Mistake:
        asked = None
    year = asked.year if asked else today.year
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        known = entered_of(connection, site.site_id, year - (asked is None), year).attendances
    entry = next((each for each in known if each.first_day == asked), None)
    if entry:
        day, last = entry.first_day, entry.last_day
    elif asked:
        day, last = asked, Month(asked.year, asked.month).next().first_day() - dt.timedelta(days=1)
    else:
        day, last = span_to_enter(known, today)
    usual = known[-1].how if known else HowCounted.TALLY
    return around.pages.render(
        request,
        "attendance.html",
        status=400 if refused else 200,
        site=site,
        entry=entry,
        first_day=day.isoformat(),
        last_day=last.isoformat(),
        how=entry.how if entry else usual,
        ways=list(HowCounted),
        today=today,
        refused=refused,
    )


def store(change: Change, site_id: int, typed: Typed) -> None:
    entry = Attendance(
        typed.read("first_day", read_day),
        typed.read("last_day", read_day),
        typed.read("visits", read_count),
        typed.read("how_counted", lambda word: read_word(word, HowCounted)),
        typed.read_or_none("persons", read_count),
    )
    known = entered_of(change.connection, site_id, entry.first_day.year, entry.first_day.year).attendances
    there = next((each for each in known if each.first_day == entry.first_day), None)
    if there and typed["replaces"] != entry.first_day.isoformat():
        raise Mistake(
            N_("There is an entry from that day already: %(visits)s visits. Open it under Entries to change it."),
            visits=there.visits,
        )
    put_attendance(change, site_id, entry)
