"""Examples small enough to be worked out by hand."""

from fractions import Fraction

import pytest

from collector.domain.cells import CLOSED, CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, Cell, Status, counted
from collector.domain.disclosure.audit import audit
from collector.domain.disclosure.control import control
from collector.domain.disclosure.tables import LENGTHS, NotATable, Tables
from tests.collector.domain.disclosure.towns import (
    MONTHS,
    YEAR,
    hidden,
    hours_of_use,
    region,
    sessions,
    spread,
    with_figures,
    with_rates,
)


def test_a_year_with_one_small_month_hides_a_second_month() -> None:
    told = control(region({"EVERE": sessions(3, 40, 60, 50)}))
    # January must be hidden. Alone it would be 153 - 40 - 60 - 50; the cheapest to hide beside it is the smallest.
    assert hidden(told, "B1") == {("EVERE", "2026-01"), ("EVERE", "2026-02")}
    assert told.cell("EVERE", YEAR, "B1") == counted(153)
    assert audit(told) == []


def test_two_small_months_that_add_up_to_too_little_hide_a_third() -> None:
    told = control(region({"EVERE": sessions(2, 3, 60, 50)}))
    # 2 + 3 = 5: each could only be 1 to 4.
    assert hidden(told, "B1") == {("EVERE", "2026-01"), ("EVERE", "2026-02"), ("EVERE", "2026-04")}


def test_two_small_months_may_hide_each_other_when_they_add_up_to_seven() -> None:
    told = control(region({"EVERE": sessions(4, 3, 60, 50)}))
    # 1 to 6: five apart.
    assert hidden(told, "B1") == {("EVERE", "2026-01"), ("EVERE", "2026-02")}


def test_a_total_that_is_small_itself_is_hidden_and_its_zeros_are_not() -> None:
    told = control(region({"EVERE": sessions(0, 1, 0, 2)}))
    assert hidden(told, "B1") == {("EVERE", "2026-02"), ("EVERE", "2026-04"), ("EVERE", YEAR)}
    assert told.cell("EVERE", "2026-01", "B1") == counted(0)


def test_a_total_that_its_small_parts_would_give_away_is_hidden_with_them() -> None:
    told = control(region({"EVERE": sessions(0, 2, 0, 4)}))
    # The year is 6, no small cell, but beside it each month would be 1 to 5.
    assert ("EVERE", YEAR) in hidden(told, "B1")


def test_a_municipality_of_two_sites_hides_the_other_site_or_its_total() -> None:
    sites = {"A": sessions(3, 40), "B": sessions(30, 40), "C": sessions(90, 90)}
    told = control(region(sites, {"EVERE": ("A", "B"), "UCCLE": ("C",), "REGION": ("EVERE", "UCCLE")}))
    closed = hidden(told, "B1")
    assert ("A", "2026-01") in closed
    assert ("B", "2026-01") in closed or ("EVERE", "2026-01") in closed
    # C is the whole of Uccle: where one is hidden the other must be.
    assert (("C", "2026-01") in closed) == (("UCCLE", "2026-01") in closed)
    assert audit(told) == []


def test_two_dimensions_close_a_square() -> None:
    sites = {"A": sessions(3, 40, 70), "B": sessions(30, 20, 80), "C": sessions(90, 90, 90)}
    told = control(region(sites, {"REGION": ("A", "B", "C")}))
    # January of A needs another month of A and another site's January, and where these meet a fourth cell.
    assert hidden(told, "B1") == {
        ("A", "2026-01"),
        ("A", "2026-02"),
        ("B", "2026-01"),
        ("B", "2026-02"),
    }


def test_leaving_one_secondary_cell_open_tells_the_small_one() -> None:
    truth = region({"EVERE": sessions(3, 40, 60, 50)})
    weak = with_figures(control(truth), {("EVERE", "2026-02"): {"B1": counted(40)}})
    assert [str(failure) for failure in audit(weak)] == [
        "B1 of EVERE in 2026-01 is hidden, but can be computed to be 3."
    ]


