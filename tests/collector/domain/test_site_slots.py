from collections.abc import Mapping
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.domain.site_slots import NO_LENGTHS, Fact, SiteSlot, added, derive

NONE = (NO_LENGTHS,) * 4
ONE, TWO = {1}, {1, 2}


def fact(
    station: int = 1,
    seconds: int = 900,
    starts: int = 1,
    in_use: int = 300,
    lengths: str = NO_LENGTHS,
    method: str = "log_on",
    *,
    presence: bool = True,
    on: int | None = None,
) -> Fact:
    on = seconds if on is None else on
    return Fact(station, method, presence, seconds, on, (starts,) * 4, (in_use,) * 4, (lengths,) * 4)


def derived(facts: list[Fact], stations: set[int], off: Mapping[int, int] | None = None) -> SiteSlot:
    found = derive(facts, off or {}, stations)
    assert found is not None
    return found


def test_without_facts_there_is_no_site_slot() -> None:
    assert derive([], {}, TWO) is None
    assert derive([fact(1, 0, 0, 0, method="not_readable")], {}, TWO) is None


def test_stations_add_up() -> None:
    assert derived([fact(1), fact(2, seconds=450, starts=2, in_use=100)], TWO) == SiteSlot(
        2, 1350, 1350, 0, 2, 0, 0, (1,) * 4, (0,) * 4, (3,) * 4, (400,) * 4, NONE
    )
    assert derived([fact(1), fact(2)._replace(capped=True)], TWO).records_capped == 1


def test_runs_of_one_station_add_up_and_are_clipped_at_a_quarter_of_an_hour() -> None:
    slot = derived([fact(1, seconds=500, in_use=500), fact(1, seconds=500, in_use=500)], ONE)

    assert (slot.seconds_observed, slot.seconds_on, slot.seconds_in_use) == (900, 900, (900,) * 4)
    assert slot.starts == (2,) * 4
    assert slot.stations_taken == slot.stations_known == (1,) * 4


def test_each_idle_rule_is_clipped_by_itself() -> None:
    one = fact(1)._replace(seconds_in_use=(100, 200, 600, 900), starts=(4, 3, 2, 1))

    assert derived([one, one], ONE).seconds_in_use == (200, 400, 900, 900)
    assert derived([one, one], ONE).starts == (8, 6, 4, 2)


def test_use_is_never_more_than_what_was_observed() -> None:
    slot = derived([fact(1, seconds=200, in_use=900)], ONE)

    assert slot.seconds_in_use == (200,) * 4
    assert slot.seconds_free(2) == 0


def test_a_station_whose_sessions_are_not_readable_was_on_and_its_use_is_unknown() -> None:
    silent = fact(2, method="not_readable", starts=5, in_use=800, lengths="5 0 0 0 0 0 0")
    slot = derived([fact(1), silent], TWO)

    assert (slot.seconds_observed, slot.seconds_on, slot.seconds_unknown()) == (900, 1800, 900)
    assert (slot.starts, slot.seconds_in_use, slot.lengths) == ((1,) * 4, (300,) * 4, NONE)
    assert (slot.records_log_on, slot.records_activity) == (1, 0)


def test_a_station_that_is_always_logged_on_and_has_no_presence_is_not_free() -> None:
    slot = derived([fact(1, starts=0, in_use=0, method="activity", presence=False)], ONE)

    assert (slot.seconds_observed, slot.seconds_on, slot.seconds_unknown()) == (0, 900, 900)
    assert slot.stations_known == (0,) * 4


def test_a_station_counted_by_activity_is_free_where_presence_saw_no_input() -> None:
    slot = derived([fact(1, starts=0, in_use=0, method="activity")], ONE)

    assert (slot.seconds_free(0), slot.seconds_unknown(), slot.records_activity) == (900, 0, 1)


def test_time_proved_off_is_known() -> None:
    slot = derived([fact(1, seconds=300, in_use=0)], TWO, {1: 600, 2: 900})

    assert (slot.seconds_observed, slot.seconds_off, slot.seconds_unknown()) == (300, 1500, 0)
    assert slot.stations_known == (2,) * 4


def test_a_station_that_was_on_was_not_off_at_the_same_time() -> None:
    assert derived([fact(1, seconds=0, on=700)], ONE, {1: 900}).seconds_off == 200


def test_off_alone_makes_a_site_slot() -> None:
    slot = derived([], TWO, {1: 1})

    assert (slot.stations_in_service, slot.seconds_off, slot.seconds_unknown()) == (2, 1, 1799)


def test_what_a_station_says_of_time_outside_its_life_at_the_site_is_left_out() -> None:
    assert derive([fact(3)], {3: 900}, TWO) is None
    assert derived([fact(1), fact(3)], TWO, {3: 900}) == derived([fact(1)], TWO)


@pytest.mark.parametrize(
    ("observed", "in_use", "known", "taken"),
    [
        (900, 450, 1, 1),
        (900, 449, 1, 0),
        (450, 450, 1, 1),  # whatever the other half was
        (451, 0, 1, 0),  # it could not have been taken: 449 seconds are left
        (450, 0, 0, 0),  # it could
        (700, 250, 0, 0),  # 250 and 200 would be enough
        (701, 250, 1, 0),
    ],
)
def test_a_station_is_known_when_it_is_decided_whether_it_was_taken(
    observed: int, in_use: int, known: int, taken: int
) -> None:
    slot = derived([fact(1, observed, 1, in_use)], ONE)

    assert (slot.stations_known, slot.stations_taken) == ((known,) * 4, (taken,) * 4)


