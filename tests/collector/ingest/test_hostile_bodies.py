"""Bodies that are broken or meant to harm: refused by name, within limits."""

import asyncio
import gzip
import json
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from collector.ingest.routes import IngestApp
from collector.storage.engine import reading
from collector.storage.models import slot_record
from tests.collector.ingest import cast
from tests.collector.ingest.answers import problem, stored
from tests.collector.ingest.calls import (
    app_for,
    call,
    send_bytes,
    send_envelope,
    settings_for,
)
from tests.collector.ingest.cast import document, packed


def test_a_bomb_is_stopped_at_the_limit(app: IngestApp) -> None:
    bomb = gzip.compress(b" " * 200_000_000, 9)
    assert len(bomb) < 262_144

    assert problem(send_bytes(app, bomb)) == (413, "too_large")


def test_a_body_that_announces_too_much_is_not_read(app: IngestApp) -> None:
    headers = {"Authorization": cast.bearer(), **cast.HEADERS, "Content-Length": "300000"}

    reply = asyncio.run(call(app, headers=headers, parts=[b"x"]))

    assert problem(reply) == (413, "too_large")
    assert (reply.parts_taken, reply.headers["connection"]) == (0, "close")


def test_a_body_that_announces_nothing_is_stopped_at_the_limit(app: IngestApp) -> None:
    headers = {"Authorization": cast.bearer(), **cast.HEADERS, "Content-Length": ""}

    reply = asyncio.run(call(app, headers=headers, parts=[b"x" * 100_000] * 50))

    assert problem(reply) == (413, "too_large")
    assert reply.parts_taken == 3


def test_a_body_in_pieces_is_put_together(app: IngestApp) -> None:
    body = packed(document(1))
    headers = {"Authorization": cast.bearer(), **cast.HEADERS}

    reply = asyncio.run(call(app, headers=headers, parts=[body[:10], b"", body[10:]]))

    assert reply.status == 200


