"""What is purged is sealed before, and what is sealed stays as it was."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, func, insert, select, update

from collector.domain import seals as domain_seals
from collector.ingest import derivation, seals
from collector.ingest.commit import commit
from collector.ingest.purging import Kept, Purged, purge
from collector.ingest.rebuilding import Seen, rebuild, verify
from collector.ingest.roller import RollerThread, lag, roll
from collector.storage.engine import reading, writing
from collector.storage.models import (
    audit_entry,
    dirty_slot,
    horizon,
    hourly_readings,
    invitation,
    off_stretch,
    run,
    seal,
    site_slot,
    slot_record,
    undated_month,
    undated_record,
    waiting_envelope,
    web_session,
)
from collector.storage.queries.accounts import add_account
from tests.collector.ingest import cast
from tests.collector.ingest.cast import NOW, SLOT, arrival
from tests.collector.ingest.test_off_time import A, B, evening, morning, roll_all

DAY = 86_400
ZONE = ZoneInfo("Europe/Brussels")
KEPT = Kept(slot_records_days=90, readings_days=400)
LATER = NOW + 91 * DAY
"""Everything that happened on the day of NOW, and none of the day after, is too old by then."""
TODAY = NOW // DAY


def purged(engine: Engine, now: int = LATER) -> Purged:
    return purge(engine, now, KEPT, ZONE)


def rows_of(engine: Engine, table: Any) -> list[tuple[Any, ...]]:
    with reading(engine) as connection:
        return sorted(tuple(row) for row in connection.execute(select(table)))


def count(engine: Engine, table: Any) -> int:
    with reading(engine) as connection:
        return int(connection.execute(select(func.count()).select_from(table)).scalar_one())


@pytest.fixture
def busy(region: Engine) -> Engine:
    """Two sites; site 1 was used on two days, with a night between them that is off."""
    records = [cast.slot(SLOT - back, in_use=100 + back) for back in (0, 1, 62, 63)]
    commit(region, [arrival(1, runs=[evening(), morning()], slots=records)], 1)
    commit(region, [arrival(2, site_id=2, slots=[cast.slot()])], 2)
    roll_all(region)
    return region


def test_a_day_is_sealed_and_its_slot_records_go(busy: Engine) -> None:
    before = rows_of(busy, site_slot)

    done = purged(busy)

    assert (done.days_sealed, done.slot_records, done.different, done.postponed) == (3, 5, [], [])
    assert rows_of(busy, site_slot) == before
    assert count(busy, slot_record) == count(busy, off_stretch) == count(busy, dirty_slot) == 0
    assert rows_of(busy, horizon) == [(1, (TODAY + 1) * 96), (2, (TODAY + 1) * 96)]
    seen = Seen()
    assert list(verify(busy, seen)) == []
    assert (seen.site_slots, seen.days_sealed, seen.site_slots_sealed) == (0, 3, len(before))


def test_what_is_young_enough_stays(busy: Engine) -> None:
    done = purged(busy, NOW + 90 * DAY)

    # The day before is old enough; the day itself has ended less than 90 days ago.
    assert done.days_sealed == 1
    assert rows_of(busy, horizon) == [(1, TODAY * 96), (2, 0)]
    with reading(busy) as connection:
        left = {row.slot for row in connection.execute(select(slot_record.c.slot))}
    assert min(left) >= TODAY * 96
    assert list(verify(busy)) == []
    rebuild(busy, lambda: NOW, "one")
    assert list(verify(busy)) == []


def test_a_second_purge_does_nothing(busy: Engine) -> None:
    purged(busy)
    sealed = rows_of(busy, seal)

    again = purged(busy)

    assert again == Purged()
    assert rows_of(busy, seal) == sealed


def test_a_seal_adds_up_what_it_seals(busy: Engine) -> None:
    purged(busy)

    with reading(busy) as connection:
        sums = connection.execute(
            select(func.count(), func.sum(site_slot.c.starts_10), func.sum(site_slot.c.seconds_off)).where(
                site_slot.c.site_id == 1
            )
        ).one()
        sealed = connection.execute(
            select(func.sum(seal.c.site_slots), func.sum(seal.c.starts_10), func.sum(seal.c.seconds_off)).where(
                seal.c.site_id == 1
            )
        ).one()
    assert [int(one) for one in sums] == [int(one) for one in sealed] == [63, 4, 59 * 900]


def test_a_gap_is_sealed_day_by_day(region: Engine) -> None:
    commit(region, [arrival(1, slots=[cast.slot(SLOT - 4 * 96)]), arrival(2, slots=[cast.slot()])], 1)
    roll_all(region)

    assert purged(region).days_sealed == 5
    with writing(region) as connection:
        row = connection.execute(select(site_slot)).mappings().first()
        assert row is not None
        connection.execute(insert(site_slot).values({**row, "slot": SLOT - 2 * 96}))
    assert len(list(verify(region))) == 1


# --- nothing changes what is sealed -------------------------------------------------------------------------------


def test_a_record_that_comes_after_its_day_was_sealed_changes_nothing(busy: Engine) -> None:
    """The intake refuses it by its age; an approved station's old envelopes come past that."""
    purged(busy)
    before = rows_of(busy, site_slot)
    dropped: list[int] = []

    commit(busy, [arrival(3, station_id=2, slots=[cast.slot(SLOT), cast.slot(SLOT - 7)])], 3)
    while roll(busy, LATER, "one", 10, dropped=dropped.append):
        pass

    assert rows_of(busy, site_slot) == before
    assert (sum(dropped), lag(busy)) == (2, 0)
    done = purged(busy)
    assert (done.slot_records, done.late_slot_records) == (2, 2)
    assert count(busy, slot_record) == 0
    assert list(verify(busy)) == []


