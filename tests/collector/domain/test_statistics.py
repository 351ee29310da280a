import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from collector.domain import calendar
from collector.domain.calendar import Month, Period
from collector.domain.cells import CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, Status, counted
from collector.domain.disclosure import use_may_be_shown
from collector.domain.overview import overview
from collector.domain.statistics import (
    DatedRule,
    Figures,
    Installed,
    Mark,
    Method,
    Rules,
    Stretch,
    Sums,
    figures,
    stretches,
)

RULES = Rules()
ZONE = RULES.zone
DAY = calendar.day(dt.date(2026, 11, 20), ZONE)
MONTH = calendar.month(Month(2026, 10), ZONE)
LONG_AFTER = calendar.day(dt.date(2027, 6, 1), ZONE).start()
HOUR = 3600


def known(share: Fraction = Fraction(1), starts: int = 2, seconds_in_use: int = 300) -> Callable[[Stretch], Sums]:
    """Every slot alike: this share of the offered time readable, this use in each slot."""

    def sums(stretch: Stretch) -> Sums:
        slots = stretch.end_slot - stretch.first_slot
        readable_in_each = int(stretch.seconds_per_slot * share)
        readable = slots * readable_in_each
        # Nobody starts a session in time that cannot be read.
        slots = slots if readable_in_each else 0
        return Sums(
            readable,
            readable,
            dict.fromkeys((3, 5, 10, 15), starts * slots),
            {10: min(seconds_in_use * slots, readable)},
        )

    return sums


def computed(
    period: Period,
    installed: list[Installed],
    sums: Callable[[Stretch], Sums],
    now: int = LONG_AFTER,
    methods: tuple[Method, ...] = (),
    *,
    demonstration: bool = False,
) -> Figures:
    found = [(stretch, sums(stretch)) for stretch in stretches(period, installed, now)]
    return figures(period, found, methods, now, RULES, demonstration=demonstration)


def since(moment: int, stations: int) -> list[Installed]:
    return [Installed(moment, None)] * stations


def test_two_stations_that_are_known_all_day_have_full_coverage() -> None:
    row = computed(DAY, since(DAY.start(), 2), known())
    assert row.coverage == counted(Fraction(1))
    assert row.seconds_offered == row.seconds_observed == counted(48 * HOUR)
    assert row.sessions == counted(2 * 96)
    assert row.seconds_of_use == counted(300 * 96)
    assert row.marks == ()


def test_the_offer_stops_at_now_and_the_period_is_running() -> None:
    row = computed(DAY, since(DAY.start(), 2), known(), now=DAY.start() + 10 * HOUR + 100)
    assert row.seconds_offered == counted(2 * (10 * HOUR + 100))
    assert row.marks == (Mark.RUNNING,)


def test_the_offer_of_a_station_begins_with_its_installation_to_the_second() -> None:
    row = computed(DAY, since(DAY.start() + HOUR + 7, 2), known())
    assert row.seconds_offered == counted(2 * (23 * HOUR - 7))


def test_a_period_before_any_station_is_not_applicable() -> None:
    row = computed(DAY, since(DAY.end(), 2), known())
    assert {row.sessions, row.seconds_of_use, row.coverage, row.seconds_offered} == {NOT_APPLICABLE}


def test_a_period_in_the_future_is_not_applicable() -> None:
    assert computed(DAY, since(0, 2), known(), now=DAY.start()).sessions == NOT_APPLICABLE


def test_silence_is_unknown_and_not_zero() -> None:
    row = computed(DAY, since(0, 2), lambda _: Sums())
    assert row.sessions == row.seconds_of_use == UNKNOWN
    assert row.coverage == counted(Fraction(0))


def test_observed_but_unreadable_sessions_are_unknown() -> None:
    row = computed(DAY, since(0, 2), lambda stretch: Sums(seconds_observed=stretch.seconds_offered()))
    assert row.sessions == UNKNOWN
    assert row.seconds_observed == counted(48 * HOUR)


def test_zero_is_a_value_where_the_time_is_known() -> None:
    assert computed(DAY, since(0, 2), known(starts=0, seconds_in_use=0)).sessions == counted(0)


def test_coverage_below_the_limit_marks_the_value() -> None:
    row = computed(DAY, since(0, 2), known(Fraction(79, 100)))
    assert row.marks == (Mark.LOW_COVERAGE,)
    assert row.sessions == counted(2 * 96, at_least=True)
    assert computed(DAY, since(0, 2), known(Fraction(80, 100))).marks == ()


def test_log_on_without_presence_makes_hours_an_upper_bound() -> None:
    row = computed(DAY, since(0, 2), known(), methods=(Method(DAY.first_slot, "log_on", presence_readable=False),))
    assert row.marks == (Mark.UPPER_BOUND,)
    assert row.seconds_of_use == counted(300 * 96, at_most=True)
    assert row.sessions == counted(2 * 96)


