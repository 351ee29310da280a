from typing import Any

import pytest

from agent.wire.v1 import Envelope
from collector.ingest.limits import ARRIVALS, Limits, RunsSeen, within_limits
from tests.collector.ingest import cast
from tests.collector.ingest.cast import NOW, SLOT

LIMITS = Limits(runs_per_day_limit=3)
STATION = (1, 1)


def checked(seen: RunsSeen | None = None, now: int = NOW, **changes: Any) -> tuple[Envelope, dict[str, int]]:
    return within_limits(cast.envelope(1, **changes), now, LIMITS, seen or RunsSeen(), STATION)


def kept(**changes: Any) -> list[int]:
    return [slot.slot for slot in checked(**changes)[0].slots]


def test_an_envelope_within_the_limits_is_not_even_copied() -> None:
    envelope = cast.envelope(1, slots=[cast.slot()], runs=[cast.run()])

    assert within_limits(envelope, NOW, LIMITS, RunsSeen(), STATION)[0] is envelope


@pytest.mark.parametrize(
    ("backlog", "days", "accepted"), [(False, 14, True), (False, 15, False), (True, 60, True), (True, 61, False)]
)
def test_slots_are_accepted_up_to_their_age(backlog: bool, days: int, accepted: bool) -> None:
    number = SLOT - days * 96

    assert kept(slots=[cast.slot(number), cast.slot()], backlog=backlog) == ([number] if accepted else []) + [SLOT]


def test_a_slot_of_the_future_is_left_out_and_counted() -> None:
    envelope, left_out = checked(slots=[cast.slot(SLOT + 2), cast.slot(SLOT + 1)])

    assert [slot.slot for slot in envelope.slots] == [SLOT + 1]
    assert left_out == {"future": 1}


def test_more_sessions_than_fit_into_a_slot_are_not_believed() -> None:
    assert checked(slots=[cast.slot(starts=60), cast.slot(SLOT - 1, starts=61)])[1] == {"too_many_starts": 1}


RULES = cast.slot()["idle_rules"]


def test_a_length_may_stand_in_another_runs_record_than_its_start_but_their_number_is_bounded() -> None:
    """The agent was restarted in the middle of a session: the second run files the length under the start's slot."""
    ended = cast.slot(idle_rules=[cast.rule(minutes, 0, 10, [0, 1, 0, 0, 0, 0, 0]) for minutes in (3, 5, 10, 15)])
    many = cast.slot(SLOT - 1, idle_rules=[cast.rule(minutes, 0, 10, [61] + [0] * 6) for minutes in (3, 5, 10, 15)])
    assert checked(slots=[ended, many])[1] == {"too_many_starts": 1}


@pytest.mark.parametrize(
    "changes",
    [
        {"idle_rules": RULES[:3]},
        {"idle_rules": RULES[::-1]},
        {"idle_rules": [RULES[0]] * 4},
        {"idle_rules": []},
    ],
    ids=["three rules", "another order", "one rule four times", "none although readable"],
)
def test_a_record_at_odds_with_itself_is_left_out(changes: dict[str, Any]) -> None:
    assert checked(slots=[cast.slot(**changes), cast.slot(SLOT - 1)])[1] == {"inconsistent": 1}


def test_a_record_without_readable_sessions_needs_no_rules() -> None:
    assert checked(slots=[cast.slot(method="not_readable", idle_rules=[])])[1] == {}


def test_runs_per_day_are_bounded_over_all_envelopes_of_a_station() -> None:
    seen = RunsSeen()
    for number in range(3):
        assert checked(seen, slots=[cast.slot(run=f"{number:016x}")])[1] == {}

    assert checked(seen, slots=[cast.slot(run="f" * 16), cast.slot(SLOT - 1, run=f"{1:016x}")])[1] == {
        "too_many_runs": 1
    }


def test_runs_of_another_day_and_of_another_station_count_for_themselves() -> None:
    seen = RunsSeen()
    for number in range(3):
        checked(seen, slots=[cast.slot(run=f"{number:016x}")])

    assert checked(seen, slots=[cast.slot(SLOT - 96, run="f" * 16)])[1] == {}
    envelope = cast.envelope(1, slots=[cast.slot(run="f" * 16)])
    assert within_limits(envelope, NOW, LIMITS, seen, (1, 2))[1] == {}


def test_forged_dates_bring_no_more_runs_in_than_a_few_days_have() -> None:
    """A thief spreads new runs over all days that are accepted, and starts of runs over all years."""
    seen = RunsSeen()
    for number in range(60):
        checked(seen, slots=[cast.slot(SLOT - (number % 60) * 96, run=f"{number:016x}")], backlog=True)
    arrived = sum(len(runs) for by_day in seen._seen.values() for day, runs in by_day.items() if day >= 0)
    assert arrived == ARRIVALS * LIMITS.runs_per_day_limit

    seen, believed = RunsSeen(), 0
    for number in range(60):
        run = {**cast.run(), "run_id": f"{number:016x}", "started_at_seconds": number * 10_000_000}
        believed += len(checked(seen, runs=[run])[0].runs)
    assert believed == LIMITS.runs_per_day_limit


def test_a_backlog_of_two_weeks_with_a_restart_each_day_is_believed() -> None:
    seen = RunsSeen()
    for day in range(13, -1, -1):
        assert checked(seen, slots=[cast.slot(SLOT - day * 96, run=f"{day:016x}")])[1] == {}
    assert checked(seen, now=NOW + 86_400, slots=[cast.slot(SLOT + 96, run="e" * 16)])[1] == {}


def test_what_was_seen_is_bounded() -> None:
    seen = RunsSeen(stations=10, days=5)

    for number in range(100):
        for day in range(20):
            seen.admits((1, number), day, 20, "a" * 16, 3)

    assert len(seen._seen) == 10
    assert max(len(days) for days in seen._seen.values()) == 5


@pytest.mark.parametrize(
    ("changes", "left_out"),
    [
        ({}, {}),
        ({"last_seen_at_seconds": NOW - 20 * 86_400, "started_at_seconds": NOW - 21 * 86_400}, {"too_old": 1}),
        ({"last_seen_at_seconds": NOW + 4000}, {"future": 1}),
        ({"started_at_seconds": NOW + 100, "last_seen_at_seconds": NOW}, {"inconsistent": 1}),
        ({"clock": "untrusted", "started_at_seconds": 50, "last_seen_at_seconds": 90}, {}),
    ],
)
def test_runs_have_limits_too(changes: dict[str, Any], left_out: dict[str, int]) -> None:
    assert checked(runs=[cast.run(**changes)])[1] == left_out


def test_undated_records_must_agree_with_themselves() -> None:
    record = {"run_id": cast.RUN, "revision": 1, "seconds_observed": 9, "method": "log_on", "presence_readable": True}

    assert checked(undated=[{**record, "idle_rules": []}])[1] == {"inconsistent": 1}
