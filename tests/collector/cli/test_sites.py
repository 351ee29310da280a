"""site: add, list, stations, waiting, approve, revoke"""

import json
import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from agent.wire.v1 import EnrolmentAnswer, EnrolmentRequest
from collector.ingest.enrolment import exchange
from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence

Change = Callable[[Callable[[Connection], None]], None]
NOW = 1_780_000_000


def enrolled(database: Change, token: str, tag: str) -> str:
    """Enrol a station as its agent would; its public id."""
    answers: list[EnrolmentAnswer] = []

    def ask(connection: Connection) -> None:
        request = EnrolmentRequest(
            schema=1,
            enrolment_id=secrets.token_hex(16),
            token=token.strip(),
            tag=tag,
            agent_version="1",
            system="linux",
        )
        answer = exchange(connection, request, NOW, secrets.token_hex)
        assert isinstance(answer, EnrolmentAnswer)
        answers.append(answer)

    database(ask)
    return answers[0].station_public_id


def test_a_site_is_added_and_listed_with_its_municipality(ready: Run) -> None:
    assert ready("site", "add", "JETTE-2", "Bibliothèque de Jette").stdout == "added JETTE-2\n"
    assert set(ready("site", "list").stdout.splitlines()) == {
        "EVERE           Espace public numérique d’Evere (Evere)",
        "JETTE-2         Bibliothèque de Jette",
    }


def test_a_site_is_not_added_twice(ready: Run) -> None:
    assert one_sentence(ready("site", "add", "EVERE", "Again")) == (
        "there is a site 'EVERE' already; choose another code"
    )
    assert len(ready("site", "list").stdout.splitlines()) == 1


def test_a_site_that_does_not_exist_has_no_stations_and_no_approval(ready: Run) -> None:
    for words in (["site", "stations", "UCCLE"], ["site", "approve", "UCCLE"]):
        assert one_sentence(ready(*words)) == "there is no site 'UCCLE'; see `dps-collector site list`"


def test_the_stations_of_a_site_are_listed_and_revoked_once(ready: Run, database: Change, data: Path) -> None:
    token = ready("token", "issue", "--site", "EVERE").stdout
    public_id = enrolled(database, token, "EVERE-01")
    assert ready("site", "stations", "EVERE").stdout.split()[:2] == [public_id, "accepted"]
    assert ready("site", "revoke", public_id).stdout == f"revoked {public_id}\n"
    assert ready("site", "stations", "EVERE").stdout.split()[:2] == [public_id, "revoked"]
    assert "unknown or revoked already" in one_sentence(ready("site", "revoke", public_id))
    kept = [json.loads(line) for line in (data / "revocations.jsonl").read_text().splitlines()]
    assert [(line["kind"], line["public_id"]) for line in kept] == [("station", public_id)]


def test_an_unknown_station_cannot_be_revoked(ready: Run, data: Path) -> None:
    assert "There is no station 0123456789abcdef to revoke" in one_sentence(ready("site", "revoke", "0123456789abcdef"))
    assert not (data / "revocations.jsonl").exists()


def test_nothing_is_revoked_that_cannot_be_noted_outside_the_database(ready: Run, database: Change, data: Path) -> None:
    public_id = enrolled(database, ready("token", "issue", "--site", "EVERE").stdout, "EVERE-01")
    (data / "revocations.jsonl").mkdir()
    assert "so nothing was revoked" in one_sentence(ready("site", "revoke", public_id))
    assert "accepted" in ready("site", "stations", "EVERE").stdout


def test_waiting_stations_are_proposed_by_their_tag_and_approved(ready: Run, database: Change) -> None:
    token = ready("token", "issue").stdout
    fitting, stranger = enrolled(database, token, "evere-07"), enrolled(database, token, "PC42")
    shown = [line.split() for line in ready("site", "waiting").stdout.splitlines()]
    assert {(words[0], words[3], words[4]) for words in shown} == {
        (fitting, "EVERE", "evere-07"),
        (stranger, "?", "PC42"),
    }
    assert ready("site", "approve", "EVERE").stdout == "approved 1 station for EVERE\n"
    assert ready("site", "waiting").stdout.split()[0] == stranger
    assert ready("site", "approve", "EVERE", stranger).stdout == "approved 1 station for EVERE\n"
    assert ready("site", "waiting").stdout == ""
    assert "waits to be approved" in one_sentence(ready("site", "approve", "EVERE", stranger))
    assert ready("site", "approve", "EVERE").stdout == "approved 0 stations for EVERE\n"


def test_a_pattern_of_tags_approves_a_whole_room_at_once(ready: Run, database: Change) -> None:
    token = ready("token", "issue").stdout
    tags = ("evere-01", "EVERE-02", "evere-1", "evere-012", "ixl-01", "PC42")
    waiting = {tag: enrolled(database, token, tag) for tag in tags}

    def left() -> set[str]:
        shown = {line.split()[0] for line in ready("site", "waiting").stdout.splitlines()}
        return {tag for tag, public_id in waiting.items() if public_id in shown}

    assert ready("site", "approve", "EVERE", "--tag", "evere-0?").stdout == "approved 2 stations for EVERE\n"
    assert left() == {"evere-1", "evere-012", "ixl-01", "PC42"}
    assert ready("site", "approve", "EVERE", "--tag", "pc[45]*").stdout == "approved 1 station for EVERE\n"
    assert ready("site", "approve", "EVERE", "--tag", "uccle-*").stdout == "approved 0 stations for EVERE\n"
    assert left() == {"evere-1", "evere-012", "ixl-01"}
    refused = ready("site", "approve", "EVERE", waiting["ixl-01"], "--tag", "*")
    assert "not both" in refused.stderr
    assert left() == {"evere-1", "evere-012", "ixl-01"}


def test_one_wrong_public_id_approves_none_of_them(ready: Run, database: Change) -> None:
    waiting = enrolled(database, ready("token", "issue").stdout, "PC1")
    assert "No station ffff waits" in one_sentence(ready("site", "approve", "EVERE", waiting, "ffff"))
    assert ready("site", "waiting").stdout.split()[0] == waiting