def test_the_sensitivity_line_is_for_activity_alone() -> None:
    by_log_on = computed(DAY, since(0, 2), known(), methods=(Method(DAY.first_slot, "log_on", presence_readable=True),))
    assert set(by_log_on.sessions_by_rule.values()) == {NOT_APPLICABLE}
    by_activity = computed(
        DAY, since(0, 2), known(), methods=(Method(DAY.first_slot, "activity", presence_readable=True),)
    )
    assert set(by_activity.sessions_by_rule.values()) == {counted(2 * 96)}


def test_a_method_of_another_day_says_nothing_of_this_one() -> None:
    row = computed(DAY, since(0, 2), known(), methods=(Method(DAY.end_slot, "log_on", presence_readable=False),))
    assert row.methods == frozenset()
    assert row.marks == ()


def test_nobody_sees_the_use_of_a_single_station() -> None:
    row = computed(DAY, since(0, 1), known())
    assert row.sessions == row.seconds_of_use == CONFIDENTIAL
    assert set(row.sessions_by_rule.values()) <= {NOT_APPLICABLE, CONFIDENTIAL}
    assert row.coverage == counted(Fraction(1))


def test_time_with_a_single_station_cannot_be_found_by_subtraction() -> None:
    """What was counted while one station stood alone goes into no total, so no two totals differ by it."""
    second_since = DAY.start() + 12 * HOUR
    row = computed(DAY, [Installed(0, None), Installed(second_since, None)], known())
    assert row.sessions == counted(2 * 48, at_least=True)
    assert row.marks == (Mark.PARTLY_CONFIDENTIAL,)


def test_a_demonstration_site_shows_its_single_station() -> None:
    assert computed(DAY, since(0, 1), known(), demonstration=True).sessions == counted(2 * 96)


@given(st.integers(0, 20), st.booleans())
def test_one_function_decides_what_may_be_shown(stations: int, demonstration: bool) -> None:
    assert use_may_be_shown(stations, demonstration=demonstration) is (demonstration or stations >= 2)


lives = st.lists(
    st.tuples(st.integers(-5 * 86_400, 40 * 86_400), st.integers(1, 40 * 86_400) | st.none()).map(
        lambda pair: Installed(MONTH.start() + pair[0], None if pair[1] is None else MONTH.start() + pair[0] + pair[1])
    ),
    max_size=5,
)
moments = st.integers(MONTH.start() - 86_400, MONTH.end() + 86_400)


@given(lives, moments)
def test_stretches_cover_exactly_the_offered_seconds(installed: list[Installed], now: int) -> None:
    found = stretches(MONTH, installed, now)
    end = min(MONTH.end(), now)
    expected = sum(max(0, min(end, life.end or end) - max(life.start, MONTH.start())) for life in installed)
    assert sum(stretch.seconds_offered() for stretch in found) == expected
    assert all(before.end_slot <= after.first_slot for before, after in pairwise(found))
    assert all(0 < stretch.seconds_per_slot <= 900 * stretch.stations for stretch in found)


@given(lives, moments, st.fractions(0, 1), st.integers(0, 3))
def test_days_sum_to_their_month_and_coverage_is_a_share(
    installed: list[Installed], now: int, share: Fraction, starts: int
) -> None:
    sums = known(share, starts)
    month = computed(MONTH, installed, sums, now)
    days = [computed(day, installed, sums, now) for day in calendar.days_of(MONTH, ZONE)]
    for name in ("sessions", "seconds_offered"):
        values = [cell.value for row in days if (cell := getattr(row, name)).value is not None]
        whole = getattr(month, name).value
        if whole is not None:
            assert sum(values) == whole or month.sessions.status is not Status.VALUE
    for row in [month, *days]:
        assert row.coverage == NOT_APPLICABLE or 0 <= (row.coverage.value or 0) <= 1
        if row.seconds_of_use.value is not None:
            assert row.seconds_of_use.value <= (row.seconds_offered.value or 0)


def test_the_idle_rule_changes_with_a_month_so_that_days_and_month_agree() -> None:
    middle = calendar.day(dt.date(2026, 10, 15), ZONE).start()
    rules = replace(RULES, idle_rules=(DatedRule(0, 10), DatedRule(middle, 5)))
    asked = [MONTH, *calendar.days_of(MONTH, ZONE), calendar.month(Month(2026, 11), ZONE)]
    minutes = [figures(period, [], [], LONG_AFTER, rules, demonstration=False).idle_rule_minutes for period in asked]
    assert minutes == [10] * 32 + [5]


def test_an_overview_adds_what_is_shown_and_counts_what_is_not() -> None:
    shown = computed(DAY, since(0, 2), known())
    single = computed(DAY, since(0, 1), known())
    silent = computed(DAY, since(0, 3), lambda _: Sums())
    found = overview([shown, single, silent], RULES.coverage_limit)
    assert found.sessions == counted(2 * 96, at_least=True)
    assert (found.sites_counted, found.sites_confidential, found.sites_unknown) == (1, 1, 1)
    assert found.coverage == counted(Fraction(3, 6))
    assert not found.trusted
