"""Changes of what people enter of the use of a site."""

import datetime as dt

from sqlalchemy import delete, func, insert, select

from collector.domain.calendar import Month, local_date
from collector.domain.entered import Activity, Attendance, MonthlyFigure, MonthlyKind, SiteYear
from collector.domain.entry_rules import checked_activity, checked_attendance, checked_month, checked_year
from collector.storage.changes.base import Change, Outcome, Subject, note, put
from collector.storage.models import activity, activity_public, attendance, monthly_figure, site_year
from collector.storage.queries.entered import activity_of, attendance_within


def put_attendance(change: Change, site_id: int, entry: Attendance) -> Outcome:
    """An entry is known by its first day."""
    known = attendance_within(change.connection, site_id, entry.first_day, entry.last_day)
    others = [each for each in known if each.first_day != entry.first_day]
    entry = checked_attendance(entry, others, today_of(change))
    key = {"site_id": site_id, "first_day": entry.first_day}
    values = {"last_day": entry.last_day, "visits": entry.visits, "persons": entry.persons, "how": entry.how.value}
    return put(change, attendance, key, values, Subject.ATTENDANCE, entry.first_day.isoformat())


def remove_attendance(change: Change, site_id: int, first_day: dt.date) -> Outcome:
    key = {"site_id": site_id, "first_day": first_day}
    return put(change, attendance, key, None, Subject.ATTENDANCE, first_day.isoformat())


def put_activity(change: Change, site_id: int, entry: Activity) -> Outcome:
    """One without a number is new and gets one."""
    entry = checked_activity(entry, today_of(change))
    before = None if entry.activity_id is None else activity_of(change.connection, site_id, entry.activity_id)
    if entry.activity_id is None:
        last = select(func.max(activity.c.activity_id)).where(activity.c.site_id == site_id)
        entry = entry._replace(activity_id=(change.connection.execute(last).scalar() or 0) + 1)
    entry = entry._replace(public=tuple(sorted(each for each in entry.public if each[2])))
    if before == entry:
        return Outcome.SAME
    _delete_activity(change, site_id, entry.activity_id)
    key = {"site_id": site_id, "activity_id": entry.activity_id}
    values = {name: value for name, value in entry._asdict().items() if name not in {"activity_id", "public"}}
    change.connection.execute(insert(activity).values(**key, **values))
    if entry.public:
        rows = [key | {"trait": trait, "value": value, "persons": persons} for trait, value, persons in entry.public]
        change.connection.execute(insert(activity_public).values(rows))
    note(change, site_id, Subject.ACTIVITY, _name(entry), _words(before), _words(entry))
    return Outcome.NEW if before is None else Outcome.CHANGED


def remove_activity(change: Change, site_id: int, activity_id: int) -> Outcome:
    before = activity_of(change.connection, site_id, activity_id)
    if before is None:
        return Outcome.SAME
    _delete_activity(change, site_id, activity_id)
    note(change, site_id, Subject.ACTIVITY, _name(before), _words(before), None)
    return Outcome.GONE


def put_year(change: Change, site_id: int, entry: SiteYear) -> Outcome:
    entry = checked_year(entry, today_of(change))
    values = {
        "facilitators": entry.facilitators,
        "facilitators_fte": entry.facilitators_fte,
        "services": None if entry.services is None else " ".join(sorted(entry.services)),
        "narrative": entry.narrative,
    }
    key = {"site_id": site_id, "year": entry.year}
    return put(change, site_year, key, values, Subject.YEAR, str(entry.year))


def put_monthly(change: Change, site_id: int, entry: MonthlyFigure) -> Outcome:
    entry = checked_month(entry, today_of(change))
    values = {"value": entry.value, "source": entry.source, "method": entry.method}
    return _put_monthly(change, site_id, entry.month, entry.kind, values)


def remove_monthly(change: Change, site_id: int, month: Month, kind: MonthlyKind) -> Outcome:
    return _put_monthly(change, site_id, month, kind, None)


def _put_monthly(
    change: Change, site_id: int, month: Month, kind: MonthlyKind, values: dict[str, object] | None
) -> Outcome:
    key = {"site_id": site_id, "month": month.year * 100 + month.month, "figure": kind.value}
    return put(change, monthly_figure, key, values, Subject.MONTHLY_FIGURE, f"{month} {kind}")


def today_of(change: Change) -> dt.date:
    return local_date(change.at, change.zone)


def _delete_activity(change: Change, site_id: int, activity_id: int | None) -> None:
    for table in (activity_public, activity):
        mine = (table.c.site_id == site_id, table.c.activity_id == activity_id)
        change.connection.execute(delete(table).where(*mine))


def _name(entry: Activity) -> str:
    return f"{entry.first_day.isoformat()} {entry.kind}"


def _words(entry: Activity | None) -> dict[str, object] | None:
    return None if entry is None else entry._asdict()
