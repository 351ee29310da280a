"""A PC that enrols again is the same station; what only looks the same waits for somebody to say so."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from agent.wire.v1 import EnrolmentAnswer
from collector.ingest import enrolment, recognition, waiting
from collector.ingest.enrolment import EnrolmentError, Rejection, salts_for
from collector.storage.engine import reading, writing
from collector.storage.models import credential, enrolment_token, slot_record, station
from collector.storage.queries import enrolments
from tests.collector.ingest import cast
from tests.collector.ingest.cast import NOW, SLOT
from tests.collector.ingest.test_enrolment import counted, token_of, tried

KEYS: dict[str, Any] = {"hardware_keys": ["1" * 64, "2" * 64]}
OTHER: dict[str, Any] = {"hardware_keys": ["3" * 64, "4" * 64]}
BLANK: dict[str, Any] = {"hardware_keys": ["b" * 64, "c" * 64], "hardware_doubtful": True}


def enrolled(
    engine: Engine, token: str, start: str, now: int = NOW, tag: str = "PC-1", **given: Any
) -> EnrolmentAnswer:
    answer = tried(engine, token, now, tag, start, **given)
    assert isinstance(answer, EnrolmentAnswer), answer
    return answer


def row(engine: Engine, answer: EnrolmentAnswer) -> Any:
    with reading(engine) as connection:
        found = select(credential).where(credential.c.public_id == answer.station_public_id)
        return connection.execute(found).one_or_none()


def labels(engine: Engine, site_id: int = 1) -> list[str]:
    with reading(engine) as connection:
        found = select(station.c.label).where(station.c.site_id == site_id).order_by(station.c.station_id)
        return list(connection.execute(found).scalars())


def places_taken(engine: Engine, token: str) -> int:
    with reading(engine) as connection:
        mine = enrolment_token.c.public_id == enrolment.token_public_id(token)
        return int(connection.execute(select(enrolment_token.c.stations_used).where(mine)).scalar_one())


def use(engine: Engine, answer: EnrolmentAnswer, file: Path, now: int = NOW) -> None:
    with writing(engine) as connection:
        enrolment.use(connection, answer.station_public_id, now, file)


def test_the_same_hardware_is_the_same_station_however_often_it_enrols(region: Engine) -> None:
    token = token_of(region, stations=1)
    answers = [enrolled(region, token, f"{n}", NOW + n, f"PC-{n}", **KEYS) for n in range(4)]

    assert labels(region) == ["PC1", "PC2", "PC-0"]
    assert places_taken(region, token) == 1
    assert len({answer.station_secret for answer in answers}) == 4
    assert {row(region, answer).station_id for answer in answers if row(region, answer)} == {3}
    assert [answer.status for answer in answers] == ["accepted"] * 4


def test_the_old_secret_is_good_until_the_new_one_is_used(region: Engine, tmp_path: Path) -> None:
    token, file = token_of(region), tmp_path / "revocations.jsonl"
    old = enrolled(region, token, "old", **KEYS)
    use(region, old, file)
    new = enrolled(region, token, "new", NOW + 60, **KEYS)
    assert [row(region, answer).status for answer in (old, new)] == ["accepted", "accepted"]
    assert row(region, new).replaces == old.station_public_id

    use(region, new, file, NOW + 120)
    use(region, new, file, NOW + 180)

    assert [row(region, answer).status for answer in (old, new)] == ["revoked", "accepted"]
    assert row(region, new).used_at == NOW + 120
    assert [json.loads(line)["public_id"] for line in file.read_text().splitlines()] == [old.station_public_id]


def test_a_pc_that_enrols_at_each_boot_does_not_fill_the_table(region: Engine, tmp_path: Path) -> None:
    token = token_of(region, stations=1)
    for boot in range(9):
        answer = enrolled(region, token, f"{boot}", NOW + boot, **KEYS)
        if boot % 2:
            use(region, answer, tmp_path / "revocations.jsonl", NOW + boot)

    with reading(region) as connection:
        rows = connection.execute(select(credential.c.status).where(credential.c.station_id == 3)).scalars().all()
    assert sorted(rows) == ["accepted", "accepted", "revoked", "revoked", "revoked"]
    assert places_taken(region, token) == 1


def test_an_enrolment_whose_answer_was_lost_takes_no_second_place(region: Engine) -> None:
    token = token_of(region, stations=1)
    first = enrolled(region, token, "first", name="the same")
    second = enrolled(region, token, "second", NOW + 60, name="the same")

    assert second.station_public_id == first.station_public_id
    assert second.station_secret != first.station_secret
    assert places_taken(region, token) == 1
    assert labels(region) == ["PC1", "PC2", "PC-1"]
    with reading(region) as connection:
        assert len(connection.execute(select(credential).where(credential.c.station_id == 3)).all()) == 1


def test_a_copied_name_of_an_enrolment_gives_nobody_the_secret_of_another_pc(region: Engine, tmp_path: Path) -> None:
    token = token_of(region, stations=2)
    first = enrolled(region, token, "first", name="the same", **KEYS)
    copy = enrolled(region, token, "copy", name="the same", **OTHER)
    use(region, copy, tmp_path / "revocations.jsonl")
    late = tried(region, token, NOW, "PC-1", "late", name="the same", hardware_keys=["5" * 64])

    assert copy.station_public_id != first.station_public_id
    assert row(region, copy).station_id != row(region, first).station_id
    assert late is Rejection.USED_UP_TOKEN


def test_two_pcs_with_the_same_blank_serials_are_two_questions_not_one_station(region: Engine) -> None:
    token = token_of(region, stations=3)
    first = enrolled(region, token, "first", tag="JETTE-1", **BLANK)
    second = enrolled(region, token, "second", tag="JETTE-2", **BLANK)
    assert (first.status, second.status) == ("accepted", "waiting")

    with writing(region) as connection:
        asked = [one for one in enrolments.waiting_stations(connection) if one.tag == "JETTE-2"]
        assert [(one.proposed_site_code, one.resembles) for one in asked] == [("JETTE", "JETTE-1")]
        enrolment.approve(connection, second.station_public_id, 1, NOW, lambda: 5)
    assert labels(region) == ["PC1", "PC2", "JETTE-1", "JETTE-2"]


def test_a_technician_says_that_it_is_the_same_pc(region: Engine, tmp_path: Path) -> None:
    token = token_of(region, stations=3)
    first = enrolled(region, token, "first", tag="JETTE-1", **BLANK)
    use(region, first, tmp_path / "revocations.jsonl")
    again = enrolled(region, token, "again", NOW + 60, tag="DESKTOP-7", **BLANK)
    with writing(region) as connection:
        kept = cast.envelope(1, slots=[cast.slot(SLOT)])
        waiting.keep(connection, again.station_public_id, kept, NOW + 61, 10)
        with pytest.raises(EnrolmentError, match="no station ELSEWHERE at this site"):
            enrolment.approve(connection, again.station_public_id, 1, NOW + 62, lambda: 5, same_as="ELSEWHERE")
        number = enrolment.approve(connection, again.station_public_id, 1, NOW + 62, lambda: 5, same_as="JETTE-1")
    use(region, again, tmp_path / "revocations.jsonl", NOW + 63)

    assert number == row(region, first).station_id
    assert labels(region) == ["PC1", "PC2", "JETTE-1"]
    assert row(region, first).status == "revoked"
    with reading(region) as connection:
        assert connection.execute(select(slot_record.c.station_id)).scalars().all() == [number]


def test_without_any_key_only_the_same_name_is_a_question(region: Engine) -> None:
    token = token_of(region, stations=3)
    answers = [enrolled(region, token, f"{n}", tag=tag) for n, tag in enumerate(("DESKTOP", "DESKTOP-2", "DESKTOP"))]
    assert [answer.status for answer in answers] == ["accepted", "accepted", "waiting"]


def test_a_pc_that_was_approved_with_a_regional_token_is_known_with_either_token(region: Engine) -> None:
    regional, local = token_of(region, None), token_of(region, 2)
    first = enrolled(region, regional, "first", hardware_keys=["2" * 64])
    same = enrolled(region, regional, "same", NOW + 1, hardware_keys=["2" * 64])
    assert same.station_public_id == first.station_public_id
    assert places_taken(region, regional) == 1
    with writing(region) as connection:
        number = enrolment.approve(connection, first.station_public_id, 2, NOW + 2, lambda: 5)

    again = enrolled(region, regional, "again", NOW + 3, hardware_keys=["2" * 64])
    moved = enrolled(region, local, "moved", NOW + 4, **KEYS)

    assert (again.status, row(region, again).site_id, row(region, again).station_id) == ("accepted", 2, number)
    assert row(region, moved).station_id == number
    assert row(region, moved).hardware_key == "1" * 64


def test_the_same_hardware_at_another_site_is_another_station(region: Engine) -> None:
    enrolled(region, token_of(region, 1), "here", **KEYS)
    there = enrolled(region, token_of(region, 2), "there", hardware_keys=["9" * 64, "8" * 64])
    assert row(region, there).site_id == 2
    assert labels(region, 2) == ["PC-1"] or len(labels(region, 2)) == 2


def test_salts_are_the_same_each_time_and_differ_by_site(region: Engine) -> None:
    def salts(site_id: int | None) -> Any:
        token = token_of(region, site_id)
        with writing(region) as connection:
            return salts_for(connection, token, NOW, counted())

    (one, regional), (two, _), (only,) = salts(1), salts(2), salts(None)
    assert (one, regional) == salts(1)
    assert only == regional
    assert len({one, two, regional}) == 3


def test_the_salts_are_told_to_nobody_without_a_good_token(region: Engine) -> None:
    with writing(region) as connection:
        assert salts_for(connection, f"dps1-{'a' * 16}-{'b' * 64}", NOW, counted()) is Rejection.UNKNOWN_TOKEN
        assert enrolments.attempts(connection)[0].outcome == "unknown_token"


def test_a_key_that_could_not_be_read_at_first_is_learnt_and_never_changed(region: Engine) -> None:
    answer = enrolled(region, token_of(region), "x")
    with writing(region) as connection:
        recognition.learn_hardware_key(connection, answer.station_public_id, "1" * 64)
        recognition.learn_hardware_key(connection, answer.station_public_id, "2" * 64)
    assert row(region, answer).hardware_key == "1" * 64
