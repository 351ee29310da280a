"""Ways to add up that are shorter give the same sums."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from collector.domain import calendar
from collector.domain.calendar import Month
from collector.domain.offer import Life
from collector.domain.register import Calendar, Outage
from collector.domain.rollups import hours_of_week, roll_up
from collector.domain.site_slots import derive
from tests.collector.domain.small_site import ZONE, SmallSite, timetable

LONG_AGO = {0: derive([], {1: 900}, {1}, set())}
"""Something known of 1970, so that every slot is looked at by itself."""


@pytest.mark.parametrize("month", [Month(2026, 2), Month(2026, 3), Month(2026, 10)])
def test_a_month_of_which_nothing_is_known_has_the_sums_of_its_slots(month: Month) -> None:
    period = calendar.month(month, ZONE)
    moved = period.start() + 12 * 86_400 + 1000
    lives = (Life(1, 0, None), Life(2, moved, None), Life(3, 0, moved))
    site = SmallSite(Calendar((timetable(10, 15),)), lives, (Outage(1, moved + 90_000, moved + 400_000),))
    known = {slot: row for slot, row in LONG_AGO.items() if row is not None}
    assert known
    parts = site.stretches(period)
    for now in (None, period.end(), moved + 50_000, period.start() - 1):
        for since in (0, period.first_slot + 1000):
            assert roll_up(parts, {}, ZONE, now, since=since) == roll_up(parts, known, ZONE, now, since=since)


@pytest.mark.parametrize("name", ["Europe/Brussels", "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Apia"])
def test_the_hour_of_the_week_is_the_one_on_the_wall(name: str) -> None:
    zone = ZoneInfo(name)
    first = calendar.start_of_day(dt.date(2011, 12, 1), zone)
    end = first + 40_000
    walls = [dt.datetime.fromtimestamp(slot * 900, zone) for slot in range(first, end)]
    assert hours_of_week(first, end, zone) == [wall.weekday() * 24 + wall.hour for wall in walls]
