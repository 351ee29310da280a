"""Facts are stored once, whatever happens to the envelopes on their way."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, Table, select, text

from collector.domain.contacts import Contact
from collector.ingest.commit import NotStorable, Stored, TryAgain, commit
from collector.ingest.facts import PROBES, Facts
from collector.storage.engine import reading, writing
from collector.storage.models import (
    dirty_slot,
    hourly_readings,
    run,
    slot_record,
    station_contact,
    undated_record,
)
from tests.collector.ingest import cast
from tests.collector.ingest.cast import FULL, HEALTH, NOW, SLOT, arrival

EVERYTHING = (station_contact, run, slot_record, undated_record, hourly_readings)


def rows(engine: Engine, table: Table) -> list[dict[str, Any]]:
    with reading(engine) as connection:
        found = connection.execute(select(table).order_by(*table.primary_key.columns))
        return [dict(row._mapping) for row in found]


def contents(engine: Engine) -> dict[str, list[dict[str, Any]]]:
    return {table.name: rows(engine, table) for table in EVERYTHING}


def latest(engine: Engine) -> dict[str, Any]:
    [contact] = rows(engine, station_contact)
    return json.loads(contact["readings"])  # type: ignore[no-any-return]  # as JSON is


def history(engine: Engine) -> list[tuple[int, dict[str, Any]]]:
    return [(row["hour_at"], json.loads(row["readings"])) for row in rows(engine, hourly_readings)]


def full(number: int = 1, **changes: Any) -> Facts:
    return arrival(number, **{key: FULL[key] for key in ("runs", "slots", "readings")} | changes)


def test_a_full_envelope_is_stored_in_every_table(region: Engine) -> None:
    result = commit(region, [full()], mark=7)

    assert result == [Stored(None, (), receipt=f"{7:016x}")]
    stored = contents(region)
    assert [row["slot"] for row in stored["slot_record"]] == [record["slot"] for record in FULL["slots"]]
    assert stored["slot_record"][1] | {"seconds_on": 0} == {
        "site_id": 1,
        "slot": 1958881,
        "capped": False,
        "station_id": 1,
        "run_id": cast.RUN,
        "revision": 30,
        "method": "log_on",
        "presence_readable": True,
        "seconds_observed": 900,
        "seconds_on": 0,
        "starts_3": 2,
        "seconds_in_use_3": 725,
        "lengths_3": "0 1 0 0 1 0 0",
        "starts_5": 2,
        "seconds_in_use_5": 785,
        "lengths_5": "0 1 0 0 1 0 0",
        "starts_10": 2,
        "seconds_in_use_10": 845,
        "lengths_10": "0 1 0 0 1 0 0",
        "starts_15": 2,
        "seconds_in_use_15": 845,
        "lengths_15": "0 1 0 0 1 0 0",
        "contact": Contact.FAILED,
    }
    assert latest(region) == {
        probe: ["ok", value, NOW] for probe, value in FULL["readings"].items() if probe != "not_readable"
    }
    assert stored["hourly_readings"] == []
    assert stored["run"][0]["previous_run_id"] == FULL["runs"][0]["previous_run_id"]
    assert stored["station_contact"][0]["last_envelope_id"] == f"{1:032x}"
    assert rows(region, dirty_slot) == [{"site_id": 1, "slot": record["slot"], "mark": 7} for record in FULL["slots"]]


def test_the_same_envelope_again_changes_nothing(region: Engine) -> None:
    commit(region, [full()], 1)
    before = contents(region)

    commit(region, [full(), full()], 2)

    assert contents(region) == before


def test_a_higher_revision_replaces_and_a_lower_one_does_not(region: Engine) -> None:
    for number, revision, starts in ((1, 2, 1), (2, 3, 2), (3, 1, 0), (4, 3, 9)):
        commit(region, [arrival(number, slots=[cast.slot(revision=revision, starts=starts)])], number)

    [stored] = rows(region, slot_record)
    assert (stored["revision"], stored["starts_10"]) == (3, 2)


@pytest.mark.parametrize("shrunk", [{"starts": 1}, {"in_use": 299}, {"observed": 899}])
def test_counters_only_grow(region: Engine, shrunk: dict[str, Any]) -> None:
    commit(region, [arrival(1, slots=[cast.slot(revision=1, starts=2)])], 1)

    commit(region, [arrival(2, slots=[cast.slot(revision=2, **{"starts": 2, **shrunk})])], 2)

    [stored] = rows(region, slot_record)
    assert (stored["revision"], stored["starts_3"], stored["seconds_in_use_15"]) == (1, 2, 300)


def test_two_revisions_in_one_batch_count_one_after_the_other(region: Engine) -> None:
    batch = [arrival(n, slots=[cast.slot(revision=n, starts=n)], runs=[cast.run(revision=n)]) for n in (3, 1, 2)]

    commit(region, batch, 1)

    assert [row["revision"] for row in rows(region, slot_record)] == [3]
    assert [row["revision"] for row in rows(region, run)] == [3]


def test_runs_of_the_same_slot_are_kept_apart(region: Engine) -> None:
    commit(region, [arrival(1, slots=[cast.slot(run="a" * 16), cast.slot(run="b" * 16)])], 1)

    assert [row["run_id"] for row in rows(region, slot_record)] == ["a" * 16, "b" * 16]


def test_a_run_keeps_its_last_word_and_a_stop_is_seen_in_the_contact(region: Engine) -> None:
    living = cast.run(revision=1, sleeps=[{"from_seconds": 5, "to_seconds": 9}])
    stopped = cast.run(revision=2, stopped_at_seconds=NOW, stop_reason="power_off")

    commit(region, [arrival(1, runs=[living])], 1)
    assert rows(region, station_contact)[0]["stopped_at"] is None
    assert rows(region, run)[0]["sleeps"] == "[[5,9]]"
    commit(region, [arrival(2, runs=[stopped])], 2)

    assert rows(region, station_contact)[0]["stopped_at"] == NOW
    assert (rows(region, run)[0]["stop_reason"], rows(region, run)[0]["stopped_at"]) == ("power_off", NOW)


def test_undated_records_grow_like_dated_ones(region: Engine) -> None:
    def undated(revision: int, starts: int) -> dict[str, Any]:
        rules = [cast.rule(minutes, starts, 500) for minutes in (3, 5, 10, 15)]
        record = {"run_id": cast.RUN, "revision": revision, "seconds_observed": 5000, "method": "log_on"}
        return {**record, "presence_readable": True, "idle_rules": rules}

    for number, revision, starts in ((1, 2, 4), (2, 1, 9), (3, 3, 3)):
        commit(region, [arrival(number, undated=[undated(revision, starts)])], number)

    [stored] = rows(region, undated_record)
    assert (stored["revision"], stored["starts_10"], stored["seconds_observed"]) == (2, 4, 5000)


# --- the chain ----------------------------------------------------------------------------------------------------


def test_the_answer_names_the_envelope_that_was_held_before(region: Engine) -> None:
    answers = [commit(region, [arrival(number)], number)[0] for number in (1, 2, 3)]

    assert [answer.envelope_id_before for answer in answers if isinstance(answer, Stored)] == [
        None,
        f"{1:032x}",
        f"{2:032x}",
    ]


def test_an_envelope_sent_again_after_a_lost_answer_gets_the_same_answer(region: Engine) -> None:
    commit(region, [arrival(1)], 1)
    first = commit(region, [arrival(2)], 2)

    again = commit(region, [arrival(2)], 3)

    assert again == first
    assert isinstance(first[0], Stored)
    assert first[0].envelope_id_before == f"{1:032x}"


def test_a_collector_that_was_restored_shows_it_even_when_that_answer_is_lost(region: Engine) -> None:
    commit(region, [arrival(1)], 1)
    # Envelopes 2 and 3 were acknowledged, then the collector was restored; 4 names 3 as its previous one.
    lost = commit(region, [arrival(4)], 2)

    again = commit(region, [arrival(4)], 3)

    assert lost == again
    assert isinstance(again[0], Stored)
    assert again[0].envelope_id_before == f"{1:032x}" != cast.envelope(4).previous_envelope_id


def test_a_late_copy_does_not_hide_that_a_collector_was_restored(region: Engine) -> None:
    """E1 E2 E3, restored to E1, a copy of E3 comes first, then E4: it heard of E3 from what is lost."""
    commit(region, [arrival(1)], 1)
    commit(region, [arrival(3)], 7)  # the copy

    [lost] = commit(region, [arrival(4, previous_receipt=f"{3:016x}")], 8)
    [again] = commit(region, [arrival(4, previous_receipt=f"{3:016x}")], 9)
    [whole] = commit(region, [arrival(5, previous_receipt=f"{8:016x}")], 10)

    assert isinstance(lost, Stored)
    assert isinstance(whole, Stored)
    assert lost == again
    assert (lost.envelope_id_before, lost.receipt) == (f"{1:032x}", f"{8:016x}")
    assert (whole.envelope_id_before, whole.receipt) == (f"{4:032x}", f"{10:016x}")


def test_a_late_copy_of_what_is_held_already_changes_nothing(region: Engine) -> None:
    commit(region, [arrival(1), arrival(2)], 1)
    commit(region, [arrival(2)], 2)

    [third] = commit(region, [arrival(3, previous_receipt=f"{1:016x}")], 3)
    assert isinstance(third, Stored)
    assert third.envelope_id_before == f"{2:032x}"


def test_a_station_that_never_heard_a_receipt_is_believed(region: Engine) -> None:
    commit(region, [arrival(1)], 1)

    [second] = commit(region, [arrival(2, previous_receipt=None)], 2)
    assert isinstance(second, Stored)
    assert second.envelope_id_before == f"{1:032x}"


def test_envelopes_of_one_station_in_one_batch_form_a_chain(region: Engine) -> None:
    answers = commit(region, [arrival(1), arrival(2), arrival(2), arrival(1, station_id=2)], 1)

    assert [answer.envelope_id_before for answer in answers if isinstance(answer, Stored)] == [
        None,
        f"{1:032x}",
        f"{1:032x}",
        None,
    ]


# --- readings -----------------------------------------------------------------------------------------------------


def memory(available: int) -> dict[str, Any]:
    return {"memory": {"total_bytes": 8_000, "available_bytes": available}}


def test_what_the_collector_does_not_hold_is_asked_for(region: Engine) -> None:
    [first] = commit(region, [arrival(1, readings=memory(1))], 1)
    assert isinstance(first, Stored)
    assert "memory" not in first.wanted
    assert set(first.wanted) == {*PROBES} - {"memory"}

    [second] = commit(region, [arrival(2, readings=HEALTH["readings"])], 2)

    assert isinstance(second, Stored)
    assert second.wanted == ()


def test_a_probe_that_cannot_read_is_known_too(region: Engine) -> None:
    said = {"not_readable": [{"probe": "memory", "outcome": "failed", "reason": "no /proc"}]}

    [answer] = commit(region, [arrival(1, readings=said)], 1)

    assert isinstance(answer, Stored)
    assert "memory" not in answer.wanted
    assert latest(region) == {"memory": ["failed", {"reason": "no /proc"}, NOW]}


def test_an_unchanged_reading_is_not_written_again(region: Engine) -> None:
    commit(region, [arrival(1, readings=memory(1))], 1)

    commit(region, [arrival(2, at=NOW + 7200, readings=memory(1))], 2)

    assert latest(region) == {"memory": ["ok", memory(1)["memory"], NOW]}
    assert history(region) == []


def test_an_hour_goes_to_the_history_with_its_last_values_when_a_later_one_brings_a_change(region: Engine) -> None:
    hour = NOW - NOW % 3600
    said = {"processor": {"logical_processors": 4, "busy_percent": 50}}
    contacts = [(1, memory(10) | said), (31, memory(20)), (59, memory(30)), (61, memory(40)), (400, memory(50))]
    for number, (minute, readings) in enumerate(contacts, start=1):
        commit(region, [arrival(number, at=hour + minute * 60, readings=readings)], number)

    assert history(region) == [
        (hour, {"processor": ["ok", said["processor"]], "memory": ["ok", memory(30)["memory"]]}),
        (hour + 3600, {"memory": ["ok", memory(40)["memory"]]}),
    ]
    assert latest(region)["memory"] == ["ok", memory(50)["memory"], hour + 400 * 60]


def test_hours_that_end_within_one_batch_go_to_the_history_too(region: Engine) -> None:
    hour = NOW - NOW % 3600
    batch = [arrival(number, at=hour + number * 1800, readings=memory(number)) for number in range(5)]

    commit(region, batch, 1)

    assert history(region) == [
        (hour, {"memory": ["ok", memory(1)["memory"]]}),
        (hour + 3600, {"memory": ["ok", memory(3)["memory"]]}),
    ]


def test_an_overtaken_envelope_brings_its_records_but_not_its_old_readings(region: Engine) -> None:
    late: dict[str, Any] = {
        "composed_at_seconds": NOW - 3600,
        "readings": memory(1),
        "slots": [cast.slot()],
        "agent_version": "0.0.9",
    }
    commit(region, [arrival(2, readings=memory(2))], 1)

    commit(region, [arrival(1, at=NOW + 60, **late)], 2)

    assert latest(region)["memory"][1] == memory(2)["memory"]
    assert len(rows(region, slot_record)) == 1
    [contact] = rows(region, station_contact)
    assert (contact["agent_version"], contact["received_at"]) == ("0.1.0", NOW + 60)


def test_an_envelope_that_waited_does_not_turn_back_when_the_station_was_heard_of(region: Engine) -> None:
    commit(region, [arrival(2)], 1)

    commit(region, [arrival(1, at=NOW - 3600, composed_at_seconds=NOW - 3600)], 2)

    [contact] = rows(region, station_contact)
    assert contact["received_at"] == NOW


def test_a_clock_that_was_far_ahead_does_not_freeze_the_readings(region: Engine) -> None:
    commit(region, [arrival(1, composed_at_seconds=NOW + 86_400, readings=memory(1))], 1)

    commit(region, [arrival(2, at=NOW + 60, composed_at_seconds=NOW + 60, readings=memory(2))], 2)

    assert latest(region)["memory"][1] == memory(2)["memory"]


# --- what goes wrong ----------------------------------------------------------------------------------------------


def poisoned(number: int, **where: Any) -> Facts:
    """A record with a number that no database column holds; the schema would refuse it, a bug of ours might not."""
    good = arrival(number, station_id=2, runs=[cast.run()], slots=[cast.slot(SLOT - 1), cast.slot()], **where)
    bad = tuple(2**70 if value == 900 else value for value in good.slots[1])
    return good._replace(slots=[good.slots[0], bad])


def test_one_poisoned_record_does_not_fail_its_neighbours(region: Engine) -> None:
    results = commit(region, [arrival(1, slots=[cast.slot()]), poisoned(2), arrival(3, site_id=2)], 1)

    assert [type(result) for result in results] == [Stored, NotStorable, Stored]
    assert [(row["site_id"], row["station_id"]) for row in rows(region, station_contact)] == [(1, 1), (2, 1)]
    assert [row["station_id"] for row in rows(region, slot_record)] == [1]


def test_a_refusal_names_the_poisoned_record(region: Engine) -> None:
    assert commit(region, [poisoned(1)], 1) == [NotStorable("slots.1")]
    assert rows(region, slot_record) == []
    assert rows(region, run) == []


def test_a_station_that_does_not_exist_is_refused_and_not_made_up(region: Engine) -> None:
    [result] = commit(region, [arrival(1, station_id=77, slots=[cast.slot()])], 1)

    assert isinstance(result, NotStorable)
    assert rows(region, slot_record) == []


def test_when_the_database_fails_the_station_is_asked_to_try_again(region: Engine) -> None:
    with writing(region) as connection:
        connection.execute(text("ALTER TABLE run RENAME TO walk"))

    results = commit(region, [arrival(1, runs=[cast.run()]), arrival(2, station_id=2)], 1)

    assert isinstance(results[0], TryAgain)
    assert isinstance(results[1], Stored)


def test_two_workers_that_commit_for_one_site_at_the_same_time_lose_nothing(region: Engine) -> None:
    def work(worker: int) -> list[object]:
        found: list[object] = []
        for number in range(12):
            order = range(6) if worker else range(5, -1, -1)
            slots = [cast.slot(SLOT - s, revision=number + 1, starts=number) for s in order]
            found += commit(region, [arrival(number + 1, station_id=worker + 1, slots=slots)], worker * 100 + number)
        return found

    with ThreadPoolExecutor(2) as threads:
        results = [result for found in threads.map(work, (0, 1)) for result in found]

    assert all(isinstance(result, Stored) for result in results)
    stored = rows(region, slot_record)
    assert len(stored) == 12
    assert {(row["revision"], row["starts_10"]) for row in stored} == {(12, 11)}
