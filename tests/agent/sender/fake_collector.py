"""A collector that keeps records by (kind, run, slot), the highest revision, as the real one promises."""

from collections.abc import Callable
from typing import Any

from tests.agent.sender.local_server import Asked, LocalServer, Reply, answer, problem
from tests.agent.stage import MONDAY

PUBLIC_ID, SECRET = "0123456789abcdef", "5ec7" * 16
SALT, REGIONAL_SALT = "5a17" * 16, "5a18" * 16
TOKEN = f"dps1-{'ab' * 8}-{'70ce' * 16}"


class FakeCollector:
    """What it holds, and the knobs by which a test lets it fail."""

    def __init__(self) -> None:
        self.envelopes: list[dict[str, Any]] = []
        self.bodies: list[bytes] = []
        self.records: dict[tuple[str, str, int], dict[str, Any]] = {}
        self.last: str | None = None
        self.before: str | None = None
        self.time = MONDAY
        self.version = "1.0"
        self.wanted: list[str] = []
        self.next_contact_seconds = 1800
        self.enrol_again = False
        self.station_status = "accepted"
        self.secrets = [SECRET]
        self.token_used = False
        self.objection: Callable[[dict[str, Any]], str | None] = lambda _: None
        """Why an envelope is refused with 422, or None."""
        self.instead: Callable[[Asked], Reply | None] = lambda _: None
        """An answer before anything is stored, or None."""
        self.lose_answers = 0
        """So many answers get lost after the envelope was stored."""
        self.server = LocalServer(self.reply)

    @property
    def asked(self) -> list[Asked]:
        return self.server.asked

    def reply(self, asked: Asked) -> Reply:
        instead = self.instead(asked)
        if instead is not None:
            return instead
        if asked.path == "/api/v1/time":
            return answer({"schema": 1, "time_seconds": self.time})
        if asked.path in {"/api/v1/salt", "/api/v1/enroll"}:
            return self.enrol(asked)
        if asked.headers.get("Authorization") not in {f"Bearer {PUBLIC_ID}.{secret}" for secret in self.secrets}:
            return problem(401, "enrol the station")
        return self.take(asked)

    def enrol(self, asked: Asked) -> Reply:
        if asked.json()["token"] != TOKEN:
            return problem(403, "There is no such token: ask for one.")
        if asked.path == "/api/v1/salt":
            return answer({"schema": 1, "salts": [SALT, REGIONAL_SALT]})
        if self.token_used:
            return problem(403, "This token was used up: ask for another.")
        return answer(
            {
                "schema": 1, "station_public_id": PUBLIC_ID, "station_secret": SECRET,
                "status": self.station_status, "salt": SALT, "time_seconds": self.time,
            }
        )  # fmt: skip

    def take(self, asked: Asked) -> Reply:
        envelope = asked.json()
        self.bodies.append(asked.body)
        objection = self.objection(envelope)
        if objection is not None:
            return problem(422, objection, DPS_Collector_Version=self.version)
        self.envelopes.append(envelope)
        for kind, name in (("slot", "slots"), ("run", "runs"), ("undated", "undated")):
            for record in envelope[name]:
                key = (kind, record["run_id"], record.get("slot", -1))
                if record["revision"] > self.records.get(key, {"revision": 0})["revision"]:
                    self.records[key] = record
        if self.last != envelope["envelope_id"]:
            self.before, self.last = self.last, envelope["envelope_id"]
        if self.lose_answers:
            self.lose_answers -= 1
            return Reply(raw=lambda _: None)
        return answer(
            {
                "schema": 1, "last_envelope_id": self.before, "time_seconds": self.time,
                "next_contact_seconds": self.next_contact_seconds, "wanted": self.wanted,
                "enrol_again": self.enrol_again, "waiting": self.station_status == "waiting",
                "receipt": envelope["envelope_id"][:16],
            },
            DPS_Collector_Version=self.version,
        )  # fmt: skip

    def restore(self, records: dict[tuple[str, str, int], dict[str, Any]], last: str | None) -> None:
        """Go back to yesterday's backup."""
        self.records, self.last, self.before = dict(records), last, None

    def slots(self) -> list[int]:
        return sorted(slot for kind, _, slot in self.records if kind == "slot")

    def sessions(self) -> int:
        return sum(rule["starts"] for r in self.records.values() for rule in r.get("idle_rules", [])[2:3])
