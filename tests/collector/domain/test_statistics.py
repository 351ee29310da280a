"""The short row of figures, and all sites in one sentence; `test_use.py` has the figures themselves."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from collector.domain import calendar
from collector.domain.calendar import Month, Period
from collector.domain.cells import CLOSED, CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, counted
from collector.domain.disclosure import use_may_be_shown
from collector.domain.marks import Mark
from collector.domain.offer import Life
from collector.domain.overview import overview
from collector.domain.register import Calendar, Closure
from collector.domain.statistics import NO_UNDATED, DatedRule, Figures, Rules, Undated, figures
from collector.domain.tally import Tally
from tests.collector.domain.small_site import SmallSite, fact, timetable

RULES = Rules()
ZONE = RULES.zone
DAY = calendar.day(dt.date(2026, 11, 20), ZONE)
MONTH = calendar.month(Month(2026, 10), ZONE)
LONG_AFTER = calendar.day(dt.date(2027, 6, 1), ZONE).start()
HOUR = 3600
ALWAYS = Calendar(())


def site(stations: int, *, starts: int = 1, in_use: int = 300, known: int = 100, hours: Calendar = ALWAYS) -> SmallSite:
    """All stations alike in each slot; `known` is the per cent of the day's slots that are known, from midnight on."""
    slots = range(DAY.first_slot, DAY.first_slot + 96 * known // 100)
    facts = {slot: [fact(number, in_use, starts) for number in range(1, stations + 1)] for slot in slots}
    return SmallSite(hours, tuple(Life(number, 0, None) for number in range(1, stations + 1)), facts=facts)


def row_of(found: SmallSite, period: Period = DAY, now: int = LONG_AFTER, undated: Undated | None = None) -> Figures:
    return figures(period, found.tally(period, now), now, RULES, undated=undated)


def test_two_stations_that_are_known_all_day_have_full_coverage() -> None:
    row = row_of(site(2))
    assert row.coverage == counted(Fraction(1))
    assert row.seconds_offered == row.seconds_available == counted(48 * HOUR)
    assert row.seconds_free == counted(2 * 600 * 96)
    assert row.seconds_off == row.seconds_unknown == counted(0)
    assert row.sessions == counted(2 * 96)
    assert row.seconds_of_use == counted(2 * 300 * 96)
    assert (row.sessions_outside, row.seconds_outside) == (NOT_APPLICABLE, NOT_APPLICABLE)
    assert row.marks == (Mark.UNTIMED,)


def test_with_opening_hours_only_their_time_is_offered() -> None:
    row = row_of(site(2, hours=Calendar((timetable(10, 15),))))
    assert row.seconds_offered == counted(10 * HOUR)
    assert (row.sessions, row.sessions_outside) == (counted(2 * 21), counted(2 * 75))
    assert (row.seconds_of_use, row.seconds_outside) == (counted(2 * 20 * 300), counted(2 * 76 * 300))
    assert row.marks == ()


def test_a_closed_day_is_closed() -> None:
    shut = Calendar((timetable(10, 15),), (Closure(DAY.first_day, DAY.first_day, ""),))
    row = row_of(site(2, hours=shut))
    assert {row.sessions, row.seconds_of_use, row.coverage, row.seconds_offered} == {CLOSED}
    assert row.sessions_outside == counted(2 * 96)


def test_the_offer_stops_at_now_and_the_period_is_running() -> None:
    row = row_of(site(2), now=DAY.start() + 10 * HOUR + 100)
    assert row.seconds_offered == counted(2 * (10 * HOUR + 100))
    assert row.marks == (Mark.RUNNING, Mark.UNTIMED)


def test_a_period_before_any_station_or_in_the_future_is_not_applicable() -> None:
    later = replace(site(0), lives=(Life(1, DAY.end(), None), Life(2, DAY.end(), None)))
    for row in (row_of(later), row_of(site(2), now=DAY.start())):
        assert {row.sessions, row.seconds_of_use, row.coverage, row.seconds_offered} == {NOT_APPLICABLE}


def test_silence_is_unknown_and_not_zero() -> None:
    row = row_of(site(2, known=0))
    assert row.sessions == row.seconds_of_use == UNKNOWN
    assert row.coverage == counted(Fraction(0))
    assert row.seconds_unknown == counted(48 * HOUR)


def test_a_site_that_nobody_opened_is_seen() -> None:
    off = {slot: {1: 900, 2: 900} for slot in range(DAY.first_slot, DAY.end_slot)}
    row = row_of(replace(site(2, known=0), off=off))
    assert row.coverage == counted(Fraction(1))
    assert (row.sessions, row.seconds_of_use, row.seconds_free) == (counted(0), counted(0), counted(0))
    assert (row.seconds_off, row.seconds_unknown) == (counted(48 * HOUR), counted(0))


def test_coverage_below_the_limit_marks_the_value() -> None:
    assert row_of(site(2, known=50)).marks == (Mark.UNTIMED, Mark.LOW_COVERAGE)
    assert row_of(site(2, known=50)).sessions == counted(2 * 48, at_least=True)
    assert row_of(site(2, known=90)).marks == (Mark.UNTIMED,)


UNDATED = Undated({3: 9, 5: 8, 10: 7, 15: 6}, {3: 300, 5: 500, 10: 1000, 15: 1500})


def test_counts_without_a_place_in_time_stand_apart() -> None:
    row, without = row_of(site(2), MONTH, undated=UNDATED), row_of(site(2), MONTH)
    assert (row.undated_sessions, row.undated_seconds_of_use) == (counted(7), counted(1000))
    assert Mark.UNDATED in row.marks
    assert (row.sessions, row.seconds_of_use, row.coverage) == (
        without.sessions,
        without.seconds_of_use,
        without.coverage,
    )
    assert without.undated_sessions == NOT_APPLICABLE


def test_a_month_without_undated_counts_has_none() -> None:
    row = row_of(site(2), MONTH, undated=NO_UNDATED)
    assert row.undated_sessions == counted(0)
    assert Mark.UNDATED not in row.marks


def test_undated_counts_of_a_month_with_a_single_station_are_confidential() -> None:
    second = MONTH.start() + 86_400
    for found in (site(1), replace(site(2), lives=(Life(1, 0, None), Life(2, second, None)))):
        row = row_of(found, MONTH, undated=UNDATED)
        assert row.undated_sessions == row.undated_seconds_of_use == CONFIDENTIAL


def test_nobody_sees_the_use_of_a_single_station() -> None:
    row = row_of(site(1))
    assert row.sessions == row.seconds_of_use == row.seconds_free == CONFIDENTIAL
    assert (row.seconds_off, row.seconds_unknown) == (counted(0), counted(0))
    assert set(row.sessions_by_rule.values()) <= {NOT_APPLICABLE, CONFIDENTIAL}
    assert row.coverage == counted(Fraction(1))


def test_a_register_that_was_corrected_too_late_is_told() -> None:
    row = figures(DAY, site(2).tally(DAY), LONG_AFTER, RULES, late_correction=True)
    assert Mark.LATE_CORRECTION in row.marks


@given(st.integers(0, 20), st.booleans())
def test_one_function_decides_what_may_be_shown(stations: int, demonstration: bool) -> None:
    assert use_may_be_shown(stations, demonstration=demonstration) is (demonstration or stations >= 2)


def test_the_idle_rule_changes_with_a_month_so_that_days_and_month_agree() -> None:
    middle = calendar.day(dt.date(2026, 10, 15), ZONE).start()
    rules = replace(RULES, idle_rules=(DatedRule(0, 10), DatedRule(middle, 5)))
    asked = [MONTH, *calendar.days_of(MONTH, ZONE), calendar.month(Month(2026, 11), ZONE)]
    minutes = [figures(period, Tally(), LONG_AFTER, rules).idle_rule_minutes for period in asked]
    assert minutes == [10] * 32 + [5]


def test_an_overview_adds_what_is_shown_and_counts_what_is_not() -> None:
    rows = [row_of(site(2)), row_of(site(1)), row_of(site(3, known=0))]
    found = overview(rows, RULES.coverage_limit)
    assert found.sessions == counted(2 * 96, at_least=True)
    assert (found.sites_counted, found.sites_confidential, found.sites_unknown) == (1, 1, 1)
    assert found.coverage == counted(Fraction(3, 6))
    assert not found.trusted
