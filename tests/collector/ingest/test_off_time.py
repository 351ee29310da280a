"""Time off follows from runs, however they arrive; `tests/collector/domain/test_coverage.py` has the rules."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, update

from collector.ingest import off_time
from collector.ingest.commit import Stored, commit
from collector.ingest.facts import Facts
from collector.ingest.rebuilding import is_done, rebuild, verify
from collector.ingest.roller import lag, roll
from collector.storage.engine import reading, writing
from collector.storage.models import (
    dirty_slot,
    off_stretch,
    run,
    site_slot,
    slot_record,
    station,
    station_contact,
)
from tests.collector.ingest import cast
from tests.collector.ingest.cast import NOW, SLOT, arrival

EVENING, MORNING = SLOT * 900 - 15 * 3600, SLOT * 900
"""A station is switched off at the one and booted at the other: sixty slots."""
A, B, C = "a" * 16, "b" * 16, "c" * 16


def evening(revision: int = 1, stop: int | None = EVENING, **changes: Any) -> dict[str, Any]:
    return cast.run(
        A,
        revision,
        previous_run_id=None,
        started_at_seconds=EVENING - 3600,
        last_seen_at_seconds=stop or EVENING,
        stopped_at_seconds=stop,
        stop_reason=None if stop is None else "power_off",
        **changes,
    )


def morning(name: str = B, start: int = MORNING, revision: int = 1, **changes: Any) -> dict[str, Any]:
    return cast.run(
        name,
        revision,
        **{"previous_run_id": A, "started_at_seconds": start, "last_seen_at_seconds": start + 60, **changes},
    )


def roll_all(engine: Engine, limit: int = 50) -> None:
    while roll(engine, NOW, "one", limit):
        pass


def off(engine: Engine, site_id: int = 1) -> dict[int, int]:
    """Seconds off by slot."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(site_slot.c.slot, site_slot.c.seconds_off).where(site_slot.c.site_id == site_id)
        )
        return {row.slot: row.seconds_off for row in rows}


def all_site_slots(engine: Engine) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return [
            tuple(row) for row in connection.execute(select(site_slot).order_by(site_slot.c.site_id, site_slot.c.slot))
        ]


@pytest.mark.parametrize("order", [[evening(), morning()], [morning(), evening()]], ids=["in order", "out of order"])
def test_a_night_is_off_whichever_run_is_heard_first(region: Engine, order: list[dict[str, Any]]) -> None:
    for number, record in enumerate(order):
        commit(region, [arrival(number, runs=[record])], number + 1)
        roll_all(region)

    assert off(region) == dict.fromkeys(range(SLOT - 60, SLOT), 900)
    assert list(verify(region)) == []
    assert is_done(region)


def test_a_night_that_begins_and_ends_within_a_slot_is_off_to_the_second(region: Engine) -> None:
    commit(region, [arrival(1, runs=[evening(stop=EVENING - 100), morning(start=MORNING + 7)])], 1)
    roll_all(region)

    assert off(region) == {SLOT - 61: 100, **dict.fromkeys(range(SLOT - 60, SLOT), 900), SLOT: 7}


def test_runs_made_from_the_system_log_prove_a_night_as_others_do(region: Engine) -> None:
    repaired = [evening(start_reason="system_log"), morning(start_reason="system_log")]
    commit(region, [arrival(1, runs=repaired)], 1)
    roll_all(region)
    assert off(region) == dict.fromkeys(range(SLOT - 60, SLOT), 900)


def test_a_later_statement_about_a_run_moves_the_night(region: Engine) -> None:
    commit(region, [arrival(1, runs=[evening(), morning()])], 1)
    roll_all(region)

    commit(region, [arrival(2, runs=[evening(2, EVENING + 4 * 900)])], 2)
    roll_all(region)
    assert off(region) == dict.fromkeys(range(SLOT - 56, SLOT), 900)

    commit(region, [arrival(3, runs=[evening(3, None)])], 3)
    roll_all(region)
    assert off(region) == {}
    assert list(verify(region)) == []


def test_a_second_run_after_the_same_one_takes_the_proof_back(region: Engine) -> None:
    commit(region, [arrival(1, runs=[evening(), morning()])], 1)
    roll_all(region)

    commit(region, [arrival(2, runs=[morning(C, MORNING + 600)])], 2)
    roll_all(region)

    assert off(region) == {}
    assert list(verify(region)) == []


