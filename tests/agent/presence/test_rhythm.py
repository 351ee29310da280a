"""When the idle time is told."""

import pytest

from agent.presence.rhythm import GAP_SECONDS, is_due, line_of, next_look


def test_the_first_idle_time_is_told_at_once() -> None:
    assert is_due(0, None, 100.0)


@pytest.mark.parametrize(("passed", "due"), [(0.0, False), (9.9, False), (10.0, True), (25.0, True)])
def test_it_is_told_every_ten_seconds(passed: float, due: bool) -> None:
    assert is_due(3, (0, 100.0), 100.0 + passed) is due


def test_input_is_told_at_once_when_it_returns_after_a_gap() -> None:
    assert is_due(0, (GAP_SECONDS, 100.0), 101.0)


def test_a_gap_that_goes_on_is_told_no_more_often() -> None:
    assert not is_due(304, (300, 100.0), 104.0)
    assert not is_due(302, (300, 100.0), 104.0), "a second or two is rounding"


def test_input_without_a_gap_before_it_waits_for_its_turn() -> None:
    assert not is_due(0, (20, 100.0), 105.0)


def test_a_gap_counts_from_the_last_input_and_not_from_what_was_told_of_it() -> None:
    assert is_due(0, (55, 100.0), 106.0)


def test_it_looks_every_second_in_a_gap_and_otherwise_only_when_it_is_due() -> None:
    assert next_look((300, 100.0), 101.0) == 1
    assert next_look((5, 100.0), 101.0) == 9.0
    assert next_look((300, 100.0), 109.5) == 0.5
    assert next_look((5, 100.0), 140.0) == 0.0
    assert next_look(None, 100.0) == 1


@pytest.mark.parametrize(("idle", "line"), [(0, b"0\n"), (754, b"754\n"), (-3, b"0\n"), (10**30, b"9999999\n")])
def test_a_line_is_one_to_seven_digits(idle: int, line: bytes) -> None:
    assert line_of(idle) == line
