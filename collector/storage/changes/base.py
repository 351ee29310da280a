"""One audited change, and what it makes due again."""

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, and_, delete, insert, select, union, update

from collector.domain.calendar import Month, local_date, months_between
from collector.storage.models import audit_entry, dirty_month, dirty_slot, horizon, site_slot, slot_record
from collector.storage.queries.rolled_months import months_over, note_late_corrections
from collector.storage.rows import insert_rows, insertion

COMMAND_LINE = "command line"

_SLOT_MARKS = insertion(dirty_slot, ("site_id", "slot", "mark"))
_MONTH_MARKS = insertion(dirty_month, ("site_id", "month", "mark"))
_EVER = 2**40
"""A slot that never comes."""


class Outcome(StrEnum):
    """What a change did."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    GONE = "gone"


class Subject(StrEnum):
    """What a line of the audit is about."""

    SITE = "site"
    EQUIPMENT = "equipment"
    OUTAGE = "outage"
    TIMETABLE = "timetable"
    CLOSURE = "closure"
    EXTRA_OPENING = "extra_opening"
    HOLIDAY = "holiday"
    ATTENDANCE = "attendance"
    ACTIVITY = "activity"
    YEAR = "year"
    MONTHLY_FIGURE = "monthly_figure"
    DECISION = "decision"
    ACCOUNT = "account"
    ENROLMENT = "enrolment"
    TOKEN = "token"  # noqa: S105 - no secret, the word for one
    CHECK = "check"
    REPORT = "report"
    DOWNLOAD = "download"
    ALERT = "alert"
    THRESHOLD = "threshold"
    WINDOW = "maintenance_window"


@dataclass(frozen=True, slots=True)
class Change:
    """Who changes something, when, and through which transaction."""

    connection: Connection
    by: str
    """The account's name, or COMMAND_LINE."""
    at: int
    zone: ZoneInfo
    mark: Callable[[], int]
    """Random numbers below 2 ** 62."""


def put(
    change: Change,
    table: Table,
    key: Mapping[str, Any],
    values: Mapping[str, Any] | None,
    subject: Subject,
    name: str,
) -> Outcome:
    """Writes one row of a site, or removes it where `values` is None; `name` is what the audit calls it."""
    where = and_(*(table.c[column] == value for column, value in key.items()))
    columns = (
        [column for column in table.c if column.name not in key] if values is None else [table.c[n] for n in values]
    )
    row = change.connection.execute(select(*columns, table.c.site_id.label("_")).where(where)).mappings().one_or_none()
    before = None if row is None else {column: value for column, value in row.items() if column != "_"}
    if values is None:
        if before is None:
            return Outcome.SAME
        change.connection.execute(delete(table).where(where))
    elif before is None:
        change.connection.execute(insert(table).values(**key, **values))
    elif before == dict(values):
        return Outcome.SAME
    else:
        change.connection.execute(update(table).where(where).values(**values))
    note(change, key["site_id"], subject, name, before, values)
    if values is None:
        return Outcome.GONE
    return Outcome.NEW if before is None else Outcome.CHANGED


def note(change: Change, site_id: int | None, subject: Subject, name: str, before: object, after: object) -> None:
    """Writes a line of the audit; None where there was, or is, nothing."""
    change.connection.execute(
        insert(audit_entry).values(
            changed_at=change.at,
            changed_by=change.by,
            site_id=site_id,
            subject=subject.value,
            name=name,
            before=_json(before),
            after=_json(after),
        )
    )


def touch_slots(change: Change, site_id: int, first_slot: int, end_slot: int | None) -> None:
    """Makes the site slots of a stretch due again, as far as they are not sealed and anything is known of them.

    The months in which they are sealed say from then on that they could not follow.
    """
    sealed = change.connection.execute(select(horizon.c.slot).where(horizon.c.site_id == site_id)).scalar() or 0
    first, end = max(first_slot, sealed), _EVER if end_slot is None else end_slot
    tables = [
        select(table.c.slot).where(table.c.site_id == site_id, table.c.slot >= first, table.c.slot < end)
        for table in (site_slot, slot_record)
    ]
    mark = change.mark()
    slots = [(site_id, row.slot, mark) for row in change.connection.execute(union(*tables))]
    insert_rows(change.connection, _SLOT_MARKS, slots)
    if first_slot < min(sealed, end):
        late = months_over(change.connection, site_id, first_slot, min(sealed, end))
        note_late_corrections(change.connection, late)


def touch_months(change: Change, site_id: int, first_day: dt.date | None, last_day: dt.date | None) -> None:
    """Makes the sums of months due again, up to this one; None is as early, or as late, as can be.

    The day after the last counts too, because an opening may go on past midnight.
    """
    today = local_date(change.at, change.zone)
    if last_day is None or last_day >= today:
        last_day = today
    else:
        last_day += dt.timedelta(days=1)
    known = first_day or _first_day_known(change, site_id) or today
    mark = change.mark()
    # So does the day before the first: the quarter of an hour before an opening may lie on it.
    known -= dt.timedelta(days=1)
    months = months_between(Month(known.year, known.month), Month(last_day.year, last_day.month))
    rows = [(site_id, each.year * 100 + each.month, mark) for each in months]
    insert_rows(change.connection, _MONTH_MARKS, rows)


def _first_day_known(change: Change, site_id: int) -> dt.date | None:
    first = change.connection.execute(
        select(site_slot.c.slot).where(site_slot.c.site_id == site_id).order_by(site_slot.c.slot).limit(1)
    ).scalar()
    return None if first is None else local_date(first * 900, change.zone)


def _json(value: object) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, default=str, sort_keys=True)
