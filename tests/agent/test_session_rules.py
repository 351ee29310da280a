"""The sentences of "Sessions: the rule" that no worked example of the counter proves yet, each as an example."""

from collections.abc import Callable

import pytest

from agent.machine.base import BACKGROUND, FOREGROUND, LOCK, LOG_OFF, LOG_ON, UNLOCK
from agent.sessions import Counter, Mode

THREE, FIVE, TEN, FIFTEEN = range(4)
MINUTE = 60


def counting(mode: Mode = "log_on") -> Counter:
    counter = Counter(0, mode=mode)
    counter.begin(0, [])
    return counter


def starts(counter: Counter) -> list[int]:
    return [sum(tally.starts[rule] for tally in counter.tallies.by_slot.values()) for rule in range(4)]


def use(counter: Counter) -> list[int]:
    return [sum(tally.use[rule] for tally in counter.tallies.by_slot.values()) for rule in range(4)]


def lengths(counter: Counter) -> list[int]:
    return [sum(map(sum, (t.lengths[rule] for t in counter.tallies.by_slot.values()))) for rule in range(4)]


def touch(counter: Counter, start: int, end: int) -> None:
    """Somebody types from `start` to `end`, and presence tells so every 10 s."""
    for now in range(start, end + 1, 10):
        counter.present(now, 0)


def rest(counter: Counter, start: int, end: int, last: int) -> None:
    """Nobody touches anything from `start` to `end`; the last input was at `last`."""
    for now in range(start, end + 1, 10):
        counter.present(now, now - last)


def lock(counter: Counter, start: int, end: int) -> None:
    counter.happen(start, LOCK, "a")
    counter.happen(end, UNLOCK, "a")


def suspend(counter: Counter, start: int, end: int) -> None:
    counter.sleep(start, end)


def switch_of_user(counter: Counter, start: int, end: int) -> None:
    counter.happen(start, BACKGROUND, "a")
    counter.happen(end, FOREGROUND, "a")


Pause = Callable[[Counter, int, int], None]
PAUSES = [lock, suspend, switch_of_user]


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("readable", [False, True], ids=["without presence", "with presence"])
def test_back_within_the_idle_rule_it_is_the_same_session(pause: Pause, *, readable: bool) -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    if readable:
        touch(counter, 0, 600)
    pause(counter, 600, 600 + 7 * MINUTE)
    if readable:
        touch(counter, 600 + 7 * MINUTE + 10, 600 + 7 * MINUTE + 120)
    counter.happen(600 + 7 * MINUTE + 120, LOG_OFF, "a")
    assert starts(counter) == [2, 2, 1, 1]
    assert lengths(counter) == starts(counter)
    assert use(counter)[TEN] == 720


@pytest.mark.parametrize("pause", PAUSES)
def test_later_it_is_a_new_session_where_nobody_tells_of_input_at_the_return(pause: Pause) -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    pause(counter, 600, 600 + 20 * MINUTE)
    counter.happen(600 + 20 * MINUTE + 120, LOG_OFF, "a")
    assert starts(counter) == [2, 2, 2, 2]
    assert use(counter) == [720] * 4


@pytest.mark.parametrize("kind", ["lock", "suspend"])
def test_later_it_is_a_new_session_at_the_first_input(kind: str) -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    touch(counter, 0, 600)
    back = 600 + 20 * MINUTE
    if kind == "lock":
        counter.happen(600, LOCK, "a")
        rest(counter, 610, back - 10, 600)
        counter.happen(back, UNLOCK, "a")
    else:
        counter.sleep(600, back)
    rest(counter, back + 10, back + 200, 600)
    assert starts(counter) == [1, 1, 1, 1], "it was woken or unlocked, and nobody touched it"
    touch(counter, back + 210, back + 330)
    counter.happen(back + 330, LOG_OFF, "a")
    assert starts(counter) == [2, 2, 2, 2]
    assert use(counter) == [720] * 4
    assert lengths(counter) == starts(counter)


def test_a_switch_back_is_somebodys_hand_and_so_the_first_input() -> None:
    """The presence of a session behind another one is not heard; nobody else than a person brings it to the front."""
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    touch(counter, 0, 600)
    back = 600 + 20 * MINUTE
    switch_of_user(counter, 600, back)
    touch(counter, back + 10, back + 120)
    counter.happen(back + 120, LOG_OFF, "a")
    assert starts(counter) == [2, 2, 2, 2]
    assert use(counter) == [720] * 4


@pytest.mark.parametrize("end", [LOG_OFF, "power_off"])
def test_a_session_ends_at_the_log_off_or_when_the_power_goes_off(end: str) -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    if end == LOG_OFF:
        counter.happen(600, LOG_OFF, "a")
    else:
        counter.finish(600)
    counter.advance(1200)
    assert (starts(counter)[TEN], use(counter)[TEN], lengths(counter)[TEN]) == (1, 600, 1)


@pytest.mark.parametrize("end", [LOCK, LOG_OFF, BACKGROUND, "suspend", "power_off"])
def test_by_activity_a_session_ends_when_the_seat_is_left(end: str) -> None:
    counter = counting("activity")
    counter.happen(0, LOG_ON, "a")
    touch(counter, 10, 300)
    if end == "suspend":
        counter.sleep(330, 400)
    elif end == "power_off":
        counter.finish(330)
    else:
        counter.happen(330, end, "a")
    assert (starts(counter)[TEN], use(counter)[TEN], lengths(counter)[TEN]) == (1, 320, 1)


