"""Nothing acknowledged is lost: collector and agent are killed with SIGKILL while many stations send."""

import gzip
import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import requests

from agent.wire.figures import IDLE_RULES_MINUTES
from tests.e2e.running_agent import RunningAgent
from tests.e2e.running_collector import RunningCollector
from tests.e2e.waiting import until

MakeAgent = Callable[..., RunningAgent]
STATIONS = 12
KILLS = 6
MOST_SECONDS_UNDER_LOAD = 60


class SimulatedStation(threading.Thread):
    """Sends one envelope after the other over the real API, each again until it is acknowledged."""

    def __init__(self, collector: RunningCollector, number: int, token: str, stop: threading.Event) -> None:
        super().__init__(name=f"station {number}")
        request = {
            "schema": 1,
            "token": token,
            "tag": f"EVERE-{number:02d}",
            "agent_version": "1",
            "system": "linux",
        }
        answer = requests.post(f"{collector.address}/api/v1/enroll", json=request, timeout=30).json()
        self.bearer = f"Bearer {answer['station_public_id']}.{answer['station_secret']}"
        self.station_id = number
        self.port = collector.port
        self.stop = stop
        self.random = random.Random(number)
        self.run_id = self.random.randbytes(8).hex()
        self.latest = int(time.time()) // 900 - 1
        self.acknowledged: dict[int, int] = {}
        """The highest revision of each slot that the collector said it holds."""
        self.envelopes = 0
        self.sent_again = 0
        self.refused: list[str] = []

    def run(self) -> None:
        previous: str | None = None
        count = 0
        while not self.stop.is_set():
            # Two slots as a station sends them: the one that ended, and the one before in a higher revision.
            slots = {self.latest - count % 400: 1 + count // 400, self.latest - (count + 1) % 400: 1 + count // 400}
            count += 2
            envelope_id = self.random.randbytes(16).hex()
            body = gzip.compress(json.dumps(self.envelope(envelope_id, previous, slots)).encode(), 1)
            if not self.delivered(body):
                return
            previous = envelope_id
            self.acknowledged.update(slots)
            self.envelopes += 1

    def delivered(self, body: bytes) -> bool:
        headers = {
            "Authorization": self.bearer,
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        while not self.stop.is_set():
            try:
                connection.request("POST", "/api/v1/envelopes", body, headers)
                answer = connection.getresponse()
                told = answer.read()
            except (OSError, http.client.HTTPException):
                connection.close()
                self.sent_again += 1
                self.stop.wait(0.02)
                continue
            if answer.status == 200:
                connection.close()
                return True
            if answer.status != 503:
                self.refused.append(f"{answer.status} {told.decode()}")
                return False
            self.stop.wait(0.02)
        connection.close()
        return False

    def envelope(self, envelope_id: str, previous: str | None, slots: dict[int, int]) -> dict[str, Any]:
        return {
            "schema": 1,
            "envelope_id": envelope_id,
            "previous_envelope_id": previous,
            "current_run_id": self.run_id,
            "composed_at_seconds": int(time.time()),
            "clock_trusted": True,
            "backlog": False,
            "agent_version": "1",
            "runs": [],
            "slots": [record(self.run_id, slot, revision) for slot, revision in slots.items()],
            "undated": [],
            "readings": {},
        }


def record(run_id: str, slot: int, revision: int) -> dict[str, Any]:
    """A slot in which one session started; later revisions know more seconds."""
    seconds = min(900, 100 + revision)
    counts = {"starts": 1, "seconds_in_use": seconds, "lengths": [1, 0, 0, 0, 0, 0, 0]}
    return {
        "run_id": run_id,
        "slot": slot,
        "revision": revision,
        "seconds_observed": seconds,
        "seconds_on": seconds,
        "method": "log_on",
        "presence_readable": False,
        "idle_rules": [{"minutes": minutes, **counts} for minutes in IDLE_RULES_MINUTES],
    }


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
    assert took < MOST_SECONDS_UNDER_LOAD


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
