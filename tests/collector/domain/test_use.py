"""Figures of one period, worked by hand; the definitions stand in the catalogue."""

import datetime as dt
from dataclasses import replace
from fractions import Fraction

import pytest

from collector.domain import calendar as local
from collector.domain.calendar import SLOT_SECONDS, Month
from collector.domain.cells import CLOSED, CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, Cell, counted
from collector.domain.offer import Life
from collector.domain.register import Calendar, Closure, OpeningKind, Outage, Timetable, WeeklyInterval
from collector.domain.rollups import roll_up
from collector.domain.site_slots import Fact
from collector.domain.use import median_band
from tests.collector.domain.small_site import ACCOMPANIED, TRAINING, ZONE, SmallSite, fact, timetable

HOUR = 3600
FEBRUARY = local.month(Month(2026, 2), ZONE)
"""Twenty workdays without a holiday: five hours on each are a hundred."""
MONDAY = local.day(dt.date(2026, 2, 2), ZONE)
TEN = MONDAY.first_slot + 40
"""Of this Monday; the site opens then, and closes at 15:00."""
HUNDRED_HOURS = Calendar((timetable(10, 15),))
TWO = (Life(1, 0, None), Life(2, 0, None))


def open_slots(site: SmallSite) -> list[int]:
    parts = [part for part in site.stretches(FEBRUARY) if part.kind == "free_access"]
    return [slot for part in parts for slot in range(part.first_slot, part.end_slot)]


def seen_for_90_hours_and_used_for_36(site: SmallSite) -> SmallSite:
    slots = open_slots(site)
    assert len(slots) == 400
    return replace(site, facts={slot: [fact(1, 900 if at < 144 else 0)] for at, slot in enumerate(slots[:360])})


def test_one_pc_declared_broken_all_month_and_the_other_seen_for_90_of_100_hours() -> None:
    site = seen_for_90_hours_and_used_for_36(SmallSite(HUNDRED_HOURS, TWO, (Outage(2, 0, None),)))
    found = site.figures(FEBRUARY)
    assert (found["A2"], found["A5"], found["A6"]) == (counted(100 * HOUR), counted(200 * HOUR), counted(100 * HOUR))
    assert (found["A7"], found["A8"]) == (counted(Fraction(1, 2)), counted(Fraction(9, 10)))
    assert (found["B2"], found["B3"]) == (counted(36 * HOUR), counted(Fraction(2, 5)))


def test_both_pcs_in_service_and_one_silent() -> None:
    found = seen_for_90_hours_and_used_for_36(SmallSite(HUNDRED_HOURS, TWO)).figures(FEBRUARY)
    assert (found["A6"], found["A8"]) == (counted(200 * HOUR), counted(Fraction(9, 20)))
    assert found["B3"] == counted(Fraction(2, 5))
    assert found["B2"] == counted(36 * HOUR, at_least=True)
    assert (found["B7.share"], found["B7.longest"]) == (UNKNOWN, UNKNOWN)
    assert found["B8"] == counted(1, at_least=True)


def with_facts(*facts: tuple[int, Fact], calendar: Calendar = HUNDRED_HOURS, stations: int = 2) -> dict[str, Cell]:
    """Figures of the Monday; `facts` are quarter-hours after ten o'clock, each with what was seen."""
    by_slot: dict[int, list[Fact]] = {}
    for after, seen in facts:
        by_slot.setdefault(TEN + after, []).append(seen)
    lives = tuple(Life(number, 0, None) for number in range(1, stations + 1))
    return SmallSite(calendar, lives, facts=by_slot).figures(MONDAY)


def test_a_session_in_the_quarter_before_the_opening_counts_and_its_hours_do_not() -> None:
    found = with_facts((-2, fact(1, 900, 1)), (-1, fact(1, 900, 2)), (0, fact(1, 900, 4)), (20, fact(1, 900, 8)))
    assert (found["B1"].value, found["B2"].value) == (2 + 4, 900)
    assert (found["B1x"].value, found["B2x"].value) == (1 + 8, 3 * 900)


