import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from agent.wire.v1 import EnrolmentAnswer, EnrolmentRequest
from collector.ingest import enrolment, waiting
from collector.ingest.enrolment import DAY_SECONDS, EnrolmentError, Rejection, exchange, issue_token
from collector.ingest.payload import ENROLMENT
from collector.storage.engine import reading, writing
from collector.storage.models import (
    credential,
    enrolment_attempt,
    enrolment_token,
    slot_record,
    station,
    waiting_envelope,
)
from collector.storage.queries import enrolments
from collector.storage.queries.enrolments import proposed_site
from tests.collector.ingest import cast
from tests.collector.ingest.cast import NOW, SLOT

_names = count()


def counted() -> Callable[[int], str]:
    """Hexadecimal digits that are never the same twice and always the same in each test."""
    number = 0

    def random(size: int) -> str:
        nonlocal number
        number += 1
        return sha256(str(number).encode()).hexdigest()[: 2 * size]

    return random


def token_of(engine: Engine, site_id: int | None = 1, stations: int = 2, days: int = 7) -> str:
    def random(size: int) -> str:
        return sha256(f"token {next(_names)}".encode()).hexdigest()[: 2 * size]

    with writing(engine) as connection:
        return issue_token(connection, site_id, stations=stations, valid_days=days, now=NOW, random=random)


def request(token: str, tag: str = "PC-1", name: str = "", **hardware: Any) -> EnrolmentRequest:
    content = {
        "schema": 1,
        "enrolment_id": sha256((name or f"{next(_names)}").encode()).hexdigest()[:32],
        "token": token,
        "tag": tag,
        "agent_version": "0.1.0",
        "system": "linux",
        **hardware,
    }
    return ENROLMENT.validate_json(json.dumps(content))


def tried(
    engine: Engine, token: str, now: int = NOW, tag: str = "PC-1", start: str = "", **given: Any
) -> EnrolmentAnswer | Rejection:
    random = counted()
    with writing(engine) as connection:
        return exchange(
            connection,
            request(token, tag, **given),
            now,
            lambda size: sha256((start + random(size)).encode()).hexdigest()[: 2 * size],
        )


def test_a_token_has_its_form_and_only_its_digest_is_kept(region: Engine) -> None:
    token = token_of(region)

    prefix, public_id, secret = token.split("-")
    assert (prefix, len(public_id), len(secret)) == ("dps1", 16, 64)
    with reading(region) as connection:
        row = connection.execute(select(enrolment_token)).one()
    assert row.secret_sha256 == sha256(secret.encode()).hexdigest()
    assert secret not in str(tuple(row))


def test_a_token_of_a_site_makes_a_station_with_the_next_number(region: Engine) -> None:
    answer = tried(region, token_of(region), tag="Room 2 - PC 3")

    assert isinstance(answer, EnrolmentAnswer)
    assert answer.status == "accepted"
    with reading(region) as connection:
        row = connection.execute(select(credential).where(credential.c.public_id == answer.station_public_id)).one()
        label = connection.execute(select(station.c.label).where(station.c.site_id == 1, station.c.station_id == 3))
        assert label.scalar_one() == "Room 2 - PC 3"
    assert (row.site_id, row.station_id, row.status) == (1, 3, "accepted")
    assert row.secret_sha256 == sha256(answer.station_secret.encode()).hexdigest()


def test_a_regional_token_makes_a_station_that_waits(region: Engine) -> None:
    answer = tried(region, token_of(region, None), tag="jette-pc1")

    assert isinstance(answer, EnrolmentAnswer)
    assert answer.status == "waiting"
    with reading(region) as connection:
        found = enrolments.waiting_stations(connection)
    assert [(one.tag, one.proposed_site_code, one.proposed_site_id, one.envelopes) for one in found] == [
        ("PC8", None, None, 0),
        ("jette-pc1", "JETTE", 1, 0),
    ]


@pytest.mark.parametrize(
    ("tag", "code"),
    [("EVERE-2-PC1", "EVERE-2"), ("EVERE-PC1", "EVERE"), ("evere-2", "EVERE"), ("EVEREPC1", None), ("X-EVERE-1", None)],
)
def test_the_longest_code_at_the_start_of_the_tag_proposes_the_site(tag: str, code: str | None) -> None:
    assert proposed_site(tag, [(1, "EVERE"), (2, "EVERE-2"), (3, "UCCLE")])[1] == code