def test_only_use_without_presence_is_an_upper_bound() -> None:
    """At the log-on screen there is nobody whose presence could be read."""
    assert derived([fact(1, presence=False)], ONE).records_upper_bound == 1
    assert derived([fact(1, starts=0, in_use=0, presence=False)], ONE).records_upper_bound == 0
    assert derived([fact(1)], ONE).records_upper_bound == 0


def test_what_a_log_told_of_a_station_is_never_more_than_it_was_on() -> None:
    told = [fact(1, 800)._replace(repaired=True), fact(1, 400), fact(2)]
    assert derived(told, TWO).seconds_repaired == 800
    assert derived([fact(1, 600)._replace(repaired=True)] * 2, ONE).seconds_repaired == 900
    unreadable = fact(1, 500, 0, 0, method="not_readable")._replace(repaired=True)
    assert derived([unreadable], ONE).seconds_repaired == 500
    assert derived([fact(1)], ONE).seconds_repaired == 0


def test_lengths_add_up_band_by_band() -> None:
    assert added(["1 0 0 0 0 0 2", NO_LENGTHS, "0 0 10 0 0 0 1"]) == "1 0 10 0 0 0 3"


FACTS = st.builds(
    Fact,
    st.integers(1, 4),
    st.sampled_from(["log_on", "activity", "not_readable"]),
    st.booleans(),
    st.integers(0, 900),
    st.integers(0, 900),
    st.tuples(*[st.integers(0, 60)] * 4),
    st.tuples(*[st.integers(0, 900)] * 4),
    st.tuples(*[st.lists(st.integers(0, 9), min_size=7, max_size=7).map(lambda n: " ".join(map(str, n)))] * 4),
)
OFF = st.dictionaries(st.integers(1, 4), st.integers(1, 900), max_size=4)
STATIONS = st.sets(st.integers(1, 5))


def slowly(facts: list[Fact], off: dict[int, int], stations: set[int], rule: int) -> dict[str, int]:
    """Second by second of each station: observed ones first, used ones first among them."""
    sums = dict.fromkeys(("in use", "free", "off", "unknown", "known", "taken", "starts"), 0)
    for number in stations:
        mine = [one for one in facts if one.station_id == number]
        readable = [one for one in mine if one.method != "not_readable"]
        telling = [one for one in readable if one.method == "log_on" or one.presence_readable]
        seen = min(900, sum(one.seconds_observed for one in telling))
        on = max(seen, min(900, sum(one.seconds_on for one in mine)))
        used = min(seen, sum(one.seconds_in_use[rule] for one in readable))
        states = ["in use"] * used + ["free"] * (seen - used) + ["unknown"] * (on - seen)
        states += ["off"] * min(900 - on, off.get(number, 0))
        states += ["unknown"] * (900 - len(states))
        for state in ("in use", "free", "off", "unknown"):
            sums[state] += states.count(state)
        taken = states.count("in use") >= 450
        sums["taken"] += taken
        sums["known"] += taken or states.count("in use") + states.count("unknown") < 450
        sums["starts"] += sum(one.starts[rule] for one in readable)
    return sums


@given(st.lists(FACTS, max_size=12), OFF, STATIONS, st.randoms(use_true_random=False), st.integers(0, 3))
def test_any_order_gives_what_the_definition_says(
    facts: list[Fact], off: dict[int, int], stations: set[int], random: Random, rule: int
) -> None:
    expected = slowly(facts, off, stations, rule)
    random.shuffle(facts)

    slot = derive(facts, off, stations)

    if slot is None:
        assert expected["unknown"] == 900 * len(stations)
        assert expected["starts"] == 0
        return
    assert {
        "in use": slot.seconds_in_use[rule],
        "free": slot.seconds_free(rule),
        "off": slot.seconds_off,
        "unknown": slot.seconds_unknown(),
        "known": slot.stations_known[rule],
        "taken": slot.stations_taken[rule],
        "starts": slot.starts[rule],
    } == expected


@given(st.lists(FACTS, max_size=12), OFF, STATIONS)
def test_the_four_states_add_up_to_the_time_in_service(
    facts: list[Fact], off: dict[int, int], stations: set[int]
) -> None:
    slot = derive(facts, off, stations)
    if slot is None:
        return
    for rule in range(4):
        parts = (slot.seconds_in_use[rule], slot.seconds_free(rule), slot.seconds_off, slot.seconds_unknown())
        assert min(parts) >= 0
        assert sum(parts) == 900 * len(stations)
        assert slot.stations_taken[rule] <= slot.stations_known[rule] <= slot.stations_in_service
    assert slot.seconds_observed <= slot.seconds_on
    assert slot.seconds_on + slot.seconds_off <= 900 * len(stations)


def test_a_station_out_of_order_is_not_in_service_unless_it_was_used() -> None:
    idle, busy = fact(2, starts=0, in_use=0), fact(2, in_use=300)

    unused = derive([fact(1), idle], {}, TWO, {2})
    used = derive([fact(1), busy], {}, TWO, {2})

    assert unused is not None
    assert (unused.stations_in_service, unused.seconds_observed) == (1, 900)
    assert used is not None
    assert (used.stations_in_service, used.seconds_observed) == (2, 1800)
    assert derive([idle], {2: 900}, TWO, {1, 2}) is None
