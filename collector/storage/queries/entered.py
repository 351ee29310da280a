"""What people entered, by site."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, select

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


def entered_of_sites(
    connection: Connection, site_ids: Sequence[int], first_year: int, last_year: int
) -> dict[int, Entered]:
    """By site; each list in order of time."""
    first, last = dt.date(first_year, 1, 1), dt.date(last_year, 12, 31)
    attendances: dict[int, list[Attendance]] = {site_id: [] for site_id in site_ids}
    for row in connection.execute(
        select(attendance)
        .where(attendance.c.site_id.in_(site_ids), attendance.c.first_day <= last, attendance.c.last_day >= first)
        .order_by(attendance.c.first_day)
    ):
        attendances[row.site_id].append(
            Attendance(row.first_day, row.last_day, row.visits, HowCounted(row.how), row.persons)
        )
    publics: dict[tuple[int, int], list[tuple[Trait, str, int]]] = {}
    for row in connection.execute(
        select(activity_public)
        .where(activity_public.c.site_id.in_(site_ids))
        .order_by(activity_public.c.trait, activity_public.c.value)
    ):
        publics.setdefault((row.site_id, row.activity_id), []).append((Trait(row.trait), row.value, row.persons))
    activities: dict[int, list[Activity]] = {site_id: [] for site_id in site_ids}
    for row in connection.execute(
        select(activity)
        .where(activity.c.site_id.in_(site_ids), activity.c.first_day <= last, activity.c.last_day >= first)
        .order_by(activity.c.first_day, activity.c.activity_id)
    ):
        activities[row.site_id].append(
            Activity(
                row.activity_id,
                ActivityKind(row.kind),
                row.first_day,
                row.last_day,
                row.number,
                row.seconds,
                row.attendances,
                row.recurrent,
                row.title,
                tuple(publics.get((row.site_id, row.activity_id), ())),
            )
        )
    years: dict[int, list[SiteYear]] = {site_id: [] for site_id in site_ids}
    for row in connection.execute(
        select(site_year)
        .where(site_year.c.site_id.in_(site_ids), site_year.c.year.between(first_year, last_year))
        .order_by(site_year.c.year)
    ):
        services = None if row.services is None else tuple(Service(word) for word in row.services.split())
        years[row.site_id].append(SiteYear(row.year, row.facilitators, row.facilitators_fte, services, row.narrative))
    monthly: dict[int, list[MonthlyFigure]] = {site_id: [] for site_id in site_ids}
    for row in connection.execute(
        select(monthly_figure)
        .where(
            monthly_figure.c.site_id.in_(site_ids),
            monthly_figure.c.month.between(first_year * 100, last_year * 100 + 99),
        )
        .order_by(monthly_figure.c.month, monthly_figure.c.figure)
    ):
        month = Month(*divmod(row.month, 100))
        monthly[row.site_id].append(MonthlyFigure(month, MonthlyKind(row.figure), row.value, row.source, row.method))
    return {
        site_id: Entered(attendances[site_id], activities[site_id], years[site_id], monthly[site_id])
        for site_id in site_ids
    }