def test_the_quarter_before_midnight_belongs_to_an_opening_of_the_next_day() -> None:
    night = Calendar((Timetable(dt.date(2020, 1, 1), (WeeklyInterval(1, 0, 60, OpeningKind.FREE_ACCESS),)),))
    site = SmallSite(night, TWO, facts={MONDAY.end_slot - 1: [fact(1, 900, 3)], MONDAY.end_slot - 2: [fact(1, 0, 5)]})
    found = site.figures(MONDAY)
    assert (found["A2"], found["A8"]) == (CLOSED, CLOSED)
    assert found["B1"].value == 3
    assert found["B1x"].value == 5


def test_occupancy_by_kind_of_opening() -> None:
    intervals = (
        WeeklyInterval(0, 600, 660, OpeningKind.FREE_ACCESS),
        WeeklyInterval(0, 660, 690, TRAINING),
    )
    calendar = Calendar((Timetable(dt.date(2020, 1, 1), intervals),))
    found = with_facts(
        *((after, fact(1, 300)) for after in range(4)), *((after, fact(2, 900)) for after in (4, 5)), calendar=calendar
    )
    assert found["A4.free_access"] == counted(HOUR)
    assert found["A4.accompanied"] == counted(0)
    assert (found["B3.free_access"], found["B3.training"]) == (counted(Fraction(1, 3)), counted(Fraction(1)))
    assert found["B3.accompanied"] == NOT_APPLICABLE
    assert found["B3"] == counted(Fraction(4 * 300 + 2 * 900, 6 * 900))


def test_saturation_counts_only_quarters_of_free_access_of_which_everything_is_known() -> None:
    both = (fact(1, 450), fact(2, 900))
    taken = [(after, each) for after in (0, 1, 3, 4, 5) for each in both]
    free = [(6, fact(1, 449)), (6, fact(2, 900))]
    unknown = [(2, fact(1, 900)), (7, fact(2, 900))]
    found = with_facts(*taken, *free, *unknown)
    assert found["B7.share"] == counted(Fraction(5, 6))
    assert found["B7.longest"] == counted(3 * 900, at_least=True)
    assert found["B8"] == counted(2, at_least=True)
    kinds = [WeeklyInterval(0, 600, 900, ACCOMPANIED)]
    accompanied = with_facts(*taken, calendar=Calendar((Timetable(dt.date(2020, 1, 1), tuple(kinds)),)))
    assert accompanied["B7.share"] == NOT_APPLICABLE
    assert accompanied["B8"].value == 2


def test_peak_use_is_exact_where_everything_is_known() -> None:
    found = with_facts(*((after, fact(number, 900 * (after < 3))) for after in range(20) for number in (1, 2)))
    assert (found["A8"], found["B8"]) == (counted(Fraction(1)), counted(2))
    assert found["B7.longest"] == counted(3 * 900)


def test_the_longest_saturation_goes_on_past_midnight() -> None:
    intervals = (
        WeeklyInterval(0, 20 * 60, 24 * 60, OpeningKind.FREE_ACCESS),
        WeeklyInterval(1, 0, 120, OpeningKind.FREE_ACCESS),
    )
    night = Calendar((Timetable(dt.date(2020, 1, 1), intervals),))
    taken = range(MONDAY.end_slot - 3, MONDAY.end_slot + 4)
    site = SmallSite(night, TWO, facts={slot: [fact(number, 900) for number in (1, 2)] for slot in taken})
    both = local.days(MONDAY.first_day, MONDAY.first_day + dt.timedelta(days=1), ZONE)
    assert site.figures(both)["B7.longest"] == counted(7 * 900, at_least=True)
    # Added up alone, the day after knows of the run that it continues.
    since = roll_up(site.stretches(both), site.rows(), ZONE, since=MONDAY.end_slot)
    assert max(each.by_rule[2].longest for each in since.values()) == 7
    assert sum(each.seconds for each in since.values()) == both.end() - MONDAY.end()


def test_the_longest_saturation_is_not_put_together_over_a_lunch_break() -> None:
    intervals = tuple(WeeklyInterval(0, 600 + 60 * at, 630 + 60 * at, OpeningKind.FREE_ACCESS) for at in (0, 1))
    calendar = Calendar((Timetable(dt.date(2020, 1, 1), intervals),))
    found = with_facts(*((after, fact(number, 900)) for after in range(6) for number in (1, 2)), calendar=calendar)
    assert found["B7.longest"] == counted(2 * 900)


