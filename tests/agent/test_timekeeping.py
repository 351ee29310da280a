"""Which time is trusted, and what becomes of counts that were made before it was."""

import json
from typing import Any

import pytest

from agent.spool import HELD, PENDING, Spool
from agent.timekeeping import TOLERANCE_SECONDS, claimed_offset, in_order, settle, trusted_offset, undated
from tests.agent.sender.station import RUN, SLOT, run_record, slot_record
from tests.agent.stage import MONDAY, PlugPulledError, StageClock, StageDisk

TRUST = "/state/trust.json"


@pytest.fixture
def clock() -> StageClock:
    made = StageClock()
    made.vouched = False
    return made


@pytest.fixture
def spool() -> Spool:
    return Spool("/spool", StageDisk())


def note(disk: StageDisk, **changes: Any) -> None:
    told = {"boot_id": "boot-1", "elapsed_seconds": 40, "time_seconds": MONDAY + 500, **changes}
    disk.files[TRUST] = json.dumps(told).encode()


def records(spool: Spool, kind: str, folder: str = PENDING) -> list[dict[str, Any]]:
    found = [spool.read(folder, entry) for entry in spool.entries(folder) if entry.kind == kind]
    return [record for record in found if record is not None]


def starts(spool: Spool) -> int:
    """Sessions that will be sent, with or without a place in time."""
    sent = [*records(spool, "slot"), *records(spool, "undated")]
    return sum(record["idle_rules"][2]["starts"] for record in sent)


def hold(spool: Spool, *slots: int) -> None:
    spool.put(HELD, "run", {**run_record(), "clock": "untrusted"})
    for slot in slots:
        spool.put(HELD, "slot", slot_record(slot))


def settled(spool: Spool, *, before: int | None = MONDAY - 900, now: int = MONDAY + 7200, skew: int = 0) -> None:
    settle(spool, runs={RUN}, trusted_before=before, trusted_now=now, skew=skew)


def test_a_synchronised_clock_is_trusted_as_it_is(clock: StageClock) -> None:
    clock.vouched = True
    assert trusted_offset(clock, StageDisk(), TRUST) == claimed_offset(clock) == MONDAY - 100


def test_without_anybody_who_vouches_no_time_is_trusted(clock: StageClock) -> None:
    assert trusted_offset(clock, StageDisk(), TRUST) is None


def test_the_collectors_time_is_trusted_for_the_boot_in_which_it_was_told(clock: StageClock) -> None:
    disk = StageDisk()
    note(disk)
    clock.wall_ahead = 0
    assert trusted_offset(clock, disk, TRUST) == MONDAY + 460
    clock.reboot()
    assert trusted_offset(clock, disk, TRUST) is None


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b'{"boot_id": "boot-1"}', b"\xff"])
def test_a_damaged_note_vouches_for_nothing(clock: StageClock, content: bytes) -> None:
    disk = StageDisk()
    disk.files[TRUST] = content
    assert trusted_offset(clock, disk, TRUST) is None


def test_a_stretch_between_two_trusted_moments_keeps_its_place(spool: Spool) -> None:
    hold(spool, SLOT, SLOT + 1)
    settled(spool, skew=40)
    assert [record["slot"] for record in records(spool, "slot")] == [SLOT, SLOT + 1]
    assert [record["clock"] for record in records(spool, "run")] == ["bracketed"]
    assert (records(spool, "undated"), spool.entries(HELD)) == ([], [])


@pytest.mark.parametrize(
    "doubt",
    [
        {"skew": TOLERANCE_SECONDS + 1},
        {"skew": -TOLERANCE_SECONDS - 1},
        {"before": None},
        {"before": MONDAY + 86_400},
        {"now": MONDAY - 86_400},
    ],
    ids=str,
)
def test_any_doubt_leaves_the_counts_without_a_place_and_none_is_lost(spool: Spool, doubt: dict[str, Any]) -> None:
    hold(spool, SLOT, SLOT + 1)
    settled(spool, **doubt)
    assert records(spool, "slot") == []
    (record,) = records(spool, "undated")
    assert (record["seconds_observed"], record["idle_rules"][0]["starts"]) == (1800, 2)
    assert [record["clock"] for record in records(spool, "run")] == ["untrusted"]
    assert spool.entries(HELD) == []


