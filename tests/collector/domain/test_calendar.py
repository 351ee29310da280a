import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.domain import calendar
from collector.domain.calendar import Month

BRUSSELS = ZoneInfo("Europe/Brussels")
years = st.integers(2000, 2090)


def test_the_day_on_which_summer_begins_has_92_slots() -> None:
    day = calendar.day(dt.date(2026, 3, 29), BRUSSELS)
    assert day.end_slot - day.first_slot == 92


def test_the_day_on_which_winter_begins_has_100_slots() -> None:
    day = calendar.day(dt.date(2026, 10, 25), BRUSSELS)
    assert day.end_slot - day.first_slot == 100


def test_a_day_begins_at_local_midnight() -> None:
    assert calendar.day(dt.date(2026, 11, 22), BRUSSELS).start() == 1795302000
    assert calendar.day(dt.date(2026, 7, 1), BRUSSELS).start() == 1782856800


@given(years)
def test_months_join_without_a_gap_and_sum_to_the_year(year: int) -> None:
    months = [calendar.month(Month(year, number), BRUSSELS) for number in range(1, 13)]
    whole = calendar.days(dt.date(year, 1, 1), dt.date(year, 12, 31), BRUSSELS)
    assert sum(month.end_slot - month.first_slot for month in months) == whole.end_slot - whole.first_slot
    assert all(before.end_slot == after.first_slot for before, after in pairwise(months))


@given(years, st.integers(1, 12))
def test_days_sum_to_their_month(year: int, number: int) -> None:
    month = calendar.month(Month(year, number), BRUSSELS)
    days = calendar.days_of(month, BRUSSELS)
    assert days[0].first_slot == month.first_slot
    assert days[-1].end_slot == month.end_slot
    assert sum(day.end_slot - day.first_slot for day in days) == month.end_slot - month.first_slot


def test_the_last_days_end_with_today_even_just_before_midnight() -> None:
    now = calendar.day(dt.date(2026, 11, 22), BRUSSELS).end() - 1
    period = calendar.last_days(30, now, BRUSSELS)
    assert (period.first_day, period.last_day) == (dt.date(2026, 10, 24), dt.date(2026, 11, 22))
    assert calendar.today(now, BRUSSELS).name == "2026-11-22"
    assert calendar.this_month(now, BRUSSELS).name == "2026-11"


def test_months_between_crosses_the_year_and_includes_both_ends() -> None:
    asked = calendar.months_between(Month(2025, 11), Month(2026, 2))
    assert [str(month) for month in asked] == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert calendar.months_between(Month(2026, 2), Month(2026, 1)) == []


@pytest.mark.parametrize(
    "text", ["", "2026", "2026-13", "2026-00", "26-11", "2026-1", "2026-11-22", "-2026-1", "٢٠٢٦-11"]
)
def test_what_is_not_a_month_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(calendar.NotAMonth, match="YYYY-MM"):
        calendar.parse_month(text)
