"""What a report is made of can be kept and read back without loss."""

import dataclasses
import json
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.domain.cells import CLOSED, Cell, Status, counted
from collector.reports.inputs import Edition, NotInputs, canonical_json, checksum, exact, parsed, read_inputs
from tests.collector.reports import cast

CELLS = st.one_of(
    st.sampled_from([Cell(status) for status in Status if status is not Status.VALUE]),
    st.builds(
        counted,
        st.one_of(st.integers(0, 10**12), st.fractions(min_value=0, max_denominator=10**6)),
        at_least=st.booleans(),
        at_most=st.booleans(),
    ),
)


@given(CELLS)
def test_a_cell_is_the_same_after_it_was_written_and_read(cell: Cell) -> None:
    assert parsed(exact(cell)) == cell


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (counted(0), "0"),
        (counted(Fraction(7, 2)), "7/2"),
        (counted(12, at_least=True), ">=12"),
        (counted(12, at_most=True), "<=12"),
        (counted(12, at_least=True, at_most=True), "~12"),
        (CLOSED, "closed"),
    ],
)
def test_cells_are_exact_text(cell: Cell, text: str) -> None:
    assert exact(cell) == text


@pytest.mark.parametrize("text", ["", "1.5", "NaN", "1/0", "value", "1e3", "٣"])
def test_what_is_no_cell_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a valid Status|status value"):
        parsed(text)


@pytest.mark.parametrize("inputs", [cast.site(), cast.site(Edition.PUBLIC, 3), cast.region()], ids=["a", "b", "c"])
def test_inputs_are_the_same_after_they_were_kept(inputs: object) -> None:
    text = canonical_json(inputs)  # type: ignore[arg-type]
    assert read_inputs(text) == inputs
    assert canonical_json(read_inputs(text)) == text


def test_their_json_has_sorted_keys_and_no_spaces() -> None:
    text = canonical_json(cast.site())
    again = json.dumps(json.loads(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert text == again


def test_the_checksum_changes_with_a_single_figure() -> None:
    inputs = cast.site()
    months = list(inputs.figures.months)
    months[0] = {**months[0], "B1": counted(213)}
    other = dataclasses.replace(inputs, figures=dataclasses.replace(inputs.figures, months=tuple(months)))
    assert checksum(canonical_json(inputs)) != checksum(canonical_json(other))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"schema":2}', '{"schema":1}'])
def test_what_is_no_report_is_refused_in_one_sentence(text: str) -> None:
    with pytest.raises(NotInputs, match=r"\w"):
        read_inputs(text)
