"""How sessions are counted: the rules of the statistics, as examples and as properties."""

from hypothesis import given
from hypothesis import strategies as st

from agent.machine.base import BACKGROUND, FOREGROUND, LOCK, LOG_OFF, LOG_ON, UNLOCK, OpenSession
from agent.sessions import Counter
from agent.tallies import band
from agent.wire.figures import IDLE_RULES_MINUTES

TEN = IDLE_RULES_MINUTES.index(10)
THREE = IDLE_RULES_MINUTES.index(3)
FIVE = IDLE_RULES_MINUTES.index(5)


def counting(offset: int = 0) -> Counter:
    counter = Counter(offset)
    counter.begin(0, [])
    return counter


def starts(counter: Counter, rule: int = TEN) -> int:
    return sum(tally.starts[rule] for tally in counter.tallies.by_slot.values())


def use(counter: Counter, rule: int = TEN) -> int:
    return sum(tally.use[rule] for tally in counter.tallies.by_slot.values())


def lengths(counter: Counter, rule: int = TEN) -> list[int]:
    return [
        sum(column) for column in zip(*(tally.lengths[rule] for tally in counter.tallies.by_slot.values()), strict=True)
    ]


def test_a_log_on_is_one_session_that_lasts_until_the_log_off() -> None:
    counter = counting()
    counter.happen(60, LOG_ON, "a")
    counter.happen(60 + 20 * 60, LOG_OFF, "a")
    counter.advance(3600)
    assert (starts(counter), use(counter), lengths(counter)) == (1, 1200, [0, 0, 0, 1, 0, 0, 0])


def test_a_session_that_crosses_midnight_is_counted_once_where_it_starts_and_its_time_where_it_passes() -> None:
    counter = counting(offset=86_400 - 600)
    counter.happen(0, LOG_ON, "a")
    counter.happen(1200, LOG_OFF, "a")
    before, after = 86_400 // 900 - 1, 86_400 // 900
    assert [counter.tallies.by_slot[slot].starts[TEN] for slot in (before, after)] == [1, 0]
    assert [counter.tallies.by_slot[slot].use[TEN] for slot in (before, after)] == [600, 600]
    assert counter.tallies.by_slot[before].lengths[TEN] == [0, 0, 0, 1, 0, 0, 0]


def test_the_worked_example_a_pause_of_four_minutes_splits_under_the_rule_of_three_only() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.happen(600, LOCK, "a")
    counter.happen(840, UNLOCK, "a")
    counter.happen(900, LOG_OFF, "a")
    assert (starts(counter, FIVE), use(counter, FIVE)) == (1, 660)
    assert (starts(counter, THREE), use(counter, THREE)) == (2, 660)
    assert lengths(counter, THREE) == [0, 1, 1, 0, 0, 0, 0]


def test_time_spent_locked_is_not_use_and_a_lock_that_nobody_opens_ends_the_session_at_the_lock() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.happen(120, LOCK, "a")
    counter.advance(7200)
    counter.happen(7200, LOG_OFF, "a")
    assert (starts(counter), use(counter), lengths(counter)) == (1, 120, [0, 1, 0, 0, 0, 0, 0])


def test_a_switch_of_user_pauses_the_first_and_two_open_sessions_never_make_two_visitors_of_one_seat() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.happen(300, LOG_ON, "b")
    counter.happen(300, BACKGROUND, "a")
    counter.happen(600, LOG_OFF, "b")
    counter.happen(600, FOREGROUND, "a")
    counter.happen(900, LOG_OFF, "a")
    assert (starts(counter), use(counter)) == (2, 900)


def test_a_suspend_pauses_and_a_long_one_makes_a_new_session() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.sleep(100, 400)
    counter.advance(500)
    counter.sleep(500, 500 + 3600)
    counter.happen(4200, LOG_OFF, "a")
    assert (starts(counter), starts(counter, THREE), use(counter)) == (2, 3, 100 + 100 + 100)


def test_a_session_over_twelve_hours_is_counted_and_capped() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.happen(771 * 86_400, LOG_OFF, "a")
    assert (starts(counter), use(counter), lengths(counter)[-1]) == (1, 12 * 3600, 1)
    assert [slot for slot, tally in counter.tallies.by_slot.items() if tally.capped] == [0]
    assert counter.tallies.by_slot[0].record("run", 0)["capped"]


def test_a_session_of_twelve_hours_is_not_marked_as_capped() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.happen(12 * 3600, LOG_OFF, "a")
    assert (use(counter), lengths(counter)[-1]) == (12 * 3600, 1)
    assert not any(tally.capped for tally in counter.tallies.by_slot.values())


def test_a_session_that_goes_on_over_a_restart_is_marked_where_it_started() -> None:
    first = counting()
    first.happen(0, LOG_ON, "a")
    first.advance(11 * 3600)
    first.take_changed()
    second = Counter(0, first.snapshot())
    second.begin(11 * 3600, [OpenSession("a", locked=False, foreground=True)])
    second.advance(13 * 3600)
    told = {slot: tally.capped for slot, tally in second.take_changed().items()}
    assert [slot for slot, capped in told.items() if capped] == [0]
    assert not second.tallies.by_slot[50].capped
    second.advance(13 * 3600 + 60)
    assert 0 not in second.take_changed(), "it is said once"


