"""Adds up the months of sites: the only writer of what is stored of them, beside the purge that folds them.

A month is due when it has sums that a mark says are old, or sums that end before today, or none. A running month is
stored up to the last local midnight, so that a page has only today to add. Marks come from the roller (a site slot was
derived again) and from changes of the register. They are read first: what changes afterwards leaves its mark there,
and until the month is done again everybody adds it up from its slots.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from collector.domain import calendar
from collector.domain.calendar import Month, local_date, months_between
from collector.domain.offer import slot_down
from collector.domain.rollups import Key, OfDay, Sums, roll_up_days
from collector.ingest.roller import holds_lease
from collector.storage.engine import reading, writing
from collector.storage.models import dirty_month, site
from collector.storage.queries.rolled_days import forget_days, write_days
from collector.storage.queries.rolled_months import (
    forget,
    mark_months,
    month_of_number,
    note_late_corrections,
    number_of,
    rolled_months,
    unmark,
    write_sums,
)
from collector.storage.queries.site_slots import first_site_slot, slots_between
from collector.storage.queries.tallies import Offer, offers_of

AT_ONCE = 4
"""Each takes some hundredths of a second, in which the roller does nothing else."""


class Due(NamedTuple):
    site_id: int
    month: Month
    mark: int | None
    """That it bears; None where it is due without one."""


class MonthRoller:
    """Does what is due, a few months at each call; what became due by the calendar is looked up once a day."""

    def __init__(self, engine: Engine, zone: ZoneInfo) -> None:
        """Months are those of `zone`."""
        self._engine = engine
        self._zone = zone
        self._today: dt.date | None = None
        self._waiting: list[Due] = []

    def __call__(self, now: int) -> bool:
        """Whether there is more to do."""
        today = local_date(now, self._zone)
        if today != self._today:
            self._waiting = due_by_calendar(self._engine, now, self._zone)
            self._today = today
        some = marked(self._engine, AT_ONCE)
        if not some:
            some, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
        roll_months(self._engine, some, now, self._zone)
        return bool(some)


def marked(engine: Engine, limit: int) -> list[Due]:
    """Months with a mark, the oldest first."""
    columns = dirty_month.c
    with reading(engine) as connection:
        rows = connection.execute(
            select(columns.site_id, columns.month, columns.mark).order_by(columns.month, columns.site_id).limit(limit)
        )
        return [Due(row.site_id, month_of_number(row.month), row.mark) for row in rows]


def due_by_calendar(engine: Engine, now: int, zone: ZoneInfo) -> list[Due]:
    """Months that have begun at their site and are not stored up to the last midnight, by site.

    Before its first station and its first site slot there are only opening hours. Those of the same year are stored
    too, because reports ask for whole years; whoever asks for earlier ones has them from the timetable.
    """
    today = calendar.today(now, zone)
    this_month = Month(today.first_day.year, today.first_day.month)
    found = []
    with reading(engine) as connection:
        sites = [row.site_id for row in connection.execute(select(site.c.site_id).order_by(site.c.site_id))]
        offers = offers_of(connection, sites, today.first_day, today.first_day, zone)
        stored = rolled_months(connection, sites)
        begun = {site_id: _measured_from(connection, offers[site_id], site_id) for site_id in sites}
    for site_id, begins in begun.items():
        if begins is None:
            continue
        opened = offers[site_id].begins() or begins
        first = local_date(begins * calendar.SLOT_SECONDS, zone)
        for month in months_between(Month(first.year, 1), this_month):
            have = stored[site_id].get(month)
            end = _until(month, today.first_slot, zone)
            has_begun = end > max(calendar.month(month, zone).first_slot, min(opened, begins))
            if has_begun and (have is None or have.until_slot < end):
                found.append(Due(site_id, month, None))
    return found


def _measured_from(connection: Connection, offer: Offer, site_id: int) -> int | None:
    """The first slot with a station or with anything known; None while there is neither."""
    firsts = [slot_down(life.start) for life in offer.lives]
    known = first_site_slot(connection, site_id)
    return min([*firsts, *([] if known is None else [known])], default=None)


def roll_months(engine: Engine, due: Sequence[Due], now: int, zone: ZoneInfo) -> None:
    """Adds these months up and stores them; one whose mark has changed meanwhile stays due."""
    midnight = calendar.today(now, zone).first_slot
    for each in due:
        period = calendar.month(each.month, zone)
        until = _until(each.month, midnight, zone)
        with reading(engine) as connection:
            have = rolled_months(connection, [each.site_id])[each.site_id].get(each.month)
            folded = have is not None and have.sha256 is not None
            sums, days = ({}, []) if folded else sums_of(connection, each.site_id, each.month, until, zone)
        with writing(engine) as connection:
            if each.mark is not None and not unmark(connection, each.site_id, each.month, each.mark):
                continue
            if folded:
                note_late_corrections(connection, [(each.site_id, number_of(each.month))])
            elif sums:
                write_sums(connection, each.site_id, each.month, period.first_slot, until, now, sums)
                write_days(connection, each.site_id, each.month, days)
            else:
                forget(connection, each.site_id, each.month)
                forget_days(connection, each.site_id, each.month)


def sums_of(
    connection: Connection, site_id: int, month: Month, until: int, zone: ZoneInfo
) -> tuple[dict[Key, Sums], list[OfDay]]:
    """What the register and the site slots say of a month up to a midnight, and of its days; nothing before the site
    begins.
    """
    period = calendar.month(month, zone)
    offer: Offer = offers_of(connection, [site_id], period.first_day, period.last_day, zone)[site_id]
    begins = offer.begins()
    if begins is None or begins >= until:
        return {}, []
    rows = slots_between(connection, [(site_id, period.first_slot, until)])[site_id]
    days = [first for day in calendar.days_of(period, zone) if (first := day.first_slot) < until]
    return roll_up_days(offer.stretches(period.first_slot, until), rows, zone, days)


def rebuild_months(engine: Engine, now: int, holder: str, zone: ZoneInfo, mark: int) -> int:
    """Marks every stored month that has its site slots, and does all that is due if nobody else rolls; how many."""
    with reading(engine) as connection:
        sites = [row.site_id for row in connection.execute(select(site.c.site_id))]
        stored = rolled_months(connection, sites)
    open_months = [
        (site_id, number_of(month))
        for site_id, months in stored.items()
        for month, rolled in months.items()
        if rolled.sha256 is None
    ]
    with writing(engine) as connection:
        mark_months(connection, open_months, mark)
    count = len(open_months)
    if holds_lease(engine, now, holder):
        while some := marked(engine, AT_ONCE):
            roll_months(engine, some, now, zone)
        late = due_by_calendar(engine, now, zone)
        roll_months(engine, late, now, zone)
        count += len(late)
    return count


def _until(month: Month, midnight: int, zone: ZoneInfo) -> int:
    """Where a month is stored up to: its end, or the last midnight."""
    return min(calendar.month(month, zone).end_slot, midnight)
