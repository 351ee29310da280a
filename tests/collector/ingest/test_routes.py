"""What a station hears: status, sentence, and nothing lost."""

import asyncio
import io
import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from sqlalchemy import Engine, select, text

from agent.wire.v1 import EnrolmentAnswer, EnvelopeAnswer, TimeAnswer
from collector.ingest import enrolment
from collector.ingest.commit import NotStorable, Result, Stored, TryAgain
from collector.ingest.facts import PROBES, Facts
from collector.ingest.log import RequestLog
from collector.ingest.routes import IngestApp
from collector.ingest.writer import Writer
from collector.storage.engine import reading, writing
from collector.storage.models import slot_record
from collector.storage.queries import enrolments
from tests.collector.ingest import cast
from tests.collector.ingest.answers import problem, slots, stored
from tests.collector.ingest.calls import (
    Reply,
    all_at_once,
    app_for,
    call,
    send_bytes,
    send_envelope,
    settings_for,
    still_world,
)
from tests.collector.ingest.cast import FULL, NOW, SLOT, document, packed

ANSWER = TypeAdapter(EnvelopeAnswer)
_enrolments = count()


# --- what is answered ---------------------------------------------------------------------------------------------


def test_an_envelope_is_stored_and_acknowledged(app: IngestApp, region: Engine) -> None:
    reply = send_envelope(app, {**FULL, "envelope_id": "e" * 32})

    assert reply.status == 200
    assert reply.json() == {
        "schema": 1,
        "last_envelope_id": None,
        "time_seconds": NOW,
        "next_contact_seconds": 1800,
        "wanted": [],
        "enrol_again": False,
        "waiting": False,
        "receipt": f"{1:016x}",
    }
    assert slots(region) == [record["slot"] for record in FULL["slots"]]


def test_the_answer_follows_the_wire_format_and_names_what_was_held_before(app: IngestApp) -> None:
    first = ANSWER.validate_json(send_envelope(app, document(1)).body)
    second = ANSWER.validate_json(send_envelope(app, document(2)).body)

    assert (first.last_envelope_id, second.last_envelope_id) == (None, f"{1:032x}")
    assert first.wanted == PROBES


def test_a_plain_body_is_as_good_as_a_packed_one(app: IngestApp, region: Engine) -> None:
    reply = send_bytes(app, json.dumps(document(1)).encode(), changes={"Content-Encoding": ""})

    assert (reply.status, stored(region)) == (200, 1)


@pytest.mark.parametrize(("jitter", "seconds"), [(0.0, 1620), (0.5, 1800), (1.0, 1980)])
def test_stations_are_spread_over_a_tenth_of_the_interval(
    sqlite_region: Engine, tmp_path: Path, untouched_process: None, jitter: float, seconds: int
) -> None:
    app = app_for(sqlite_region, settings_for(tmp_path), still_world(jitter=lambda: jitter))
    app.start()

    assert send_envelope(app, document(1)).json()["next_contact_seconds"] == seconds

    app.stop()


def test_the_time_is_told_to_everybody(sqlite_app: IngestApp) -> None:
    reply = asyncio.run(call(sqlite_app, "GET", "/api/v1/time"))

    assert TypeAdapter(TimeAnswer).validate_json(reply.body).time_seconds == NOW


@pytest.mark.parametrize(
    ("method", "path", "status", "word", "allow"),
    [
        ("GET", "/api/v1/envelopes", 405, "method", "POST"),
        ("HEAD", "/api/v1/enroll", 405, "method", "POST"),
        ("OPTIONS", "/api/v1/envelopes", 405, "method", "POST"),
        ("POST", "/api/v1/time", 405, "method", "GET, HEAD"),
        ("GET", "/api/v1/other", 404, "not_found", None),
    ],
)
def test_a_wrong_method_or_address_is_said_so(  # one row per case
    sqlite_app: IngestApp, method: str, path: str, status: int, word: str, allow: str | None
) -> None:
    reply = asyncio.run(call(sqlite_app, method, path))

    assert problem(reply) == (status, word)
    assert reply.headers.get("allow") == allow