def test_lengths_are_of_all_sessions_and_the_median_lies_in_a_band() -> None:
    found = with_facts(
        (0, fact(1, 0, 2, band=0)), (1, fact(1, 0, 3, band=4)), (2, fact(1, 0, 1)), (30, fact(1, 0, 4, band=6))
    )
    assert [found[f"B6.{band}"].value for band in ("0_1", "30_60", "120_more", "unknown")] == [2, 3, 4, 1]
    assert found["B6.median"] == counted(4)
    assert (found["B1"].value, found["B1x"].value) == (6, 4)


@pytest.mark.parametrize(
    ("lengths", "band"),
    [((1, 0, 0, 0, 0, 0, 0), 0), ((1, 1, 0, 0, 0, 0, 0), 0), ((1, 2, 0, 0, 0, 0, 0), 1), ((0, 0, 2, 0, 0, 0, 3), 6)],
)
def test_the_median_band_holds_the_rank_of_half_rounded_up(lengths: tuple[int, ...], band: int) -> None:
    assert median_band(lengths) == band


def test_sessions_per_station_and_hour_make_up_for_what_is_not_known() -> None:
    found = with_facts(*((after, fact(1, 0, 1)) for after in range(20)))
    assert found["A8"] == counted(Fraction(1, 2))
    assert found["B4"] == counted(Fraction(20, 1))
    assert found["B5"] == counted(Fraction(20 * 2, 5))


def test_the_sensitivity_line_is_for_activity_alone() -> None:
    assert with_facts((0, fact(1, 0, 7)))["B1r.15"].value == 7
    by_log_on = with_facts((0, fact(1, 0, 7)._replace(method="log_on")))
    assert (by_log_on["B1"].value, by_log_on["B1r.15"]) == (7, NOT_APPLICABLE)


def test_log_on_without_presence_makes_hours_and_occupancy_an_upper_bound() -> None:
    seen = [
        (after, fact(number, 300)._replace(method="log_on", presence_readable=False))
        for after in range(20)
        for number in (1, 2)
    ]
    found = with_facts(*seen)
    assert found["B2"] == counted(20 * 2 * 300, at_most=True)
    assert found["B2.free"] == counted(20 * 2 * 600, at_least=True)
    assert found["B3"] == counted(Fraction(1, 3), at_most=True)
    assert found["B1"] == counted(0)


def test_a_site_closed_all_month_is_closed_and_not_zero() -> None:
    closed = Calendar(HUNDRED_HOURS.timetables, (Closure(FEBRUARY.first_day, FEBRUARY.last_day, "works"),))
    found = SmallSite(closed, TWO, facts={TEN: [fact(1, 900, 1)]}).figures(FEBRUARY)
    shown = {found[name] for name in ("A2", "A4.training", "A5", "A6", "A7", "A8", "B1", "B2", "B3", "B4", "B7.share")}
    assert shown == {CLOSED}
    assert (found["B1x"].value, found["B2x"].value, found["B6.unknown"].value) == (1, 900, 1)


def test_open_without_any_contact_is_no_data() -> None:
    found = SmallSite(HUNDRED_HOURS, TWO).figures(FEBRUARY)
    assert (found["A8"], found["A8.unknown"]) == (counted(Fraction(0)), counted(200 * HOUR))
    assert {found[name] for name in ("B1", "B1x", "B2", "B3", "B4", "B6.median", "B7.share", "B8")} == {UNKNOWN}


def test_all_stations_out_of_order_offer_hours_of_which_none_is_available() -> None:
    found = SmallSite(HUNDRED_HOURS, TWO, (Outage(1, 0, None), Outage(2, 0, None))).figures(FEBRUARY)
    assert (found["A5"], found["A6"], found["A7"]) == (counted(200 * HOUR), counted(0), counted(Fraction(0)))
    assert {found[name] for name in ("A8", "B1", "B2", "B3", "B4", "B7.share", "B8")} == {NOT_APPLICABLE}


