"""What stations hear of their own identity: first use of a secret, quarantine, approval, a disk that forgets."""

import asyncio
import json
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from collector.ingest import enrolment, recognition
from collector.ingest.routes import IngestApp
from collector.storage.engine import reading, writing
from collector.storage.models import credential, slot_record, station_contact
from tests.collector.ingest import cast
from tests.collector.ingest.answers import problem
from tests.collector.ingest.calls import Reply, app_for, call, send_bytes, send_envelope, settings_for, still_world
from tests.collector.ingest.cast import NOW, SLOT, document, packed

A, B = "aa" * 8, "bb" * 8


def told(app: IngestApp, run: str, number: int, names: int | None, **changes: Any) -> Reply:
    """One envelope of a run with one slot, by its number, after the one that it names."""
    named = None if names is None else f"{names:032x}"
    content = document(number, previous_envelope_id=named, current_run_id=run, **changes)
    return send_envelope(app, content | {"slots": [cast.slot(SLOT - number, run=run)]})


def two_computers(app: IngestApp) -> Reply:
    """A1 B1 A2 B2 A3 B3: each alive after the other."""
    for run, number, names in ((A, 1, None), (B, 11, None), (A, 2, 1), (B, 12, 11), (A, 3, 2)):
        assert told(app, run, number, names).status == 200
    return told(app, B, 13, 12)


def stored_slots(engine: Engine) -> int:
    with reading(engine) as connection:
        return len(connection.execute(select(slot_record)).all())


def mine(engine: Engine) -> Any:
    with reading(engine) as connection:
        return connection.execute(select(credential).where(credential.c.public_id == cast.public_id(1))).one()


def test_two_computers_are_put_in_quarantine_and_nothing_more_of_them_is_counted(
    app: IngestApp, region: Engine
) -> None:
    reply = two_computers(app)

    assert problem(reply) == (403, "quarantined")
    assert "enrol each of them again" in reply.json()["detail"]
    assert (mine(region).status, mine(region).quarantined_because) == ("quarantined", "runs")
    assert mine(region).quarantined_at == NOW
    assert stored_slots(region) == 5
    assert problem(told(app, A, 4, 3)) == (403, "quarantined")
    assert stored_slots(region) == 5
    with reading(region) as connection:
        last = connection.execute(select(station_contact.c.last_envelope_id)).scalar_one()
    assert last == f"{3:032x}"


def test_its_neighbours_are_not_touched(app: IngestApp, region: Engine) -> None:
    two_computers(app)
    assert send_bytes(app, packed(document(1)), number=2).status == 200


def test_a_technician_releases_it_and_it_starts_with_nothing_suspected(app: IngestApp, region: Engine) -> None:
    two_computers(app)
    with writing(region) as connection:
        enrolment.release(connection, cast.public_id(1))
    assert mine(region).status == "accepted"
    assert [told(app, run, n, p).status for run, n, p in ((B, 13, 12), (A, 4, 3), (B, 14, 13))] == [200, 200, 200]


def test_another_hardware_key_under_the_same_secret_is_another_computer(app: IngestApp, region: Engine) -> None:
    assert told(app, A, 1, None, hardware_key="1" * 64).status == 200
    assert told(app, A, 2, 1).status == 200
    assert mine(region).hardware_key == "1" * 64
    assert problem(told(app, A, 3, 2, hardware_key="2" * 64)) == (403, "quarantined")
    assert mine(region).quarantined_because == "hardware"


def test_the_secret_of_a_pc_that_enrolled_again_ends_the_one_that_its_copy_has(
    app: IngestApp, region: Engine, tmp_path: Path
) -> None:
    two_computers(app)
    with writing(region) as connection:
        token = enrolment.issue_token(connection, 1, stations=1, valid_days=1, now=NOW, random=app._world.token_hex)
        recognition.learn_hardware_key(connection, cast.public_id(1), "1" * 64)
    content = {
        "schema": 1, "enrolment_id": "e" * 32, "token": token, "tag": "PC1", "agent_version": "1", "system": "linux",
        "hardware_keys": ["1" * 64],
    }  # fmt: skip
    headers = {"Content-Type": "application/json"}
    answer = asyncio.run(call(app, path="/api/v1/enroll", headers=headers, parts=[json.dumps(content).encode()])).json()
    headers = {"Authorization": f"Bearer {answer['station_public_id']}.{answer['station_secret']}", **cast.HEADERS}
    assert problem(told(app, B, 13, 12)) == (403, "quarantined")
    assert asyncio.run(call(app, headers=headers, parts=[packed(document(20))])).status == 200
    assert problem(told(app, B, 13, 12)) == (401, "revoked")


def test_the_salts_are_told_for_a_token(app: IngestApp, region: Engine) -> None:
    with writing(region) as connection:
        token = enrolment.issue_token(connection, 1, stations=1, valid_days=1, now=NOW, random=app._world.token_hex)

    def asked(shown: str) -> Reply:
        content = json.dumps({"schema": 1, "token": shown}).encode()
        headers = {"Content-Type": "application/json"}
        return asyncio.run(call(app, path="/api/v1/salt", headers=headers, parts=[content]))

    assert [len(salt) for salt in asked(token).json()["salts"]] == [64, 64]
    replies = [asked(f"dps1-{'a' * 16}-{'b' * 64}") for _ in range(6)]
    assert [reply.status for reply in replies] == [403] * 5 + [429]


def test_a_station_hears_whether_it_waits(sqlite_app: IngestApp, sqlite_region: Engine) -> None:
    assert send_bytes(sqlite_app, packed(document(1)), number=8).json()["waiting"] is True
    with writing(sqlite_region) as connection:
        enrolment.approve(connection, cast.public_id(8), 1, NOW, lambda: 5)
    assert send_bytes(sqlite_app, packed(document(2)), number=8).json()["waiting"] is False


def test_a_station_that_forgets_is_asked_to_report_every_ten_minutes(
    sqlite_region: Engine, tmp_path: Path, untouched_process: None
) -> None:
    app = app_for(sqlite_region, settings_for(tmp_path), still_world())
    app.start()
    wanted = [
        told(app, run, number, names).json()["next_contact_seconds"]
        for run, number, names in (("01" * 8, 1, None), ("01" * 8, 2, 1), (A, 3, 2), (A, 4, 3), (B, 5, 2), (B, 6, 5))
    ]
    app.stop()
    assert wanted == [1800, 1800, 1800, 1800, 600, 600]