def test_only_its_own_addresses_are_handled(sqlite_app: IngestApp) -> None:
    assert sqlite_app.handles("/api/v1/envelopes")
    assert not sqlite_app.handles("/api/v1/envelopes/")
    assert not sqlite_app.handles("/")


# --- who is it ----------------------------------------------------------------------------------------------------

STRANGERS = {
    "nothing": "",
    "another scheme": "Basic abc",
    "an unknown station": f"Bearer {'f' * 16}.{'0' * 64}",
    "a wrong secret": f"Bearer {cast.public_id(1)}.{'f' * 64}",
    "no secret": f"Bearer {cast.public_id(1)}.",
    "a secret in capitals": f"Bearer {cast.public_id(1)}.{'A' * 64}",
    "something behind the secret": f"{cast.bearer(1)} x",
}


@pytest.mark.parametrize("authorization", STRANGERS.values(), ids=STRANGERS.keys())
def test_a_stranger_is_refused_before_anything_of_the_body_is_read(app: IngestApp, authorization: str) -> None:
    headers = {"Authorization": authorization, **cast.HEADERS, "Content-Length": str(10**12)}

    reply = asyncio.run(call(app, headers=headers, parts=[b"x" * 1000] * 1000))

    assert problem(reply) == (401, "not_recognised")
    assert reply.parts_taken == 0
    assert reply.headers["connection"] == "close"
    assert reply.headers["www-authenticate"] == "Bearer"


def test_an_unknown_station_and_a_wrong_secret_get_the_same_answer(app: IngestApp) -> None:
    replies = [
        asyncio.run(call(app, headers={"Authorization": STRANGERS[who], **cast.HEADERS}))
        for who in ("an unknown station", "a wrong secret")
    ]

    assert replies[0] == replies[1]


def test_a_revoked_station_is_told_so(app: IngestApp) -> None:
    assert problem(send_envelope(app, document(1), 9)) == (401, "revoked")


def test_a_revocation_takes_effect_within_seconds_although_the_station_is_remembered(
    region: Engine, tmp_path: Path, untouched_process: None
) -> None:
    elapsed = [0.0]
    app = app_for(region, settings_for(tmp_path), still_world(elapsed=lambda: elapsed[0]))
    app.start()
    assert send_envelope(app, document(1)).status == 200
    with writing(region) as connection:
        enrolment.revoke(connection, cast.public_id(1), NOW, tmp_path / "revocations.jsonl")

    elapsed[0] = 2.0

    assert problem(send_envelope(app, document(2))) == (401, "revoked")
    app.stop()


def test_identity_comes_from_the_credential_and_never_from_the_body(app: IngestApp, region: Engine) -> None:
    reply = send_envelope(app, {**document(1), "site_id": 2, "station_id": 1})

    assert problem(reply) == (422, "not_valid")
    assert reply.json()["field"] == "site_id"
    assert send_envelope(app, document(1, slots=[cast.slot()]), 3).status == 200
    with reading(region) as connection:
        assert connection.execute(select(slot_record.c.site_id)).scalars().all() == [2]


# --- limits, capacity, failures -----------------------------------------------------------------------------------


def test_records_over_the_limits_are_left_out_and_their_neighbours_stored(app: IngestApp, region: Engine) -> None:
    numbers = (SLOT - 15 * 96, SLOT - 13 * 96, SLOT, SLOT + 1, SLOT + 2)

    reply = send_envelope(app, document(1, slots=[cast.slot(number) for number in numbers]))

    assert reply.status == 200
    assert slots(region) == [SLOT - 13 * 96, SLOT, SLOT + 1]
    metrics = app._metrics.render(queue=0, marked=0).decode()
    assert 'dps_ingest_records_left_out_total{reason="too_old"} 1.0' in metrics
    assert 'dps_ingest_records_left_out_total{reason="future"} 1.0' in metrics


