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
    NO_UNDATED,
    DatedRule,
    Figures,
    Installed,
    Mark,
    Rules,
    Stretch,
    Sums,
    Undated,
    figures,
    stretches,
)

RULES = Rules()
ZONE = RULES.zone
DAY = calendar.day(dt.date(2026, 11, 20), ZONE)
MONTH = calendar.month(Month(2026, 10), ZONE)
LONG_AFTER = calendar.day(dt.date(2027, 6, 1), ZONE).start()
HOUR = 3600


def known(
    share: Fraction = Fraction(1), starts: int = 2, seconds_in_use: int = 300, **records: int
) -> Callable[[Stretch], Sums]:
    """Every slot alike: this share of the offered time observed, this use in each slot."""

    def sums(stretch: Stretch) -> Sums:
        slots = stretch.end_slot - stretch.first_slot
        observed_in_each = int(stretch.seconds_per_slot * share)
        observed = slots * observed_in_each
        # Nobody starts a session in time that cannot be read.
        slots = slots if observed_in_each else 0
        return Sums(
            seconds_observed=observed,
            starts=dict.fromkeys((3, 5, 10, 15), starts * slots),
            seconds_in_use={10: min(seconds_in_use * slots, observed)},
            **records,
        )

    return sums


def computed(
    period: Period,
    installed: list[Installed],
    sums: Callable[[Stretch], Sums],
    now: int = LONG_AFTER,
    undated: Undated | None = None,
    *,
    demonstration: bool = False,
) -> Figures:
    found = [(stretch, sums(stretch)) for stretch in stretches(period, installed, now)]
    return figures(period, found, now, RULES, demonstration=demonstration, undated=undated)


def since(moment: int, stations: int) -> list[Installed]:
    return [Installed(moment, None)] * stations


def test_two_stations_that_are_known_all_day_have_full_coverage() -> None:
    row = computed(DAY, since(DAY.start(), 2), known())
    assert row.coverage == counted(Fraction(1))
    assert row.seconds_offered == counted(48 * HOUR)
    assert row.seconds_free == counted(48 * HOUR - 300 * 96)
    assert row.seconds_off == row.seconds_unknown == counted(0)
    assert row.sessions == counted(2 * 96)
    assert row.seconds_of_use == counted(300 * 96)
    assert row.marks == ()


def test_the_offer_stops_at_now_and_the_period_is_running() -> None:
    row = computed(DAY, since(DAY.start(), 2), known(), now=DAY.start() + 10 * HOUR + 100)
    assert row.seconds_offered == counted(2 * (10 * HOUR + 100))
    assert row.marks == (Mark.RUNNING,)


def test_the_life_of_a_station_is_snapped_to_quarter_hours_outwards() -> None:
    life = Installed(DAY.start() + HOUR + 7, DAY.start() + 2 * HOUR + 1)
    row = computed(DAY, [life] * 2, known())
    assert row.seconds_offered == counted(2 * 5 * 900)


def test_a_period_before_any_station_is_not_applicable() -> None:
    row = computed(DAY, since(DAY.end(), 2), known())
    assert {row.sessions, row.seconds_of_use, row.coverage, row.seconds_offered} == {NOT_APPLICABLE}


def test_a_period_in_the_future_is_not_applicable() -> None:
    assert computed(DAY, since(0, 2), known(), now=DAY.start()).sessions == NOT_APPLICABLE


def test_silence_is_unknown_and_not_zero() -> None:
    row = computed(DAY, since(0, 2), lambda _: Sums())
    assert row.sessions == row.seconds_of_use == UNKNOWN
    assert row.coverage == counted(Fraction(0))


def off(stretch: Stretch) -> Sums:
    return Sums(seconds_off=stretch.seconds_offered())


def test_a_site_that_nobody_opened_is_seen() -> None:
    row = computed(DAY, since(0, 2), off)
    assert row.coverage == counted(Fraction(1))
    assert (row.sessions, row.seconds_of_use, row.seconds_free) == (counted(0), counted(0), counted(0))
    assert (row.seconds_off, row.seconds_unknown) == (counted(48 * HOUR), counted(0))


def test_zero_is_a_value_where_the_time_is_known() -> None:
    assert computed(DAY, since(0, 2), known(starts=0, seconds_in_use=0)).sessions == counted(0)


