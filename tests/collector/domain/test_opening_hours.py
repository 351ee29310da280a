import datetime as dt
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.domain import calendar as local
from collector.domain.calendar import Month, Period
from collector.domain.opening_hours import openings, regular_intervals
from collector.domain.register import (
    Calendar,
    Closure,
    Extra,
    HolidayChoice,
    Opening,
    OpeningKind,
    Timetable,
    WeeklyInterval,
)

BRUSSELS = ZoneInfo("Europe/Brussels")
FREE, TRAINING, ACCOMPANIED = OpeningKind.FREE_ACCESS, OpeningKind.TRAINING, OpeningKind.ACCOMPANIED
DAYS = {name: number for number, name in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}


def minute(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def interval(day: str, since: str, until: str, kind: OpeningKind = FREE) -> WeeklyInterval:
    return WeeklyInterval(DAYS[day], minute(since), minute(until), kind)


def week(*intervals: WeeklyInterval, valid_from: str = "2020-01-01") -> Timetable:
    return Timetable(dt.date.fromisoformat(valid_from), intervals)


def extra(day: str, since: str, until: str, kind: OpeningKind = FREE) -> Extra:
    return Extra(dt.date.fromisoformat(day), minute(since), minute(until), kind)


def days(first: str, last: str | None = None) -> Period:
    return local.days(dt.date.fromisoformat(first), dt.date.fromisoformat(last or first), BRUSSELS)


def clocks(some: list[Opening]) -> list[str]:
    """What a visitor reads on the door."""

    def clock(slot: int, form: str) -> str:
        return dt.datetime.fromtimestamp(slot * 900, BRUSSELS).strftime(form)

    return [f"{clock(each.first_slot, '%d %H:%M')}-{clock(each.end_slot, '%H:%M')} {each.kind}" for each in some]


def slots(some: list[Opening]) -> int:
    return sum(each.end_slot - each.first_slot for each in some)


def test_a_lunch_break_is_a_gap_and_neighbours_of_one_kind_are_one_opening() -> None:
    timetable = week(
        interval("mon", "09:30", "12:30"),
        interval("mon", "13:30", "16:00"),
        interval("mon", "16:00", "17:00"),
        interval("mon", "17:00", "18:00", TRAINING),
    )

    assert clocks(openings(Calendar((timetable,)), days("2026-11-23"), BRUSSELS)) == [
        "23 09:30-12:30 free_access",
        "23 13:30-17:00 free_access",
        "23 17:00-18:00 training",
    ]


def test_the_opening_hours_of_the_past_are_those_of_the_past() -> None:
    calendar = Calendar(
        (
            week(interval("tue", "14:00", "18:00"), valid_from="2026-03-03"),
            week(interval("tue", "10:00", "12:00"), valid_from="2026-01-01"),
            week(valid_from="2026-03-10"),
        )
    )

    assert clocks(openings(calendar, days("2026-02-24", "2026-03-31"), BRUSSELS)) == [
        "24 10:00-12:00 free_access",
        "03 14:00-18:00 free_access",
    ]
    assert openings(calendar, days("2025-12-30"), BRUSSELS) == []


def test_a_closure_and_a_holiday_take_the_timetable_away_and_an_extra_and_a_choice_give_it_back() -> None:
    calendar = Calendar(
        (week(*(interval(day, "10:00", "12:00") for day in DAYS)),),
        closures=(Closure(dt.date(2026, 7, 20), dt.date(2026, 7, 23), "works"),),
        extras=(extra("2026-07-22", "14:00", "15:00", ACCOMPANIED),),
        holidays=(dt.date(2026, 7, 19), dt.date(2026, 7, 21), dt.date(2026, 7, 25)),
        choices=(
            HolidayChoice(dt.date(2026, 7, 21), is_open=True),
            HolidayChoice(dt.date(2026, 7, 24), is_open=False),
            HolidayChoice(dt.date(2026, 7, 25), is_open=True),
        ),
    )

    assert clocks(openings(calendar, days("2026-07-18", "2026-07-25"), BRUSSELS)) == [
        "18 10:00-12:00 free_access",
        "22 14:00-15:00 accompanied",
        "25 10:00-12:00 free_access",
    ]


def test_an_extra_wins_over_the_timetable_where_they_overlap() -> None:
    calendar = Calendar(
        (week(interval("mon", "09:00", "17:00")),),
        extras=(extra("2026-11-23", "10:00", "11:00", TRAINING), extra("2026-11-23", "16:00", "18:00", TRAINING)),
    )

    assert clocks(openings(calendar, days("2026-11-23"), BRUSSELS)) == [
        "23 09:00-10:00 free_access",
        "23 10:00-11:00 training",
        "23 11:00-16:00 free_access",
        "23 16:00-18:00 training",
    ]


def test_an_evening_goes_on_past_midnight_into_a_closed_day_and_into_the_next_year() -> None:
    calendar = Calendar(
        (week(interval("thu", "20:00", "26:00")),), closures=(Closure(dt.date(2027, 1, 1), dt.date(2027, 1, 31), ""),)
    )

    assert clocks(openings(calendar, days("2026-12-31"), BRUSSELS)) == ["31 20:00-00:00 free_access"]
    assert clocks(openings(calendar, days("2027-01-01"), BRUSSELS)) == ["01 00:00-02:00 free_access"]
    assert openings(calendar, days("2027-01-02", "2027-01-31"), BRUSSELS) == []


@pytest.mark.parametrize(("sunday", "day_slots", "night_slots"), [("2026-03-29", 92, 36), ("2026-10-25", 100, 44)])
def test_days_of_the_changed_clock_have_23_and_25_hours(sunday: str, day_slots: int, night_slots: int) -> None:
    always = Calendar((week(*(interval(day, "00:00", "24:00") for day in DAYS)),))
    nights = Calendar((week(interval("sat", "20:00", "30:00")),))
    saturday = (dt.date.fromisoformat(sunday) - dt.timedelta(days=1)).isoformat()

    assert slots(openings(always, days(sunday), BRUSSELS)) == day_slots
    assert slots(openings(nights, days(saturday, sunday), BRUSSELS)) == night_slots


def test_a_time_that_the_clock_jumps_over_is_the_moment_of_the_jump() -> None:
    sunday = days("2026-03-29")

    def open_for(since: str, until: str) -> list[str]:
        return clocks(openings(Calendar((week(interval("sun", since, until)),)), sunday, BRUSSELS))

    assert open_for("02:30", "04:00") == ["29 03:00-04:00 free_access"]
    assert open_for("01:00", "02:30") == ["29 01:00-03:00 free_access"]
    assert open_for("02:00", "02:45") == []


def test_a_time_that_the_clock_shows_twice_is_the_first_of_the_two() -> None:
    sunday = days("2026-10-25")

    def length_of(since: str, until: str) -> int:
        return slots(openings(Calendar((week(interval("sun", since, until)),)), sunday, BRUSSELS))

    assert length_of("01:00", "02:30") == 6
    assert length_of("02:00", "03:00") == 8


def test_a_month_in_which_the_site_is_closed_throughout_has_no_opening() -> None:
    calendar = Calendar(
        (week(*(interval(day, "09:00", "17:00") for day in DAYS)),),
        closures=(Closure(dt.date(2026, 8, 1), dt.date(2026, 8, 31), "summer"),),
    )

    assert openings(calendar, local.month(Month(2026, 8), BRUSSELS), BRUSSELS) == []
    assert slots(openings(calendar, local.month(Month(2026, 9), BRUSSELS), BRUSSELS)) == 30 * 8 * 4


quarters = st.integers(0, 95)
kinds = st.sampled_from(OpeningKind)
dates = st.dates(dt.date(2025, 12, 20), dt.date(2027, 1, 10))


@st.composite
def stretches(draw: st.DrawFn) -> tuple[int, int]:
    first = draw(quarters)
    return first * 15, (first + draw(st.integers(1, 96))) * 15


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    def weekly() -> WeeklyInterval:
        return WeeklyInterval(draw(st.integers(0, 6)), *draw(stretches()), draw(kinds))

    timetables = tuple(
        Timetable(valid_from, tuple(weekly() for _ in range(draw(st.integers(0, 8)))))
        for valid_from in draw(st.lists(dates, max_size=3, unique=True))
    )
    closures = tuple(
        Closure(first, first + dt.timedelta(days=draw(st.integers(0, 40))), "")
        for first in draw(st.lists(dates, max_size=2))
    )
    extras = tuple(Extra(draw(dates), *draw(stretches()), draw(kinds)) for _ in range(draw(st.integers(0, 3))))
    choices = tuple(HolidayChoice(day, draw(st.booleans())) for day in draw(st.lists(dates, max_size=2, unique=True)))
    return Calendar(timetables, closures, extras, tuple(draw(st.lists(dates, max_size=5))), choices)


@settings(max_examples=40, deadline=None)
@given(calendars())
def test_months_sum_to_the_year_and_days_to_their_month(calendar: Calendar) -> None:
    months = [local.month(Month(2026, number), BRUSSELS) for number in range(1, 13)]
    by_month = [openings(calendar, month, BRUSSELS) for month in months]
    year = openings(calendar, days("2026-01-01", "2026-12-31"), BRUSSELS)

    for kind in OpeningKind:
        of_kind = [slots([each for each in some if each.kind is kind]) for some in [*by_month, year]]
        assert sum(of_kind[:-1]) == of_kind[-1]
    march = [openings(calendar, day, BRUSSELS) for day in local.days_of(months[2], BRUSSELS)]
    assert sum(map(slots, march)) == slots(by_month[2])


@settings(max_examples=60, deadline=None)
@given(calendars(), dates, st.integers(0, 60))
def test_openings_are_disjoint_in_order_and_within_the_period(calendar: Calendar, first: dt.date, length: int) -> None:
    period = local.days(first, first + dt.timedelta(days=length), BRUSSELS)
    found = openings(calendar, period, BRUSSELS)

    assert all(each.first_slot < each.end_slot for each in found)
    assert all(period.first_slot <= each.first_slot and each.end_slot <= period.end_slot for each in found)
    for before, after in pairwise(found):
        assert before.end_slot < after.first_slot or (
            before.end_slot == after.first_slot and before.kind is not after.kind
        )


@settings(max_examples=60, deadline=None)
@given(calendars(), st.dates(dt.date(2026, 4, 2), dt.date(2026, 10, 20)))
def test_a_slot_is_open_when_the_clock_on_the_wall_says_so(calendar: Calendar, date: dt.date) -> None:
    """Slot by slot, on days without a change of the clock."""
    day = local.day(date, BRUSSELS)
    found = {
        slot: each.kind for each in openings(calendar, day, BRUSSELS) for slot in range(each.first_slot, each.end_slot)
    }
    for number in range(96):
        regular, extras = offered(calendar, date, number * 15)
        before = offered(calendar, date - dt.timedelta(days=1), number * 15 + 1440)
        kinds = extras | before[1] or regular | before[0]
        kind = found.get(day.first_slot + number)
        assert kind in kinds if kinds else kind is None


def offered(calendar: Calendar, date: dt.date, shown: int) -> tuple[set[OpeningKind], set[OpeningKind]]:
    """The kinds of what began on a day and is open so many minutes later: regular, and extra."""
    return (
        {each.kind for each in regular_intervals(calendar, date) if each.from_minute <= shown < each.until_minute},
        {each.kind for each in calendar.extras if each.day == date and each.from_minute <= shown < each.until_minute},
    )