@pytest.mark.parametrize("pieces", [1, 3])
def test_a_body_that_comes_some_time_after_its_head_is_taken(app: IngestApp, region: Engine, pieces: int) -> None:
    body = packed(document(1))
    headers = {"Authorization": cast.bearer(), **cast.HEADERS}
    parts = [body[place * len(body) // pieces : (place + 1) * len(body) // pieces] for place in range(pieces)]

    reply = asyncio.run(call(app, headers=headers, parts=parts, comes_late=True))

    assert reply.status == 200
    assert stored(region) == 1


@pytest.mark.parametrize("parts", [[], [b"x"]])
def test_a_body_that_never_ends_is_given_up(
    sqlite_region: Engine, tmp_path: Path, untouched_process: None, parts: list[bytes]
) -> None:
    app = app_for(sqlite_region, settings_for(tmp_path, body_seconds_limit="1"))
    app.start()
    headers = {"Authorization": cast.bearer(), **cast.HEADERS, "Content-Length": "1000"}

    reply = asyncio.run(call(app, headers=headers, parts=parts, never_ends=True))

    assert problem(reply) == (408, "too_slow")
    app.stop()


def test_a_client_that_leaves_half_way_is_not_answered(app: IngestApp, region: Engine) -> None:
    headers = {"Authorization": cast.bearer(), **cast.HEADERS}

    assert asyncio.run(call(app, headers=headers, parts=[])).status == 0
    assert stored(region) == 0


GOOD = json.dumps(document(1, slots=[cast.slot()], agent_version="VERSION"))
BROKEN: dict[str, tuple[bytes, tuple[int, str], str | None]] = {
    "not gzip": (b"plain", (400, "not_gzip"), None),
    "half a gzip stream": (gzip.compress(GOOD.encode())[:-12], (400, "not_gzip"), None),
    "something behind the stream": (gzip.compress(GOOD.encode()) + b"x", (400, "not_gzip"), None),
    "two streams": (gzip.compress(b"{}") * 2, (400, "not_gzip"), None),
    "not JSON": (gzip.compress(b"{"), (400, "not_json"), None),
    "nothing": (gzip.compress(b""), (400, "not_json"), None),
    "not UTF-8": (gzip.compress(b'{"schema": "\xff\xfe"}'), (400, "not_json"), None),
    "a list": (gzip.compress(b"[]"), (422, "not_valid"), None),
    "deep lists": (gzip.compress(b"[" * 250_000), (400, "not_json"), None),
    "deep objects": (gzip.compress(b'{"schema":' * 25_000), (400, "not_json"), None),
    "a lone surrogate": (gzip.compress(GOOD.replace("VERSION", "\\ud800").encode()), (400, "not_json"), None),
    "NUL": (gzip.compress(GOOD.replace("VERSION", "1\\u0000").encode()), (422, "not_valid"), "agent_version"),
    "NaN": (
        gzip.compress(GOOD.replace('"revision": 1', '"revision": NaN').encode()),
        (422, "not_valid"),
        "slots.0.revision",
    ),
    "a huge number": (
        gzip.compress(GOOD.replace('"revision": 1', f'"revision": {10**30}').encode()),
        (422, "not_valid"),
        "slots.0.revision",
    ),
    "a negative number": (
        gzip.compress(GOOD.replace('"revision": 1', '"revision": -1').encode()),
        (422, "not_valid"),
        "slots.0.revision",
    ),
    "a number as text": (
        gzip.compress(GOOD.replace('"revision": 1', '"revision": "1"').encode()),
        (422, "not_valid"),
        "slots.0.revision",
    ),
    "a fraction": (
        gzip.compress(GOOD.replace('"revision": 1', '"revision": 1.5').encode()),
        (422, "not_valid"),
        "slots.0.revision",
    ),
    "true for a number": (
        gzip.compress(GOOD.replace('"revision": 1', '"revision": true').encode()),
        (422, "not_valid"),
        "slots.0.revision",
    ),
    "another version": (
        gzip.compress(GOOD.replace('"schema": 1', '"schema": 2').encode()),
        (422, "not_valid"),
        "schema",
    ),
    "too long a list": (
        gzip.compress(json.dumps(document(1, slots=[cast.slot()] * 401)).encode()),
        (422, "not_valid"),
        "slots",
    ),
    "an unknown field deep down": (
        gzip.compress(json.dumps(document(1, slots=[cast.slot(title="x")])).encode()),
        (422, "not_valid"),
        "slots.0.title",
    ),
    "a missing field": (gzip.compress(b'{"schema": 1}'), (422, "not_valid"), "envelope_id"),
}


@pytest.mark.parametrize(("body", "expected", "field"), BROKEN.values(), ids=BROKEN.keys())
def test_what_is_broken_is_refused_by_name(
    sqlite_app: IngestApp, sqlite_region: Engine, body: bytes, expected: tuple[int, str], field: str | None
) -> None:
    reply = send_bytes(sqlite_app, body)

    assert problem(reply) == expected
    assert reply.json().get("field") == field
    assert stored(sqlite_region) == 0


def test_a_field_that_comes_twice_counts_with_its_last_value(sqlite_app: IngestApp, sqlite_region: Engine) -> None:
    twice = GOOD.replace('"revision": 1', '"revision": 7, "revision": 1').replace("VERSION", "1")

    assert send_bytes(sqlite_app, gzip.compress(twice.encode())).status == 200
    with reading(sqlite_region) as connection:
        assert connection.execute(select(slot_record.c.revision)).scalars().all() == [1]


def test_a_refusal_does_not_repeat_what_was_sent(sqlite_app: IngestApp) -> None:
    reply = send_envelope(sqlite_app, document(1, agent_version="secret of somebody"))

    assert b"somebody" not in reply.body


@pytest.mark.parametrize(
    ("headers", "word"),
    [
        ({"Content-Type": "text/plain"}, "media_type"),
        ({"Content-Type": ""}, "media_type"),
        ({"Content-Encoding": "br"}, "encoding"),
    ],
)
def test_other_kinds_of_content_are_refused(sqlite_app: IngestApp, headers: dict[str, str], word: str) -> None:
    assert problem(send_bytes(sqlite_app, packed(document(1)), changes=headers)) == (415, word)


def test_a_content_type_may_have_parameters(sqlite_app: IngestApp) -> None:
    reply = send_bytes(sqlite_app, packed(document(1)), changes={"Content-Type": "application/JSON; charset=utf-8"})

    assert reply.status == 200