def test_tokens_that_are_no_good_are_refused_and_listed(region: Engine) -> None:
    token = token_of(region, stations=1)
    assert isinstance(tried(region, token, start="a"), EnrolmentAnswer)

    prefix, public_id, secret = token.split("-")
    outcomes = [
        tried(region, token),
        tried(region, token, now=NOW + 7 * DAY_SECONDS),
        tried(region, f"{prefix}-{public_id}-{'0' * 64}", now=NOW + 8 * DAY_SECONDS),
        tried(region, f"{prefix}-{'0' * 16}-{secret}"),
    ]

    assert outcomes == [
        Rejection.USED_UP_TOKEN,
        Rejection.EXPIRED_TOKEN,
        Rejection.UNKNOWN_TOKEN,
        Rejection.UNKNOWN_TOKEN,
    ]
    with reading(region) as connection:
        listed = [attempt.outcome for attempt in enrolments.attempts(connection)]
    assert listed == [*[str(outcome) for outcome in reversed(outcomes)], "accepted"]


def test_a_revoked_token_enrols_nobody(region: Engine, tmp_path: Path) -> None:
    token = token_of(region)
    with writing(region) as connection:
        enrolment.revoke_token(connection, enrolment.token_public_id(token), NOW, tmp_path / "revocations.jsonl")

    assert tried(region, token) is Rejection.REVOKED_TOKEN


def test_the_last_place_of_a_token_goes_to_one_station_only(region: Engine) -> None:
    token = token_of(region, stations=3)

    with ThreadPoolExecutor(8) as threads:
        outcomes = list(threads.map(lambda n: tried(region, token, tag=f"PC-{n}", start=f"thread {n}"), range(8)))

    assert len([outcome for outcome in outcomes if isinstance(outcome, EnrolmentAnswer)]) == 3
    assert outcomes.count(Rejection.USED_UP_TOKEN) == 5
    with reading(region) as connection:
        numbers = connection.execute(select(station.c.station_id).where(station.c.site_id == 1)).scalars().all()
    assert sorted(numbers) == [1, 2, 3, 4, 5]


def test_the_list_of_attempts_forgets_what_is_old_and_what_is_too_much(
    region: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(enrolment, "ATTEMPTS_KEPT", 3)
    with writing(region) as connection:
        for number in range(6):
            enrolment.note_attempt(connection, None, f"PC{number}", "unknown_token", NOW + number)
        assert [attempt.tag for attempt in enrolments.attempts(connection)] == ["PC5", "PC4", "PC3"]

        enrolment.note_attempt(connection, None, "late", "unknown_token", NOW + 91 * DAY_SECONDS)
        assert [attempt.tag for attempt in enrolments.attempts(connection)] == ["late"]
        assert len(connection.execute(select(enrolment_attempt)).all()) == 1


@pytest.mark.parametrize(("stations", "days"), [(0, 1), (10_001, 1), (1, 0), (1, 367)])
def test_a_token_for_nobody_or_for_too_many_is_not_issued(region: Engine, stations: int, days: int) -> None:
    with pytest.raises(EnrolmentError, match=r"A token is (for 1 to 10000 stations|valid for 1 to 366 days)"):
        token_of(region, stations=stations, days=days)


def test_a_token_for_a_site_that_does_not_exist_is_not_issued(region: Engine) -> None:
    with pytest.raises(EnrolmentError, match="There is no site 77"):
        token_of(region, 77)


def test_what_a_waiting_station_sent_is_stored_when_it_is_approved(region: Engine) -> None:
    with writing(region) as connection:
        for number in (1, 2):
            envelope = cast.envelope(number, slots=[cast.slot(SLOT - number)])
            waiting.keep(connection, cast.public_id(8), envelope, NOW + number, 10)
        assert [one.envelopes for one in enrolments.waiting_stations(connection)] == [2]

        number = enrolment.approve(connection, cast.public_id(8), 2, NOW + 9, lambda: 5)

    assert number == 2
    with reading(region) as connection:
        rows = connection.execute(select(slot_record).order_by(slot_record.c.slot)).all()
        assert [(row.site_id, row.station_id, row.slot) for row in rows] == [(2, 2, SLOT - 2), (2, 2, SLOT - 1)]
        assert connection.execute(select(waiting_envelope)).all() == []
        assert enrolments.waiting_stations(connection) == []


def test_a_station_is_approved_once(region: Engine) -> None:
    def approve(_number: int) -> bool:
        try:
            with writing(region) as connection:
                enrolment.approve(connection, cast.public_id(8), 2, NOW, lambda: 5)
        except EnrolmentError:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(approve, range(4))) == [False, False, False, True]


