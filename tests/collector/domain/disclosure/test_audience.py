"""Site, Region, public: one function says what each of them sees."""

import datetime as dt

import pytest

from collector.domain.cells import CONFIDENTIAL, counted
from collector.domain.disclosure import Audience, NotATable, audit, control, is_lifted, seen_by
from tests.collector.domain.disclosure.towns import YEAR, hidden, region, sessions, with_figures

TRUTH = region({"A": sessions(3, 40, 50), "B": sessions(90, 91, 92)}, {"": ("A", "B")})


def test_a_site_sees_everything_about_itself_and_nothing_else() -> None:
    seen = seen_by(Audience.SITE, TRUTH, site="A")
    assert seen.figures == {key: figures for key, figures in TRUTH.figures.items() if key[0] == "A"}


def test_a_site_that_is_not_there_is_refused() -> None:
    with pytest.raises(NotATable, match="no figures of a site “X”"):
        seen_by(Audience.SITE, TRUTH, site="X")
    with pytest.raises(NotATable):
        seen_by(Audience.SITE, TRUTH)


def test_the_region_sees_what_the_public_sees() -> None:
    assert seen_by(Audience.REGION, TRUTH).figures == seen_by(Audience.PUBLIC, TRUTH).figures
    assert hidden(seen_by(Audience.PUBLIC, TRUTH), "B1") >= {("A", "2026-01"), ("A", "2026-02")}


def test_a_decision_lifts_it_for_the_region_and_never_for_the_public() -> None:
    assert seen_by(Audience.REGION, TRUTH, lifted=True).figures == TRUTH.figures
    assert hidden(seen_by(Audience.PUBLIC, TRUTH, lifted=True), "B1")


def test_a_decision_holds_from_its_day_until_the_next() -> None:
    decisions = {dt.date(2027, 1, 1): True, dt.date(2029, 1, 1): False}
    lifted = [year for year in range(2025, 2031) if is_lifted(decisions, dt.date(year, 1, 1))]
    assert lifted == [2027, 2028]
    # From the middle of a year it begins with the next.
    assert not is_lifted({dt.date(2027, 6, 1): True}, dt.date(2027, 1, 1))


@pytest.mark.parametrize("audience", Audience)
def test_nobody_sees_the_use_of_a_single_station(audience: Audience) -> None:
    one = {key: {"A1.measured": counted(1)} for key in TRUTH.figures if key[0] == "B"}
    seen = seen_by(audience, with_figures(TRUTH, one), site="B", lifted=True)
    for period in ("2026-01", YEAR):
        assert seen.cell("B", period, "B1") == CONFIDENTIAL
        assert seen.cell("", period, "B1").value is None or audience is Audience.PUBLIC
    if audience is Audience.PUBLIC:
        assert audit(seen) == []


def test_every_audience_gets_the_same_cell_wherever_it_asks() -> None:
    assert seen_by(Audience.PUBLIC, TRUTH).figures == control(TRUTH).figures
