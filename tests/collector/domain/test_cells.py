from fractions import Fraction

import pytest

from collector.domain import cells
from collector.domain.cells import CLOSED, CONFIDENTIAL, NOT_APPLICABLE, UNKNOWN, Cell, Status, counted, total


def test_a_share_of_nothing_is_not_applicable() -> None:
    assert cells.ratio(0, 0) == NOT_APPLICABLE
    assert cells.ratio(1, 4) == counted(Fraction(1, 4))


def test_an_empty_cell_cannot_hold_a_value() -> None:
    with pytest.raises(ValueError, match="unknown"):
        Cell(Status.UNKNOWN, 3)
    with pytest.raises(ValueError, match="None"):
        Cell(Status.VALUE)


def test_a_total_leaves_out_what_is_hidden_and_says_at_least() -> None:
    assert total([counted(3), CONFIDENTIAL, counted(4)]) == counted(7, at_least=True)
    assert total([counted(3), UNKNOWN]) == counted(3, at_least=True)


def test_closed_and_not_applicable_cells_take_nothing_from_a_total() -> None:
    assert total([counted(3), CLOSED, NOT_APPLICABLE]) == counted(3)


def test_a_total_without_values_keeps_the_strongest_reason() -> None:
    assert total([UNKNOWN, CONFIDENTIAL, CLOSED]) == CONFIDENTIAL
    assert total([UNKNOWN, CLOSED]) == UNKNOWN
    assert total([CLOSED, NOT_APPLICABLE]) == CLOSED
    assert total([]) == NOT_APPLICABLE


def test_marks_of_the_parts_are_marks_of_the_total() -> None:
    assert total([counted(1, at_most=True), counted(2, at_least=True)]) == counted(3, at_least=True, at_most=True)