def test_coverage_below_the_limit_marks_the_value() -> None:
    row = computed(DAY, since(0, 2), known(Fraction(79, 100)))
    assert row.marks == (Mark.LOW_COVERAGE,)
    assert row.sessions == counted(2 * 96, at_least=True)
    assert computed(DAY, since(0, 2), known(Fraction(80, 100))).marks == ()


def test_log_on_without_presence_makes_hours_an_upper_bound() -> None:
    row = computed(DAY, since(0, 2), known(records_log_on=5, records_upper_bound=1))
    assert row.marks == (Mark.UPPER_BOUND,)
    assert row.seconds_of_use == counted(300 * 96, at_most=True)
    assert row.seconds_free == counted(48 * HOUR - 300 * 96, at_least=True)
    assert row.sessions == counted(2 * 96)
    assert row.methods == {"log_on"}


def test_the_sensitivity_line_is_for_activity_alone() -> None:
    by_log_on = computed(DAY, since(0, 2), known(records_log_on=1))
    assert set(by_log_on.sessions_by_rule.values()) == {NOT_APPLICABLE}
    by_activity = computed(DAY, since(0, 2), known(records_activity=1))
    assert set(by_activity.sessions_by_rule.values()) == {counted(2 * 96)}
    assert by_activity.methods == {"activity"}


UNDATED = Undated({3: 9, 5: 8, 10: 7, 15: 6}, {3: 300, 5: 500, 10: 1000, 15: 1500})


def test_counts_without_a_place_in_time_stand_apart() -> None:
    row, without = computed(MONTH, since(0, 2), known(), undated=UNDATED), computed(MONTH, since(0, 2), known())
    assert (row.undated_sessions, row.undated_seconds_of_use) == (counted(7), counted(1000))
    assert row.marks == (Mark.UNDATED,)
    assert (row.sessions, row.seconds_of_use, row.coverage) == (
        without.sessions,
        without.seconds_of_use,
        without.coverage,
    )
    assert without.undated_sessions == NOT_APPLICABLE


def test_a_month_without_undated_counts_has_none() -> None:
    row = computed(MONTH, since(0, 2), known(), undated=NO_UNDATED)
    assert (row.undated_sessions, row.marks) == (counted(0), ())


def test_undated_counts_of_a_month_with_a_single_station_are_confidential() -> None:
    second = MONTH.start() + 86_400
    for installed in (since(0, 1), [Installed(0, None), Installed(second, None)]):
        row = computed(MONTH, installed, known(), undated=UNDATED)
        assert row.undated_sessions == row.undated_seconds_of_use == CONFIDENTIAL


def test_nobody_sees_the_use_of_a_single_station() -> None:
    row = computed(DAY, since(0, 1), known())
    assert row.sessions == row.seconds_of_use == row.seconds_free == CONFIDENTIAL
    assert (row.seconds_off, row.seconds_unknown) == (counted(0), counted(0))
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
    expected = 0
    for slot in range(MONTH.first_slot, MONTH.end_slot):
        touched = [
            life for life in installed if life.start < (slot + 1) * 900 and (life.end is None or life.end > slot * 900)
        ]
        expected += len(touched) * max(0, min((slot + 1) * 900, end) - slot * 900)
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
    for name in ("sessions", "seconds_offered", "seconds_off", "seconds_unknown"):
        values = [cell.value for row in days if (cell := getattr(row, name)).value is not None]
        whole = getattr(month, name).value
        if whole is not None:
            assert sum(values) == whole or month.sessions.status is not Status.VALUE
    for row in [month, *days]:
        four = [row.seconds_of_use, row.seconds_free, row.seconds_off, row.seconds_unknown]
        if Mark.PARTLY_CONFIDENTIAL not in row.marks and all(cell.value is not None for cell in four):
            assert sum(cell.value or 0 for cell in four) == row.seconds_offered.value
        assert row.coverage == NOT_APPLICABLE or 0 <= (row.coverage.value or 0) <= 1
        if row.seconds_of_use.value is not None:
            assert row.seconds_of_use.value <= (row.seconds_offered.value or 0)


def test_the_idle_rule_changes_with_a_month_so_that_days_and_month_agree() -> None:
    middle = calendar.day(dt.date(2026, 10, 15), ZONE).start()
    rules = replace(RULES, idle_rules=(DatedRule(0, 10), DatedRule(middle, 5)))
    asked = [MONTH, *calendar.days_of(MONTH, ZONE), calendar.month(Month(2026, 11), ZONE)]
    minutes = [figures(period, [], LONG_AFTER, rules, demonstration=False).idle_rule_minutes for period in asked]
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
