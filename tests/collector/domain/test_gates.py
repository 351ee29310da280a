"""Each gate opens on its own mistake and stays closed beside it."""

import datetime as dt
from collections.abc import Mapping
from fractions import Fraction

import pytest

from collector.domain.cells import CLOSED, CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, Cell, counted
from collector.domain.gates import Gate, MonthFacts, findings, year_running

HOUR = 3600
GOOD: Mapping[str, Cell] = {
    "A1.average": counted(5),
    "A6": counted(500 * HOUR),
    "B1": counted(200),
    "B2": counted(180 * HOUR),
    "B2x": counted(5 * HOUR),
    "B2.free": counted(280 * HOUR),
    "B3": counted(Fraction(38, 100)),
}


def opened(figures: Mapping[str, Cell] | None = None, **facts: object) -> list[Gate]:
    month = MonthFacts("CANAL", "2026-03", {**GOOD, **(figures or {})}, **facts)  # type: ignore[arg-type]
    return [finding.gate for finding in findings([month])]


def test_a_plausible_month_opens_none() -> None:
    assert opened(year_before={"B1": counted(190)}, busiest_share=Fraction(30, 100)) == []


@pytest.mark.parametrize(
    ("figures", "facts", "gate"),
    [
        # The occupancy that was once published.
        ({"B3": counted(Fraction(198, 100))}, {}, Gate.OCCUPANCY),
        ({"B2": counted(501 * HOUR), "B3": NOT_APPLICABLE}, {}, Gate.OCCUPANCY),
        ({"B1": counted(0)}, {}, Gate.NO_USE),
        ({}, {"year_before": {"B1": counted(501)}}, Gate.FALL),
        ({}, {"year_before": {"B1": counted(79)}}, Gate.RISE),
        ({}, {"busiest_share": Fraction(41, 100)}, Gate.ONE_STATION),
        ({}, {"openings_without_station": (dt.date(2026, 3, 9),)}, Gate.NOBODY_ON),
        ({}, {"seconds_used_while_broken": 900}, Gate.BROKEN_USED),
        ({}, {"stations_missing": 1}, Gate.MISSING),
        ({"B2x": counted(21 * HOUR)}, {}, Gate.OUTSIDE),
    ],
)
def test_each_mistake_opens_its_gate(figures: Mapping[str, Cell], facts: Mapping[str, object], gate: Gate) -> None:
    assert opened(figures, **facts) == [gate]


@pytest.mark.parametrize(
    ("figures", "facts"),
    [
        ({"B3": counted(1)}, {}),
        ({"B1": counted(0), "B2.free": counted(0)}, {}),
        ({}, {"year_before": {"B1": counted(500)}}),
        ({}, {"year_before": {"B1": counted(80)}}),
        # A few sessions say nothing of growth.
        ({}, {"year_before": {"B1": counted(19)}}),
        ({}, {"year_before": {"B1": counted(501, at_least=True)}}),
        ({}, {"busiest_share": Fraction(40, 100)}),
        # Of two stations one always has half.
        ({"A1.average": counted(2)}, {"busiest_share": Fraction(60, 100)}),
        ({"B2x": counted(20 * HOUR)}, {}),
    ],
)
def test_the_limit_itself_opens_none(figures: Mapping[str, Cell], facts: Mapping[str, object]) -> None:
    assert opened(figures, **facts) == []


@pytest.mark.parametrize("nothing", [CLOSED, UNKNOWN, CONFIDENTIAL, NOT_APPLICABLE])
def test_what_is_not_known_opens_none(nothing: Cell) -> None:
    assert opened(dict.fromkeys(GOOD, nothing), year_before=dict.fromkeys(GOOD, nothing)) == []


def test_the_share_of_a_single_station_is_told_to_nobody() -> None:
    month = MonthFacts("CANAL", "2026-03", GOOD, busiest_share=Fraction(3, 4))
    assert [finding.facts for finding in findings([month])] == [{}]


def test_a_year_that_is_not_over_is_noticed() -> None:
    assert [finding.gate for finding in year_running("CANAL", 2026, 12)] == [Gate.RUNNING]
    assert year_running("CANAL", 2026, 0) == []
