"""One number and one text for each cell."""

import dataclasses
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.domain.catalogue import Unit
from collector.domain.cells import CLOSED, CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, Cell, counted
from collector.i18n import load_languages
from collector.reports.inputs import Year
from collector.reports.shown import change, same, shown, shown_value
from collector.reports.wording import Wording
from tests.collector.reports import cast

LANGUAGES = load_languages()


@pytest.mark.parametrize(
    ("cell", "unit", "fr", "nl", "en"),
    [
        (counted(1234), Unit.COUNT, "1\u202f234", "1.234", "1,234"),
        (counted(9000), Unit.SECONDS, "2,5\u00a0h", "2,5\u00a0u", "2.5\u00a0h"),
        (counted(361_800), Unit.SECONDS, "101\u00a0h", "101\u00a0u", "101\u00a0h"),
        (counted(Fraction(999, 1000)), Unit.SHARE, "99\u00a0%", "99%", "99%"),
        (counted(Fraction(1, 1000)), Unit.SHARE, "1\u00a0%", "1%", "1%"),
        (counted(Fraction(17, 10)), Unit.RATIO, "1,70", "1,70", "1.70"),
        (counted(1), Unit.BAND, "b", "b", "b"),
        (counted(5, at_least=True), Unit.COUNT, "≥\u00a05", "≥\u00a05", "≥\u00a05"),
        (CLOSED, Unit.COUNT, "fermé", "gesloten", "closed"),
        (UNKNOWN, Unit.COUNT, "pas de données", "geen gegevens", "no data"),
        (CONFIDENTIAL, Unit.COUNT, "c", "c", "c"),
        (NOT_APPLICABLE, Unit.COUNT, "–", "–", "–"),
    ],
)
def test_what_people_read(cell: Cell, unit: Unit, fr: str, nl: str, en: str) -> None:
    read = [shown(cell, unit, LANGUAGES[language], ["a", "b"]).text for language in ("fr", "nl", "en")]
    assert read == [fr, nl, en]


@given(st.fractions(min_value=0, max_value=1, max_denominator=10**6))
def test_a_share_is_all_or_nothing_only_when_it_is(share: Fraction) -> None:
    value = shown_value(share, Unit.SHARE)
    assert (value == 1) == (share == 1)
    assert (value == 0) == (share == 0)


def test_nothing_follows_from_what_is_hidden() -> None:
    for hidden in (CLOSED, UNKNOWN, CONFIDENTIAL, NOT_APPLICABLE, counted(0), counted(3, at_least=True)):
        assert change(hidden, counted(5), Unit.COUNT) is None
    assert change(counted(5), CONFIDENTIAL, Unit.COUNT) is None


def test_a_change_is_that_between_the_figures_shown() -> None:
    # 100.4 and 150.4 hours are shown as 100 and 150.
    assert change(counted(361_440), counted(541_440), Unit.SECONDS) == Fraction(1, 2)


def test_two_cells_are_the_same_when_they_are_shown_alike() -> None:
    assert same(counted(361_440), counted(361_000), Unit.SECONDS)
    assert not same(counted(5), counted(5, at_least=True), Unit.COUNT)
    assert not same(CLOSED, UNKNOWN, Unit.COUNT)


def test_a_year_is_compared_only_with_one_of_the_same_months() -> None:
    now = Year(({"B1": counted(12)},) * 12, {"B1": counted(144)})
    before = Year(({"B1": counted(10)},) * 12, {"B1": counted(120)})
    since_october = Year(({},) * 9 + ({"B1": counted(10)},) * 3, {"B1": counted(30)})
    texts = [
        Wording(dataclasses.replace(cast.site(), figures=now, before=each), LANGUAGES["nl"]).change("B1").text
        for each in (before, since_october)
    ]
    assert texts == ["+20%", "niet vergelijkbaar"]
