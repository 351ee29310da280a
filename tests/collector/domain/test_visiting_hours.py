"""Opening hours as visitors read them."""

import datetime as dt
from zoneinfo import ZoneInfo

from collector.domain.register import Calendar, Closure, Extra, OpeningKind, Timetable, WeeklyInterval
from collector.domain.visiting_hours import Now, at_moment, day_of, regular_hours, week_from

ZONE = ZoneInfo("Europe/Brussels")
FREE, TRAINING = OpeningKind.FREE_ACCESS, OpeningKind.TRAINING
MONDAY = dt.date(2026, 11, 23)
CALENDAR = Calendar(
    (
        Timetable(
            dt.date(2026, 1, 1),
            (
                WeeklyInterval(0, 9 * 60, 12 * 60 + 30, FREE),
                WeeklyInterval(0, 13 * 60 + 30, 17 * 60, TRAINING),
                WeeklyInterval(4, 20 * 60, 26 * 60, FREE),
            ),
        ),
    ),
    closures=(Closure(dt.date(2026, 11, 30), dt.date(2026, 12, 1), "Vacances"),),
    extras=(Extra(dt.date(2026, 11, 29), 10 * 60, 12 * 60, FREE),),
)


def clocks(calendar: Calendar, date: dt.date) -> list[str]:
    return [f"{each.from_clock}-{each.until_clock}" for each in day_of(calendar, date, ZONE).spans]


def test_a_day_has_its_intervals_with_their_kind() -> None:
    assert clocks(CALENDAR, MONDAY) == ["09:00-12:30", "13:30-17:00"]
    assert [each.kind for each in day_of(CALENDAR, MONDAY, ZONE).spans] == [FREE, TRAINING]


def test_a_night_is_told_on_both_of_its_days() -> None:
    assert clocks(CALENDAR, dt.date(2026, 11, 27)) == ["20:00-24:00"]
    assert clocks(CALENDAR, dt.date(2026, 11, 28)) == ["00:00-02:00"]


def test_closures_and_extras_count() -> None:
    week = week_from(CALENDAR, dt.date(2026, 11, 29), ZONE)
    assert [len(day.spans) for day in week] == [1, 0, 0, 0, 0, 1, 1]
    assert all(day.known for day in week)


def test_before_the_first_timetable_nothing_is_known() -> None:
    assert not day_of(CALENDAR, dt.date(2025, 12, 31), ZONE).known
    assert regular_hours(CALENDAR, dt.date(2025, 12, 31)) is None
    assert not day_of(Calendar(()), MONDAY, ZONE).known


def test_the_moment_says_until_when() -> None:
    noon = int(dt.datetime(2026, 11, 23, 12, 0, tzinfo=ZONE).timestamp())
    assert at_moment(CALENDAR, noon, ZONE) == Now(True, "12:30", FREE)
    assert at_moment(CALENDAR, noon + 3600, ZONE) == Now(False)
    assert at_moment(CALENDAR, noon + 2 * 3600, ZONE) == Now(True, "17:00", TRAINING)


def test_the_regular_week_regards_no_closure() -> None:
    week = regular_hours(CALENDAR, dt.date(2026, 11, 30))
    assert week is not None
    assert [len(day) for day in week] == [2, 0, 0, 0, 1, 0, 0]
    assert week[4][0].until_clock == "02:00"
