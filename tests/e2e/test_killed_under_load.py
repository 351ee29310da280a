"""Nothing acknowledged is lost: collector and agent are killed with SIGKILL while many stations send."""

import random
import threading
import time
from collections.abc import Callable

from tests.e2e.load import SimulatedStation
from tests.e2e.running_agent import RunningAgent
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until

MakeAgent = Callable[..., RunningAgent]
STATIONS = 12
KILLS = 6


def test_every_acknowledged_envelope_is_found_after_many_kills(
    collector: RunningCollector, agent: MakeAgent, record_property: Callable[[str, object], None]
) -> None:
    token = collector.token("--site", "EVERE", "--stations", str(STATIONS + 1))
    stop = threading.Event()
    simulated = [SimulatedStation(collector, number + 1, token, stop) for number in range(STATIONS)]
    real = agent("EVERE-99", token)
    real.start()
    until(lambda: real.memory().get("last_success_seconds"), "the first contact")
    begun = time.monotonic()
    for station in simulated:
        station.start()
    try:
        for kill in range(KILLS):
            everybody_sends(simulated, f"kill {kill + 1}")
            kill_both(collector, real, random.Random(kill))
        everybody_sends(simulated, "the end")
    finally:
        stop.set()
        for station in simulated:
            station.join()
    took = time.monotonic() - begun
    real.stop()
    real.send()

    envelopes = sum(station.envelopes for station in simulated)
    again = sum(station.sent_again for station in simulated)
    figures = f"{KILLS} kills of each, {envelopes} envelopes acknowledged, {again} broken off, {took:.0f} s"
    record_property("figures", figures)
    print(figures)
    assert [station.refused for station in simulated if station.refused] == []
    assert again > 0
    stored = {
        (run, slot): revision
        for run, slot, revision in collector.rows("SELECT run_id, slot, revision FROM slot_record")
    }
    missing = [
        (station.run_id, slot, revision, stored.get((station.run_id, slot)))
        for station in simulated
        for slot, revision in station.acknowledged.items()
        if stored.get((station.run_id, slot), 0) < revision
    ]
    assert missing == []
    assert all_of_the_real_agent_is_there(collector, real) > KILLS
    assert collector.rows("PRAGMA integrity_check") == [("ok",)]
    # Each slot of each station was counted once, however often its envelope came: one session each.
    until(lambda: not collector.rows("SELECT 1 FROM dirty_slot LIMIT 1"), "the roller has derived everything")
    [(sessions, seconds)] = collector.rows("SELECT sum(starts_10), sum(seconds_in_use_10) FROM site_slot")
    simulated_runs = {station.run_id for station in simulated}
    counted = [revision for (run, _), revision in stored.items() if run in simulated_runs]
    assert sessions == len(counted)
    assert seconds == sum(min(900, 100 + revision) for revision in counted)


def everybody_sends(simulated: list[SimulatedStation], before: str) -> None:
    """Return when each station has had an envelope acknowledged since now, and one was refused by nobody."""
    so_far = [station.envelopes for station in simulated]
    until(
        lambda: all(
            station.envelopes > past or station.refused for station, past in zip(simulated, so_far, strict=True)
        ),
        f"every station has sent before {before}",
    )


def kill_both(collector: RunningCollector, real: RunningAgent, choose: random.Random) -> None:
    """Kill the agent's service and the collector at two moments while its sender is at work; start both again."""
    sender = threading.Thread(target=real.words, args=("send",))
    sender.start()
    time.sleep(choose.random() * 0.4)  # where in the work it strikes is chance, though with a seed
    real.kill()
    time.sleep(choose.random() * 0.4)  # the same
    collector.kill()
    sender.join()
    real.start()
    collector.start()


def all_of_the_real_agent_is_there(collector: RunningCollector, real: RunningAgent) -> int:
    """Whether the collector holds each record that the agent was told it holds; how many runs these were."""
    assert real.records("pending") == []
    assert real.records("refused") == []
    kept = real.records("kept")
    slots = {
        (run, slot): revision
        for run, slot, revision in collector.rows("SELECT run_id, slot, revision FROM slot_record")
    }
    runs = dict(collector.rows("SELECT run_id, revision FROM run"))
    for each in kept:
        if "slot" in each:
            assert slots[each["run_id"], each["slot"]] >= each["revision"]
        elif "start_reason" in each:
            assert runs[each["run_id"]] >= each["revision"]
    told = {each["run_id"] for each in kept if "start_reason" in each}
    chain = dict(collector.rows("SELECT run_id, previous_run_id FROM run"))
    last = real.run()["run_id"]
    assert last in told
    # Each run names the one before it: none of those that were killed is missing.
    length = 1
    while (before := chain[last]) is not None:
        assert before in chain
        last, length = before, length + 1
    return length


def test_a_collector_that_was_away_is_told_everything_when_it_is_back(
    collector: RunningCollector, agent: MakeAgent
) -> None:
    station = agent("EVERE-01", collector.token("--site", "EVERE"))
    station.start()
    until(lambda: station.memory().get("last_success_seconds"), "the first contact")
    collector.kill()
    station.kill()
    station.start()
    station.count_for(2)
    refused = until(lambda: done if (done := station.words("send")).returncode else None, "the sender tries in vain")
    assert "cannot be reached" in refused.stderr
    assert refused.stderr.count("\n") == 1
    status = station.words("status")
    assert status.returncode == 1
    assert "cannot be reached" in status.stdout
    assert station.stop() == 0
    waiting = {(each["run_id"], each["slot"]): each for each in station.records("pending") if "slot" in each}
    assert waiting
    collector.start()
    station.send()  # the envelope that was ready when nobody answered
    station.send()  # what was counted since
    assert station.records("pending") == []
    found = collector.rows("SELECT run_id, slot, seconds_on FROM slot_record")
    assert {(run, slot): seconds for run, slot, seconds in found} == {
        key: each["seconds_on"] for key, each in waiting.items()
    }
    assert station.words("status").stdout.count("cannot be reached") == 0
