"""What runs prove of the time in which their station was off."""

import itertools
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from collector.domain.coverage import (
    LONGEST_SECONDS,
    Off,
    Run,
    needed,
    proved_off,
    seconds_off,
    slots_of,
)

DAY = 86_400
HOUR = 3600
T = 1_762_992_000  # a slot begins here


def run(
    name: str,
    previous: str | None,
    start: int,
    stop: int | None,
    *,
    datable: bool = True,
    booted: bool = True,
    sleeps: tuple[tuple[int, int], ...] = (),
) -> Run:
    last = max(start, stop or start, *(end for _, end in sleeps))
    return Run(name, previous, datable, booted, start, stop, sleeps, last)


EVENING = run("a", None, T - 8 * HOUR, T)
MORNING = run("b", "a", T + 15 * HOUR, None)


def test_a_night_between_a_power_off_and_the_boot_that_names_it_is_off() -> None:
    assert proved_off([EVENING, MORNING]) == [Off(T, T + 15 * HOUR)]


def test_until_the_next_run_is_heard_silence_is_unknown() -> None:
    assert proved_off([EVENING]) == []


def test_a_power_cut_leaves_the_time_unknown() -> None:
    assert proved_off([EVENING._replace(powered_off_at=None), MORNING]) == []


def test_the_agent_alone_stopped_or_started_proves_nothing() -> None:
    assert proved_off([EVENING, MORNING._replace(booted=False)]) == []


def test_a_run_that_names_another_one_proves_nothing_of_the_time_before_it() -> None:
    assert proved_off([EVENING, MORNING._replace(previous_run_id="z")]) == []
    assert proved_off([EVENING, MORNING._replace(previous_run_id=None)]) == []
    assert proved_off([MORNING._replace(previous_run_id="b", powered_off_at=T + 16 * HOUR)]) == []


def test_an_untrusted_clock_at_either_end_proves_nothing() -> None:
    assert proved_off([EVENING._replace(datable=False), MORNING]) == []
    assert proved_off([EVENING, MORNING._replace(datable=False)]) == []


def test_sleep_is_off() -> None:
    slept = run("a", None, T, None, sleeps=((T + 100, T + 200), (T + HOUR, T + 9 * HOUR)))

    assert proved_off([slept]) == [Off(T + 100, T + 200), Off(T + HOUR, T + 9 * HOUR)]
    assert proved_off([slept._replace(datable=False)]) == []


def test_two_runs_that_name_the_same_one_prove_nothing_after_it() -> None:
    """A frozen disk repeats itself, or it was copied: other runs may have been forgotten in between."""
    second = run("c", "a", T + 40 * HOUR, None)

    assert proved_off([EVENING, MORNING, second]) == []
    assert proved_off([EVENING, MORNING, second._replace(datable=False)]) == []


def test_the_third_boot_of_a_frozen_disk_proves_nothing_either() -> None:
    frozen = [run(f"b{n}", "a", T + n * DAY, T + n * DAY + 8 * HOUR) for n in range(1, 4)]

    assert proved_off([EVENING, *frozen]) == []


def test_a_run_that_began_in_between_contradicts_the_stretch() -> None:
    other = run("x", None, T + 3 * HOUR, T + 4 * HOUR)

    assert proved_off([EVENING, other, MORNING]) == []
    assert proved_off([EVENING, other._replace(datable=False), MORNING]) == [Off(T, T + 15 * HOUR)]


def test_a_run_that_began_in_a_sleep_contradicts_the_sleep() -> None:
    slept = run("a", None, T, None, sleeps=((T + HOUR, T + 9 * HOUR),))

    assert proved_off([slept, run("x", None, T + 2 * HOUR, None)]) == []


def test_a_run_that_ended_as_soon_as_it_began_still_proves_the_time_after_it() -> None:
    assert proved_off([EVENING._replace(started_at=T), MORNING]) == [Off(T, T + 15 * HOUR)]


def test_a_station_that_comes_back_after_months_was_off_for_the_last_sixty_days() -> None:
    back = run("b", "a", T + 200 * DAY, None)

    assert proved_off([EVENING, back]) == [Off(T + 200 * DAY - LONGEST_SECONDS, T + 200 * DAY)]


