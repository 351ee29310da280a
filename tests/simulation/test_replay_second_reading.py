from itertools import chain

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulation.replay_months import BANDS, LENGTHS, OBSERVED, STARTS, USE, name_of
from tests.simulation.replay_notes import Notes
from tests.simulation.replay_rows import Profile, Row
from tests.simulation.replay_second_reading import RULES, Counted, Happening, count
from tests.simulation.replay_station import Station

NEAR_A_MONTHS_END = 1_774_990_000
"""2026-03-31 20:46:40 UTC; the month of Brussels ends at 22:00."""
PAUSES = [0, 0, 1, 30, 60, 61, 179, 180, 181, 299, 300, 599, 600, 601, 899, 900, 901, 3600, 40_000, 43_200, 250_000]
WITHOUT_LOG_ONS = ["power_on", "power_off", "power_lost", "lock", "unlock", "input", "input", "suspend", "resume"]
EVENTS = [*WITHOUT_LOG_ONS, "input", "input", "logon", "logon", "logoff"]


AWAY_AND_BACK = [
    ("lock", "unlock"),
    ("suspend", "resume"),
    ("suspend", "logoff"),
    ("lock", "logon"),
    ("logoff", "logon"),
]


def timelines(events: list[str]) -> st.SearchStrategy[list[Happening]]:
    """Any event after any pause, and now and then two that belong together."""
    pairs = [pair for pair in AWAY_AND_BACK if set(pair) <= set(events)]
    one = st.tuples(st.sampled_from(PAUSES), st.sampled_from(events)).map(lambda step: [step])
    two = st.tuples(st.sampled_from(PAUSES), st.sampled_from(PAUSES), st.sampled_from(pairs)).map(
        lambda both: [(both[0], both[2][0]), (both[1], both[2][1])]
    )
    return st.lists(one | two, min_size=1, max_size=30).map(at_their_times)


def at_their_times(steps: list[list[tuple[int, str]]]) -> list[Happening]:
    at, found = NEAR_A_MONTHS_END, []
    for pause, event in chain.from_iterable(steps):
        at += pause
        found.append((at, event))
    return found


def replayed(happenings: list[Happening]) -> Counted:
    """What the real counter makes of it, in the shape of the second reading."""
    profile = Profile()
    profile.tells_input = any(event == "input" for _, event in happenings)
    profile.logs_on = any(event in {"logon", "logoff"} for _, event in happenings)
    station = Station(1, profile, Notes(), None)
    for line, (at, event) in enumerate(happenings, 2):
        station.take(Row(at, line, "PC1", event))
    station.end()
    counted = Counted({}, {}, {}, {})
    for month, sums in station.months.sums.items():
        name = name_of(month)
        for rule, starts, use in zip(RULES, sums[STARTS], sums[USE], strict=True):
            counted.sessions[rule, name] = starts
            counted.seconds_in_use[rule, name] = use
        for band, sessions in zip(BANDS, sums[LENGTHS], strict=True):
            counted.bands[int(band.split("-")[0]), name] = sessions
        counted.observed[name] = sums[OBSERVED]
    return counted


def without_zeros(counted: Counted) -> tuple[dict[object, int], ...]:
    return tuple({key: value for key, value in part.items() if value} for part in counted)


def agree(happenings: list[Happening]) -> None:
    assert without_zeros(replayed(happenings)) == without_zeros(count(happenings))


@settings(max_examples=400, deadline=None)
@given(timelines(EVENTS))
def test_the_counter_counts_what_a_second_reading_counts(happenings: list[Happening]) -> None:
    agree(happenings)


@settings(max_examples=200, deadline=None)
@given(timelines([event for event in EVENTS if event != "input"]))
def test_it_does_so_without_presence(happenings: list[Happening]) -> None:
    agree(happenings)


@settings(max_examples=200, deadline=None)
@given(timelines(WITHOUT_LOG_ONS))
def test_it_does_so_on_a_station_that_is_always_logged_on(happenings: list[Happening]) -> None:
    agree(happenings)
