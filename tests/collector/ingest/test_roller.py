"""Site slots follow from facts, whatever happens between a mark and its roller."""

from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, delete, select, update

from collector.ingest import derivation, roller
from collector.ingest.commit import Stored, commit
from collector.ingest.facts import Facts
from collector.ingest.rebuilding import rebuild, verify
from collector.ingest.roller import (
    LEASE_SECONDS,
    RollerThread,
    holds_lease,
    lag,
    release,
    roll,
    take_back,
)
from collector.storage.engine import reading, writing
from collector.storage.models import dirty_slot, site_slot, slot_record, station_contact
from tests.collector.ingest import cast
from tests.collector.ingest.cast import NOW, SLOT, arrival

COUNTED = [column for column in site_slot.c if column.name not in ("contacts_due", "contacts_made")]
"""All but whether an envelope came in time, which is a matter of when it came first."""


def site_slots(engine: Engine) -> dict[tuple[int, int], tuple[Any, ...]]:
    with reading(engine) as connection:
        return {(row.site_id, row.slot): tuple(row[2:]) for row in connection.execute(select(*COUNTED))}


def roll_all(engine: Engine, holder: str = "one") -> int:
    units = 0
    while roll(engine, NOW, holder, 3):
        units += 1
    return units


def test_marked_slots_are_derived_and_their_marks_removed(region: Engine) -> None:
    commit(region, [arrival(1, slots=[cast.slot()]), arrival(2, station_id=2, slots=[cast.slot(in_use=100)])], 1)
    assert lag(region) == 1

    assert roll(region, NOW, "one", 10)

    none = "0 0 0 0 0 0 0"
    stations = (2, 2, 2, 2, 0, 0, 0, 0)
    assert site_slots(region) == {(1, SLOT): (2, 1800, 1800, 0, 2, 0, 0, *stations, *([2, 400, none] * 4), 0, 0)}
    assert lag(region) == 0
    assert not roll(region, NOW, "one", 10)


def test_work_is_done_in_units_until_there_is_none(region: Engine) -> None:
    commit(region, [arrival(1, slots=[cast.slot(SLOT - back) for back in range(7)])], 1)

    assert roll_all(region) == 3
    assert len(site_slots(region)) == 7


