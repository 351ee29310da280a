"""What the Region decides from a day on, and what the label asks."""

import datetime as dt

import pytest

from collector.domain.cells import UNKNOWN, counted
from collector.domain.label import Criterion, criteria
from collector.domain.mistakes import Mistake
from collector.domain.regional import Dated, Regional, in_force, read_value

BEFORE, IN_2026, IN_2027 = dt.date(2018, 12, 31), dt.date(2026, 12, 31), dt.date(2027, 12, 31)
TWENTY = {Regional.LABEL_HOURS: [Dated(dt.date(2027, 7, 1), 20)]}


def test_a_decision_holds_from_its_day_on_and_the_past_keeps_its_own() -> None:
    assert in_force({}, Regional.LABEL_HOURS, BEFORE) is None
    assert [in_force(TWENTY, Regional.LABEL_HOURS, day) for day in (IN_2026, dt.date(2027, 6, 30), IN_2027)] == [
        Dated(dt.date(2019, 1, 1), 15),
        Dated(dt.date(2019, 1, 1), 15),
        Dated(dt.date(2027, 7, 1), 20),
    ]
    # What is decided takes the place of what the label asked on the same day.
    other = {Regional.LABEL_STATIONS: [Dated(dt.date(2019, 1, 1), 4)]}
    assert in_force(other, Regional.LABEL_STATIONS, IN_2026) == Dated(dt.date(2019, 1, 1), 4)
    assert in_force({}, Regional.LIFTED, IN_2026) is None


def test_a_criterion_is_reached_from_its_limit_on_and_not_known_without_a_figure() -> None:
    hours, stations = criteria(TWENTY, IN_2027)
    assert (hours.figure, hours.limit, stations) == ("A3", 20, Criterion("A1", 6, dt.date(2019, 1, 1)))
    met = [hours.is_met({"A3": counted(seconds)}) for seconds in (20 * 3600 - 900, 20 * 3600)]
    assert met == [False, True]
    assert stations.is_met({"A1": counted(6)})
    assert stations.is_met({"A1": counted(5)}) is False
    assert hours.is_met({"A3": UNKNOWN}) is hours.is_met({}) is None
    assert criteria({}, BEFORE) == ()


@pytest.mark.parametrize(
    ("which", "text", "value"),
    [(Regional.LABEL_HOURS, "20", 20), (Regional.IDLE_RULE, "5", 5), (Regional.LIFTED, "oui", 1)],
)
def test_a_value_is_read_as_people_write_it(which: Regional, text: str, value: int) -> None:
    assert read_value(which, text) == value


@pytest.mark.parametrize(
    ("which", "text"), [(Regional.LABEL_HOURS, "169"), (Regional.IDLE_RULE, "7"), (Regional.LIFTED, "5")]
)
def test_a_value_that_cannot_be_is_refused(which: Regional, text: str) -> None:
    with pytest.raises(Mistake):
        read_value(which, text)
