"""Load on a collector: stations that send one envelope after the other, each again until it is acknowledged."""

import gzip
import http.client
import json
import random
import threading
import time
from typing import Any

import requests

from agent.wire.figures import IDLE_RULES_MINUTES
from tests.e2e.running_collector import RunningCollector


class SimulatedStation(threading.Thread):
    """Sends one envelope after the other over the real API, each again until it is acknowledged."""

    def __init__(self, collector: RunningCollector, number: int, token: str, stop: threading.Event) -> None:
        super().__init__(name=f"station {number}")
        request = {
            "schema": 1,
            "enrolment_id": f"{number:032x}",
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
            # The first envelope tells since when it counts: before it was enrolled, as stations do.
            "runs": [] if previous else [run_record(self.run_id, (self.latest - 400) * 900)],
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


def run_record(run_id: str, started_at: int) -> dict[str, Any]:
    """The first run of a station, which still lives."""
    return {
        "run_id": run_id,
        "previous_run_id": None,
        "revision": 1,
        "start_reason": "boot",
        "clock": "trusted",
        "started_at_seconds": started_at,
        "last_seen_at_seconds": started_at,
        "stopped_at_seconds": None,
        "stop_reason": None,
        "sleeps": [],
    }
