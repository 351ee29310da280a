from random import Random

from hypothesis import given
from hypothesis import strategies as st

from collector.domain.site_slots import NO_LENGTHS, Fact, SiteSlot, added, derive

NONE = (NO_LENGTHS,) * 4


def fact(
    station: int = 1,
    seconds: int = 900,
    starts: int = 1,
    in_use: int = 300,
    lengths: str = NO_LENGTHS,
    method: str = "log_on",
) -> Fact:
    return Fact(station, method, seconds, seconds, (starts,) * 4, (in_use,) * 4, (lengths,) * 4)


def test_nothing_is_known_without_facts() -> None:
    assert derive([]) == SiteSlot(0, 0, 0, 0, 0, (0,) * 4, (0,) * 4, NONE)


def test_stations_add_up() -> None:
    assert derive([fact(1), fact(2, seconds=450, starts=2, in_use=100)]) == SiteSlot(
        2, 2, 1350, 1350, 1350, (3,) * 4, (400,) * 4, NONE
    )


def test_runs_of_one_station_add_up_and_are_clipped_at_a_quarter_of_an_hour() -> None:
    runs = [fact(1, seconds=500, in_use=500), fact(1, seconds=500, in_use=500)]

    assert derive(runs) == SiteSlot(1, 1, 900, 900, 900, (2,) * 4, (900,) * 4, NONE)


def test_each_idle_rule_is_clipped_by_itself() -> None:
    one = fact(1)._replace(seconds_in_use=(100, 200, 600, 900), starts=(4, 3, 2, 1))

    assert derive([one, one]).seconds_in_use == (200, 400, 900, 900)
    assert derive([one, one]).starts == (8, 6, 4, 2)


def test_a_station_whose_sessions_are_not_readable_was_on_but_counts_no_sessions() -> None:
    silent = fact(2, method="not_readable", starts=5, in_use=800, lengths="5 0 0 0 0 0 0")

    assert derive([fact(1), silent]) == SiteSlot(2, 1, 1800, 900, 1800, (1,) * 4, (300,) * 4, NONE)


def test_a_station_that_was_readable_in_one_run_only_counts_that_run() -> None:
    runs = [fact(1, seconds=300), fact(1, seconds=400, method="not_readable", starts=9)]

    assert derive(runs) == SiteSlot(1, 1, 700, 300, 700, (1,) * 4, (300,) * 4, NONE)


def test_a_station_of_which_no_second_was_observed_is_not_counted() -> None:
    slot = derive([fact(1, seconds=0, starts=0, in_use=0)])

    assert (slot.stations_observed, slot.stations_readable) == (0, 0)


def test_lengths_add_up_band_by_band() -> None:
    assert added(["1 0 0 0 0 0 2", NO_LENGTHS, "0 0 10 0 0 0 1"]) == "1 0 10 0 0 0 3"


FACTS = st.builds(
    Fact,
    st.integers(1, 4),
    st.sampled_from(["log_on", "activity", "not_readable"]),
    st.integers(0, 900),
    st.integers(0, 900),
    st.tuples(*[st.integers(0, 60)] * 4),
    st.tuples(*[st.integers(0, 900)] * 4),
    st.tuples(*[st.lists(st.integers(0, 9), min_size=7, max_size=7).map(lambda n: " ".join(map(str, n)))] * 4),
)


def slowly(facts: list[Fact]) -> SiteSlot:
    """The same by the letter of the definition."""
    stations = {fact.station_id for fact in facts}

    def clipped(name: str, rule: int | None = None, *, counted: bool = True) -> int:
        total = 0
        for station in stations:
            seconds = 0
            for one in facts:
                if one.station_id == station and not (counted and one.method == "not_readable"):
                    value = getattr(one, name)
                    seconds += value if rule is None else value[rule]
            total += min(seconds, 900)
        return total

    def some(*, counted: bool) -> int:
        return len(
            {
                one.station_id
                for one in facts
                if one.seconds_observed > 0 and not (counted and one.method == "not_readable")
            }
        )

    readable = [one for one in facts if one.method != "not_readable"]
    bands = [[[int(n) for n in one.lengths[rule].split()] for one in readable] for rule in range(4)]
    return SiteSlot(
        some(counted=False),
        some(counted=True),
        clipped("seconds_observed", counted=False),
        clipped("seconds_observed"),
        clipped("seconds_on", counted=False),
        tuple(sum(one.starts[rule] for one in readable) for rule in range(4)),
        tuple(clipped("seconds_in_use", rule) for rule in range(4)),
        tuple(" ".join(str(sum(row[band] for row in bands[rule])) for band in range(7)) for rule in range(4)),
    )


@given(st.lists(FACTS, max_size=12), st.randoms())
def test_any_order_gives_what_the_definition_says(facts: list[Fact], random: Random) -> None:
    expected = slowly(facts)
    random.shuffle(facts)

    assert derive(facts) == expected