def test_repeats_and_strangers_change_nothing() -> None:
    counter = counting()
    for kind, key in ((LOG_ON, "a"), (LOG_ON, "a"), (UNLOCK, "a"), (LOG_OFF, "b"), (LOCK, "b")):
        counter.happen(10, kind, key)
    assert (starts(counter), list(counter.visits)) == (1, ["a"])


def test_a_restart_of_the_agent_within_the_same_boot_continues_the_session() -> None:
    first = counting()
    first.happen(0, LOG_ON, "a")
    first.advance(600)
    second = Counter(0, first.snapshot())
    second.begin(620, [OpenSession("a", locked=False, foreground=True)])
    second.happen(700, LOG_OFF, "a")
    assert (starts(second), use(second), lengths(second)) == (0, 80, [0, 0, 1, 0, 0, 0, 0])


def test_a_session_whose_end_was_not_seen_ends_when_the_station_was_last_known_to_be_on() -> None:
    first = counting()
    first.happen(0, LOG_ON, "a")
    first.advance(600)
    second = Counter(0, first.snapshot())
    second.begin(700, [OpenSession("b", locked=False, foreground=True)])
    assert second.tallies.by_slot[0].lengths[TEN] == [0, 0, 1, 0, 0, 0, 0]
    assert starts(second) == 1, "who is there now is somebody else"


def test_while_sessions_cannot_be_read_the_station_is_on_but_not_observed() -> None:
    counter = Counter(0)
    counter.advance(0)
    counter.advance(300)
    counter.begin(300, [])
    counter.advance(900)
    assert (counter.tallies.by_slot[0].on, counter.tallies.by_slot[0].observed) == (900, 600)


def test_a_session_lives_on_while_sessions_cannot_be_read_for_a_moment() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.lose_sight(60)
    counter.begin(120, [OpenSession("a", locked=False, foreground=True)])
    counter.happen(180, LOG_OFF, "a")
    assert (starts(counter), use(counter), counter.tallies.by_slot[0].observed) == (1, 120, 120)


def test_a_revision_grows_only_when_something_changed() -> None:
    counter = counting()
    counter.advance(30)
    first = counter.take_changed()[0].revision
    assert not counter.take_changed()
    counter.advance(60)
    assert (first, counter.take_changed()[0].revision) == (1, 2)


def test_bands_are_closed_below_and_open_above() -> None:
    assert [band(seconds) for seconds in (0, 59, 60, 299, 300, 899, 900, 3599, 3600, 7199, 7200)] == [
        0, 0, 1, 1, 2, 2, 3, 4, 5, 5, 6,
    ]  # fmt: skip


steps = st.lists(
    st.tuples(
        st.integers(0, 2000),
        st.sampled_from([LOG_ON, LOG_OFF, LOCK, UNLOCK, FOREGROUND, BACKGROUND, "sleep", "restart"]),
        st.sampled_from("abc"),
    ),
    max_size=40,
)


@given(steps, st.integers(0, 10_000))
def test_whatever_happens_no_slot_exceeds_its_seconds_and_every_start_has_one_length(
    happenings: list[tuple[int, str, str]], offset: int
) -> None:
    counter = counting(offset)
    archive: list[Counter] = [counter]
    now = 0
    for pause, kind, key in happenings:
        now += pause
        if kind == "sleep":
            counter.sleep(now, now + pause)
            now += pause
        elif kind == "restart":
            counter.advance(now)
            open_now = [OpenSession(k, v.locked, v.foreground) for k, v in counter.visits.items()]
            counter = Counter(offset, counter.snapshot())
            counter.begin(now, open_now)
            archive.append(counter)
        else:
            counter.happen(now, kind, key)
    counter.finish(now)
    for each in archive:
        for tally in each.tallies.by_slot.values():
            assert 0 <= tally.observed <= tally.on <= 900
            assert all(used <= tally.on for used in tally.use)
    for rule in range(4):
        assert sum(starts(each, rule) for each in archive) == sum(sum(lengths(each, rule)) for each in archive)
    by_rule = [sum(starts(each, rule) for each in archive) for rule in range(4)]
    assert by_rule == sorted(by_rule, reverse=True), "a longer idle rule never makes more sessions"


@given(steps)
def test_counting_in_many_small_steps_gives_the_same_as_counting_in_few(
    happenings: list[tuple[int, str, str]],
) -> None:
    coarse, fine = counting(), counting()
    now = 0
    for pause, kind, key in happenings:
        for moment in range(now, now + pause, 7):
            fine.advance(moment)
        now += pause
        if kind not in ("sleep", "restart"):
            coarse.happen(now, kind, key)
            fine.happen(now, kind, key)
    for counter in (coarse, fine):
        counter.finish(now)

    def counts(counter: Counter) -> dict[int, tuple[object, ...]]:
        return {slot: (t.on, t.observed, t.starts, t.use, t.lengths) for slot, t in counter.tallies.by_slot.items()}

    assert counts(coarse) == counts(fine)
