"""When a station is taken for one on which nobody logs off between visitors."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.habit import DAYS, Habit

HOUR = 3600


def boot(habit: Habit | None, log_ons: list[tuple[float, float]], hours: float, off: float = 0) -> Habit:
    """One boot of so many hours with log-ons from and to an hour; `off` is in hours between its end and now."""
    begun = Habit(None if habit is None else habit.snapshot(), 0, same_boot=False)
    for minute in range(int(hours * 60) + 1):
        keys = [f"log-on {at}" for at, (start, end) in enumerate(log_ons) if start * 60 <= minute < end * 60]
        begun.see(minute * 60, keys)
    return begun


def decided(habit: Habit) -> str:
    """How visits are told in the boot that follows."""
    return Habit(habit.snapshot(), 0, same_boot=False).mode


ALL_DAY = [(0.1, 9.0)]
VISITORS = [(0.5, 1.5), (1.6, 3.0), (3.2, 8.5)]


def week(*days: list[tuple[float, float]], hours: float = 9.0) -> Habit:
    habit: Habit | None = None
    for log_ons in days:
        habit = boot(habit, log_ons, hours)
    assert habit is not None
    return habit


def test_five_days_at_one_log_on_are_a_station_that_is_always_logged_on() -> None:
    assert decided(week(*[ALL_DAY] * 4)) == "log_on"
    assert decided(week(*[ALL_DAY] * 5)) == "activity"


def test_who_logs_off_to_switch_off_is_no_visitor_who_leaves() -> None:
    assert decided(week(*[[(0.1, 8.9)]] * 5)) == "activity"


def test_visitors_who_log_on_one_after_another_are_counted_by_log_on() -> None:
    assert decided(week(*[VISITORS] * 10)) == "log_on"


def test_one_visitor_a_day_who_logs_off_and_leaves_the_station_on_is_counted_by_log_on() -> None:
    assert decided(week(*[[(1.0, 6.0)]] * 10)) == "log_on"


def test_short_days_and_days_without_anybody_say_nothing() -> None:
    assert decided(week(*[ALL_DAY] * 4, [], [], ALL_DAY)) == "activity"
    assert decided(week(*[[(0.1, 3.9)]] * 10, hours=3.9)) == "log_on"


def test_one_day_with_a_second_log_on_makes_the_five_days_begin_anew() -> None:
    assert decided(week(*[ALL_DAY] * 4, VISITORS, *[ALL_DAY] * 4)) == "log_on"
    assert decided(week(*[ALL_DAY] * 4, VISITORS, *[ALL_DAY] * 5)) == "activity"


def test_a_desktop_that_crashes_once_changes_nothing_and_two_changed_days_do() -> None:
    crashed = [(0.1, 3.0), (3.1, 9.0)]
    settled = [ALL_DAY] * 5
    assert decided(week(*settled, crashed, ALL_DAY)) == "activity"
    assert decided(week(*settled, crashed, ALL_DAY, VISITORS)) == "log_on"


def test_a_station_that_is_never_switched_off_is_told_by_days_of_24_hours() -> None:
    habit = Habit(None, 0, same_boot=False)
    for minute in range(0, 5 * 1440 + 1, 5):
        habit.see(minute * 60, ["kiosk"])
        if minute < 5 * 1440:
            assert habit.mode == "log_on"
    assert habit.mode == "activity"


def test_nights_asleep_end_a_day_and_are_no_time_at_a_log_on() -> None:
    habit = Habit(None, 0, same_boot=False)
    now = 0
    for _ in range(5):
        habit.see(now, ["kiosk"])
        now += 3 * HOUR
        habit.see(now, ["kiosk"])
        habit.sleep(now, now + 14 * HOUR, ["kiosk"])
        now += 14 * HOUR
    assert habit.days == ""
    for _ in range(5):
        habit.see(now, ["kiosk"])
        now += 9 * HOUR
        habit.see(now, ["kiosk"])
        habit.sleep(now, now + 14 * HOUR, ["kiosk"])
        now += 14 * HOUR
    assert (habit.days, habit.mode) == ("hhhhh", "activity")


def test_a_restart_of_the_service_does_not_end_a_day() -> None:
    habit = Habit(None, 0, same_boot=False)
    habit.see(0, ["a"])
    habit.see(2 * HOUR, ["a"])
    habit = Habit(habit.snapshot(), 2 * HOUR, same_boot=True)
    habit.see(2 * HOUR, ["a"])
    habit.see(4 * HOUR, ["a"])
    assert Habit(habit.snapshot(), 0, same_boot=False).days == "h"


def test_two_people_at_once_are_visitors_who_log_on() -> None:
    habit = Habit(None, 0, same_boot=False)
    habit.see(0, ["a"])
    habit.see(5 * HOUR, ["a", "b"])
    assert Habit(habit.snapshot(), 0, same_boot=False).days == "c"


@pytest.mark.parametrize("saved", [{}, {"begun": "x"}, {"begun": 1, "now": 2, "held": 3}, {"begun": None}])
def test_a_damaged_memory_is_an_error_that_its_reader_can_name(saved: dict[str, Any]) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        Habit(saved, 0, same_boot=True)


@given(
    st.lists(
        st.tuples(
            st.integers(0, 40_000),
            st.sets(st.sampled_from("abc"), max_size=2),
            st.sampled_from(["see", "sleep", "boot"]),
        ),
        max_size=40,
    )
)
def test_whatever_happens_the_memory_stays_small_and_survives_being_written(
    happenings: list[tuple[int, set[str], str]],
) -> None:
    habit, now = Habit(None, 0, same_boot=False), 0
    for pause, keys, kind in happenings:
        if kind == "sleep":
            habit.sleep(now, now + pause, keys)
            now += pause
        elif kind == "boot":
            now = 0
            habit = Habit(habit.snapshot(), now, same_boot=False)
        else:
            now += pause
            habit.see(now, keys)
        assert len(habit.days) <= DAYS
        again = Habit(habit.snapshot(), now, same_boot=True)
        assert again.snapshot() == habit.snapshot()
        if habit.mode == "activity":
            assert habit.days.count("c") < 2