def test_a_unit_that_is_cut_short_keeps_what_it_has_done(region: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its transactions are short: no station waits for thousands of site slots."""
    commit(region, [arrival(1, slots=[cast.slot(SLOT - back) for back in range(7)])], 1)
    calm, parts = derivation.derived, iter(range(2))

    def cut_short(*words: Any) -> Any:
        if next(parts, None) is None:
            raise RuntimeError("power cut")
        return calm(*words)

    monkeypatch.setattr("collector.ingest.roller.derived", cut_short)
    with pytest.raises(RuntimeError, match="power cut"):
        roll(region, NOW, "one", 10, at_once=2)
    monkeypatch.setattr("collector.ingest.roller.derived", calm)

    assert sorted(site_slots(region)) == [(1, SLOT - back) for back in (6, 5, 4, 3)]
    assert lag(region) == 3
    roll_all(region)
    assert len(site_slots(region)) == 7
    assert list(verify(region)) == []


def test_a_late_record_is_added(region: Engine) -> None:
    commit(region, [arrival(1, slots=[cast.slot()])], 1)
    roll_all(region)

    commit(region, [arrival(2, slots=[cast.slot(run="b" * 16, observed=100, in_use=50)])], 2)
    roll_all(region)

    [slot] = site_slots(region).values()
    assert slot[:2] == (2, 900)
    assert list(verify(region)) == []


def test_a_commit_between_reading_and_writing_is_not_overwritten(
    region: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(region, [arrival(1, slots=[cast.slot(starts=1)])], mark=1)
    calm = derivation.derived

    def overtaken(*words: Any) -> Any:
        found = calm(*words)
        monkeypatch.setattr("collector.ingest.roller.derived", calm)
        commit(region, [arrival(2, slots=[cast.slot(starts=2, revision=2)])], mark=2)
        return found

    monkeypatch.setattr("collector.ingest.roller.derived", overtaken)
    assert roll(region, NOW, "one", 10)

    assert site_slots(region) == {}
    assert lag(region) == 1
    roll_all(region)
    assert list(verify(region)) == []
    assert site_slots(region)[1, SLOT][15] == 2


def test_a_roller_that_stood_still_does_not_bring_back_an_old_value(
    region: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(region, [arrival(1, slots=[cast.slot(starts=1)])], mark=1)
    calm = derivation.derived
    later = NOW + LEASE_SECONDS + 1

    def overtaken(*words: Any) -> Any:
        found = calm(*words)
        monkeypatch.setattr("collector.ingest.roller.derived", calm)
        commit(region, [arrival(2, slots=[cast.slot(starts=2, revision=2)])], mark=2)
        assert roll(region, later, "two", 10)
        return found

    monkeypatch.setattr("collector.ingest.roller.derived", overtaken)
    roll(region, NOW, "one", 10)

    assert site_slots(region)[1, SLOT][15] == 2


def test_only_one_holds_the_lease_until_it_ends(region: Engine) -> None:
    assert holds_lease(region, NOW, "one")
    assert not holds_lease(region, NOW, "two")
    assert holds_lease(region, NOW + LEASE_SECONDS - 1, "one")
    assert not holds_lease(region, NOW + LEASE_SECONDS + 5, "two")
    assert holds_lease(region, NOW + 2 * LEASE_SECONDS, "two")
    assert not holds_lease(region, NOW + 2 * LEASE_SECONDS, "one")


def test_the_lease_of_a_roller_that_was_killed_can_be_taken_back(region: Engine) -> None:
    assert holds_lease(region, NOW, "killed")
    take_back(region)
    assert holds_lease(region, NOW + 1, "its successor")


def test_a_lease_that_was_given_back_is_free(region: Engine) -> None:
    assert holds_lease(region, NOW, "one")
    release(region, "one")

    assert holds_lease(region, NOW, "two")


def test_a_lease_from_a_clock_that_was_wrong_does_not_stop_the_roller_for_ever(region: Engine) -> None:
    assert holds_lease(region, NOW + 10**8, "one")

    assert holds_lease(region, NOW, "two")


def test_without_the_lease_nothing_is_done(region: Engine) -> None:
    commit(region, [arrival(1, slots=[cast.slot()])], 1)
    assert holds_lease(region, NOW, "other")

    assert not roll(region, NOW, "one", 10)
    assert lag(region) == 1


def test_verify_finds_what_was_changed_and_rebuild_mends_it(region: Engine) -> None:
    commit(
        region, [arrival(1, slots=[cast.slot(), cast.slot(SLOT - 1)]), arrival(2, site_id=2, slots=[cast.slot()])], 1
    )
    roll_all(region)
    whole = site_slots(region)
    assert list(verify(region)) == []
    with writing(region) as connection:
        connection.execute(update(site_slot).where(site_slot.c.site_id == 2).values(starts_10=99))
        connection.execute(delete(site_slot).where(site_slot.c.slot == SLOT - 1))

    found = [(difference.site_id, difference.slot, "missing" in difference.sentence) for difference in verify(region)]
    assert found == [(1, SLOT - 1, True), (2, SLOT, False)]
    assert rebuild(region, lambda: NOW, "one") == 3

    assert site_slots(region) == whole
    assert list(verify(region)) == []


def test_the_thread_rolls_and_gives_the_lease_back(region: Engine) -> None:
    commit(region, [arrival(1, slots=[cast.slot(SLOT - back) for back in range(30)])], 1)
    thread = RollerThread(region, clock=lambda: NOW, holder="thread", limit=7, rest=0)

    thread.start()
    while lag(region):
        pass
    thread.stop()

    assert len(site_slots(region)) == 30
    assert holds_lease(region, NOW, "next")


def test_a_roller_that_fails_tries_again(
    sqlite_region: Engine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    commit(sqlite_region, [arrival(1, slots=[cast.slot()])], 1)
    calm = roller.roll

    def failing(*words: Any, **named: Any) -> bool:
        monkeypatch.setattr(roller, "roll", calm)
        raise RuntimeError("disk")

    monkeypatch.setattr(roller, "roll", failing)
    monkeypatch.setattr(roller, "IDLE_SECONDS", 0.001)
    thread = RollerThread(sqlite_region, clock=lambda: NOW, holder="thread")

    thread.start()
    while lag(sqlite_region):
        pass
    thread.stop()

    assert "will try again" in caplog.text


# --- any order, any pieces, any number of times -------------------------------------------------------------------

RUNS = ("a" * 16, "b" * 16)


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """What one station knows in the end, with the revisions on the way: counters only grow within a run."""
    found = []
    for run_id in RUNS[: draw(st.integers(1, 2))]:
        for number in range(draw(st.integers(1, 3))):
            observed = starts = in_use = 0
            method = draw(st.sampled_from(["log_on", "activity", "not_readable"]))
            for revision in range(1, draw(st.integers(1, 4)) + 1):
                observed = draw(st.integers(observed, 900))
                starts = draw(st.integers(starts, 20))
                in_use = draw(st.integers(in_use, observed))
                found.append(cast.slot(SLOT - number, revision, observed, starts, in_use, run_id, method=method))
    return found


def as_arrivals(station_id: int, pieces: list[list[dict[str, Any]]], start: int) -> list[Facts]:
    return [arrival(start + index, station_id=station_id, slots=piece) for index, piece in enumerate(pieces)]


def emptied(engine: Engine) -> None:
    with writing(engine) as connection:
        for table in (slot_record, site_slot, dirty_slot, station_contact):
            connection.execute(delete(table))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(histories(), histories(), st.integers(0, 2**32))
def test_any_order_duplication_and_splitting_gives_the_same_site_slots(
    sqlite_region: Engine, first: list[dict[str, Any]], second: list[dict[str, Any]], seed_number: int
) -> None:
    emptied(sqlite_region)
    for station_id, history in ((1, first), (2, second)):
        for record in history:
            [stored] = commit(sqlite_region, as_arrivals(station_id, [[record]], 1), 1)
            assert isinstance(stored, Stored)
    roll_all(sqlite_region)
    expected = site_slots(sqlite_region)

    emptied(sqlite_region)
    random = Random(seed_number)
    arrivals: list[Facts] = []
    for station_id, history in ((1, first), (2, second)):
        records = history + random.choices(history, k=len(history))
        random.shuffle(records)
        cuts = sorted(random.choices(range(len(records) + 1), k=3))
        pieces = [records[a:b] for a, b in zip([0, *cuts], [*cuts, len(records)], strict=True)]
        arrivals += as_arrivals(station_id, pieces, 100 * station_id)
    random.shuffle(arrivals)
    while arrivals:
        size = random.randint(1, len(arrivals))
        commit(sqlite_region, arrivals[:size], random.getrandbits(62))
        arrivals = arrivals[size:]
        if random.random() < 0.5:
            roll(sqlite_region, NOW, "one", random.randint(1, 4))
    roll_all(sqlite_region)

    assert site_slots(sqlite_region) == expected
    assert list(verify(sqlite_region)) == []
