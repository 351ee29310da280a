"""What the sender composes is what the wire format says, whole."""

import gzip
import json
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import TypeAdapter

from agent.sender.compose import BACKLOG_SECONDS, MOST_RUNS, MOST_SLOTS, choose, compose, is_backlog
from agent.sender.memory import Memory, Store
from agent.spool import PENDING, REFUSED, Spool
from agent.wire.figures import LARGEST_ENVELOPE_BYTES
from agent.wire.v1 import Envelope, EnvelopeAnswer, ProbeName, Readings
from tests.agent.sender.station import FULL_READINGS, RUN, SLOT, run_record, slot_record, undated_record
from tests.agent.stage import MONDAY, StageDisk

ENVELOPE = TypeAdapter(Envelope)
HEALTH = json.loads((Path(__file__).parents[2] / "contract" / "v1-0.1.0-health.json").read_text("utf-8"))


@pytest.fixture
def store() -> Store:
    return Store("/state", StageDisk())


def fill(store: Store, *slots: int) -> None:
    for slot in slots:
        store.spool.put(PENDING, "slot", slot_record(slot))


def composed(store: Store, memory: Memory | None = None, readings: Readings | None = FULL_READINGS) -> dict[str, Any]:
    prepared = compose(
        store,
        memory or Memory(),
        chosen=choose(store),
        readings=readings,
        remembered={},
        now=MONDAY,
        trusted_now=MONDAY,
        random=lambda size: b"\7" * size,
    )
    ENVELOPE.validate_json(prepared.body, strict=True)
    content: dict[str, Any] = json.loads(prepared.body)
    return content


def test_every_field_of_the_wire_format_is_there(store: Store) -> None:
    fill(store, SLOT)
    store.spool.put(PENDING, "run", run_record())
    store.spool.put(PENDING, "undated", undated_record())
    store.disk.write("/state/run.json", json.dumps({"run_id": RUN, "trusted": True}).encode())
    health = TypeAdapter(Readings).validate_json(json.dumps(HEALTH["readings"]))
    envelope = composed(
        store, Memory(last_envelope_id="ab" * 16), replace(health, not_readable=FULL_READINGS.not_readable)
    )

    def compare(sent: Any, shape: Any) -> None:
        absent = {field.name for field in fields(shape) if field.default is None and getattr(shape, field.name) is None}
        assert set(sent) | absent == {field.name for field in fields(shape)}, type(shape).__name__
        for field in fields(shape):
            value = getattr(shape, field.name)
            if is_dataclass(value):
                compare(sent[field.name], value)
            elif isinstance(value, tuple) and value and is_dataclass(value[0]):
                compare(sent[field.name][0], value[0])

    compare(envelope, ENVELOPE.validate_json(json.dumps(envelope)))
    assert (envelope["current_run_id"], envelope["clock_trusted"]) == (RUN, True)
    assert envelope["previous_envelope_id"] == "ab" * 16


def test_an_envelope_with_a_full_state_of_health_is_at_most_2_kb_packed() -> None:
    """The stored one has two disks, two printers and a projector; figures that go with a contact fit beside it."""
    assert all(HEALTH["readings"][name] is not None for name in get_args(ProbeName))
    assert len(gzip.compress(json.dumps(HEALTH, separators=(",", ":")).encode())) <= 2048


def test_an_empty_spool_and_a_service_that_never_ran_make_a_valid_envelope(store: Store) -> None:
    envelope = composed(store)
    assert (envelope["slots"], envelope["current_run_id"], envelope["clock_trusted"]) == ([], None, False)


def test_a_full_envelope_fits_the_bound_of_the_wire(store: Store) -> None:
    fill(store, *range(SLOT - 400, SLOT))
    for number in range(100):
        record = {**run_record(), "run_id": f"{number:016x}"}
        record["sleeps"] = record["sleeps"] * 10
        store.spool.put(PENDING, "run", record)
    envelope = composed(store)
    assert [record["slot"] for record in envelope["slots"]] == list(range(SLOT - 400, SLOT - 400 + MOST_SLOTS))
    assert len(envelope["runs"]) == MOST_RUNS
    assert len(json.dumps(envelope)) < LARGEST_ENVELOPE_BYTES


