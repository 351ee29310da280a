"""Two frozen editions of the same cells may not be subtracted into a small one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.domain.cells import counted
from collector.domain.disclosure.audit import audit
from collector.domain.disclosure.control import control
from tests.collector.domain.disclosure.towns import MONTHS, YEAR, hidden, hours_of_use, region, sessions, with_figures

ALL = ("A", "B")
GROUPS = {"REGION": ("A", "B")}


def test_a_correction_of_three_sessions_is_hidden_with_every_total_that_it_moved() -> None:
    first = control(region({"A": sessions(30, 40, 50), "B": sessions(90, 90, 90)}, GROUPS))
    assert hidden(first, "B1") == set()
    truth = region({"A": sessions(33, 40, 50), "B": sessions(90, 90, 90)}, GROUPS)
    second = control(truth, [first])
    moved = {("A", "2026-01"), ("A", YEAR), ("REGION", "2026-01"), ("REGION", YEAR)}
    assert moved <= hidden(second, "B1")
    assert audit(second, [first]) == []
    # Told without the first edition in mind, it is a difference of 3.
    assert {(failure.unit, failure.period) for failure in audit(control(truth), [first])} == moved


def test_a_large_correction_is_told() -> None:
    first = control(region({"A": sessions(30, 40, 50)}))
    second = control(region({"A": sessions(90, 40, 50)}), [first])
    assert hidden(second, "B1") == set()
    assert audit(second, [first]) == []


def test_what_was_hidden_stays_hidden_although_it_grew() -> None:
    first = control(region({"A": sessions(3, 40, 60, 50)}))
    second = control(region({"A": sessions(30, 40, 60, 50)}), [first])
    # Else February, which did not change, would tell January of the first edition.
    assert hidden(second, "B1") >= hidden(first, "B1")
    forgetful = control(region({"A": sessions(30, 40, 60, 50)}))
    assert [str(failure) for failure in audit(forgetful, [first])] == [
        "B1 of A in 2026-01 is shown although an older vintage hides it.",
        "B1 of A in 2026-02 is shown although an older vintage hides it.",
    ]


def test_a_small_change_is_not_left_over_when_a_large_one_is_subtracted() -> None:
    """A gains 3 and B gains 60: the Region's 63 less B's 60 would be A's 3."""
    first = control(
        region({"A": sessions(30, 40), "B": sessions(90, 90), "C": sessions(70, 80)}, {"R": ("A", "B", "C")})
    )
    truth = region({"A": sessions(33, 40), "B": sessions(150, 90), "C": sessions(70, 80)}, {"R": ("A", "B", "C")})
    closed = hidden(control(truth, [first]), "B1")
    assert ("A", "2026-01") in closed
    # C did not change, so hiding it would not help.
    assert ("B", "2026-01") in closed or ("R", "2026-01") in closed


def test_hours_that_changed_by_those_of_few_sessions_are_hidden() -> None:
    def truth(extra: int) -> dict[str, dict[str, int]]:
        return {month: {**hours_of_use(40), "B2": 72_000 + extra * (month == MONTHS[0])} for month in MONTHS[:3]}

    first = control(region({"A": truth(0)}))
    second = control(region({"A": truth(7200)}), [first])
    assert hidden(second, "B1") == set()
    assert {("A", MONTHS[0]), ("A", YEAR)} <= hidden(second, "B2")
    assert audit(second, [first]) == []


def test_an_edition_without_a_change_is_the_same_edition() -> None:
    truth = region({"A": sessions(3, 40, 60), "B": sessions(9, 90, 2)}, GROUPS)
    first = control(truth)
    assert control(truth, [first]).figures == first.figures


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.sampled_from([0, 2, 7, 30, 60, 90]), min_size=6, max_size=6),
    st.lists(st.sampled_from([0, 0, 0, 1, 3, 25]), min_size=6, max_size=6),
)
def test_whatever_was_corrected_the_two_editions_tell_nothing(before: list[int], gains: list[int]) -> None:
    after = [count + gain for count, gain in zip(before, gains, strict=True)]
    first = control(region({"A": sessions(*before[:3]), "B": sessions(*before[3:])}, GROUPS))
    second = control(region({"A": sessions(*after[:3]), "B": sessions(*after[3:])}, GROUPS), [first])
    assert audit(first) == []
    assert audit(second, [first]) == []


def test_a_third_edition_minds_both_older_ones() -> None:
    truth = [region({"A": sessions(january, 40, 50)}) for january in (30, 60, 33)]
    first = control(truth[0])
    second = control(truth[1], [first])
    third = control(truth[2], [first, second])
    assert ("A", "2026-01") in hidden(third, "B1")
    weak = with_figures(third, {("A", "2026-01"): {"B1": counted(33)}})
    assert any("differs by 3" in str(failure) for failure in audit(weak, [first, second]))
