"""Envelope after envelope: what waits arrives once, what is refused stands aside, what was lost is sent again."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from agent.sender.exchange import RESEND_SECONDS
from agent.spool import HELD, KEPT, PENDING, REFUSED
from tests.agent.sender.fake_collector import FakeCollector
from tests.agent.sender.local_server import Reply, problem, raw
from tests.agent.sender.station import SLOT, Station, run_record, slot_record, undated_record
from tests.agent.stage import MONDAY

GONE = raw(b"")

HOUR = 3600


def test_what_was_acknowledged_is_kept_and_nothing_waits_any_more(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT, SLOT + 1)
    station.spool.put(PENDING, "run", run_record())
    station.spool.put(PENDING, "undated", undated_record())
    assert station.contact() == (True, "sent 1 envelope; 0 records wait")
    assert station.spool.entries(PENDING) == []
    assert len(station.spool.entries(KEPT)) == 4
    assert collector.slots() == [SLOT, SLOT + 1]


def test_what_is_held_back_for_its_time_is_not_sent(station: Station, collector: FakeCollector) -> None:
    station.spool.put(HELD, "slot", slot_record(SLOT))
    station.contact()
    assert collector.slots() == []
    assert len(station.spool.entries(HELD)) == 1


def test_a_retry_sends_the_same_bytes_and_then_in_the_same_contact_what_waits_by_now(
    station: Station, collector: FakeCollector
) -> None:
    station.put(SLOT)
    collector.lose_answers = 1
    assert not station.contact()[0]
    station.put(SLOT + 1)
    assert station.contact(after=60)[0]
    assert collector.bodies[0] == collector.bodies[1]
    assert (collector.slots(), collector.sessions()) == ([SLOT, SLOT + 1], 2)


def test_the_prepared_envelope_goes_first_and_fresh_readings_follow(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT)
    collector.lose_answers = 1
    station.contact()
    station.put(SLOT + 1)
    assert station.contact(after=HOUR) == (True, "sent 2 envelopes; 0 records wait")
    assert collector.bodies[0] == collector.bodies[1]
    assert collector.envelopes[2]["composed_at_seconds"] == MONDAY + HOUR


def test_after_half_a_day_the_prepared_envelope_is_composed_anew(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT)
    collector.instead = lambda _: GONE
    station.contact()
    collector.instead = lambda _: None
    station.contact(after=RESEND_SECONDS)
    assert [envelope["composed_at_seconds"] for envelope in collector.envelopes] == [MONDAY + RESEND_SECONDS]
    assert collector.slots() == [SLOT]


def test_a_revision_that_the_service_writes_meanwhile_stays_pending(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT)

    def service_writes(_: object) -> None:
        station.put(SLOT, revision=2)

    collector.instead = service_writes
    station.contact()
    (waiting,) = station.spool.entries(PENDING)
    assert waiting.revision == 2
    collector.instead = lambda _: None
    station.contact(after=1800)
    assert [record["revision"] for record in collector.records.values()] == [2]
    assert station.spool.entries(PENDING) == []


def test_more_than_two_hundred_slots_go_in_several_envelopes_of_one_contact(
    station: Station, collector: FakeCollector
) -> None:
    station.put(*range(SLOT - 450, SLOT))
    assert station.contact() == (True, "sent 3 envelopes; 0 records wait")
    assert [len(envelope["slots"]) for envelope in collector.envelopes] == [200, 200, 50]
    assert [bool(envelope["readings"]) for envelope in collector.envelopes] == [True, False, False]
    assert collector.slots() == list(range(SLOT - 450, SLOT))
    links = [envelope["previous_envelope_id"] for envelope in collector.envelopes]
    assert links == [None, *[envelope["envelope_id"] for envelope in collector.envelopes[:-1]]]
    receipts = [envelope["previous_receipt"] for envelope in collector.envelopes]
    assert receipts == [None, *[envelope["envelope_id"][:16] for envelope in collector.envelopes[:-1]]]


def test_a_long_backlog_says_so_only_while_it_is_one(station: Station, collector: FakeCollector) -> None:
    station.put(*range(SLOT - 50 * 96, SLOT - 50 * 96 + 200), SLOT)
    station.contact()
    assert [envelope["backlog"] for envelope in collector.envelopes] == [True, False]


def objects_to(*bad: int) -> Callable[[dict[str, Any]], str | None]:
    def objection(envelope: dict[str, Any]) -> str | None:
        found = [record["slot"] for record in envelope["slots"] if record["slot"] in bad]
        return f"slot {found[0]} cannot be" if found else None

    return objection


@pytest.mark.parametrize("bad", [(3,), (0,), (39,), (0, 39), (7, 8, 9), (20,)])
def test_a_refused_record_among_many_is_set_aside_and_its_neighbours_arrive(
    station: Station, collector: FakeCollector, bad: tuple[int, ...]
) -> None:
    refused = [SLOT + at for at in bad]
    station.put(*range(SLOT, SLOT + 40))
    collector.objection = objects_to(*refused)
    well, _ = station.contact()
    assert well
    assert station.slots() == []
    assert station.slots(REFUSED) == refused
    assert collector.slots() == [slot for slot in range(SLOT, SLOT + 40) if slot not in refused]
    for entry in station.spool.entries(REFUSED):
        why = station.disk.read(station.spool.path(REFUSED, f"{entry.name}.why"))
        assert why == f"slot {entry.slot} cannot be".encode()
    assert station.memory.readings_refused == ""
    assert len(collector.asked) < 50, "by halving, not one by one"


def test_the_only_record_is_set_aside_when_it_is_refused(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT)
    collector.objection = objects_to(SLOT)
    assert station.contact() == (True, "sent 1 envelope; 0 records wait")
    assert station.slots(REFUSED) == [SLOT]


def test_after_a_refused_record_the_next_contact_sends_the_readings(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT)
    collector.objection = objects_to(SLOT)
    station.contact()
    station.contact(after=1800)
    assert set(collector.envelopes[-1]["readings"]) >= {"memory", "volumes", "agent"}


def test_refused_readings_do_not_stop_the_counts(station: Station, collector: FakeCollector) -> None:
    collector.objection = lambda envelope: "readings.memory is wrong" if envelope["readings"] else None
    for number in range(3):
        station.put(SLOT + number)
        assert station.contact(after=1800)[0]
    assert collector.slots() == [SLOT, SLOT + 1, SLOT + 2]
    assert station.slots(REFUSED) == []
    assert station.memory.readings_refused == "readings.memory is wrong"
    collector.objection = lambda _: None
    station.contact(after=1800)
    assert station.memory.readings_refused == ""


def test_a_collector_that_takes_nothing_at_all_finds_fault_with_no_record(
    station: Station, collector: FakeCollector
) -> None:
    station.put(*range(SLOT, SLOT + 100))
    collector.objection = lambda _: "schema 1 is not known here"
    assert station.contact() == (False, "schema 1 is not known here")
    assert (len(station.slots()), station.slots(REFUSED)) == (100, [])
    assert len(collector.asked) <= 3
    collector.objection = lambda _: None
    station.contact(after=1800)
    assert len(collector.slots()) == 100


def test_a_line_that_breaks_while_the_fault_is_looked_for_loses_nothing(
    station: Station, collector: FakeCollector
) -> None:
    station.put(*range(SLOT, SLOT + 16))
    collector.objection = objects_to(SLOT + 5)
    for most in range(1, 14):
        before = len(collector.asked)

        def instead(_: object, last: int = before + most) -> Reply | None:
            return GONE if len(collector.asked) > last else None

        collector.instead = instead
        station.contact(after=60)
        everywhere = {*station.slots(), *station.slots(KEPT), *station.slots(REFUSED)}
        assert everywhere == set(range(SLOT, SLOT + 16))
    collector.instead = lambda _: None
    station.contact(after=60)
    station.contact(after=60)
    assert collector.slots() == [slot for slot in range(SLOT, SLOT + 16) if slot != SLOT + 5]
    assert station.slots(REFUSED) == [SLOT + 5]


def test_a_part_whose_answer_got_lost_is_no_loss_of_the_collector(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT)
    station.contact()
    station.put(SLOT + 1, SLOT + 2)
    collector.objection = objects_to(SLOT + 2)
    collector.lose_answers = 1
    assert not station.contact(after=1800)[0]
    sent = len(collector.envelopes)
    for _ in range(3):
        station.contact(after=60)
    assert all(SLOT not in [r["slot"] for r in envelope["slots"]] for envelope in collector.envelopes[sent:])
    assert (collector.slots(), station.slots(REFUSED)) == ([SLOT, SLOT + 1], [SLOT + 2])


def test_what_stands_aside_is_tried_again_only_when_the_collector_changes(
    station: Station, collector: FakeCollector
) -> None:
    station.put(SLOT, SLOT + 1)
    collector.objection = objects_to(SLOT)
    station.contact()
    collector.objection = lambda _: None
    station.contact(after=1800)
    assert station.slots(REFUSED) == [SLOT]
    collector.version = "1.1"
    station.contact(after=1800)
    assert (station.slots(REFUSED), station.slots()) == ([], [SLOT])
    station.contact(after=1800)
    assert collector.slots() == [SLOT, SLOT + 1]
    assert station.disk.names("/state/spool/refused") == [], "the reasons are gone too"


def test_a_collector_that_was_restored_gets_again_what_it_lost(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT)
    station.contact()
    backup, last = dict(collector.records), collector.last
    for number in (1, 2):
        station.put(SLOT + number)
        station.contact(after=1800)
    collector.restore(backup, last)
    station.put(SLOT + 3)
    station.contact(after=1800)
    assert collector.slots() == [SLOT, SLOT + 3]
    assert station.slots() == [SLOT, SLOT + 1, SLOT + 2, SLOT + 3]
    station.contact(after=60)
    assert collector.slots() == [SLOT, SLOT + 1, SLOT + 2, SLOT + 3]
    assert station.slots() == []
    station.contact(after=1800)
    assert station.slots() == [], "the chain is whole again"


def test_a_collector_that_lost_everything_gets_all_that_was_kept(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT)
    station.contact()
    collector.restore({}, None)
    station.contact(after=1800)
    station.contact(after=60)
    assert collector.slots() == [SLOT]


@pytest.mark.parametrize("pause", [60, HOUR, RESEND_SECONDS - 1])
def test_a_lost_answer_is_no_loss_of_the_collector(station: Station, collector: FakeCollector, pause: int) -> None:
    station.put(SLOT)
    station.contact()
    station.put(SLOT + 1)
    collector.lose_answers = 1
    station.contact(after=1800)
    sent = len(collector.envelopes)
    station.contact(after=pause)
    assert station.slots() == [], "nothing that was kept is sent again"
    assert all(SLOT not in [r["slot"] for r in envelope["slots"]] for envelope in collector.envelopes[sent:])


def test_a_lost_answer_of_a_restored_collector_still_tells_of_its_loss(
    station: Station, collector: FakeCollector
) -> None:
    station.put(SLOT)
    station.contact()
    station.put(SLOT + 1)
    station.contact(after=1800)
    collector.restore({}, None)
    collector.lose_answers = 1
    station.put(SLOT + 2)
    station.contact(after=1800)
    station.contact(after=2 * HOUR)
    station.contact(after=60)
    assert collector.slots() == [SLOT, SLOT + 1, SLOT + 2]


def test_only_readings_that_changed_travel_and_all_of_them_when_wanted(
    station: Station, collector: FakeCollector
) -> None:
    station.contact()
    assert "operating_system" in collector.envelopes[0]["readings"]
    station.contact(after=1800)
    assert collector.envelopes[1]["readings"] == {}
    collector.wanted = ["operating_system"]
    station.contact(after=1800)
    collector.wanted = []
    station.contact(after=1800)
    assert list(collector.envelopes[3]["readings"]) == ["operating_system"]
    station.contact(after=86_400)
    assert len(collector.envelopes[4]["readings"]) == len(collector.envelopes[0]["readings"])


def test_readings_that_never_arrived_are_sent_again(station: Station, collector: FakeCollector) -> None:
    collector.instead = lambda _: problem(503)
    station.contact()
    collector.instead = lambda _: None
    station.contact(after=RESEND_SECONDS)
    assert "operating_system" in collector.envelopes[0]["readings"]


def test_what_a_probe_remembers_is_kept_once_its_reading_was_acknowledged(
    station: Station, collector: FakeCollector
) -> None:
    station.contact()
    station.contact(after=1800)
    assert station.memory.remembered == {"processor": {"times": 2}}


def test_the_time_of_an_answer_is_noted_for_the_service(station: Station, collector: FakeCollector) -> None:
    collector.time = MONDAY - 300
    station.contact()
    note = json.loads(station.disk.read("/state/trust.json"))
    assert note == {"boot_id": "boot-1", "elapsed_seconds": 100, "time_seconds": MONDAY - 300}
    assert station.memory.clock_skew_seconds == 300


def test_a_damaged_record_stands_aside_and_the_others_go(station: Station, collector: FakeCollector) -> None:
    station.put(SLOT, SLOT + 1)
    station.disk.files[station.spool.path(PENDING, station.spool.entries(PENDING)[0].name)] = b'{"run_id": "aa'
    station.contact()
    assert collector.slots() == [SLOT + 1]
    assert station.slots(REFUSED) == [SLOT]


@pytest.mark.parametrize("name", ["sender.json", "prepared.json", "run.json", "trust.json"])
@pytest.mark.parametrize("content", [b"", b'{"last_enve', b"[]", b"\xff\xfe", b"null", b'{"unknown": 1}'])
def test_a_damaged_file_of_the_sender_costs_no_count(
    station: Station, collector: FakeCollector, name: str, content: bytes
) -> None:
    station.put(SLOT)
    station.contact()
    station.disk.files[f"/state/{name}"] = content
    station.put(SLOT + 1)
    assert station.contact(after=1800)[0]
    assert (collector.slots(), collector.sessions()) == ([SLOT, SLOT + 1], 2)