def test_every_session_counts_whatever_its_length() -> None:
    counter = counting()
    for second in (0, 1, 5):
        counter.happen(second, LOG_ON, f"visitor {second}")
        counter.happen(second, LOG_OFF, f"visitor {second}")
    assert (starts(counter)[TEN], use(counter)[TEN], lengths(counter)[TEN]) == (3, 0, 3)


def test_a_librarian_who_switches_to_an_account_of_staff_pauses_the_visitor_and_is_nobody() -> None:
    """The session of staff is never told; all that is seen of it is that the visitor's is behind another one."""
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.happen(600, BACKGROUND, "a")
    counter.happen(600 + 4 * MINUTE, FOREGROUND, "a")
    counter.happen(900, LOG_OFF, "a")
    assert (starts(counter)[TEN], use(counter)[TEN]) == (1, 660)


def test_a_remote_session_beside_the_one_at_the_screen_never_doubles_the_time_of_the_station() -> None:
    """Only where the setting counts remote sessions as visits is there a second start; the seconds are of the PC."""
    counter = counting()
    counter.happen(0, LOG_ON, "at the screen")
    counter.happen(300, LOG_ON, "remote")
    counter.happen(900, LOG_OFF, "at the screen")
    counter.happen(1200, LOG_OFF, "remote")
    assert (starts(counter)[TEN], use(counter)[TEN]) == (2, 1200)
    assert all(tally.use[TEN] <= 900 for tally in counter.tallies.by_slot.values())


def test_visitors_who_switch_back_and_forth_are_as_many_as_they_are() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.happen(60, LOG_ON, "b")
    counter.happen(60, BACKGROUND, "a")
    for at, front, back in ((120, "a", "b"), (180, "b", "a"), (240, "a", "b")):
        counter.happen(at, BACKGROUND, back)
        counter.happen(at, FOREGROUND, front)
    counter.happen(300, LOG_OFF, "a")
    counter.happen(300, FOREGROUND, "b")
    counter.happen(360, LOG_OFF, "b")
    assert starts(counter) == [2, 2, 2, 2]
    assert use(counter) == [360] * 4
    assert lengths(counter) == [2, 2, 2, 2]


def test_a_length_is_filed_where_the_session_started_and_that_slot_is_revised_at_its_end() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.advance(4000)
    first = counter.take_changed()[0]
    assert (first.revision, sum(first.lengths[TEN])) == (1, 0)
    counter.forget_settled()
    counter.happen(4000, LOG_OFF, "a")
    revised = counter.take_changed()[0]
    assert (revised.revision, revised.lengths[TEN]) == (2, [0, 0, 0, 0, 0, 1, 0])
    assert (revised.starts[TEN], revised.use[TEN]) == (1, 900), "absolute values, never increments"


@pytest.mark.parametrize("leaving", [LOG_OFF, LOCK, BACKGROUND])
def test_a_visitor_who_left_before_the_sleep_is_not_counted_again_when_that_is_told_after_it(leaving: str) -> None:
    """As in a fast shutdown of Windows: the log-off and the sleep are read together in the morning."""
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.sleep(600, 50_000)
    counter.happen(50_000, leaving, "a")
    counter.advance(60_000)
    assert (starts(counter), use(counter), lengths(counter)) == ([1] * 4, [600] * 4, [1] * 4)


def test_a_visitor_who_is_still_there_after_a_sleep_is_a_session_from_the_waking_on() -> None:
    counter = counting()
    counter.happen(0, LOG_ON, "a")
    counter.sleep(600, 9000)
    assert [tally.starts for tally in counter.take_changed().values()] == [[1] * 4, [1] * 4]
    counter.happen(9060, LOG_OFF, "a")
    assert counter.tallies.by_slot[10].use == [60] * 4


def upper_bounds(counter: Counter) -> list[bool]:
    """For each slot, whether its hours are marked as an upper bound."""
    records = [tally.record("aa" * 8, slot) for slot, tally in sorted(counter.tallies.by_slot.items())]
    return [not record["presence_readable"] for record in records]


def test_a_visit_that_is_over_before_presence_speaks_is_exact_since_no_gap_fits_into_it() -> None:
    counter = counting()
    for at in (0, 300, 600):
        counter.happen(at, LOG_ON, "a")
        counter.happen(at + 60, LOG_OFF, "a")
    counter.advance(900)
    assert (upper_bounds(counter), use(counter)) == ([False], [180] * 4)


def test_a_visit_without_presence_is_an_upper_bound_in_every_slot_that_it_touches() -> None:
    """Fifty seconds before a quarter, all of the next one, and forty seconds after it."""
    counter = counting()
    counter.happen(850, LOG_ON, "a")
    for at in range(855, 1860, 5):
        counter.advance(at)
    counter.happen(1840 + 20, LOG_OFF, "a")
    counter.advance(3600)
    assert upper_bounds(counter) == [True, True, True, False]


def test_the_seconds_until_presence_speaks_make_no_upper_bound() -> None:
    counter = counting()
    counter.happen(880, LOG_ON, "a")
    counter.advance(900)
    for at in range(930, 1800, 30):
        counter.present(at, 5)
    counter.happen(1800, LOG_OFF, "a")
    assert upper_bounds(counter) == [False, False]
    assert not counter.tallies.by_slot[1].blind