def test_a_full_queue_answers_at_once_and_loses_nothing(
    sqlite_region: Engine, tmp_path: Path, untouched_process: None
) -> None:
    app = app_for(sqlite_region, settings_for(tmp_path, queue_limit="3"))
    app.start()
    headers = {"Authorization": cast.bearer(), **cast.HEADERS}

    replies = all_at_once(call(app, headers=headers, parts=[packed(document(n))]) for n in range(1, 9))

    assert [reply.status for reply in replies].count(200) == 3
    full = [reply for reply in replies if reply.status != 200]
    assert {problem(reply) for reply in full} == {(503, "busy")}
    assert {reply.headers["retry-after"] for reply in full} == {"30"}
    app.stop()


@pytest.mark.parametrize(
    ("result", "expected", "field"),
    [(TryAgain("disk full"), (503, "not_stored"), None), (NotStorable("slots.3"), (422, "not_storable"), "slots.3")],
)
def test_what_could_not_be_stored_is_never_acknowledged(
    sqlite_region: Engine,
    tmp_path: Path,
    untouched_process: None,
    result: Result,
    expected: tuple[int, str],
    field: str | None,
) -> None:
    def store(_engine: Engine, batch: Any, _mark: int) -> list[Result]:
        return [result] * len(batch)

    app = app_for(sqlite_region, settings_for(tmp_path))
    app.writer = Writer(sqlite_region, limit=9, mark=lambda: 1, store=store)
    app.start()

    reply = send_envelope(app, document(1))

    assert problem(reply) == expected
    assert reply.json().get("field") == field
    app.stop()


def test_a_mistake_of_ours_is_a_500_that_the_station_survives(sqlite_app: IngestApp, sqlite_region: Engine) -> None:
    with writing(sqlite_region) as connection:
        connection.execute(text("ALTER TABLE credential RENAME TO other"))
    seen: list[Reply] = []

    async def once() -> None:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b""}

        scope = {"method": "POST", "path": "/api/v1/envelopes", "headers": [(b"authorization", cast.bearer().encode())]}
        with pytest.raises(Exception, match="no such table"):
            await sqlite_app(scope, receive, send)
        seen.append(
            Reply(sent[0]["status"], {n.decode(): v.decode() for n, v in sent[0]["headers"]}, sent[1]["body"], 0)
        )

    asyncio.run(once())

    assert problem(seen[0]) == (500, "failed")
    assert b"table" not in seen[0].body


def test_many_at_once_are_each_stored_and_answered(app: IngestApp, region: Engine) -> None:
    numbers = [(station, n) for n in range(1, 21) for station in (1, 2, 3)]
    calls = [
        call(
            app,
            headers={"Authorization": cast.bearer(station), **cast.HEADERS},
            parts=[packed(document(n * 10 + station, slots=[cast.slot(SLOT - n)]))],
        )
        for station, n in numbers
    ]

    replies = all_at_once(calls)

    assert {reply.status for reply in replies} == {200}
    assert len(slots(region)) == 60


# --- waiting stations, enrolment ----------------------------------------------------------------------------------


def test_envelopes_of_a_waiting_station_are_kept_until_it_is_approved(app: IngestApp, region: Engine) -> None:
    replies = [send_envelope(app, document(n, slots=[cast.slot(SLOT - n)]), 8) for n in (1, 2)]

    assert [reply.json()["last_envelope_id"] for reply in replies] == [None, f"{1:032x}"]
    assert slots(region) == []
    with writing(region) as connection:
        assert enrolment.approve(connection, cast.public_id(8), 2, NOW, lambda: 3) == 2
    assert slots(region) == [SLOT - 2, SLOT - 1]

    third = send_envelope(app, document(3, slots=[cast.slot(SLOT)]), 8)

    assert third.json()["last_envelope_id"] == f"{2:032x}"
    assert slots(region) == [SLOT - 2, SLOT - 1, SLOT]


def test_a_waiting_station_may_not_fill_the_disk(
    sqlite_region: Engine, tmp_path: Path, untouched_process: None
) -> None:
    app = app_for(sqlite_region, settings_for(tmp_path, waiting_envelopes_limit="2"))
    app.start()

    replies = [send_envelope(app, document(n), 8) for n in (1, 2, 3, 2)]

    assert [reply.status for reply in replies] == [200, 200, 503, 200]
    assert problem(replies[2]) == (503, "waiting_full")
    app.stop()