def test_a_stop_after_the_next_start_proves_nothing() -> None:
    assert proved_off([EVENING, MORNING._replace(started_at=T - 5)]) == []


def test_stretches_that_meet_become_one() -> None:
    slept = EVENING._replace(sleeps=((T - HOUR, T), (T - 2 * HOUR, T - 90 * 60)))

    assert proved_off([slept, MORNING]) == [Off(T - 2 * HOUR, T - 90 * 60), Off(T - HOUR, T + 15 * HOUR)]


def test_the_slots_at_both_ends_are_off_in_part() -> None:
    stretch = [Off(T + 890, T + 2 * 900 + 1)]
    slot = T // 900

    assert [seconds_off(*stretch[0], slot + n) for n in range(3)] == [10, 900, 1]
    assert slots_of(stretch, 0) == {slot, slot + 1, slot + 2}
    assert slots_of(stretch, slot + 2) == {slot + 2}


NAMES = [f"r{number}" for number in range(7)]
MOMENTS = st.integers(0, 60)


@st.composite
def histories(draw: st.DrawFn) -> list[Run]:
    """Runs of a station in an order of their own: most follow each other, some lie."""
    found = []
    at = 0
    for place, name in enumerate(NAMES[: draw(st.integers(0, len(NAMES)))]):
        start = at + draw(st.integers(0, 6)) if draw(st.booleans()) else draw(MOMENTS)
        length = draw(st.integers(0, 10))
        stop = start + length if draw(st.booleans()) else None
        slept = start + draw(st.integers(0, length))
        sleeps = ((slept, start + length),) if draw(st.integers(0, 3)) == 0 and slept < start + length else ()
        previous = NAMES[place - 1] if place and draw(st.booleans()) else draw(st.sampled_from([*NAMES, None]))
        datable = draw(st.integers(0, 5)) > 0
        heard = start + length if datable else draw(MOMENTS)
        found.append(Run(name, previous, datable, draw(st.integers(0, 5)) > 0, start, stop, sleeps, heard))
        at = start + length
    return found


@settings(max_examples=400)
@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_runs_come_does_not_matter(runs: list[Run], random: Random) -> None:
    expected = proved_off(runs)
    random.shuffle(runs)

    assert proved_off(runs) == expected
    assert all(before.end < after.start for before, after in itertools.pairwise(expected))


def after(stretches: list[Off], horizon: int) -> list[Off]:
    return [off for off in stretches if off.end > horizon]


@settings(max_examples=1500)
@given(histories(), MOMENTS)
def test_the_runs_that_are_kept_prove_the_same_of_the_time_after_the_horizon(runs: list[Run], horizon: int) -> None:
    kept = needed(runs, horizon)

    assert after(proved_off([each for each in runs if each.run_id in kept]), horizon) == after(
        proved_off(runs), horizon
    )


def test_a_stretch_over_the_horizon_is_kept_with_all_the_runs_that_it_is_joined_from() -> None:
    """One sleeps from 49 to 50, the next from 50 to 52; what came before 51 is forgotten."""
    first = Run("a", None, True, True, 0, None, ((49, 50),), 50)
    second = Run("b", None, True, True, 50, None, ((50, 52),), 52)

    assert proved_off([first, second]) == [Off(49, 52)]
    assert needed([first, second], 51) == {"a", "b"}


def test_of_old_runs_only_the_named_one_and_a_witness_are_kept() -> None:
    runs = [run(f"r{n}", f"r{n - 1}", n * DAY, n * DAY + HOUR) for n in range(300)]

    assert needed(runs, 290 * DAY - 1) == {f"r{n}" for n in range(288, 300)}


def test_of_a_station_that_was_not_heard_of_since_the_last_run_is_kept() -> None:
    runs = [run(f"r{n}", f"r{n - 1}", n * DAY, n * DAY + HOUR) for n in range(30)]

    assert needed(runs, 300 * DAY) == {"r29"}
    assert needed([], 0) == set()


def test_of_a_frozen_disk_three_old_runs_are_kept_as_witnesses() -> None:
    runs = [run("r", None, 0, HOUR), *[run(f"r{n}", "r", n * DAY, n * DAY + HOUR) for n in range(1, 300)]]

    assert {"r", "r299", "r298"} <= needed(runs, 299 * DAY - 1)
    assert len(needed(runs, 299 * DAY - 1)) == 4