def test_closed_months_and_months_without_data_are_never_hidden_and_hide_nothing() -> None:
    truth = with_figures(
        region({"EVERE": sessions(3, 40, 0, 0, 50)}),
        {("EVERE", "2026-03"): {"B1": CLOSED}, ("EVERE", "2026-04"): {"B1": UNKNOWN}},
    )
    told = control(truth)
    assert told.cell("EVERE", "2026-03", "B1") == CLOSED
    assert told.cell("EVERE", "2026-04", "B1") == UNKNOWN
    assert hidden(told, "B1") == {("EVERE", "2026-01"), ("EVERE", "2026-02")}
    assert audit(told) == []


def test_use_that_enters_no_sum_needs_no_company() -> None:
    # A site with one station: its use was left out before, of the total too.
    truth = with_figures(
        region({"A": sessions(0, 0), "B": sessions(40, 50), "C": sessions(60, 70)}, {"EVERE": ("A", "B", "C")}),
        {("A", period): {"B1": CONFIDENTIAL, "A1.measured": counted(1)} for period in ("2026-01", "2026-02", YEAR)},
    )
    told = control(truth)
    assert hidden(told, "B1") == {("A", "2026-01"), ("A", "2026-02"), ("A", YEAR)}
    assert audit(told) == []


def test_the_use_of_a_single_station_is_hidden_however_much_it_is() -> None:
    truth = with_figures(
        region({"A": sessions(200, 300), "B": sessions(40, 50)}, {"EVERE": ("A", "B")}),
        {("A", period): {"A1.measured": counted(1)} for period in ("2026-01", "2026-02", YEAR)},
    )
    told = control(truth)
    assert {("A", "2026-01"), ("A", "2026-02"), ("A", YEAR)} <= hidden(told, "B1")
    assert audit(told) == []


def test_hours_need_ten_sessions_and_three_stations_taken_at_once() -> None:
    months = {"2026-01": 9, "2026-02": 10, "2026-03": 40, "2026-04": 50}
    truth = with_rates(region({"A": {month: hours_of_use(count) for month, count in months.items()}}))
    truth = with_figures(truth, {("A", "2026-03"): {"B8": counted(2)}})
    told = control(truth)
    assert hidden(told, "B1") == set()
    assert {("A", "2026-01"), ("A", "2026-03")} <= hidden(told, "B2")
    assert ("A", "2026-02") not in hidden(told, "B2")
    assert hidden(told, "B3") == hidden(told, "B2")
    assert told.cell("A", "2026-02", "B2") == counted(5 * 3600)
    assert audit(told) == []


def test_hours_leave_the_site_as_whole_hours_and_rates_as_whole_per_cent() -> None:
    truth = with_rates(region({"A": {"2026-01": {**hours_of_use(77), "B2": 77 * 3600 + 1900}}}))
    told = control(truth)
    assert told.cell("A", YEAR, "B2") == counted(78 * 3600)
    assert told.cell("A", YEAR, "B3") == counted(Fraction(9, 100))


def test_a_hidden_count_takes_what_follows_from_it_along() -> None:
    months = {"2026-01": 3, "2026-02": 40, "2026-03": 50}
    truth = with_rates(region({"A": {month: hours_of_use(count) for month, count in months.items()}}))
    ratios = {key: {"B4": counted(Fraction(3, 7)), "B5": counted(Fraction(1, 9))} for key in truth.figures}
    told = control(with_figures(truth, ratios))
    assert hidden(told, "B1") == {("A", "2026-01"), ("A", "2026-02")}
    for figure in ("B4", "B5"):
        assert hidden(told, figure) == hidden(told, "B1")
    for figure in ("B2", "B3"):
        assert hidden(told, "B1") <= hidden(told, figure)


def test_the_use_outside_opening_hours_follows_its_own_count() -> None:
    months = {"2026-01": 3, "2026-02": 40, "2026-03": 50}
    truth = region({"A": {month: {"B1": 90, "B1x": count, "B2x": 1800 * count} for month, count in months.items()}})
    told = control(truth)
    assert hidden(told, "B1") == set()
    assert hidden(told, "B1x") == {("A", "2026-01"), ("A", "2026-02")}
    assert hidden(told, "B1x") <= hidden(told, "B2x")


