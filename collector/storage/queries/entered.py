"""What people entered, by site."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, Table, bindparam, select

from collector.domain.calendar import Month
from collector.domain.entered import (
    Activity,
    ActivityKind,
    Attendance,
    Entered,
    HowCounted,
    MonthlyFigure,
    MonthlyKind,
    Service,
    SiteYear,
    Trait,
)
from collector.storage.models import activity, activity_public, attendance, monthly_figure, site_year


def entered_of(connection: Connection, site_id: int, first_year: int, last_year: int) -> Entered:
    """All that touches these years."""
    return entered_of_sites(connection, [site_id], first_year, last_year)[site_id]


def attendance_within(connection: Connection, site_id: int, first: dt.date, last: dt.date) -> list[Attendance]:
    """What has a day in common with these; in order of time."""
    columns = attendance.c
    rows = connection.execute(
        select(columns.first_day, columns.last_day, columns.visits, columns.how, columns.persons)
        .where(columns.site_id == site_id, columns.first_day <= last, columns.last_day >= first)
        .order_by(columns.first_day)
    )
    return [Attendance(row.first_day, row.last_day, row.visits, HowCounted(row.how), row.persons) for row in rows]


def activity_of(connection: Connection, site_id: int, activity_id: int) -> Activity | None:
    mine = (activity.c.site_id == site_id, activity.c.activity_id == activity_id)
    row = connection.execute(select(activity).where(*mine)).one_or_none()
    if row is None:
        return None
    public = (
        select(activity_public.c.trait, activity_public.c.value, activity_public.c.persons)
        .where(activity_public.c.site_id == site_id, activity_public.c.activity_id == activity_id)
        .order_by(activity_public.c.trait, activity_public.c.value)
    )
    return _activity(row, [(Trait(trait), value, persons) for trait, value, persons in connection.execute(public)])


def _activity(row: Row[Any], public: Sequence[tuple[Trait, str, int]]) -> Activity:
    return Activity(
        row.activity_id,
        ActivityKind(row.kind),
        row.first_day,
        row.last_day,
        row.number,
        row.seconds,
        row.attendances,
        row.recurrent,
        row.title,
        tuple(public),
    )


def entered_of_sites(
    connection: Connection, site_ids: Sequence[int], first_year: int, last_year: int
) -> dict[int, Entered]:
    """By site; each list in order of time."""
    asked = {
        "sites": list(site_ids),
        "first_day": dt.date(first_year, 1, 1),
        "last_day": dt.date(last_year, 12, 31),
        "first_year": first_year,
        "last_year": last_year,
        "first_month": first_year * 100,
        "last_month": last_year * 100 + 99,
    }
    attendances: dict[int, list[Attendance]] = {site_id: [] for site_id in site_ids}
    for row in connection.execute(_statements().attendance, asked):
        attendances[row.site_id].append(
            Attendance(row.first_day, row.last_day, row.visits, HowCounted(row.how), row.persons)
        )
    publics: dict[tuple[int, int], list[tuple[Trait, str, int]]] = {}
    for row in connection.execute(_statements().public, asked):
        publics.setdefault((row.site_id, row.activity_id), []).append((Trait(row.trait), row.value, row.persons))
    activities: dict[int, list[Activity]] = {site_id: [] for site_id in site_ids}
    for row in connection.execute(_statements().activity, asked):
        activities[row.site_id].append(_activity(row, publics.get((row.site_id, row.activity_id), ())))
    years: dict[int, list[SiteYear]] = {site_id: [] for site_id in site_ids}
    for row in connection.execute(_statements().year, asked):
        services = None if row.services is None else tuple(Service(word) for word in row.services.split())
        years[row.site_id].append(SiteYear(row.year, row.facilitators, row.facilitators_fte, services, row.narrative))
    monthly: dict[int, list[MonthlyFigure]] = {site_id: [] for site_id in site_ids}
    for row in connection.execute(_statements().month, asked):
        month = Month(*divmod(row.month, 100))
        monthly[row.site_id].append(MonthlyFigure(month, MonthlyKind(row.figure), row.value, row.source, row.method))
    return {
        site_id: Entered(attendances[site_id], activities[site_id], years[site_id], monthly[site_id])
        for site_id in site_ids
    }


class _Statements(NamedTuple):
    attendance: Select[Any]
    public: Select[Any]
    activity: Select[Any]
    year: Select[Any]
    month: Select[Any]


@cache
def _statements() -> _Statements:
    """Built once: nearly every page asks them, and to build them takes longer than to ask."""

    def of_sites(table: Table) -> Select[Any]:
        return select(table).where(table.c.site_id.in_(bindparam("sites", expanding=True)))

    def touching(table: Table) -> Select[Any]:
        return of_sites(table).where(
            table.c.first_day <= bindparam("last_day"), table.c.last_day >= bindparam("first_day")
        )

    return _Statements(
        touching(attendance).order_by(attendance.c.first_day),
        of_sites(activity_public).order_by(activity_public.c.trait, activity_public.c.value),
        touching(activity).order_by(activity.c.first_day, activity.c.activity_id),
        of_sites(site_year)
        .where(site_year.c.year.between(bindparam("first_year"), bindparam("last_year")))
        .order_by(site_year.c.year),
        of_sites(monthly_figure)
        .where(monthly_figure.c.month.between(bindparam("first_month"), bindparam("last_month")))
        .order_by(monthly_figure.c.month, monthly_figure.c.figure),
    )