def test_a_run_that_proves_time_off_after_it_was_sealed_changes_nothing(busy: Engine) -> None:
    purged(busy)
    before = rows_of(busy, site_slot)

    commit(busy, [arrival(3, station_id=2, runs=[evening(), morning()])], 3)
    roll_all(busy)

    assert rows_of(busy, site_slot) == before
    assert list(verify(busy)) == []


def test_a_stretch_across_the_horizon_counts_above_it(busy: Engine) -> None:
    purged(busy)
    before = rows_of(busy, site_slot)
    back = (TODAY + 1) * DAY + 3600
    stopped = {"last_seen_at_seconds": NOW + 60, "stopped_at_seconds": NOW + 60, "stop_reason": "power_off"}
    before_it = cast.run("c" * 16, 1, started_at_seconds=NOW, **stopped)

    commit(busy, [arrival(3, runs=[before_it, morning("d" * 16, back, previous_run_id="c" * 16)])], 3)
    roll_all(busy)

    added = [row for row in rows_of(busy, site_slot) if row not in before]
    assert [row[1] for row in added] == [(TODAY + 1) * 96 + n for n in range(4)]
    assert list(verify(busy)) == []


def test_a_roller_that_read_before_the_seal_does_not_write_after_it(
    busy: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    calm = derivation.derived
    before = rows_of(busy, site_slot)
    with writing(busy) as connection:
        connection.execute(insert(dirty_slot).values(site_id=1, slot=SLOT, mark=5))

    def overtaken(*words: Any) -> Any:
        found = calm(*words)
        monkeypatch.setattr("collector.ingest.roller.derived", calm)
        assert roll(busy, NOW, "one", 10)
        assert purged(busy).different == []
        return dict.fromkeys(found)

    monkeypatch.setattr("collector.ingest.roller.derived", overtaken)
    roll(busy, NOW, "one", 10)

    assert rows_of(busy, site_slot) == before
    assert list(verify(busy)) == []


def test_while_the_roller_is_behind_nothing_is_sealed(busy: Engine) -> None:
    with writing(busy) as connection:
        connection.execute(insert(dirty_slot).values(site_id=1, slot=SLOT - 60, mark=5))
        connection.execute(update(run).where(run.c.run_id == A).values(mark=5))

    done = purged(busy)

    assert done.postponed == [1]
    assert count(busy, slot_record) == 4
    roll_all(busy)
    assert purged(busy).postponed == []


def test_facts_are_not_deleted_while_the_site_slots_say_something_else(busy: Engine) -> None:
    with writing(busy) as connection:
        connection.execute(update(site_slot).where(site_slot.c.site_id == 2).values(starts_10=99))

    done = purged(busy)

    assert done.different == [(2, TODAY)]
    with reading(busy) as connection:
        assert {row.site_id for row in connection.execute(select(slot_record.c.site_id))} == {2}
    rebuild(busy, lambda: NOW, "one")
    assert purged(busy).different == []


def test_a_purge_that_is_interrupted_is_finished_by_the_next_one(busy: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows_of(busy, site_slot)
    calm = domain_seals.seal
    calls = 0

    def failing(*words: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise OSError("disk full")
        return calm(*words)

    monkeypatch.setattr("collector.ingest.seals.seal", failing)
    with pytest.raises(OSError, match="disk full"):
        purged(busy)
    assert count(busy, seal) == 1
    assert list(verify(busy)) == []

    purged(busy)

    assert rows_of(busy, site_slot) == before
    assert count(busy, seal) == 3
    assert count(busy, slot_record) == 0
    assert list(verify(busy)) == []


def test_two_that_seal_the_same_day_do_it_once(busy: Engine) -> None:
    with reading(busy) as connection:
        found = seals.first_unsealed(connection, 1)
    assert found is not None
    purged(busy)

    with writing(busy) as connection:
        assert seals.seal_day(connection, 1, *found, LATER) == 0


# --- verify -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"starts_10": 77}, "starts is "),
        ({"stations_taken_5": 1}, "SHA-256"),
        ({"lengths_3": "9 0 0 0 0 0 0"}, "SHA-256"),
    ],
)
def test_verify_finds_one_sealed_number_that_was_changed(busy: Engine, change: dict[str, Any], words: str) -> None:
    purged(busy)
    with writing(busy) as connection:
        mine = (site_slot.c.site_id == 1, site_slot.c.slot == SLOT)
        connection.execute(update(site_slot).where(*mine).values(change))

    [difference] = verify(busy)

    assert (difference.site_id, difference.slot) == (1, TODAY * 96)
    assert words in difference.sentence


def test_verify_finds_a_site_slot_that_was_taken_from_a_sealed_day_and_a_seal_that_is_missing(busy: Engine) -> None:
    purged(busy)
    with writing(busy) as connection:
        connection.execute(delete(site_slot).where(site_slot.c.site_id == 2))
        connection.execute(delete(seal).where(seal.c.site_id == 1, seal.c.day == TODAY))

    found = list(verify(busy))

    assert [(each.site_id, each.slot) for each in found] == [(1, TODAY * 96), (2, TODAY * 96)]
    assert "missing" in found[0].sentence
    assert "site_slots is 0, the seal says 1" in found[1].sentence


def test_verify_finds_time_off_that_no_run_proves_and_rebuild_mends_it(busy: Engine) -> None:
    with writing(busy) as connection:
        stretch = {"site_id": 1, "station_id": 2, "off_from": NOW - 900, "off_until": NOW}
        connection.execute(insert(off_stretch).values(stretch))
        connection.execute(delete(off_stretch).where(off_stretch.c.station_id == 1))

    sentences = [difference.sentence for difference in verify(busy)]

    assert "900 s off of station 2 are stored but not proved by its runs" in sentences
    assert f"{15 * 3600} s off of station 1 are proved by its runs but not stored" in sentences
    rebuild(busy, lambda: NOW, "one")
    assert list(verify(busy)) == []


def test_verify_finds_a_site_slot_of_which_nobody_said_anything(busy: Engine) -> None:
    with writing(busy) as connection:
        row = connection.execute(select(site_slot)).mappings().first()
        assert row is not None
        connection.execute(insert(site_slot).values({**row, "slot": SLOT + 1}))

    [difference] = verify(busy)

    assert difference.slot == SLOT + 1
    assert "no fact" in difference.sentence


# --- the rest -----------------------------------------------------------------------------------------------------


def test_runs_go_with_the_days_that_rest_on_them_and_the_last_one_stays(busy: Engine) -> None:
    purged(busy)

    with reading(busy) as connection:
        assert [row.run_id for row in connection.execute(select(run.c.run_id))] == [B]
    assert list(verify(busy)) == []


def test_undated_counts_stay_as_sums_by_local_month_of_receipt(region: Engine) -> None:
    counts = [cast.rule(minutes, 3, 500) for minutes in (3, 5, 10, 15)]
    record = {
        "revision": 1,
        "seconds_observed": 4000,
        "method": "log_on",
        "presence_readable": True,
        "idle_rules": counts,
    }
    # The last second of October in Brussels is an hour before that in UTC.
    october = 1_761_951_599
    for number, at in enumerate((october, october - 9, october + 1, LATER)):
        name = f"{number:016x}"
        commit(region, [arrival(number, at=at, undated=[{**record, "run_id": name}])], 1)

    assert purged(region).undated_records == 3

    assert [row[:5] for row in rows_of(region, undated_month)] == [(1, 202510, 2, 8000, 6), (1, 202511, 1, 4000, 3)]
    assert count(region, undated_record) == 1
    assert purged(region).undated_records == 0
    with writing(region) as connection:
        connection.execute(update(undated_record).values(received_at=october))
    purged(region)
    assert [row[2] for row in rows_of(region, undated_month)] == [3, 1]


def test_old_readings_ended_log_ins_old_waiting_envelopes_and_old_changes_go(region: Engine) -> None:
    common = {"site_id": 1, "station_id": 1, "readings": "{}"}
    with writing(region) as connection:
        anna = add_account(connection, "anna", "", 1)
        for days, subject in ((401, "download"), (399, "download"), (1831, "site"), (1829, "site")):
            row = {"changed_at": LATER - days * DAY, "changed_by": "anna", "subject": subject, "name": "EVERE"}
            connection.execute(insert(audit_entry).values(row))
        for at in (LATER - 401 * DAY, LATER - 399 * DAY):
            connection.execute(insert(hourly_readings).values(**common, hour_at=at))
        for valid_until in (LATER - 1, LATER + 1):
            row = {"account_id": anna, "valid_until": valid_until}
            connection.execute(insert(web_session).values(key_sha256=str(valid_until), opened_at=1, **row))
            connection.execute(insert(invitation).values(token_sha256=str(valid_until), **row))
        for at in (LATER - 92 * DAY, LATER - DAY):
            row = {"public_id": cast.public_id(8), "envelope_id": str(at), "received_at": at, "body": "{}"}
            connection.execute(insert(waiting_envelope).values(row))

    done = purged(region)
    assert (done.readings, done.audit_entries) == (1, 1)
    tables = (hourly_readings, web_session, waiting_envelope, invitation)
    assert [count(region, table) for table in tables] == [1, 1, 1, 1]
    assert count(region, audit_entry) == 2, "a change and a download of late"


def test_a_running_collector_purges_once_a_day_and_only_where_it_holds_the_lease(sqlite_region: Engine) -> None:
    told: list[int] = []
    thread = RollerThread(sqlite_region, clock=lambda: LATER, holder="one", daily=told.append)
    other = RollerThread(sqlite_region, clock=lambda: LATER, holder="two", daily=told.append)

    for now in (LATER, LATER + 5, LATER + DAY):
        thread._do_now_and_then(now)
        other._do_now_and_then(now)

    assert told == [LATER, LATER + DAY]
