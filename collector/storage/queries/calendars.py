"""When sites are open, as the register says."""

import datetime as dt
from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, select

from collector.domain.register import (
    Calendar,
    Closure,
    Extra,
    HolidayChoice,
    OpeningKind,
    Timetable,
    WeeklyInterval,
)
from collector.storage.models import closure, extra_opening, holiday_choice, timetable, weekly_interval
from collector.storage.public_holidays import public_holidays


def calendar_of(connection: Connection, site_id: int, first_year: int, last_year: int) -> Calendar:
    """All that the register says; the holidays are those of these years and of the one before."""
    return calendars_of(connection, [site_id], first_year, last_year)[site_id]


def calendars_of(
    connection: Connection, site_ids: Sequence[int], first_year: int, last_year: int
) -> dict[int, Calendar]:
    """By site. The year before counts too, because an opening may go on past the midnight of New Year's Eve."""
    holidays = public_holidays(first_year - 1, last_year)
    weeks: dict[tuple[int, dt.date], list[WeeklyInterval]] = {}
    for row in _rows(connection, timetable, site_ids):
        weeks[row.site_id, row.valid_from] = []
    for row in _rows(connection, weekly_interval, site_ids):
        interval = WeeklyInterval(row.weekday, row.from_minute, row.until_minute, OpeningKind(row.kind))
        weeks[row.site_id, row.valid_from].append(interval)
    timetables: dict[int, list[Timetable]] = {site_id: [] for site_id in site_ids}
    for (site_id, valid_from), intervals in sorted(weeks.items()):
        timetables[site_id].append(Timetable(valid_from, tuple(sorted(intervals))))
    closures: dict[int, list[Closure]] = {site_id: [] for site_id in site_ids}
    for row in _rows(connection, closure, site_ids):
        closures[row.site_id].append(Closure(row.first_day, row.last_day, row.reason))
    extras: dict[int, list[Extra]] = {site_id: [] for site_id in site_ids}
    for row in _rows(connection, extra_opening, site_ids):
        extras[row.site_id].append(Extra(row.day, row.from_minute, row.until_minute, OpeningKind(row.kind)))
    choices: dict[int, list[HolidayChoice]] = {site_id: [] for site_id in site_ids}
    for row in _rows(connection, holiday_choice, site_ids):
        choices[row.site_id].append(HolidayChoice(row.day, row.is_open))
    return {
        site_id: Calendar(
            tuple(timetables[site_id]),
            tuple(closures[site_id]),
            tuple(extras[site_id]),
            holidays,
            tuple(choices[site_id]),
        )
        for site_id in site_ids
    }


def _rows(connection: Connection, table: Table, site_ids: Sequence[int]) -> Sequence[Any]:
    """In the order of the primary key."""
    return connection.execute(_of_sites(table), {"sites": list(site_ids)}).all()


@cache
def _of_sites(table: Table) -> Select[Any]:
    """Built once: every page asks it, and to build it takes longer than to ask it."""
    return select(table).where(table.c.site_id.in_(bindparam("sites", expanding=True))).order_by(*table.primary_key)