def test_the_annual_estimate_is_hidden_where_it_would_solve_two_months() -> None:
    truth = region({"A": sessions(3, 40, 50)})
    shares = {"2026-01": Fraction(9, 10), "2026-02": Fraction(8, 10), "2026-03": Fraction(1)}
    estimate = sum(Fraction(count) / share for count, share in zip((3, 40, 50), shares.values(), strict=True))
    truth = with_figures(truth, {("A", month): {"A8": counted(share)} for month, share in shares.items()})
    told = control(with_figures(truth, {("A", YEAR): {"B11": counted(estimate)}}))
    # 43 together, and 3/0.9 + 40/0.8: two equations for two months.
    assert hidden(told, "B11") == {("A", YEAR)}
    weak = with_figures(told, {("A", YEAR): {"B11": counted(estimate)}})
    assert {failure.period for failure in audit(weak)} == {"2026-01", "2026-02"}


def test_the_annual_estimate_is_told_where_it_says_no_more_than_the_sum() -> None:
    truth = region({"A": sessions(3, 40, 50)})
    truth = with_figures(truth, {("A", month): {"A8": counted(Fraction(9, 10))} for month in MONTHS[:3]})
    told = control(with_figures(truth, {("A", YEAR): {"B11": counted(Fraction(930, 9))}}))
    assert hidden(told, "B11") == set()


def test_a_small_band_hides_another_band_but_not_the_sessions() -> None:
    truth = with_figures(
        region({"A": sessions(200, 300)}),
        {("A", YEAR): {name: counted(n) for name, n in zip(LENGTHS, (4, 46, 50, 100, 100, 100, 100, 0), strict=True)}},
    )
    told = control(truth)
    assert hidden(told, "B1") == set()
    assert {name for name in LENGTHS if ("A", YEAR) in hidden(told, name)} == {"B6.0_1", "B6.1_5"}
    assert told.cell("A", YEAR, "B6.unknown") == counted(0)
    assert audit(told) == []


def test_the_bands_of_a_hidden_count_outside_opening_hours_do_not_say_how_many_parts_it_has() -> None:
    """Three sites together counted 40 outside opening hours; bands that are told to be nothing would bound each."""
    counts = {"S0": ((40, 2), (0, 30)), "S1": ((0, 2), (0, 2)), "S2": ((10, 2), (20, 2))}
    weights = {"S0": (0, 1, 1, 0, 0, 1, 0, 0), "S1": (1, 0, 0, 1, 0, 1, 1, 0), "S2": (1, 9, 0, 9, 1, 0, 1, 9)}
    sites = {
        site: {month: {"B1": inside, "B1x": outside} for month, (inside, outside) in zip(MONTHS, pairs, strict=False)}
        for site, pairs in counts.items()
    }
    bands = {site: spread(sum(map(sum, counts[site])), weights[site]) for site in counts}
    bands["TOWN"] = {band: sum(there[band] for there in bands.values()) for band in LENGTHS}
    more = {(unit, YEAR): {band: counted(count) for band, count in there.items()} for unit, there in bands.items()}
    truth = with_figures(region(sites, {"TOWN": ("S0", "S1", "S2")}), more)
    told = control(truth)
    assert audit(told) == []
    assert hidden(told, "B1x") > {("S0", YEAR), ("S1", YEAR), ("S2", YEAR)}
    for site in counts:
        assert {told.cell(site, YEAR, band) for band in LENGTHS} == {CONFIDENTIAL}
    # With the bands that are nothing told, S1 counted at least one in each of the four others.
    nothing = {key: {band: cell for band, cell in there.items() if not cell.value} for key, there in more.items()}
    assert "B1x of S1 in 2026 is hidden, but can be computed to lie between 4 and 7." in {
        str(failure) for failure in audit(with_figures(told, nothing))
    }


