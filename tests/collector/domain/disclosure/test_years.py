"""Disclosure control of the years as they are computed from slots, calendars and registers."""

import datetime as dt
from random import Random

import pytest

from collector.catalogue import catalogue
from collector.domain import calendar as local
from collector.domain.calendar import Month, months_between
from collector.domain.cells import CONFIDENTIAL, Status
from collector.domain.disclosure import audit, control
from collector.domain.disclosure.rules import KNOWN, NOT_BY_MONTH, OPEN, fewest_of
from collector.domain.disclosure.years import seen_year, tables_of
from collector.domain.year import YearFigures, region_figures, year_figures
from tests.collector.domain.small_site import LIMIT, ZONE, random_site

OURS = catalogue()


@pytest.fixture(scope="module")
def years() -> list[YearFigures]:
    """Three sites that were open for some weeks, and all of them together."""
    found = []
    periods = [local.month(month, ZONE) for month in months_between(Month(2026, 1), Month(2026, 12))]
    for seed, (first, count) in enumerate([(dt.date(2026, 1, 20), 20), (dt.date(2026, 3, 20), 25)] * 2):
        site = random_site(Random(seed), first, count, slots_known=0.5)
        materials = [site.material(period) for period in periods]
        found.append(year_figures(f"S{seed}", 2026, materials, {}, OURS, LIMIT))
    return [*found, region_figures(2026, found, OURS, LIMIT)]


def test_every_figure_of_use_in_the_catalogue_has_a_rule_who_may_see_it() -> None:
    assert {each.id for each in OURS.cells() if not each.id.startswith(OPEN)} <= KNOWN


def test_the_thresholds_are_those_of_the_catalogue() -> None:
    assert {each.id: each.fewest for each in OURS.cells() if each.fewest and each.id != "B9"} == {
        each.id: fewest_of(each.id) for each in OURS.cells() if fewest_of(each.id) and not each.id.startswith("B1r.")
    }


def test_computed_years_hide_what_they_must_and_tell_the_rest_as_it_is(years: list[YearFigures]) -> None:
    truth = tables_of(years, {"": tuple(year.site for year in years[:-1])})
    told = control(truth)
    assert audit(told) == []
    for year in years:
        seen = seen_year(year, told)
        for before, after in zip((*year.months, year.whole), (*seen.months, seen.whole), strict=True):
            assert list(after.cells) == list(before.cells)
            for figure, cell in before.cells.items():
                if figure.startswith(OPEN) or cell.value is None:
                    assert after.cells[figure] == cell
        assert all(
            month.cells[figure].status is not Status.VALUE
            for month in seen.months
            for figure in NOT_BY_MONTH
            if figure in month.cells
        )
        assert seen.tallies == ()
    assert any(year.months[0].cells["B1"] == CONFIDENTIAL for year in [seen_year(year, told) for year in years])
