"""States of stations, as worked examples; 2026-11-23 is a Monday."""

import datetime as dt

import pytest

from collector.domain.health.states import Life, Said, State, next_look, state_of
from collector.domain.health.thresholds import Thresholds
from collector.domain.register import Closure
from collector.domain.stations import Contact
from tests.collector.domain.health.town import at, hours_of

HOURS = hours_of()
LIMITS = Thresholds()
ENROLLED = at("2026-10-01 10:00")


def life(last: str | None, *, stopped: bool = False, on_since: str | None = None) -> Life:
    contact = None if last is None else Contact(at(last), stopped)
    return Life(ENROLLED if last else at("2026-11-20 10:00"), contact, None if on_since is None else at(on_since))


@pytest.mark.parametrize(
    ("last", "stopped", "now", "state"),
    [
        ("2026-11-23 10:00", False, "2026-11-23 10:30", State.ONLINE),
        # Two intervals and five minutes.
        ("2026-11-23 10:00", False, "2026-11-23 11:05", State.ONLINE),
        ("2026-11-23 10:00", False, "2026-11-23 11:06", State.LATE),
        ("2026-11-23 10:00", True, "2026-11-23 17:00", State.OFF),
        # Half an hour at noon does not count.
        ("2026-11-23 12:00", False, "2026-11-23 13:30", State.EXPECTED_OFF),
        ("2026-11-23 12:00", False, "2026-11-23 13:36", State.LATE),
        # Closed: nothing is late, the whole night long, and not yet in the morning.
        ("2026-11-23 17:50", False, "2026-11-23 18:40", State.ONLINE),
        ("2026-11-23 17:50", False, "2026-11-24 03:00", State.EXPECTED_OFF),
        ("2026-11-23 17:50", False, "2026-11-24 09:50", State.EXPECTED_OFF),
        ("2026-11-23 17:50", False, "2026-11-24 09:56", State.LATE),
        # A weekend is no open day.
        ("2026-11-20 17:50", False, "2026-11-22 12:00", State.EXPECTED_OFF),
        # All Tuesday without a word.
        ("2026-11-23 17:50", False, "2026-11-24 17:59", State.LATE),
        ("2026-11-23 17:50", False, "2026-11-24 18:00", State.SILENT),
        ("2026-11-23 17:50", False, "2026-11-25 03:00", State.SILENT),
        # A Monday that it began with a word is no whole day.
        ("2026-11-23 09:05", False, "2026-11-23 18:01", State.EXPECTED_OFF),
        # Seven open days: from Tuesday to the Wednesday of the week after, whatever its last word was.
        ("2026-11-23 17:50", False, "2026-12-02 17:59", State.SILENT),
        ("2026-11-23 17:50", False, "2026-12-02 18:00", State.MISSING),
        ("2026-11-23 17:50", True, "2026-12-02 17:59", State.OFF),
        ("2026-11-23 17:50", True, "2026-12-02 18:00", State.MISSING),
        # Enrolled on Friday, not a word since.
        (None, False, "2026-11-24 10:00", State.NEVER_SEEN),
        (None, False, "2026-12-01 18:00", State.MISSING),
    ],
)
def test_only_open_time_counts(last: str | None, *, stopped: bool, now: str, state: State) -> None:
    assert state_of(life(last, stopped=stopped), Said(), at(now), HOURS, LIMITS) is state


def test_nothing_is_late_or_missing_within_a_closure_of_four_weeks() -> None:
    closed = hours_of([Closure(dt.date(2026, 11, 23), dt.date(2026, 12, 20), "works")])
    assert state_of(life("2026-11-20 17:50"), Said(), at("2026-12-20 12:00"), closed, LIMITS) is State.EXPECTED_OFF
    assert state_of(life("2026-11-20 17:50"), Said(), at("2026-12-21 10:10"), closed, LIMITS) is State.LATE


@pytest.mark.parametrize(
    ("on_since", "now", "state"),
    [
        # On since the morning, three hours after closing.
        ("2026-11-23 09:00", "2026-11-23 21:00", State.ONLINE),
        ("2026-11-23 09:00", "2026-11-23 21:01", State.ON_WHILE_CLOSED),
        # The cleaner's hour, and a facilitator who prepares before the opening.
        ("2026-11-24 07:00", "2026-11-24 08:30", State.ONLINE),
        ("2026-11-24 04:00", "2026-11-24 08:30", State.ON_WHILE_CLOSED),
        ("2026-11-23 09:00", "2026-11-24 09:00", State.ONLINE),
        # Nobody has watched for how long.
        (None, "2026-11-23 23:00", State.ONLINE),
    ],
)
def test_power_long_after_closing_is_said(on_since: str | None, now: str, state: State) -> None:
    seen = Life(ENROLLED, Contact(at(now) - 600, stopped=False), None if on_since is None else at(on_since))
    assert state_of(seen, Said(), at(now), HOURS, LIMITS) is state


def test_what_people_say_goes_before_what_is_heard() -> None:
    online, now = life("2026-11-23 10:00"), at("2026-11-23 10:10")
    assert state_of(online, Said(set_aside=State.OUT_OF_ORDER), now, HOURS, LIMITS) is State.OUT_OF_ORDER
    assert state_of(online, Said(set_aside=State.IN_STORAGE), now, HOURS, LIMITS) is State.IN_STORAGE
    both = Said(quarantined=True, set_aside=State.OUT_OF_ORDER)
    assert state_of(online, both, now, HOURS, LIMITS) is State.QUARANTINED


def test_a_site_without_opening_hours_makes_nothing_late_but_still_misses_a_station() -> None:
    nobody_knows = hours_of(written=False)
    for now, state in (("2026-11-24 17:00", State.UNKNOWN), ("2026-12-08 17:00", State.MISSING)):
        assert state_of(life("2026-11-23 10:00"), Said(), at(now), nobody_knows, LIMITS) is state


def test_a_station_that_forgets_is_late_after_three_contacts_of_ten_minutes() -> None:
    seen = Life(ENROLLED, Contact(at("2026-11-23 10:00"), stopped=False), interval_seconds=600)
    assert state_of(seen, Said(), at("2026-11-23 10:25"), HOURS, LIMITS) is State.ONLINE
    assert state_of(seen, Said(), at("2026-11-23 10:26"), HOURS, LIMITS) is State.LATE


@pytest.mark.parametrize(
    ("last", "now"), [("2026-11-23 10:00", "2026-11-23 10:10"), ("2026-11-23 17:50", "2026-11-23 19:00")]
)
def test_the_next_look_is_when_it_may_be_late(last: str, now: str) -> None:
    seen = life(last)
    look = next_look(seen, at(now), HOURS)
    assert look is not None
    before, then = (state_of(seen, Said(), moment, HOURS, LIMITS) for moment in (look - 1, look))
    assert before is not State.LATE
    assert then in {State.LATE, State.EXPECTED_OFF}


def test_a_stopped_station_needs_no_look_of_its_own() -> None:
    assert next_look(life("2026-11-23 10:00", stopped=True), at("2026-11-23 10:10"), HOURS) is None
