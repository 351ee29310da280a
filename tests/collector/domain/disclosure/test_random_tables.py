"""Whatever the figures are: the attack learns nothing from what is told, and it does learn where we told too much."""

from collections.abc import Mapping
from fractions import Fraction

from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from collector.domain.cells import Status, counted
from collector.domain.disclosure.audit import audit
from collector.domain.disclosure.control import control
from collector.domain.disclosure.rules import SESSIONS
from collector.domain.disclosure.tables import LENGTHS, RULES, Figures, Key, Tables
from tests.collector.domain.disclosure.towns import (
    MONTHS,
    YEAR,
    Counts,
    hidden,
    region,
    spread,
    told_in_words,
    with_figures,
    with_rates,
)

COUNT = st.one_of(st.just(0), st.integers(1, 12), st.integers(5, 60), st.integers(50, 900))


@st.composite
def truths(draw: st.DrawFn) -> Tables:
    """Two to four sites in one or two municipalities, over two or three months, in both ways of counting."""
    names = [f"S{number}" for number in range(draw(st.integers(2, 4)))]
    months = MONTHS[: draw(st.integers(2, 3))]
    sites = {name: {month: draw(a_month(name)) for month in months} for name in names}
    cut = draw(st.integers(1, len(names)))
    groups = {"M0": tuple(names[:cut]), "M1": tuple(names[cut:])} if cut < len(names) else {"M0": tuple(names)}
    truth = with_rates(region(sites, {**groups, "REGION": tuple(groups)}))
    coverage = draw(st.sampled_from([Fraction(9, 10), Fraction(1)]))
    more: dict[Key, Figures] = {}
    for name in names:
        shares = {month: draw(st.sampled_from([coverage, Fraction(8, 10)])) for month in months}
        estimate = sum(Fraction(sites[name][month]["B1"]) / share for month, share in shares.items())
        more |= {(name, month): {"A8": counted(share)} for month, share in shares.items()}
        more[name, YEAR] = {"B11": counted(estimate)}
    return with_figures(with_lengths(truth, draw), more)


@st.composite
def a_month(draw: st.DrawFn, site: str) -> Counts:
    count = draw(COUNT)
    found = {"B1": count, "B1x": draw(st.sampled_from([0, 0, 2, 30])), "A6": 3600 * 1000, "B8": 4}
    found["B2"] = sum((900, 4000)[number % 2] for number in range(count))
    if site in ("S0", "S2"):  # always logged on: counted under four rules
        less, more, most = (draw(st.integers(0, count // 3)) for _ in range(3))
        longest = max(count - less, min(count, 1))
        found |= {"B1r.15": longest, "B1r.10": count, "B1r.5": count + more, "B1r.3": count + more + most}
    return found


def with_lengths(truth: Tables, draw: st.DrawFn) -> Tables:
    """Bands for the year of each site; those of a group are added up."""
    bands: dict[str, Mapping[str, int]] = {}
    for unit in ["S0", "S1", "S2", "S3", "S4", *truth.members]:
        if unit in truth.members:
            parts = [bands[member] for member in truth.members[unit]]
            bands[unit] = {band: sum(part[band] for part in parts) for band in LENGTHS}
        elif (unit, YEAR) in truth.figures:
            total = sum(int(truth.cell(unit, YEAR, figure).value or 0) for figure in ("B1", "B1x"))
            bands[unit] = spread(total, draw(st.lists(st.sampled_from([0, 1, 9]), min_size=8, max_size=8)))
    return with_figures(
        truth, {(unit, YEAR): {band: counted(count) for band, count in there.items()} for unit, there in bands.items()}
    )


@settings(max_examples=12, deadline=None)
@given(truths())
def test_the_attack_learns_nothing_from_what_is_told(truth: Tables) -> None:
    note(told_in_words(truth))
    assert audit(control(truth, idle_rule_minutes=10), idle_rule_minutes=10) == []


@settings(max_examples=8, deadline=None)
@given(truths(), st.data())
def test_the_attack_finds_a_count_that_was_left_open_on_purpose(truth: Tables, data: st.DataObject) -> None:
    """One of two or more hidden cells of a line is opened: it, or what it protected, is no longer hidden well."""
    note(told_in_words(truth))
    told = control(truth)
    small = [key for key in hidden(told, "B1") if int(truth.cell(*key, "B1").value or 0) >= 5 and _alone(told, key)]
    assume(small)
    key = data.draw(st.sampled_from(sorted(small)))
    weak = with_figures(told, {key: {figure: truth.cell(*key, figure) for figure in ("B1",)}})
    assert audit(weak)


def _alone(told: Tables, opened: Key) -> bool:
    """Whether opening the key leaves one hidden month in its year, of a site whose year is shown."""
    unit, period = opened
    months = {key for key in hidden(told, "B1") if key[0] == unit and key[1] != YEAR}
    return period != YEAR and len(months) == 2 and (unit, YEAR) not in hidden(told, "B1")


@settings(max_examples=6, deadline=None)
@given(truths())
def test_what_is_told_is_true_and_nothing_small_is_told(truth: Tables) -> None:
    note(told_in_words(truth))
    told = control(truth)
    for key, figures in told.figures.items():
        for figure in ("B1", "B1x", *RULES, *LENGTHS):
            before, after = truth.cell(*key, figure), told.cell(*key, figure)
            if after.value is not None:
                assert after == before
                assert not 0 < after.value < (10 if figure in LENGTHS else 5)
            elif figure in figures:
                assert after.status is Status.CONFIDENTIAL
                # Zeros are untouched, but for the bands of a hidden total.
                of_hidden = key in hidden(told, "B1") | hidden(told, "B1x")
                assert before.value or (figure in LENGTHS and of_hidden)


@settings(max_examples=6, deadline=None)
@given(truths())
def test_what_is_derived_is_hidden_where_its_count_is(truth: Tables) -> None:
    note(told_in_words(truth))
    told = control(truth)
    for key in hidden(told, "B1"):
        for figure in (*SESSIONS.copies, *SESSIONS.derived, "B2", "B3", "B7.share", "B11", *LENGTHS):
            cell = told.cell(*key, figure)
            assert cell.status is not Status.VALUE or not truth.cell(*key, figure).value, (key, figure)


@settings(max_examples=4, deadline=None)
@given(truths())
def test_the_pattern_rests_on_the_counts_alone(truth: Tables) -> None:
    """Neither hours nor rates nor what is open to everybody decide which sessions are hidden, nor does the order."""
    note(told_in_words(truth))
    figures = {
        key: {
            **{
                name: cell for name, cell in reversed(list(there.items())) if name not in ("B2", "B3", "B8", "B7.share")
            },
            "C1": counted(3),
            "E2.days": counted(2),
        }
        for key, there in reversed(list(truth.figures.items()))
    }
    other = control(Tables(figures, truth.members))
    told = control(truth)
    for figure in ("B1", "B1x", *RULES, *LENGTHS):
        assert hidden(told, figure) == hidden(other, figure)
