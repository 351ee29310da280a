"""Changes of timetables, closures, extra openings and holidays."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import delete, insert, select

from collector.domain.fields import write_clock
from collector.domain.register import Closure, Extra, HolidayChoice, WeeklyInterval
from collector.domain.register_rules import checked_closure, checked_extra, checked_week
from collector.storage.changes.base import Change, Outcome, Subject, note, put, touch_months
from collector.storage.models import closure, extra_opening, holiday_choice, timetable, weekly_interval

COLUMNS = ("weekday", "from_minute", "until_minute", "kind")


def put_timetable(
    change: Change, site_id: int, valid_from: dt.date, intervals: Sequence[WeeklyInterval] | None
) -> Outcome:
    """The week from a day on until the next timetable; None removes it, none at all is a site that does not open."""
    after = None if intervals is None else checked_week(intervals)
    mine = (weekly_interval.c.site_id == site_id, weekly_interval.c.valid_from == valid_from)
    key = {"site_id": site_id, "valid_from": valid_from}
    exists = change.connection.execute(
        select(timetable.c.site_id).where(timetable.c.site_id == site_id, timetable.c.valid_from == valid_from)
    ).first()
    rows = change.connection.execute(select(*(weekly_interval.c[name] for name in COLUMNS)).where(*mine))
    before = None if exists is None else tuple(sorted(WeeklyInterval._make(row) for row in rows))
    if before == after:
        return Outcome.SAME
    change.connection.execute(delete(weekly_interval).where(*mine))
    if after is None:
        change.connection.execute(
            delete(timetable).where(timetable.c.site_id == site_id, timetable.c.valid_from == valid_from)
        )
    elif before is None:
        change.connection.execute(insert(timetable).values(**key))
    if after:
        change.connection.execute(insert(weekly_interval).values([key | each._asdict() for each in after]))
    note(change, site_id, Subject.TIMETABLE, valid_from.isoformat(), _words(before), _words(after))
    _touch_from(change, site_id, valid_from)
    if after is None:
        return Outcome.GONE
    return Outcome.NEW if before is None else Outcome.CHANGED


def put_closure(change: Change, site_id: int, wanted: Closure) -> Outcome:
    wanted = checked_closure(wanted)
    key = {"site_id": site_id, "first_day": wanted.first_day}
    mine = (closure.c.site_id == site_id, closure.c.first_day == wanted.first_day)
    before = change.connection.execute(select(closure.c.last_day).where(*mine)).scalar()
    values = {"last_day": wanted.last_day, "reason": wanted.reason}
    outcome = put(change, closure, key, values, Subject.CLOSURE, wanted.first_day.isoformat())
    if outcome is not Outcome.SAME:
        touch_months(change, site_id, wanted.first_day, max(wanted.last_day, before or wanted.last_day))
    return outcome


def remove_closure(change: Change, site_id: int, first_day: dt.date) -> Outcome:
    mine = (closure.c.site_id == site_id, closure.c.first_day == first_day)
    last_day = change.connection.execute(select(closure.c.last_day).where(*mine)).scalar()
    if last_day is None:
        return Outcome.SAME
    touch_months(change, site_id, first_day, last_day)
    key = {"site_id": site_id, "first_day": first_day}
    return put(change, closure, key, None, Subject.CLOSURE, first_day.isoformat())


def put_extra(change: Change, site_id: int, wanted: Extra) -> Outcome:
    checked_extra(wanted)
    values: dict[str, object] = {"until_minute": wanted.until_minute, "kind": wanted.kind.value}
    return _put_extra(change, site_id, wanted.day, wanted.from_minute, values)


def remove_extra(change: Change, site_id: int, day: dt.date, from_minute: int) -> Outcome:
    return _put_extra(change, site_id, day, from_minute, None)


def put_holiday(change: Change, site_id: int, wanted: HolidayChoice) -> Outcome:
    return _put_holiday(change, site_id, wanted.day, {"is_open": wanted.is_open})


def remove_holiday(change: Change, site_id: int, day: dt.date) -> Outcome:
    """The site does on that day what it does on every holiday."""
    return _put_holiday(change, site_id, day, None)


def _put_extra(
    change: Change, site_id: int, day: dt.date, from_minute: int, values: dict[str, object] | None
) -> Outcome:
    key = {"site_id": site_id, "day": day, "from_minute": from_minute}
    name = f"{day.isoformat()} {write_clock(from_minute)}"
    outcome = put(change, extra_opening, key, values, Subject.EXTRA_OPENING, name)
    if outcome is not Outcome.SAME:
        touch_months(change, site_id, day, day)
    return outcome


def _put_holiday(change: Change, site_id: int, day: dt.date, values: dict[str, object] | None) -> Outcome:
    key = {"site_id": site_id, "day": day}
    outcome = put(change, holiday_choice, key, values, Subject.HOLIDAY, day.isoformat())
    if outcome is not Outcome.SAME:
        touch_months(change, site_id, day, day)
    return outcome


def _touch_from(change: Change, site_id: int, valid_from: dt.date) -> None:
    """Until the next timetable begins."""
    following = change.connection.execute(
        select(timetable.c.valid_from)
        .where(timetable.c.site_id == site_id, timetable.c.valid_from > valid_from)
        .order_by(timetable.c.valid_from)
        .limit(1)
    ).scalar()
    touch_months(change, site_id, valid_from, following)


def _words(week: Sequence[WeeklyInterval] | None) -> list[dict[str, object]] | None:
    return None if week is None else [each._asdict() for each in week]