def test_sleep_is_off_and_what_a_record_says_to_have_been_on_is_on(region: Engine) -> None:
    slept = [{"from_seconds": SLOT * 900 - 1800, "to_seconds": SLOT * 900 + 300}]
    record = cast.run(A, 1, started_at_seconds=MORNING - 7200, last_seen_at_seconds=MORNING + 600, sleeps=slept)
    commit(region, [arrival(1, runs=[record], slots=[cast.slot(SLOT - 1, observed=400, in_use=0)])], 1)
    roll_all(region)

    assert off(region) == {SLOT - 2: 900, SLOT - 1: 500, SLOT: 300}


def test_weeks_in_a_cupboard_are_off_for_the_last_sixty_days(region: Engine) -> None:
    stop = MORNING - 200 * 86_400
    before = cast.run(
        A,
        1,
        started_at_seconds=stop - 60,
        last_seen_at_seconds=stop,
        stopped_at_seconds=stop,
        stop_reason="power_off",
    )
    commit(region, [arrival(1, runs=[before, morning()])], 1)
    roll_all(region, 500)

    assert off(region) == dict.fromkeys(range(SLOT - 60 * 96, SLOT), 900)


def test_an_envelope_that_only_says_that_the_run_goes_on_is_no_work(region: Engine) -> None:
    commit(region, [arrival(1, runs=[evening(), morning()])], 1)
    roll_all(region)

    commit(region, [arrival(2, runs=[morning(revision=2, last_seen_at_seconds=MORNING + 1800)])], 2)

    assert lag(region) == 0


def test_the_other_stations_of_a_site_are_not_touched(region: Engine) -> None:
    commit(region, [arrival(1, runs=[evening()]), arrival(2, station_id=2, runs=[morning()])], 1)
    commit(region, [arrival(3, site_id=2, runs=[evening(), morning()])], 2)
    roll_all(region)

    assert off(region) == {}
    assert len(off(region, 2)) == 60


def test_a_run_that_changes_between_reading_and_writing_stays_marked(region: Engine) -> None:
    commit(region, [arrival(1, runs=[evening(), morning()])], 1)
    with reading(region) as connection:
        found = off_time.find(connection, 10)
    assert found is not None
    commit(region, [arrival(2, runs=[evening(2, None)])], 2)

    with writing(region) as connection:
        off_time.write(connection, found, 7)

    with reading(region) as connection:
        assert connection.execute(select(off_stretch)).all() == []
        assert off_time.waiting(connection) == 2
    roll_all(region)
    assert off(region) == {}
    assert list(verify(region)) == []


# --- the register -------------------------------------------------------------------------------------------------


def test_a_station_that_is_retired_is_no_longer_in_service_from_the_next_slot_on(region: Engine) -> None:
    commit(region, [arrival(1, slots=[cast.slot(SLOT - 2), cast.slot(SLOT - 1), cast.slot(SLOT)])], 1)
    roll_all(region)
    with writing(region) as connection:
        mine = (station.c.site_id == 1, station.c.station_id == 1)
        connection.execute(update(station).where(*mine).values(retired_at=(SLOT - 1) * 900 + 1))
    assert not is_done(region)
    assert list(verify(region)) == [], "what will be derived again is no difference yet"
    roll_all(region)

    with reading(region) as connection:
        rows = connection.execute(select(site_slot.c.slot, site_slot.c.stations_in_service).order_by(site_slot.c.slot))
        assert [tuple(row) for row in rows] == [(SLOT - 2, 2), (SLOT - 1, 2)]
    assert list(verify(region)) == []


def test_a_station_that_was_there_earlier_than_thought_is_counted_from_then_on(region: Engine) -> None:
    mine = (station.c.site_id == 2, station.c.station_id == 1)
    with writing(region) as connection:
        connection.execute(update(station).where(*mine).values(installed_at=SLOT * 900))
    # Of a run before that evening's: else the evening would begin its life by itself.
    runs = [{**evening(), "previous_run_id": C}, morning()]
    commit(region, [arrival(1, site_id=2, runs=runs, slots=[cast.slot(SLOT - 70), cast.slot()])], 1)
    roll_all(region)
    assert off(region, 2) == {SLOT: 0}

    with writing(region) as connection:
        connection.execute(update(station).where(*mine).values(installed_at=(SLOT - 10) * 900 - 1))
    assert list(verify(region)) == [], "what will be derived again is no difference yet"
    roll_all(region)

    assert off(region, 2) == {SLOT: 0, **dict.fromkeys(range(SLOT - 11, SLOT), 900)}
    assert list(verify(region)) == []


# --- any order, any pieces, any number of times -------------------------------------------------------------------

NAMES = [f"{number:016x}" for number in range(1, 6)]
FIRST = (SLOT - 40) * 900


