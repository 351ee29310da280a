"""token: issue, list, revoke"""

import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from agent.wire.v1 import EnrolmentRequest
from collector.ingest.enrolment import Rejection, exchange
from tests.collector.cli.conftest import Run
from tests.collector.cli.refusal import one_sentence

Change = Callable[[Callable[[Connection], None]], None]
TOKEN = re.compile(r"dps1-([0-9a-f]{16})-[0-9a-f]{64}\n")


def test_a_token_stands_alone_on_standard_output(ready: Run) -> None:
    result = ready("token", "issue", "--site", "EVERE", "--stations", "5", "--days", "7")
    assert TOKEN.fullmatch(result.stdout)
    assert result.stderr == "for 5 stations of site EVERE, 7 days; keep it in a file that only installers read\n"


def test_a_token_without_a_site_says_that_its_stations_wait(ready: Run) -> None:
    result = ready("token", "issue")
    assert TOKEN.fullmatch(result.stdout)
    assert "the whole region; its stations wait until somebody approves them" in result.stderr


def test_a_token_for_an_unknown_site_is_not_made(ready: Run) -> None:
    assert "there is no site 'UCCLE'" in one_sentence(ready("token", "issue", "--site", "UCCLE"))
    assert ready("token", "list").stdout == ""


def test_the_list_shows_no_secret(ready: Run) -> None:
    issued = ready("token", "issue", "--site", "EVERE").stdout.strip()
    public_id, secret = issued.split("-")[1:]
    listed = ready("token", "list").stdout
    assert listed.split()[:3] == [public_id, "EVERE", "0/20"]
    assert listed.rstrip().endswith("valid")
    assert secret not in listed


def test_a_token_is_revoked_once_and_noted_outside_the_database(ready: Run, data: Path) -> None:
    issued = TOKEN.fullmatch(ready("token", "issue").stdout)
    assert issued is not None
    assert ready("token", "revoke", issued[1]).stdout == f"revoked {issued[1]}\n"
    assert ready("token", "list").stdout.rstrip().endswith("revoked")
    assert "unknown or revoked already" in one_sentence(ready("token", "revoke", issued[1]))
    assert json.loads((data / "revocations.jsonl").read_text())["public_id"] == issued[1]


def test_an_unknown_token_cannot_be_revoked(ready: Run) -> None:
    assert "There is no token nope to revoke" in one_sentence(ready("token", "revoke", "nope"))


def test_rejected_attempts_are_listed_and_accepted_ones_are_not(ready: Run, database: Change) -> None:
    issued = ready("token", "issue", "--site", "EVERE", "--stations", "1").stdout.strip()

    def ask(tag: str) -> Callable[[Connection], None]:
        def asked(connection: Connection) -> None:
            request = EnrolmentRequest(
                schema=1, enrolment_id=secrets.token_hex(16), token=issued, tag=tag, agent_version="1", system="linux"
            )
            answer = exchange(connection, request, 1_780_000_000, secrets.token_hex)
            assert isinstance(answer, Rejection) == (tag == "EVERE-02")

        return asked

    database(ask("EVERE-01"))
    database(ask("EVERE-02"))
    tokens, _, attempts = ready("token", "list").stdout.partition("\nrejected attempts\n")
    assert "1/1" in tokens
    assert attempts.split()[2:] == ["used_up_token", issued.split("-")[1], "EVERE-02"]