@pytest.mark.parametrize(("days", "backlog"), [(0, False), (12, False), (14, True), (59, True)])
def test_old_slots_are_marked_as_a_backlog(store: Store, days: int, *, backlog: bool) -> None:
    fill(store, SLOT - days * 96)
    assert composed(store)["backlog"] is backlog


def test_the_backlog_begins_a_day_before_the_collectors_limit() -> None:
    assert BACKLOG_SECONDS + 86_400 == 14 * 86_400


def test_a_record_of_a_strange_shape_is_set_aside_with_a_reason(store: Store) -> None:
    strange = {**slot_record(SLOT), "colour": "red"}
    store.spool.put(PENDING, "slot", strange)
    fill(store, SLOT + 1)
    assert [record["slot"] for record in composed(store)["slots"]] == [SLOT + 1]
    (entry,) = store.spool.entries(REFUSED)
    assert b"this version" in store.disk.read(store.spool.path(REFUSED, f"{entry.name}.why"))


@pytest.mark.parametrize("damage", [{"idle_rules": 5}, {"idle_rules": [5]}, {"idle_rules": [{}]}, {"idle_rules": None}])
def test_a_record_with_a_strange_list_is_set_aside(store: Store, damage: dict[str, Any]) -> None:
    store.spool.put(PENDING, "slot", {**slot_record(SLOT), **damage})
    assert composed(store)["slots"] == []
    assert len(store.spool.entries(REFUSED)) == 1


def test_only_readings_that_changed_are_sent(store: Store) -> None:
    first = composed(store)["readings"]
    memory = Memory(readings={**first, "memory": {"total_bytes": 1, "available_bytes": 1}}, full_at_seconds=MONDAY - 10)
    assert composed(store, memory)["readings"] == {"memory": first["memory"]}


def test_all_readings_are_sent_once_a_day_and_when_the_clock_went_back(store: Store) -> None:
    first = composed(store)["readings"]
    for full_at in (MONDAY - 86_400, MONDAY + 100):
        memory = Memory(readings=first, full_at_seconds=full_at)
        assert composed(store, memory)["readings"] == first
    assert composed(store, Memory(readings=first, full_at_seconds=MONDAY - 86_399))["readings"] == {}


def test_that_everything_is_readable_again_is_a_change(store: Store) -> None:
    first = composed(store)["readings"]
    memory = Memory(readings=first, full_at_seconds=MONDAY)
    better = Readings(**{f.name: getattr(FULL_READINGS, f.name) for f in fields(Readings) if f.name != "not_readable"})
    assert composed(store, memory, better)["readings"] == {"not_readable": []}


def test_a_clock_before_1970_still_composes(store: Store) -> None:
    prepared = compose(
        store,
        Memory(),
        chosen=[],
        readings=None,
        remembered={},
        now=-5,
        trusted_now=None,
        random=lambda size: b"\7" * size,
    )
    ENVELOPE.validate_json(prepared.body, strict=True)


def test_the_answers_that_tests_give_are_those_of_the_wire() -> None:
    answer: dict[str, Any] = {
        "schema": 1, "last_envelope_id": None, "time_seconds": 1, "next_contact_seconds": 60, "wanted": [],
        "enrol_again": False, "waiting": False, "receipt": "ab" * 8,
    }  # fmt: skip
    TypeAdapter(EnvelopeAnswer).validate_json(json.dumps(answer))


def test_the_sender_and_the_service_use_folders_of_their_own_for_half_written_files(store: Store) -> None:
    assert store.spool.temporary != Spool("/state/spool", store.disk).temporary


def test_a_clock_that_may_be_wrong_cannot_tell_that_slots_are_young(store: Store) -> None:
    """A collector acknowledges slots of 20 days ago without storing them, unless they are called a backlog."""
    fill(store, SLOT - 20 * 96)
    slots = [record for _, record in choose(store)]
    empty_battery = 946_684_800
    assert is_backlog(slots, now=empty_battery, trusted_now=None)
    assert is_backlog(slots, now=empty_battery, trusted_now=MONDAY - 10 * 86_400), "it may be sent again years later"
    assert is_backlog(slots, now=MONDAY, trusted_now=MONDAY)
    assert not is_backlog(slots, now=MONDAY - 10 * 86_400, trusted_now=MONDAY - 10 * 86_400)
    assert not is_backlog([], now=empty_battery, trusted_now=None)