def test_an_envelope_that_comes_during_the_approval_is_not_stranded(region: Engine) -> None:
    """Either it is kept and replayed, or it is told to come again: never kept for a station that waits no more."""

    def keep(number: int) -> waiting.Kept:
        envelope = cast.envelope(number + 1, slots=[cast.slot(SLOT - number)])
        with writing(region) as connection:
            return waiting.keep(connection, cast.public_id(8), envelope, NOW, 100).outcome

    def approve() -> None:
        with writing(region) as connection:
            enrolment.approve(connection, cast.public_id(8), 2, NOW, lambda: 5)

    with ThreadPoolExecutor(4) as threads:
        kept = [threads.submit(keep, number) for number in range(6)]
        approval = threads.submit(approve)
        kept += [threads.submit(keep, number) for number in range(6, 12)]
        approval.result()
    outcomes = [future.result() for future in kept]

    with reading(region) as connection:
        assert len(connection.execute(select(slot_record)).all()) == outcomes.count(waiting.Kept.KEPT)
        assert connection.execute(select(waiting_envelope)).all() == []


@pytest.mark.parametrize(
    ("public_id", "site_id", "sentence"), [("f" * 16, 1, "waits to be approved"), (cast.public_id(8), 77, "no site 77")]
)
def test_what_cannot_be_approved_is_said_in_one_sentence(
    region: Engine, public_id: str, site_id: int, sentence: str
) -> None:
    with writing(region) as connection, pytest.raises(EnrolmentError, match=sentence):
        enrolment.approve(connection, public_id, site_id, NOW, lambda: 5)


def test_a_waiting_station_is_bounded_in_bytes_too(region: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "BYTES_PER_STATION", 1500)
    with writing(region) as connection:
        outcomes = [
            waiting.keep(connection, cast.public_id(8), cast.envelope(number), NOW, 100).outcome
            for number in range(1, 9)
        ]

    assert outcomes[0] is waiting.Kept.KEPT
    assert outcomes[-1] is waiting.Kept.FULL


def test_a_revocation_is_noted_outside_the_database(region: Engine, tmp_path: Path) -> None:
    file = tmp_path / "revocations.jsonl"
    with writing(region) as connection:
        enrolment.revoke(connection, cast.public_id(1), NOW, file)
        enrolment.revoke(connection, cast.public_id(8), NOW + 1, file)

    assert [json.loads(line) for line in file.read_text().splitlines()] == [
        {"kind": "station", "public_id": cast.public_id(1), "revoked_at": NOW},
        {"kind": "station", "public_id": cast.public_id(8), "revoked_at": NOW + 1},
    ]
    with reading(region) as connection:
        status = connection.execute(select(credential.c.status).where(credential.c.public_id == cast.public_id(1)))
        assert status.scalar_one() == "revoked"


def test_a_revocation_that_cannot_be_noted_is_not_made(region: Engine, tmp_path: Path) -> None:
    def revoke() -> None:
        with writing(region) as connection:
            enrolment.revoke(connection, cast.public_id(1), NOW, tmp_path / "missing" / "revocations.jsonl")

    with pytest.raises(EnrolmentError, match="nothing was revoked"):
        revoke()

    with reading(region) as connection:
        status = connection.execute(select(credential.c.status).where(credential.c.public_id == cast.public_id(1)))
        assert status.scalar_one() == "accepted"


def test_a_station_is_revoked_once(region: Engine, tmp_path: Path) -> None:
    with writing(region) as connection, pytest.raises(EnrolmentError, match="unknown or revoked already"):
        enrolment.revoke(connection, cast.public_id(9), NOW, tmp_path / "revocations.jsonl")
