"""A station is on, off, or nobody knows: every second is exactly one of them."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.domain.calendar import day
from collector.domain.power import Piece, Power, Stretch, alive, piece, seconds_of, timeline, within

BRUSSELS = ZoneInfo("Europe/Brussels")
SPANS = st.lists(st.tuples(st.integers(-20, 120), st.integers(-20, 120)), max_size=6)


def moment(day: int, month: int, hour: int, minute: int = 0, fold: int = 0) -> int:
    return int(dt.datetime(2026, month, day, hour, minute, tzinfo=BRUSSELS, fold=fold).timestamp())


def test_a_day_with_a_power_cut() -> None:
    """Off since the evening before, on from 9, without contact from 10 to 11, then nothing more after 12."""
    assert timeline([(9, 12)], [(-6, 9)], [(10, 11)], 0, 24) == [
        Stretch(0, 9, Power.OFF),
        Stretch(9, 10, Power.ON),
        Stretch(10, 11, Power.UNHEARD),
        Stretch(11, 12, Power.ON),
        Stretch(12, 24, Power.UNKNOWN),
    ]


def test_a_contact_that_failed_while_nobody_says_that_it_was_on_says_nothing() -> None:
    assert timeline([], [], [(2, 4)], 0, 9) == [Stretch(0, 9, Power.UNKNOWN)]


def test_a_run_is_not_on_while_it_sleeps() -> None:
    assert alive(0, 20, [(15, 18), (5, 10)]) == [(0, 5), (10, 15), (18, 20)]
    # Two that overlap, and one from which it did not wake.
    assert alive(0, 20, [(5, 10), (7, 12), (16, 20)]) == [(0, 5), (12, 16)]


@settings(max_examples=60)
@given(SPANS, SPANS, SPANS)
def test_every_second_is_in_one_state(
    on: list[tuple[int, int]], off: list[tuple[int, int]], unheard: list[tuple[int, int]]
) -> None:
    found = timeline(on, off, unheard, 0, 100)
    assert [each.start for each in found] == [0, *(each.end for each in found[:-1])]
    assert found[-1].end == 100

    def among(second: int, spans: list[tuple[int, int]]) -> bool:
        return any(start <= second < end for start, end in spans)

    for each in found:
        for second in range(each.start, each.end):
            if among(second, on):
                expected = Power.UNHEARD if among(second, unheard) else Power.ON
            else:
                expected = Power.OFF if among(second, off) else Power.UNKNOWN
            assert each.power is expected
    assert sum(seconds_of(within(found, 0, 40), power) for power in Power) == 40


@pytest.mark.parametrize(
    ("span", "date", "expected"),
    [
        ((moment(22, 11, 9), moment(22, 11, 18, 30)), (22, 11), Piece(540, 1110)),
        # Over midnight: a part of each day.
        ((moment(21, 11, 20), moment(22, 11, 6)), (21, 11), Piece(1200, 1440)),
        ((moment(21, 11, 20), moment(22, 11, 6)), (22, 11), Piece(0, 360)),
        # The day with 25 hours, and the one with 23.
        ((moment(25, 10, 0), moment(26, 10, 0)), (25, 10), Piece(0, 1440)),
        ((moment(25, 10, 2, 30, fold=1), moment(25, 10, 9)), (25, 10), Piece(150, 540)),
        ((moment(29, 3, 1, 30), moment(29, 3, 3, 30)), (29, 3), Piece(90, 210)),
    ],
)
def test_a_day_is_cut_where_the_clock_on_the_wall_says(
    span: tuple[int, int], date: tuple[int, int], expected: Piece
) -> None:
    assert piece(span, day(dt.date(2026, date[1], date[0]), BRUSSELS), BRUSSELS) == expected