def test_a_station_that_was_used_was_not_out_of_order() -> None:
    site = SmallSite(HUNDRED_HOURS, TWO, (Outage(1, 0, None), Outage(2, 0, None)), {TEN: [fact(1, 900, 1)]})
    found = site.figures(MONDAY)
    assert (found["A6"], found["A8"]) == (counted(900), counted(Fraction(1)))
    assert (found["B1"], found["B2"], found["B3"]) == (counted(1), counted(900), counted(Fraction(1)))


def test_a_site_without_a_station_has_opening_hours_and_nothing_else() -> None:
    found = SmallSite(HUNDRED_HOURS, ()).figures(FEBRUARY)
    assert found["A2"] == counted(100 * HOUR)
    assert {found[name] for name in ("A5", "A8", "B1", "B1x", "B3", "B8")} == {NOT_APPLICABLE}


def test_without_a_timetable_all_time_is_offered_and_opening_hours_are_unknown() -> None:
    facts = {TEN: [fact(1, 900, 1)], MONDAY.first_slot: [fact(2, 450, 1)]}
    found = SmallSite(Calendar(()), TWO, facts=facts).figures(MONDAY)
    assert {found[name] for name in ("A2", "A4.training", "B3.training", "B5", "B7.share")} == {UNKNOWN}
    assert found["A5"] == counted(48 * HOUR)
    assert (found["B1"].value, found["B2"].value, found["B3"]) == (2, 1350, counted(Fraction(3, 4)))
    assert (found["B1x"], found["B2x"]) == (NOT_APPLICABLE, NOT_APPLICABLE)


def test_the_first_timetable_ends_the_time_in_which_all_is_offered() -> None:
    calendar = Calendar((timetable(10, 15, valid_from="2026-02-26"),))
    found = SmallSite(calendar, TWO).figures(FEBRUARY)
    assert found["A2"] == counted(10 * HOUR, at_least=True)
    assert found["A5"] == counted(2 * (25 * 24 + 10) * HOUR)


def test_time_with_a_single_station_is_in_no_total() -> None:
    lives = (Life(1, 0, None), Life(2, (TEN + 10) * SLOT_SECONDS, None))
    site = SmallSite(HUNDRED_HOURS, lives, facts={TEN + at: [fact(1, 900, 1)] for at in range(20)})
    found = site.figures(MONDAY)
    assert found["B1"] == counted(10, at_least=True)
    assert found["B2"] == counted(10 * 900, at_least=True)
    assert found["B3"] == counted(Fraction(1))
    assert found["A8"] == counted(Fraction(20, 30))
    alone = replace(site, lives=lives[:1]).figures(MONDAY)
    assert {alone[name] for name in ("B1", "B2", "B2.free", "B3", "B4", "B6.unknown", "B7.share", "B8")} == {
        CONFIDENTIAL
    }
    assert alone["A8"] == counted(Fraction(1))
    assert replace(site, lives=lives[:1]).figures(MONDAY, demonstration=True)["B1"] == counted(20)


def test_nothing_after_now_counts_and_the_running_quarter_counts_in_part() -> None:
    running = [fact(1, 300, observed=300), fact(2, observed=300)]
    site = SmallSite(HUNDRED_HOURS, TWO, facts={TEN: [fact(1, 900, 1), fact(2)], TEN + 1: running})
    found = site.figures(MONDAY, TEN * SLOT_SECONDS + 1200)
    assert (found["A2"], found["A5"]) == (counted(1200), counted(2400))
    assert (found["A8"], found["B2"]) == (counted(Fraction(1)), counted(1200))
    assert found["B7.share"] == counted(Fraction(0))


def test_a_station_installed_and_one_retired_in_the_middle_of_the_month() -> None:
    half = MONDAY.start() + 14 * 86_400
    lives = (Life(1, 0, None), Life(2, half, None), Life(3, 0, half), Life(4, 0, None))
    found = SmallSite(HUNDRED_HOURS, lives).figures(FEBRUARY)
    assert found["A5"] == counted(300 * HOUR)
    assert found["A1.average"] == counted(Fraction(3))