@st.composite
def lives(draw: st.DrawFn) -> list[tuple[str, dict[str, Any]]]:
    """The run and slot records of one station, with revisions on the way; some contradict each other."""
    found: list[tuple[str, dict[str, Any]]] = []
    at = FIRST
    for place, name in enumerate(NAMES[: draw(st.integers(1, len(NAMES)))]):
        start = at + draw(st.integers(0, 8)) * 400 if draw(st.integers(0, 4)) else FIRST
        end = start + draw(st.integers(0, 6)) * 400
        # How a run began is said once and for all; the rest may be said otherwise later.
        reason = draw(st.sampled_from(["boot", "boot", "restart"]))
        previous = NAMES[place - 1] if place and draw(st.integers(0, 3)) else draw(st.sampled_from([*NAMES, None]))
        for revision in range(1, draw(st.integers(1, 3)) + 1):
            stopped = draw(st.booleans())
            slept = [{"from_seconds": (start + end) // 2, "to_seconds": end}] if draw(st.integers(0, 3)) == 0 else []
            record = cast.run(
                name,
                revision,
                previous_run_id=previous,
                clock=draw(st.sampled_from(["trusted", "bracketed", "untrusted"])),
                start_reason=reason,
                started_at_seconds=start,
                last_seen_at_seconds=end,
                stopped_at_seconds=end if stopped else None,
                stop_reason=draw(st.sampled_from(["power_off", "power_off", "service_stop"])) if stopped else None,
                sleeps=slept,
            )
            found.append(("runs", record))
        for slot in range(start // 900, -(-end // 900)):
            observed = draw(st.integers(0, 900))
            method = draw(st.sampled_from(["log_on", "activity", "not_readable"]))
            in_use = draw(st.integers(0, observed))
            found.append(("slots", cast.slot(slot, 1, observed, 1, in_use, name, method=method)))
        at = end
    return found


def saying(station_id: int, field: str, record: dict[str, Any]) -> Facts:
    changes: dict[str, Any] = {field: [record]}
    return arrival(1, station_id=station_id, **changes)


def emptied(engine: Engine) -> None:
    with writing(engine) as connection:
        for table in (slot_record, site_slot, dirty_slot, off_stretch, run, station_contact):
            connection.execute(delete(table))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(lives(), lives(), st.integers(0, 2**32))
def test_any_order_duplication_and_partial_rolls_give_the_site_slots_of_one_rebuild(
    sqlite_region: Engine,
    first: list[tuple[str, dict[str, Any]]],
    second: list[tuple[str, dict[str, Any]]],
    seed_number: int,
) -> None:
    emptied(sqlite_region)
    said = [(1, *each) for each in first] + [(2, *each) for each in second]
    for station_id, field, record in said:
        [stored] = commit(sqlite_region, [saying(station_id, field, record)], 1)
        assert isinstance(stored, Stored)
    rebuild(sqlite_region, lambda: NOW, "one")
    expected = all_site_slots(sqlite_region)

    emptied(sqlite_region)
    random = Random(seed_number)
    said += random.choices(said, k=len(said))
    random.shuffle(said)
    for station_id, field, record in said:
        commit(sqlite_region, [saying(station_id, field, record)], random.getrandbits(62))
        if random.random() < 0.3:
            roll(sqlite_region, NOW, "one", random.randint(1, 4))
    roll_all(sqlite_region)

    assert all_site_slots(sqlite_region) == expected
    assert list(verify(sqlite_region)) == []
    with reading(sqlite_region) as connection:
        for row in connection.execute(select(site_slot)):
            assert 0 <= row.seconds_in_use_10 <= row.seconds_observed <= row.seconds_on
            assert row.seconds_on + row.seconds_off <= 900 * row.stations_in_service
            assert row.stations_taken_10 <= row.stations_known_10 <= row.stations_in_service == 2


@pytest.mark.parametrize(("previous", "counted"), [(None, 1), (C, 0)])
def test_what_a_station_counted_before_it_was_enrolled_counts_from_its_first_run_on(
    region: Engine, previous: str | None, counted: int
) -> None:
    """At nine the agent was there, at eleven its token; a run that names another one may be from another site."""
    enrolled = (SLOT + 8) * 900
    with writing(region) as connection:
        connection.execute(update(station).values(installed_at=enrolled))
    first = morning(A, previous_run_id=previous)
    commit(region, [arrival(1, at=enrolled, runs=[first], slots=[cast.slot(SLOT, run_id=A)])], 1)
    roll_all(region)
    with reading(region) as connection:
        found = connection.execute(select(site_slot.c.stations_known_10).where(site_slot.c.slot == SLOT)).scalar()
    assert (found or 0) == counted
    assert list(verify(region)) == []
