"""Entering an activity, or all of a kind in a month: one short form."""

import datetime as dt

from litestar import Response, get, post
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR, Month, local_date
from collector.domain.entered import VALUES, Activity, ActivityKind, Trait
from collector.domain.fields import read_count, read_day, read_hours, read_word, write_hours
from collector.storage.changes.base import Change
from collector.storage.changes.entered import put_activity
from collector.storage.engine import reading
from collector.storage.files.entered import read_month
from collector.storage.queries.entered import entered_of
from collector.web.editing import Form, Refused, Typed, back_to, carried_out, found_site
from collector.web.surroundings import Around, Surroundings, WebRequest

TRAITS = {trait: [f"{trait}:{value}" for value in values] for trait, values in VALUES.items()}
"""Names of the fields, by trait."""


@get("/sites/{code:str}/activity", sync_to_thread=True)
def show(
    request: WebRequest,
    around: Around,
    code: FromPath[str],
    activity: FromQuery[int] = 0,
    total: FromQuery[int] = 0,
) -> Response[str]:
    return page(request, around, code, None, number=activity, total=bool(total))


@post("/sites/{code:str}/activity/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, code: FromPath[str], data: Form) -> Response[str] | Redirect:
    refused = carried_out(request, around, code, data, {"activity": store})
    if refused:
        number = refused.typed["activity"]
        total = bool(refused.typed["total"])
        known = int(number) if number.isascii() and number.isdigit() else 0
        return page(request, around, code, refused, number=known, total=total)
    first = days_of(Typed(data))[0]
    return back_to(request, f"/sites/{code}/entries?year={first.year}")


def page(
    request: WebRequest, around: Surroundings, code: str, refused: Refused | None, *, number: int, total: bool
) -> Response[str]:
    today = local_date(around.clock(), around.settings.rules.zone)
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        known = entered_of(connection, site.site_id, EARLIEST_YEAR, LATEST_YEAR).activities
    entry = next((each for each in known if each.activity_id == number), None)
    if number and entry is None:
        raise NotFoundException
    return around.pages.render(
        request,
        "activity.html",
        status=400 if refused else 200,
        site=site,
        entry=entry,
        total=total or (entry is not None and entry.first_day != entry.last_day),
        public={f"{trait}:{value}": persons for trait, value, persons in entry.public} if entry else {},
        kinds=list(ActivityKind),
        traits=TRAITS,
        hours=write_hours,
        today=today,
        month=today.replace(day=1) - dt.timedelta(days=1),
        refused=refused,
    )


def days_of(typed: Typed) -> tuple[dt.date, dt.date]:
    """A whole month of a total, else a day."""
    if typed["total"]:
        month = typed.read("month", read_month)
        return month.first_day(), Month(*month).next().first_day() - dt.timedelta(days=1)
    day = typed.read("day", read_day)
    return day, day


def store(change: Change, site_id: int, typed: Typed) -> None:
    first, last = days_of(typed)
    names = [name for fields in TRAITS.values() for name in fields if typed[name].strip()]
    public = []
    for name in names:
        trait, _, value = name.partition(":")
        public.append((Trait(trait), value, typed.read(name, read_count)))
    entry = Activity(
        typed.read_or_none("activity", read_count),
        typed.read("kind", lambda word: read_word(word, ActivityKind)),
        first,
        last,
        typed.read("number", read_count) if typed["total"] else 1,
        typed.read_or_none("hours", read_hours),
        typed.read_or_none("attendances", read_count),
        typed.read_or_none("recurrent", read_count),
        typed["title"],
        tuple(public),
    )
    put_activity(change, site_id, entry)
