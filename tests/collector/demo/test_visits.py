"""Invented visitors: what the idle rules make of a day."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from collector.demo.visits import Visit, sessions_of, visits_of
from collector.domain.register import Opening, OpeningKind

MINUTE = 60
DAWN = 1_795_300_200
OPEN = [Opening(DAWN // 900, DAWN // 900 + 14, OpeningKind.FREE_ACCESS)]
RULES = (3, 5, 10, 15)
LATER = DAWN + 10 * 3600


def a_visit(start: int, *inputs: tuple[int, int]) -> Visit:
    begun = DAWN + start * MINUTE
    moved = tuple((DAWN + first * MINUTE, DAWN + last * MINUTE) for first, last in inputs)
    return Visit(begun, moved[-1][1], moved)


def spans(visits: list[Visit], rule: int, *, by_activity: bool, now: int = LATER) -> list[list[tuple[int, int]]]:
    found = sessions_of(visits, by_activity=by_activity, rule_minutes=rule, now=now)
    return [[((a - DAWN) // MINUTE, (b - DAWN) // MINUTE) for a, b in session.in_use] for session in found]


def test_by_activity_a_pause_as_long_as_the_rule_makes_two_sessions_and_a_shorter_one_does_not() -> None:
    visits = [a_visit(0, (0, 10), (20, 30))]
    assert spans(visits, 10, by_activity=True) == [[(0, 10)], [(20, 30)]]
    assert spans(visits, 15, by_activity=True) == [[(0, 30)]]


def test_by_activity_two_visitors_who_follow_each_other_closely_are_one_session() -> None:
    visits = [a_visit(0, (0, 10)), a_visit(12, (12, 20))]
    assert spans(visits, 3, by_activity=True) == [[(0, 20)]]


def test_by_log_on_a_pause_is_not_in_use_and_makes_no_second_session() -> None:
    visits = [a_visit(0, (0, 10), (20, 30)), a_visit(31, (31, 33))]
    assert spans(visits, 10, by_activity=False) == [[(0, 10), (20, 30)], [(31, 33)]]
    assert spans(visits, 15, by_activity=False) == [[(0, 30)], [(31, 33)]]


def test_what_has_not_happened_yet_is_in_no_session() -> None:
    visits = [a_visit(0, (0, 10), (20, 30)), a_visit(40, (40, 50))]
    now = DAWN + 25 * MINUTE
    assert spans(visits, 5, by_activity=True, now=now) == [[(0, 10)], [(20, 25)]]
    assert [session.ended for session in sessions_of(visits, by_activity=True, rule_minutes=5, now=now)] == [
        True,
        False,
    ]


@given(st.integers(0, 10_000), st.floats(0.003, 0.95), st.floats(10, 60))
def test_visits_lie_one_after_the_other_within_the_opening_hours(seed: int, demand: float, minutes: float) -> None:
    visits = visits_of(Random(seed), OPEN, demand, minutes, 1)
    edges = [edge for visit in visits for edge in (visit.start, visit.end)]
    assert edges == sorted(edges)
    for visit in visits:
        assert OPEN[0].first_slot * 900 <= visit.start < visit.end <= OPEN[0].end_slot * 900
        assert visit.inputs[0][0] == visit.start
        assert visit.inputs[-1][1] == visit.end
        assert all(start < end for start, end in visit.inputs)


@given(st.integers(0, 10_000), st.booleans())
def test_a_longer_rule_never_counts_more_sessions_nor_less_use(seed: int, by_activity: bool) -> None:
    visits = visits_of(Random(seed), OPEN, 0.6, 25, 1)
    counted = [sessions_of(visits, by_activity=by_activity, rule_minutes=rule, now=LATER) for rule in RULES]
    assert [len(each) for each in counted] == sorted([len(each) for each in counted], reverse=True)
    used = [sum(session.seconds() for session in each) for each in counted]
    assert used == sorted(used)