def test_a_clock_that_is_off_by_the_tolerance_is_accepted(spool: Spool) -> None:
    hold(spool, SLOT)
    settled(spool, skew=TOLERANCE_SECONDS)
    assert len(records(spool, "slot")) == 1


def test_a_run_that_counted_nothing_yet_is_published_all_the_same(spool: Spool) -> None:
    hold(spool)
    settled(spool)
    assert (len(records(spool, "run")), records(spool, "undated")) == (1, [])


def test_the_held_counts_of_another_run_are_left_alone(spool: Spool) -> None:
    spool.put(HELD, "slot", slot_record(SLOT, run_id="bb" * 8))
    settled(spool)
    assert len(records(spool, "slot", HELD)) == 1


def test_a_damaged_record_costs_only_itself(spool: Spool) -> None:
    hold(spool, SLOT, SLOT + 1)
    spool.disk.write(spool.path(HELD, spool.entries(HELD)[1].name), b"{")
    settled(spool)
    assert [record["slot"] for record in records(spool, "slot")] == [SLOT + 1]


@pytest.mark.parametrize("step", range(20))
def test_dated_counts_that_were_cut_short_are_settled_once(step: int) -> None:
    disk = StageDisk()
    spool = Spool("/spool", disk)
    hold(spool, SLOT, SLOT + 1, SLOT + 2)
    disk.writes_left = step
    try:
        settled(spool)
    except PlugPulledError:
        disk.writes_left = None
        settled(spool)
    assert starts(spool) == 3
    assert spool.entries(HELD) == []


def test_in_order_allows_the_tolerance_and_the_slot_that_had_begun() -> None:
    slots = [slot_record(SLOT), slot_record(SLOT + 4)]
    assert in_order(slots, MONDAY + 900 + TOLERANCE_SECONDS, MONDAY + 3600 - TOLERANCE_SECONDS)
    assert not in_order(slots, MONDAY + 901 + TOLERANCE_SECONDS, MONDAY + 3600)
    assert not in_order(slots, MONDAY, MONDAY + 3599 - TOLERANCE_SECONDS)


def test_undated_counts_are_the_sums_of_their_slots() -> None:
    unseen = {**slot_record(SLOT), "method": "not_readable", "idle_rules": [], "seconds_observed": 0}
    record = undated(RUN, [unseen, slot_record(SLOT), slot_record(SLOT + 1, starts=2)])
    assert (record["seconds_observed"], record["method"]) == (1800, "log_on")
    assert record["idle_rules"][2] == {
        "minutes": 10, "starts": 3, "seconds_in_use": 600, "lengths": [0, 0, 3, 0, 0, 0, 0],
    }  # fmt: skip
    assert not record["presence_readable"]
    with_presence = {**slot_record(SLOT), "presence_readable": True}
    assert undated(RUN, [unseen, with_presence])["presence_readable"]
    assert not undated(RUN, [with_presence, slot_record(SLOT + 1)])["presence_readable"], "one slot is enough"


def test_where_no_slot_was_readable_the_sum_is_not_either() -> None:
    unseen = {**slot_record(SLOT), "method": "not_readable", "idle_rules": []}
    assert (undated(RUN, [unseen])["method"], undated(RUN, [unseen])["idle_rules"]) == ("not_readable", [])


@pytest.mark.parametrize("step", range(20))
def test_undated_counts_that_were_cut_short_are_settled_once(step: int) -> None:
    disk = StageDisk()
    spool = Spool("/spool", disk)
    hold(spool, SLOT, SLOT + 1, SLOT + 2)
    disk.writes_left = step
    try:
        settled(spool, before=None)
    except PlugPulledError:
        disk.writes_left = None
        settled(spool, before=None)
    assert starts(spool) == 3


@pytest.mark.parametrize("step", range(20))
def test_a_stretch_that_is_out_of_order_stays_so_when_the_plug_is_pulled(step: int) -> None:
    disk = StageDisk()
    spool = Spool("/spool", disk)
    hold(spool, SLOT - 500, SLOT + 1, SLOT + 2)  # the first lies before the last trusted moment
    disk.writes_left = step
    try:
        settled(spool)
    except PlugPulledError:
        disk.writes_left = None
        settled(spool)
    assert starts(spool) == 3
