"""What always holds, whatever the calendar, the stations and the gaps: the identities of the catalogue."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.catalogue import catalogue
from collector.domain import calendar as local
from collector.domain.calendar import Month, Period, months_between
from collector.domain.cells import Cell, Status
from collector.domain.marks import Mark
from collector.domain.offer import OPEN, Life, SlotKind
from collector.domain.tally import Tally, tallied
from collector.domain.year import YearFigures, annual_estimate, region_figures, year_figures
from tests.collector.domain.small_site import LIMIT, ZONE, SmallSite, random_site

OURS = catalogue()
SUMMED = (
    *("A2", "A4.free_access", "A4.accompanied", "A4.training", "A5", "A6", "A8.off", "A8.unknown", "B1", "B1x"),
    *("B2", "B2x", "B2.free", "B6.unknown", "B6.0_1", "B6.120_more", "B1r.3"),
)
BAND_NAMES = [each for each in OURS.figures if each.startswith("B6.") and each != "B6.median"]

randoms = st.integers(0, 2**32).map(Random)
stretches_of_time = st.sampled_from(
    [
        (dt.date(2026, 3, 26), 8),  # summer begins
        (dt.date(2026, 10, 22), 8),  # winter begins
        (dt.date(2026, 12, 29), 7),  # a year ends
        (dt.date(2024, 2, 27), 5),  # a leap day
        (dt.date(2026, 7, 1), 6),
    ]
)


def value(cell: Cell) -> int | Fraction:
    return 0 if cell.value is None else cell.value


@settings(max_examples=40, deadline=None)
@given(randoms, stretches_of_time, st.sampled_from([0.0, 0.4, 1.0]))
def test_the_figures_of_one_period_agree_with_each_other(
    random: Random, when: tuple[dt.date, int], known: float
) -> None:
    first, count = when
    site = random_site(random, first, count, slots_known=known)
    period = local.days(first, first + dt.timedelta(days=count - 1), ZONE)
    found = site.figures(period)
    assert value(found["B2"]) <= value(found["A6"]) <= value(found["A5"])
    for name in ("A7", "A8", "B3", "B3.free_access", "B3.accompanied", "B3.training", "B7.share"):
        assert 0 <= value(found[name]) <= 1, name
    parts = [found["A4.free_access"], found["A4.accompanied"], found["A4.training"]]
    assert sum(map(value, parts)) == value(found["A2"])
    assert sum(value(found[name]) for name in BAND_NAMES) == value(found["B1"]) + value(found["B1x"])
    assert value(found["B8"]) <= len(site.lives)
    assert value(found["B7.longest"]) <= value(found["A4.free_access"])
    if found["B2"].value is not None and not found["B2"].at_least:
        states = ("B2", "B2.free", "A8.off", "A8.unknown")
        assert sum(value(found[name]) for name in states) == value(found["A6"])
    if known == 0:
        assert all(found[name].value is None for name in ("B1", "B2", "B3", "B8"))


@settings(max_examples=30, deadline=None)
@given(randoms, stretches_of_time, st.integers(0, 9 * 86_400))
def test_days_sum_to_their_period_up_to_now(random: Random, when: tuple[dt.date, int], passed: int) -> None:
    first, count = when
    site = random_site(random, first, count)
    period = local.days(first, first + dt.timedelta(days=count - 1), ZONE)
    now = period.start() + passed
    days = [site.tally(day, now) for day in local.days_of(period, ZONE)]
    assert tallied(days) == without_empty(site.tally(period, now))


def without_empty(found: Tally) -> Tally:
    return Tally({key: counts for key, counts in found.parts.items() if any(counts)})


@settings(max_examples=30, deadline=None)
@given(randoms, stretches_of_time)
def test_every_second_of_a_period_is_of_one_kind(random: Random, when: tuple[dt.date, int]) -> None:
    first, count = when
    site = random_site(random, first, count, slots_known=0)
    period = local.days(first, first + dt.timedelta(days=count - 1), ZONE)
    found = site.tally(period)
    assert found.seconds(SlotKind) == period.end() - period.start()
    parts = site.stretches(period)
    assert [part.first_slot for part in parts[1:]] == [part.end_slot for part in parts[:-1]]
    before = [part for part in parts if part.kind is SlotKind.BEFORE]
    assert all(part.end_slot - part.first_slot == 1 for part in before)
    for part, after in pairwise(parts):
        if part.kind is SlotKind.BEFORE:
            assert after.kind in OPEN
        elif part.kind is SlotKind.CLOSED:
            assert after.kind in {SlotKind.CLOSED, SlotKind.BEFORE}


def test_days_on_which_the_clock_changes_have_23_and_25_hours() -> None:
    site = SmallSite(random_site(Random(1), dt.date(2026, 3, 1), 2).calendar, (Life(1, 0, None), Life(2, 0, None)))
    hours = [
        site.tally(local.day(day, ZONE)).seconds(SlotKind) // 3600
        for day in (dt.date(2026, 3, 29), dt.date(2026, 10, 25))
    ]
    assert hours == [23, 25]


def months_of(year: int) -> list[Period]:
    return [local.month(month, ZONE) for month in months_between(Month(year, 1), Month(year, 12))]


def year_of(site: SmallSite, code: str = "A") -> YearFigures:
    return year_figures(code, 2026, [site.material(month) for month in months_of(2026)], {}, OURS, LIMIT)


@pytest.fixture(scope="module")
def some_sites() -> list[YearFigures]:
    """Sites that are known for a part of the year only."""
    found = []
    for seed, (first, count) in enumerate([(dt.date(2026, 1, 1), 20), (dt.date(2026, 3, 20), 15)] * 2):
        site = random_site(Random(seed), first, count, slots_known=0.5)
        found.append(year_of(site, str(seed)))
    return found


def test_months_sum_to_the_year(some_sites: list[YearFigures]) -> None:
    for site in some_sites:
        for name in SUMMED:
            assert value(site.whole.cells[name]) == sum(value(month.cells[name]) for month in site.months), name
    assert any(value(site.whole.cells["B1"]) for site in some_sites)


def test_a_year_with_a_month_without_data_is_at_least_its_sum(some_sites: list[YearFigures]) -> None:
    for site in some_sites:
        unknown = [month for month in site.months if month.cells["B1"].status is Status.UNKNOWN]
        if unknown and site.whole.cells["B1"].value is not None:
            assert site.whole.cells["B1"].at_least


def test_shares_of_the_year_are_computed_from_its_hours(some_sites: list[YearFigures]) -> None:
    for site in some_sites:
        cells = site.whole.cells
        assert value(cells["A8"]) * value(cells["A6"]) == value(cells["A6"]) - value(cells["A8.unknown"])
        assert value(cells["A7"]) * value(cells["A5"]) == value(cells["A6"])


def test_sites_sum_to_the_region(some_sites: list[YearFigures]) -> None:
    region = region_figures(2026, some_sites, OURS, LIMIT)
    for name in SUMMED:
        assert value(region.whole.cells[name]) == sum(value(site.whole.cells[name]) for site in some_sites), name
        for number, month in enumerate(region.months):
            assert value(month.cells[name]) == sum(value(site.months[number].cells[name]) for site in some_sites)
    assert region.whole.cells["B8"].status is Status.NOT_APPLICABLE
    assert 0 <= value(region.whole.cells["B3"]) <= 1
    assert set(region.whole.cells) == {figure.id for figure in OURS.cells()}


def test_one_site_alone_is_the_region(some_sites: list[YearFigures]) -> None:
    region = region_figures(2026, some_sites[:1], OURS, LIMIT)
    for name in ("B1", "B2", "B3", "B4", "A7", "A8", "B6.median", "B7.share"):
        assert region.whole.cells[name] == some_sites[0].whole.cells[name], name


def test_sessions_per_station_of_two_sites_that_are_alike_are_those_of_one(some_sites: list[YearFigures]) -> None:
    region = region_figures(2026, [some_sites[0], some_sites[0]], OURS, LIMIT)
    for month, one in zip(region.months, some_sites[0].months, strict=True):
        assert month.cells["B4"].value == one.cells["B4"].value


def test_a_year_says_what_any_of_its_months_says() -> None:
    site = random_site(Random(3), dt.date(2026, 1, 1), 3)
    materials = [site.material(month) for month in months_of(2026)]
    materials[4] = materials[4]._replace(marks=frozenset({Mark.UNDATED, Mark.LATE_CORRECTION}))
    found = year_figures("A", 2026, materials, {}, OURS, LIMIT)
    assert {Mark.UNDATED, Mark.LATE_CORRECTION} <= set(found.whole.marks)
    assert Mark.UNDATED not in found.months[3].marks


CLOSED, NONE = Cell(Status.CLOSED), Cell(Status.NOT_APPLICABLE)


def month(sessions: int | None, coverage: Fraction | None, *, at_least: bool = False) -> Mapping[str, Cell]:
    return {
        "B1": Cell(Status.UNKNOWN) if sessions is None else Cell(Status.VALUE, sessions, at_least),
        "A8": Cell(Status.NOT_APPLICABLE) if coverage is None else Cell(Status.VALUE, coverage),
        "A5": Cell(Status.VALUE, 3600),
    }


SHUT = {"B1": CLOSED, "A8": CLOSED, "A5": CLOSED}


@pytest.mark.parametrize(
    ("months", "estimate"),
    [
        ([month(80, Fraction(4, 5)), month(90, Fraction(9, 10)), SHUT], Cell(Status.VALUE, Fraction(200))),
        ([month(80, Fraction(4, 5)), month(78, Fraction(79, 100))], NONE),
        ([month(80, Fraction(4, 5)), month(None, Fraction(0))], NONE),
        ([month(80, Fraction(4, 5)), {"B1": NONE, "A8": NONE, "A5": NONE}], NONE),
        ([month(80, Fraction(4, 5), at_least=True)], Cell(Status.VALUE, Fraction(100), at_least=True)),
        ([dict(month(8, Fraction(1))) | {"B1": Cell(Status.CONFIDENTIAL)}], Cell(Status.CONFIDENTIAL)),
        ([SHUT] * 12, Cell(Status.VALUE, Fraction(0))),
    ],
)
def test_the_annual_estimate(months: list[Mapping[str, Cell]], estimate: Cell) -> None:
    assert annual_estimate(months, LIMIT) == estimate
