"""How sessions are counted where nobody logs on, and what presence adds where somebody does."""

from hypothesis import given
from hypothesis import strategies as st

from agent.machine.base import LOCK, LOG_OFF, LOG_ON, UNLOCK, OpenSession
from agent.sessions import PRESENCE_SECONDS, Counter, Mode
from agent.wire.figures import IDLE_RULES_MINUTES

THREE, FIVE, TEN, FIFTEEN = range(4)


def counting(mode: Mode = "activity") -> Counter:
    counter = Counter(0, mode=mode)
    counter.begin(0, [])
    return counter


def starts(counter: Counter, rule: int = TEN) -> int:
    return sum(tally.starts[rule] for tally in counter.tallies.by_slot.values())


def use(counter: Counter, rule: int = TEN) -> int:
    return sum(tally.use[rule] for tally in counter.tallies.by_slot.values())


def ended(counter: Counter, rule: int = TEN) -> int:
    return sum(sum(tally.lengths[rule]) for tally in counter.tallies.by_slot.values())


def observed(counter: Counter) -> int:
    return sum(tally.observed for tally in counter.tallies.by_slot.values())


def play(counter: Counter, inputs: list[int], until: int, every: int = 15) -> None:
    """Presence reports every `every` seconds how long ago the last input was."""
    for now in range(every, until + 1, every):
        past = [moment for moment in inputs if moment <= now]
        counter.present(now, now - past[-1] if past else 100_000)


def test_the_worked_example_a_gap_of_four_minutes_splits_under_the_rule_of_three_only() -> None:
    counter = counting()
    play(counter, [0, 60, 300, 360], until=3600)
    assert [starts(counter, rule) for rule in range(4)] == [2, 1, 1, 1]
    assert [use(counter, rule) for rule in range(4)] == [120, 360, 360, 360]
    assert [ended(counter, rule) for rule in range(4)] == [2, 1, 1, 1]


def test_a_station_that_is_on_and_that_nobody_touches_is_free_and_known() -> None:
    counter = counting()
    play(counter, [], until=900)
    assert (starts(counter), use(counter)) == (0, 0)
    assert observed(counter) >= 900 - 15


def test_a_session_that_a_restart_left_open_is_not_in_use_until_the_station_sleeps_when_presence_stays_silent() -> None:
    counter = counting()
    play(counter, [10, 60], until=60)
    again = Counter(0, counter.snapshot(), mode="activity")
    again.begin(70, [])
    again.sleep(4000, 9000)
    assert (use(again), observed(again), ended(again)) == (0, 0, 1)


def test_an_always_logged_on_station_without_presence_proves_that_it_was_on_not_that_it_was_free() -> None:
    counter = counting()
    counter.happen(5, LOG_ON, "kiosk")
    counter.advance(900)
    tally = counter.tallies.by_slot[0]
    assert (tally.on, tally.observed, tally.starts[TEN]) == (900, 0, 0)


def test_a_session_ends_at_the_lock_and_what_comes_after_is_another() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "kiosk")
    play(counter, list(range(0, 121, 10)), until=120)
    counter.happen(150, LOCK, "kiosk")
    counter.happen(180, UNLOCK, "kiosk")
    counter.present(195, 3)
    assert (starts(counter), use(counter), ended(counter)) == (2, 140, 1), (
        "the first input that was seen is that at 10 s"
    )


def test_a_suspend_ends_a_session_by_activity() -> None:
    counter = counting()
    play(counter, list(range(0, 121, 10)), until=120)
    counter.sleep(130, 200)
    counter.present(215, 5)
    assert (starts(counter), ended(counter)) == (2, 1)


def test_presence_that_is_killed_leaves_the_use_unknown_and_loses_no_session() -> None:
    counter = counting()
    play(counter, list(range(0, 301, 10)), until=300)
    counter.advance(900)
    assert (starts(counter), use(counter), ended(counter)) == (1, 290, 1)
    assert observed(counter) <= 300 + PRESENCE_SECONDS


def test_where_people_log_on_a_long_gap_is_not_use_and_makes_no_second_session() -> None:
    counter = counting("log_on")
    counter.happen(0, LOG_ON, "a")
    play(counter, [0, 60, 60 + 14 * 60, 1000], until=1005)
    counter.happen(1010, LOG_OFF, "a")
    assert [starts(counter, rule) for rule in range(4)] == [1, 1, 1, 1]
    assert [use(counter, rule) for rule in range(4)] == [170, 170, 170, 1010]


def test_where_presence_dies_a_log_on_counts_as_in_use_again() -> None:
    counter = counting("log_on")
    counter.happen(0, LOG_ON, "a")
    play(counter, [0, 60], until=60)
    counter.happen(900, LOG_OFF, "a")
    tally = counter.tallies.by_slot[0]
    assert use(counter) == 900
    assert tally.blind, "the hours are an upper bound, and the slot says so"


def test_a_restart_of_the_agent_takes_no_start_of_a_desktop_for_input() -> None:
    """The desktop started at 5 s, and nobody has touched it; its idle time runs from then on."""
    first = counting("activity")
    first.happen(10, LOG_ON, "a")
    first.advance(30)
    second = Counter(0, first.snapshot(), "activity")
    second.begin(31, [OpenSession("a", locked=False, foreground=True)])
    for at in range(40, 170, 10):
        second.present(at, at - 5)
    assert (starts(second), use(second)) == (0, 0)
    second.present(180, 3)
    second.present(190, 0)
    assert (starts(second), use(second)) == (1, 13)