def test_hours_of_stations_that_were_off_fit_nothing_and_are_named() -> None:
    full = {"B1": 900, "B2": 3600 * 612, "A6": 3600 * 600, "B8": 4}
    truth = with_rates(region({"A": dict.fromkeys(MONTHS[:3], full)}))
    closed = {("A", month): {"B2": CONFIDENTIAL, "B3": CONFIDENTIAL} for month in MONTHS[:2]}
    # Known are 540 hours of each month, used 612.
    assert [str(failure) for failure in audit(with_figures(control(truth), closed))] == [
        "B2 of all sites in all periods contradicts what is told beside it: no true B2 fits."
    ]


def test_the_middle_band_is_told_only_where_shown_bands_tell_it_too() -> None:
    def told_of(middle: int, weights: tuple[int, ...]) -> Cell:
        bands = {name: counted(n) for name, n in spread(500, weights).items()}
        truth = with_figures(region({"A": sessions(200, 300)}), {("A", YEAR): {**bands, "B6.median": counted(middle)}})
        return control(truth).cell("A", YEAR, "B6.median")

    # The two short bands are hidden; the middle lies above both.
    assert told_of(3, (4, 46, 50, 200, 100, 100, 0, 0)) == counted(3)
    # The smallest and the longest band are hidden, and the middle lies between.
    assert told_of(3, (4, 100, 100, 200, 90, 0, 6, 0)) == CONFIDENTIAL


def test_lengths_saturation_and_peak_leave_the_site_by_quarter_or_year_only() -> None:
    bands = {name: counted(60) for name in LENGTHS}
    key = ("A", "2026-01")
    told = control(Tables({key: {"B1": counted(480), "B8": counted(5), "B7.share": counted(Fraction(1, 9)), **bands}}))
    assert set(told.figures[key]) == {"B1"}


def test_occupancy_by_kind_of_opening_is_told_where_its_hours_are_those_of_many() -> None:
    base = with_rates(region({"A": {"2026-01": hours_of_use(900)}}))
    open_for = {"A2": counted(3600 * 100), "A4.training": counted(3600 * 5), "A4.free_access": counted(3600 * 95)}
    rates = {"B3.training": counted(Fraction(1, 2)), "B3.free_access": counted(Fraction(1, 2))}
    told = control(with_figures(base, {key: {**open_for, **rates} for key in base.figures}))
    # 900 known station-hours: 855 in free access, half used, and 45 in training, half of which two people could be.
    assert told.cell("A", YEAR, "B3.free_access") == counted(Fraction(1, 2))
    assert told.cell("A", YEAR, "B3.training") == CONFIDENTIAL
    assert told.cell("A", "2026-01", "B3.free_access") == CONFIDENTIAL


def test_figures_about_anything_but_use_are_left_alone() -> None:
    figures = {"A2": counted(3600), "C1": counted(2), "D1.persons": counted(1), "E2.incidents": counted(1)}
    told = control(Tables({("A", YEAR): {"B1": counted(3), **figures}}))
    assert {name: told.cell("A", YEAR, name) for name in figures} == figures
    assert told.cell("A", YEAR, "B1") == CONFIDENTIAL


def test_a_figure_of_use_without_a_rule_is_refused() -> None:
    with pytest.raises(NotATable, match=r"who may see the figure B99; give it a rule"):
        control(Tables({("A", YEAR): {"B99": counted(50)}}))


def test_tables_that_do_not_add_up_are_refused() -> None:
    truth = with_figures(region({"A": sessions(3, 40)}), {("A", YEAR): {"B1": counted(44)}})
    with pytest.raises(NotATable, match=r"B1 of A in 2026 is 44, and its parts add up to 43\."):
        control(truth)


def test_not_applicable_stays() -> None:
    truth = with_figures(region({"A": sessions(3, 40)}), {("A", YEAR): {"B1r.5": NOT_APPLICABLE}})
    assert control(truth).cell("A", YEAR, "B1r.5").status is Status.NOT_APPLICABLE
