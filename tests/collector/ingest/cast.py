"""The cast of the ingest tests: two sites, three stations, and envelopes made from the stored reference one."""

import gzip
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, insert

from agent.wire.v1 import Envelope
from collector.ingest.credentials import digest
from collector.ingest.facts import Arrival, Facts, facts_of
from collector.ingest.payload import ENVELOPE
from collector.storage.engine import writing
from collector.storage.models import credential, site, station

NOW = 1_762_995_000
SLOT = NOW // 900
CONTRACT = Path(__file__).parents[2] / "contract"
FULL: dict[str, Any] = json.loads((CONTRACT / "v1-0.1.0-full.json").read_text())
HEALTH: dict[str, Any] = json.loads((CONTRACT / "v1-0.1.0-health.json").read_text())
RUN = FULL["current_run_id"]
NO_LENGTHS = [0] * 7
HEADERS = {"Content-Type": "application/json", "Content-Encoding": "gzip"}


def rule(minutes: int, starts: int = 0, in_use: int = 0, lengths: list[int] | None = None) -> dict[str, Any]:
    return {"minutes": minutes, "starts": starts, "seconds_in_use": in_use, "lengths": lengths or NO_LENGTHS}


def slot(
    number: int = SLOT,
    revision: int = 1,
    observed: int = 900,
    starts: int = 1,
    in_use: int = 300,
    run: str = RUN,
    **changes: Any,
) -> dict[str, Any]:
    return {
        "run_id": run,
        "slot": number,
        "revision": revision,
        "seconds_observed": observed,
        "seconds_on": observed,
        "method": "log_on",
        "presence_readable": True,
        "idle_rules": [rule(minutes, starts, in_use) for minutes in (3, 5, 10, 15)],
        **changes,
    }


def run(run_id: str = RUN, revision: int = 1, **changes: Any) -> dict[str, Any]:
    return {**FULL["runs"][0], "run_id": run_id, "revision": revision, **changes}


def document(number: int = 1, **changes: Any) -> dict[str, Any]:
    """An envelope with nothing but its names, then what the test wants."""
    return {
        **deepcopy(FULL),
        "envelope_id": f"{number:032x}",
        "previous_envelope_id": f"{number - 1:032x}" if number > 1 else None,
        "composed_at_seconds": NOW,
        "runs": [],
        "slots": [],
        "undated": [],
        "readings": {},
        **changes,
    }


def envelope(number: int = 1, **changes: Any) -> Envelope:
    return ENVELOPE.validate_json(json.dumps(document(number, **changes)))


def arrival(number: int = 1, *, station_id: int = 1, site_id: int = 1, at: int = NOW, **changes: Any) -> Facts:
    return facts_of(Arrival(site_id, station_id, at, envelope(number, **changes)))


def packed(content: dict[str, Any]) -> bytes:
    return gzip.compress(json.dumps(content).encode())


def public_id(number: int) -> str:
    return f"{number:016x}"


def secret(number: int) -> str:
    return f"{number:064x}"


def bearer(number: int = 1) -> str:
    return f"Bearer {public_id(number)}.{secret(number)}"


def seed(engine: Engine) -> None:
    """Site 1 has stations 1 and 2 (credentials 1 and 2), site 2 has station 1 (3); 8 waits, 9 is revoked."""
    with writing(engine) as connection:
        connection.execute(
            insert(site),
            [
                {"site_id": 101, "code": "EVERE", "name": "Evere", "created_at": 0},
                {"site_id": 102, "code": "EVERE-2", "name": "Evere 2", "created_at": 0},
                {"site_id": 1, "code": "JETTE", "name": "Jette", "created_at": 0},
                {"site_id": 2, "code": "UCCLE", "name": "Uccle", "created_at": 0},
            ],
        )
        connection.execute(
            insert(station),
            [
                {"site_id": s, "station_id": n, "label": f"PC{n}", "installed_at": 0}
                for s, n in ((1, 1), (1, 2), (2, 1))
            ],
        )
        connection.execute(
            insert(credential),
            [
                {
                    "public_id": public_id(number),
                    "secret_sha256": digest(secret(number).encode()),
                    "status": status,
                    "tag": f"PC{number}",
                    "token_public_id": "0" * 16,
                    "site_id": site_id,
                    "station_id": station_id,
                    "created_at": 0,
                    "revoked_at": 1 if status == "revoked" else None,
                    "used_at": 0 if status == "accepted" else None,
                }
                for number, status, site_id, station_id in (
                    (1, "accepted", 1, 1),
                    (2, "accepted", 1, 2),
                    (3, "accepted", 2, 1),
                    (8, "waiting", None, None),
                    (9, "revoked", 1, 1),
                )
            ],
        )