def test_a_word_that_is_heard_late_makes_no_session_of_an_input_that_was_known() -> None:
    """The last input was at 40 s. Each word is rounded and heard a little later or sooner, one of them by 5 s."""
    counter = counting()
    play(counter, [10, 40], until=45)
    for at in range(50, 1600, 10):
        late = 5 if at in (400, 800) else at % 3
        counter.present(at + late, at - 40)
    assert [starts(counter, rule) for rule in range(4)] == [1, 1, 1, 1]
    assert [ended(counter, rule) for rule in range(4)] == [1, 1, 1, 1]
    assert all(30 <= use(counter, rule) <= 33 for rule in range(4))
    counter.present(1600, 1)
    assert [starts(counter, rule) for rule in range(4)] == [2, 2, 2, 2]


def test_presence_that_is_away_for_some_minutes_tells_of_no_input_twice() -> None:
    counter = counting()
    play(counter, [10, 40], until=60)
    counter.advance(150)  # the program was killed, and is started again
    counter.present(160, 120)
    counter.present(170, 130)
    assert (starts(counter), ended(counter)) == (1, 1)


def test_the_session_goes_on_when_the_agent_is_restarted_within_the_idle_rule() -> None:
    first = counting()
    play(first, list(range(0, 301, 10)), until=300)
    second = Counter(0, first.snapshot(), mode="activity")
    second.begin(330, [])
    second.present(345, 5)
    second.finish(360)
    assert (starts(second), ended(second)) == (0, 1)


def test_a_station_that_changes_its_mode_ends_what_was_open() -> None:
    first = counting("log_on")
    first.happen(0, LOG_ON, "a")
    first.advance(600)
    second = Counter(0, first.snapshot(), mode="activity")
    second.begin(620, [OpenSession("a", locked=False, foreground=True)])
    assert (ended(second), starts(second)) == (1, 0)


def test_input_of_before_the_lock_makes_no_session_after_it() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "kiosk")
    play(counter, list(range(0, 601, 10)), until=600)
    counter.happen(605, LOCK, "kiosk")
    counter.present(615, 15)
    counter.happen(620, UNLOCK, "kiosk")
    counter.present(625, 25)
    assert (starts(counter), ended(counter)) == (1, 1)


def test_a_wake_up_at_night_that_nobody_notices_is_no_visitor() -> None:
    for mode, key in (("activity", "kiosk"), ("log_on", "a")):
        counter = counting("activity" if mode == "activity" else "log_on")
        counter.happen(0, LOG_ON, key)
        play(counter, list(range(0, 601, 10)), until=600)
        before = starts(counter)
        counter.sleep(605, 20_000)
        for moment in range(20_010, 20_300, 10):
            counter.present(moment, moment - 20_000 + 5)
        assert starts(counter) == before
        counter.present(20_310, 1)
        assert starts(counter) == before + 1, "the first input is the next visitor"


def test_hours_known_to_be_idle_do_not_become_use_when_presence_dies() -> None:
    counter = counting("log_on")
    counter.happen(0, LOG_ON, "a")
    play(counter, [10], until=7200)
    counter.advance(7400)
    assert use(counter) <= 15 + 7400 - 7200 - PRESENCE_SECONDS


def truth(inputs: list[int], minutes: int) -> tuple[int, int]:
    """Sessions and seconds in use by the definition: runs of input without a gap of so many minutes."""
    sessions, used = 0, 0
    last: int | None = None
    for moment in inputs:
        if last is None or moment - last >= minutes * 60:
            sessions += 1
        else:
            used += moment - last
        last = moment
    return sessions, used


@given(st.lists(st.integers(0, 400), min_size=1, max_size=60), st.integers(5, 30))
def test_what_is_counted_is_what_the_definition_says_whatever_the_rhythm_of_presence(
    gaps: list[int], every: int
) -> None:
    """Presence tells only the last input; two inputs between its reports are as one."""
    now, inputs = 0, []
    for gap in gaps:
        now += gap
        inputs.append(now)
    counter = counting()
    play(counter, inputs, until=now + 2000, every=every)
    seen = sorted(
        {max(m for m in inputs if m <= report) for report in range(every, now + 2000, every) if inputs[0] <= report}
    )
    for rule, minutes in enumerate(IDLE_RULES_MINUTES):
        assert (starts(counter, rule), use(counter, rule)) == truth(seen, minutes)
        assert ended(counter, rule) == starts(counter, rule)


@given(
    st.lists(
        st.tuples(st.integers(0, 900), st.sampled_from([LOG_ON, LOG_OFF, LOCK, UNLOCK, "sleep", "present", "quiet"])),
        max_size=60,
    ),
    st.sampled_from(["log_on", "activity"]),
)
def test_whatever_happens_a_slot_holds_no_more_than_its_seconds_and_every_start_ends_once(
    happenings: list[tuple[int, str]], mode: Mode
) -> None:
    counter = counting(mode)
    now = 0
    for pause, kind in happenings:
        now += pause
        if kind == "sleep":
            counter.sleep(now, now + pause)
            now += pause
        elif kind == "present":
            counter.present(now, pause)
        elif kind == "quiet":
            counter.advance(now)
        else:
            counter.happen(now, kind, "a")
    counter.finish(now)
    for tally in counter.tallies.by_slot.values():
        assert 0 <= tally.observed <= tally.on
        assert all(used <= 900 for used in tally.use)
    for rule in range(4):
        assert starts(counter, rule) == ended(counter, rule)
    assert sorted((starts(counter, rule) for rule in range(4)), reverse=True) == [starts(counter, r) for r in range(4)]
