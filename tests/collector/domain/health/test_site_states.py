"""States of sites, as worked examples with twelve stations; 2026-11-23 is a Monday."""

from collector.domain.health.site_states import SiteState, Standing, site_state
from collector.domain.health.states import Life, Said, State, state_of
from collector.domain.health.thresholds import Thresholds
from collector.domain.stations import Contact
from tests.collector.domain.health.town import at, hours_of

HOURS = hours_of()
LIMITS = Thresholds()


def standings(words: list[tuple[str, bool]], now: str) -> list[Standing]:
    """Stations by their last word: when, and whether it was a proper stop."""
    lives = [Life(at("2026-10-01 10:00"), Contact(at(last), stopped)) for last, stopped in words]
    return [Standing(life, state_of(life, Said(), at(now), HOURS, LIMITS)) for life in lives]


def of(words: list[tuple[str, bool]], now: str) -> SiteState:
    return site_state(standings(words, now), at(now), HOURS, LIMITS)


STOPPED_ON_FRIDAY = [("2026-11-20 17:55", True)] * 12


def test_a_site_has_not_opened_half_an_hour_after_its_opening_when_no_station_is_on() -> None:
    assert of(STOPPED_ON_FRIDAY, "2026-11-23 08:59") is SiteState.CLOSED
    assert of(STOPPED_ON_FRIDAY, "2026-11-23 09:29") is SiteState.USUAL
    assert of(STOPPED_ON_FRIDAY, "2026-11-23 09:30") is SiteState.NOT_OPENED
    assert of([("2026-11-23 09:02", False), *STOPPED_ON_FRIDAY[1:]], "2026-11-23 09:30") is SiteState.USUAL
    # It was opened, and everybody has gone home since.
    assert of([("2026-11-23 09:02", True), *STOPPED_ON_FRIDAY[1:]], "2026-11-23 16:00") is SiteState.USUAL


def test_a_site_that_stays_shut_for_weeks_remains_one_thing_to_say() -> None:
    assert of(STOPPED_ON_FRIDAY, "2026-12-15 10:00") is SiteState.NOT_OPENED


def test_the_break_at_noon_opens_nothing_anew() -> None:
    everybody_at_lunch = [("2026-11-23 12:29", True)] * 12
    assert of(everybody_at_lunch, "2026-11-23 13:45") is SiteState.USUAL


def test_a_site_is_unreachable_when_most_stations_went_late_together() -> None:
    cut = [(f"2026-11-23 09:{45 + place:02}", False) for place in range(12)]
    assert of(cut, "2026-11-23 10:50") is SiteState.USUAL
    assert of(cut, "2026-11-23 10:57") is SiteState.UNREACHABLE
    assert of(cut, "2026-11-24 11:00") is SiteState.UNREACHABLE
    # For a month: still one thing.
    assert of(cut, "2026-12-18 11:00") is SiteState.UNREACHABLE


def test_stations_that_were_properly_off_say_nothing_of_the_line() -> None:
    five_of_twelve = [("2026-11-23 09:45", False)] * 5 + [("2026-11-20 17:55", True)] * 7
    assert of(five_of_twelve, "2026-11-23 11:00") is SiteState.UNREACHABLE


def test_one_that_was_heard_after_the_others_fell_silent_is_counted_against_it() -> None:
    two_lost = [("2026-11-23 09:45", False)] * 2 + [("2026-11-23 10:55", False)] * 10
    assert of(two_lost, "2026-11-23 11:00") is SiteState.USUAL
    # Two that died long ago make no morning an outage, although the others are not on yet.
    dead = [("2026-11-02 10:00", False)] * 2 + STOPPED_ON_FRIDAY[2:]
    assert of(dead, "2026-11-23 09:05") is SiteState.USUAL


def test_a_single_station_that_is_late_makes_no_site_unreachable() -> None:
    assert of([("2026-11-23 10:00", False)], "2026-11-23 12:00") is SiteState.USUAL


def test_what_somebody_set_aside_and_what_never_spoke_says_nothing() -> None:
    silent = [Standing(Life(0, None), State.NEVER_SEEN), Standing(Life(0, None), State.IN_STORAGE)]
    assert site_state(silent, at("2026-11-23 10:00"), HOURS, LIMITS) is SiteState.UNKNOWN
    assert (
        site_state(
            standings(STOPPED_ON_FRIDAY, "2026-11-23 10:00"), at("2026-11-23 10:00"), hours_of(written=False), LIMITS
        )
        is SiteState.UNKNOWN
    )