def enroll(app: IngestApp, token: str, client: str = "192.0.2.7", tag: str = "JETTE-PC7") -> Reply:
    content = {
        "schema": 1, "enrolment_id": f"{next(_enrolments):032x}", "token": token, "tag": tag, "agent_version": "0.1.0",
        "system": "linux",
    }  # fmt: skip
    sent = [json.dumps(content).encode()]
    headers = {"Content-Type": "application/json"}
    return asyncio.run(call(app, path="/api/v1/enroll", headers=headers, parts=sent, client=client))


def test_a_token_becomes_a_station_that_can_report(app: IngestApp, region: Engine) -> None:
    with writing(region) as connection:
        token = enrolment.issue_token(connection, 1, stations=1, valid_days=1, now=NOW, random=app._world.token_hex)

    reply = enroll(app, token)

    answer = TypeAdapter(EnrolmentAnswer).validate_json(reply.body)
    assert (reply.status, answer.status) == (200, "accepted")
    headers = {"Authorization": f"Bearer {answer.station_public_id}.{answer.station_secret}", **cast.HEADERS}
    assert asyncio.run(call(app, headers=headers, parts=[packed(document(1))])).status == 200
    assert problem(enroll(app, token)) == (403, "used_up_token")


def test_whoever_tries_many_tokens_is_slowed_down_and_nobody_else(app: IngestApp) -> None:
    wrong = f"dps1-{'a' * 16}-{'b' * 64}"

    replies = [enroll(app, wrong) for _ in range(6)]

    assert [reply.status for reply in replies] == [403] * 5 + [429]
    assert problem(replies[-1]) == (429, "too_many_attempts")
    assert int(replies[-1].headers["retry-after"]) == 60
    assert enroll(app, wrong, client="192.0.2.8").status == 403
    with reading(app._engine) as connection:
        listed = enrolments.attempts(connection)
    assert [attempt.outcome for attempt in listed] == ["unknown_token"] * 6


def test_an_enrolment_that_is_not_valid_names_the_field(app: IngestApp) -> None:
    assert problem(enroll(app, "dps1-short")) == (422, "not_valid")
    assert enroll(app, "dps1-short").json()["field"] == "token"


# --- the log ------------------------------------------------------------------------------------------------------


def test_each_request_is_one_line_without_addresses_and_secrets(
    sqlite_region: Engine, tmp_path: Path, untouched_process: None
) -> None:
    stream = io.StringIO()
    app = app_for(sqlite_region, settings_for(tmp_path), log=RequestLog(stream))
    app.start()
    send_envelope(app, document(1))
    send_envelope(app, document(1), 9)
    enroll(app, f"dps1-{'a' * 16}-{'b' * 64}", tag="Somebodys PC")
    asyncio.run(call(app, "GET", "/somebody/was/here"))
    app.stop()

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]

    assert [(line["path"], line["status"], line["outcome"], line["site"], line["station"]) for line in lines] == [
        ("/api/v1/envelopes", 200, "stored", 1, 1),
        ("/api/v1/envelopes", 401, "revoked", 0, 0),
        ("/api/v1/enroll", 403, "unknown_token", 0, 0),
        ("?", 404, "not_found", 0, 0),
    ]
    for private in ("192.0.2.7", cast.secret(1), cast.public_id(1), "omebody", "b" * 64):
        assert private not in stream.getvalue()


def test_arrivals_carry_the_time_of_the_collector_and_not_of_the_station(
    sqlite_region: Engine, tmp_path: Path, untouched_process: None
) -> None:
    seen: list[Facts] = []

    def store(_engine: Engine, batch: list[Facts], _mark: int) -> list[Result]:
        seen.extend(batch)
        return [Stored(None, ())] * len(batch)

    app = app_for(sqlite_region, settings_for(tmp_path))
    app.writer = Writer(sqlite_region, limit=9, mark=lambda: 1, store=store)  # type: ignore[arg-type]  # a list is a sequence
    app.start()
    send_envelope(app, document(1, composed_at_seconds=5))
    app.stop()

    assert [arrival.received_at for arrival in seen] == [NOW]
