"""When a site is open: timetables, closures, extra openings, holidays."""

import datetime as dt
from collections.abc import Sequence

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from collector.domain.access import Permission
from collector.domain.calendar import local_date
from collector.domain.fields import of_column, read_clock, read_day, read_interval, read_word, write_clock
from collector.domain.opening_hours import timetable_of
from collector.domain.register import Calendar, Closure, Extra, HolidayChoice, OpeningKind, Timetable, WeeklyInterval
from collector.storage.changes.base import Change
from collector.storage.changes.opening_hours import (
    put_closure,
    put_extra,
    put_holiday,
    put_timetable,
    remove_closure,
    remove_extra,
    remove_holiday,
)
from collector.storage.engine import reading
from collector.storage.public_holidays import public_holidays
from collector.storage.queries.calendars import calendar_of
from collector.storage.queries.fixed_past import fixed_past
from collector.web.editing import Form, Refused, Typed, back_to, carried_out, found_site
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest

WEEKDAYS = range(7)
INTERVALS_PER_DAY = 4


@get("/sites/{code:str}/opening-hours", sync_to_thread=True)
def show(
    request: WebRequest,
    around: Around,
    code: FromPath[str],
    edit: FromQuery[str] = "",
    stored: FromQuery[int] = 0,
) -> Response[str]:
    return page(request, around, code, None, edit=edit, stored=bool(stored))


@post("/sites/{code:str}/opening-hours/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, code: FromPath[str], data: Form) -> Response[str] | Redirect:
    refused = carried_out(request, around, code, data, ACTIONS)
    return page(request, around, code, refused) if refused else back_to(request, f"/sites/{code}/opening-hours")


def page(
    request: WebRequest,
    around: Surroundings,
    code: str,
    refused: Refused | None,
    *,
    edit: str = "",
    stored: bool = False,
) -> Response[str]:
    today = local_date(around.clock(), around.settings.rules.zone)
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        past = fixed_past(connection, site.site_id, around.settings.rules.zone)
        calendar = calendar_of(connection, site.site_id, today.year, today.year + 1)
    chosen = edited(calendar, edit, today)
    return around.pages.render(
        request,
        "opening_hours.html",
        status=400 if refused else 200,
        site=site,
        calendar=calendar,
        today=today,
        in_force=timetable_of(calendar, today),
        weekdays=WEEKDAYS,
        weeks=[(each, by_day(each)) for each in reversed(calendar.timetables)],
        fields=fields_of(chosen),
        valid_from=edit if chosen and edit else today.isoformat(),
        per_day=range(INTERVALS_PER_DAY),
        kinds=list(OpeningKind),
        holidays=[day for day in public_holidays(today.year, today.year + 1) if day >= dt.date(today.year, 1, 1)],
        open_on={choice.day for choice in calendar.choices if choice.is_open},
        clock=write_clock,
        may_edit=may(request.user, Permission.REGISTER, site),
        past=past,
        refused=refused,
        stored=stored,
    )


def edited(calendar: Calendar, edit: str, today: dt.date) -> Timetable | None:
    """The timetable to begin with: the one that is named, or that of today."""
    named = [each for each in calendar.timetables if each.valid_from.isoformat() == edit]
    return named[0] if named else timetable_of(calendar, today)


def by_day(timetable: Timetable) -> list[list[WeeklyInterval]]:
    return [[each for each in timetable.intervals if each.weekday == weekday] for weekday in WEEKDAYS]


def fields_of(timetable: Timetable | None) -> dict[str, str]:
    """A timetable as the fields of its form."""
    found: dict[str, str] = {}
    for weekday, intervals in enumerate(by_day(timetable) if timetable else ()):
        for number, each in enumerate(intervals[:INTERVALS_PER_DAY]):
            found[f"from_{weekday}_{number}"] = write_clock(each.from_minute)
            # A clock in a browser has no 24:00.
            found[f"until_{weekday}_{number}"] = write_clock(each.until_minute).replace("24:00", "00:00")
            found[f"kind_{weekday}_{number}"] = each.kind.value
    return found


def read_week(typed: Typed) -> Sequence[WeeklyInterval]:
    found = []
    for weekday in WEEKDAYS:
        for number in range(INTERVALS_PER_DAY):
            end = f"{weekday}_{number}"
            if typed[f"from_{end}"] or typed[f"until_{end}"]:
                minutes = _minutes(typed[f"from_{end}"], typed[f"until_{end}"])
                found.append(WeeklyInterval(weekday, *minutes, read_word(typed[f"kind_{end}"], OpeningKind)))
    return found


def _minutes(since: str, until: str) -> tuple[int, int]:
    of_column("from", read_clock, since)
    return of_column("until", lambda text: read_interval(since, text), until)


def store_week(change: Change, site_id: int, typed: Typed) -> None:
    put_timetable(change, site_id, typed.read("valid_from", read_day), read_week(typed))


def remove_week(change: Change, site_id: int, typed: Typed) -> None:
    put_timetable(change, site_id, typed.read("valid_from", read_day), None)


def store_closure(change: Change, site_id: int, typed: Typed) -> None:
    first = typed.read("first_day", read_day)
    last = typed.read_or_none("last_day", read_day) or first
    put_closure(change, site_id, Closure(first, last, typed["reason"]))


def drop_closure(change: Change, site_id: int, typed: Typed) -> None:
    remove_closure(change, site_id, typed.read("first_day", read_day))


def store_extra(change: Change, site_id: int, typed: Typed) -> None:
    minutes = _minutes(typed["from"], typed["until"])
    kind = typed.read("kind", lambda word: read_word(word, OpeningKind))
    put_extra(change, site_id, Extra(typed.read("day", read_day), *minutes, kind))


def drop_extra(change: Change, site_id: int, typed: Typed) -> None:
    remove_extra(change, site_id, typed.read("day", read_day), typed.read("from", read_clock))


def store_holidays(change: Change, site_id: int, typed: Typed) -> None:
    """Those of the form that are ticked are open; the others are what a holiday is."""
    for word in typed["days"].split():
        day = read_day(word)
        if typed[f"open_{word}"]:
            put_holiday(change, site_id, HolidayChoice(day, is_open=True))
        else:
            remove_holiday(change, site_id, day)


ACTIONS = {
    "timetable": store_week,
    "remove_timetable": remove_week,
    "closure": store_closure,
    "remove_closure": drop_closure,
    "extra": store_extra,
    "remove_extra": drop_extra,
    "holidays": store_holidays,
}
