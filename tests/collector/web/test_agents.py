"""Technicians see the agents they look after, approve, end quarantines and revoke tokens; the log says who did."""

import re
import secrets
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from agent.wire.v1 import EnrolmentRequest
from collector.app import ByIntake
from collector.domain.access import Grant, Role, Scope
from collector.ingest.enrolment import Rejection, exchange
from collector.storage import models
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import add_account, add_grant
from collector.storage.queries.audit import Wanted, audit_log
from collector.storage.queries.sites import site_ids
from collector.storage.queries.web_sessions import open_session
from collector.storage.revocations import NO_PASSWORD
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.seeded_agents import (
    CLONE,
    DOUBTFUL,
    OF_CANAL,
    REGIONAL,
    REVOKED,
    WAITING,
    add_credential,
    seed_agents,
)
from tests.collector.web.seeded_region import DAY, NOW, PASSWORD


@pytest.fixture
def enrolled(region: Engine) -> Engine:
    with writing(region) as connection:
        seed_agents(connection)
    return region


@pytest.fixture
def administrator(enrolled: Engine, open_browser: Callable[..., Browser], tmp_path: Path) -> Browser:
    browser = open_browser(enrolled, replace(SETTINGS, enrolling=ByIntake(tmp_path / "revocations")))
    assert browser.log_in("administrator", PASSWORD).status_code == 303
    return browser


@pytest.fixture
def technician_of_noord(enrolled: Engine, open_browser: Callable[..., Browser]) -> Browser:
    with writing(enrolled) as connection:
        number = add_account(connection, "technician", NO_PASSWORD, NOW)
        site = site_ids(connection)["NOORD"]
        add_grant(connection, number, Grant(Role.TECHNICIAN, Scope.SITE, site_id=site))
        open_session(connection, "key", number, NOW, NOW + 3600)
    browser = open_browser(enrolled)
    browser.set_cookie("session", "key")
    return browser


def log(engine: Engine) -> list[tuple[str, str, str]]:
    with reading(engine) as connection:
        found = audit_log(connection, Wanted(), 10)
    return [(each.changed_by, each.subject.value, each.name) for each in found]


def status_of(engine: Engine, public_id: str) -> tuple[str, int | None, int | None]:
    columns = models.credential.c
    with reading(engine) as connection:
        mine = select(columns.status, columns.site_id, columns.station_id).where(columns.public_id == public_id)
        return tuple(connection.execute(mine).one())


def test_a_page_tells_versions_clones_losses_enrolments_and_tokens(administrator: Browser) -> None:
    page = administrator.get("/agents").text
    for said in (
        "2 computers wait for approval",
        "It may be the same computer as CANAL-02",
        "Take the agent’s identity out of the image",
        "10 of 10",
        "1,250",
        "rejected: the token was revoked",
        "rejected: unknown token",
        "3 of 20",
        REGIONAL,
        "command line",
    ):
        assert said in page, said


def test_who_waits_becomes_a_station_of_the_site_that_somebody_chose(administrator: Browser, enrolled: Engine) -> None:
    sent = administrator.send("/agents/change", "/agents", action="approve", station=WAITING, site="FOREST")

    assert sent.headers["location"] == "/agents?stored=1"
    with reading(enrolled) as connection:
        forest = site_ids(connection)["FOREST"]
    assert status_of(enrolled, WAITING) == ("accepted", forest, 1)
    assert log(enrolled)[0] == ("administrator", "enrolment", "UCCLE-1")
    assert "1 computer waits for approval" in administrator.get("/agents").text


def test_who_may_be_a_station_already_is_that_one_or_a_new_one(administrator: Browser, enrolled: Engine) -> None:
    fields = {"action": "approve", "station": DOUBTFUL, "site": "CANAL"}
    wrong = administrator.send("/agents/change", "/agents", **fields, same_as="ELSEWHERE")
    assert wrong.status_code == 400
    assert "There is no station ELSEWHERE at this site" in wrong.text
    assert status_of(enrolled, DOUBTFUL)[0] == "waiting"
    assert log(enrolled) == []

    administrator.send("/agents/change", "/agents", **fields, same_as="CANAL-02")
    assert status_of(enrolled, DOUBTFUL) == ("accepted", 1, 2)


def test_a_quarantine_is_ended_by_somebody_who_is_named(administrator: Browser, enrolled: Engine) -> None:
    administrator.send("/agents/change", "/agents", action="release", station=CLONE)
    assert status_of(enrolled, CLONE)[0] == "accepted"
    assert log(enrolled) == [("administrator", "enrolment", "CANAL-04")]


def test_a_token_is_revoked_and_that_outlives_a_restore(
    administrator: Browser, enrolled: Engine, tmp_path: Path
) -> None:
    sent = administrator.send("/agents/change", "/agents", action="revoke", token=OF_CANAL)
    assert sent.status_code == 303
    assert OF_CANAL in (tmp_path / "revocations").read_text()
    assert log(enrolled) == [("administrator", "enrolment", OF_CANAL)]
    again = administrator.send("/agents/change", "/agents", action="revoke", token=OF_CANAL)
    assert again.status_code == 400
    assert f"There is no token {OF_CANAL} to revoke" in again.text


def test_a_new_token_is_told_once_and_enrols_as_many_computers_of_its_site(
    administrator: Browser, enrolled: Engine
) -> None:
    fields = {"site": "CANAL", "stations": "1", "days": "7"}
    told = administrator.send("/agents/token", "/agents", **fields)
    assert told.status_code == 200
    [token] = re.findall(r"dps1-[0-9a-f]{16}-[0-9a-f]{64}", told.text)
    assert log(enrolled) == [("administrator", "enrolment", token.split("-")[1])]
    again = administrator.get("/agents").text
    assert token.split("-")[1] in again
    assert token not in again

    def enrol(number: int) -> object:
        request = EnrolmentRequest(
            schema=1, enrolment_id=f"{number:032}", token=token, tag=f"C-{number}", agent_version="1", system="linux"
        )
        with writing(enrolled) as connection:
            return exchange(connection, request, NOW + 7 * DAY - 1, secrets.token_hex)

    assert getattr(enrol(1), "status", None) == "accepted"
    assert enrol(2) is Rejection.USED_UP_TOKEN


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"stations": "0"}, "A token is for 1 to 10000 stations"),
        ({"stations": "many"}, "“many” is not a whole number"),
        ({"days": "367"}, "A token is valid for 1 to 366 days"),
    ],
)
def test_a_token_that_cannot_be_is_refused_in_a_sentence_and_the_form_kept(
    administrator: Browser, enrolled: Engine, wrong: dict[str, str], said: str
) -> None:
    fields = {"site": "CANAL", "stations": "5", "days": "7"} | wrong
    answer = administrator.send("/agents/token", "/agents", **fields)
    assert answer.status_code == 400
    assert said in answer.text
    assert '<option value="CANAL" selected' in answer.text
    assert log(enrolled) == []


def test_all_who_are_new_and_name_their_site_are_approved_at_once(administrator: Browser, enrolled: Engine) -> None:
    names = {"7" * 16: "CANAL-77", "8" * 16: "NOORD-78", "9" * 16: "CANAL-79"}
    with writing(enrolled) as connection:
        for public_id, tag in list(names.items())[:2]:
            add_credential(connection, public_id, "waiting", tag, REGIONAL)
    page = administrator.get("/agents").text
    assert "2 of those below are new, and their tags or tokens name their sites." in page
    [shown] = re.findall(r'name="chosen" value="([0-9a-f ]+)"', page)
    with writing(enrolled) as connection:
        add_credential(connection, "9" * 16, "waiting", "CANAL-79", REGIONAL)  # after the page was shown

    administrator.send("/agents/change", "/agents", action="approve_named", chosen=shown)

    with reading(enrolled) as connection:
        sites = site_ids(connection)
    assert [status_of(enrolled, each)[:2] for each in names] == [
        ("accepted", sites["CANAL"]), ("accepted", sites["NOORD"]), ("waiting", None),
    ]  # fmt: skip
    assert [status_of(enrolled, each)[0] for each in (WAITING, DOUBTFUL)] == ["waiting", "waiting"]
    assert sorted(log(enrolled)) == [
        ("administrator", "enrolment", "CANAL-77"), ("administrator", "enrolment", "NOORD-78"),
    ]  # fmt: skip


def test_where_it_cannot_be_noted_nothing_is_revoked(enrolled: Engine, open_browser: Callable[..., Browser]) -> None:
    browser = open_browser(enrolled)
    browser.log_in("administrator", PASSWORD)
    answer = browser.send("/agents/change", "/agents", action="revoke", token=OF_CANAL)
    assert "so nothing was revoked" in answer.text
    assert log(enrolled) == []


def test_a_technician_of_one_site_sees_and_decides_nothing_of_others(
    technician_of_noord: Browser, enrolled: Engine
) -> None:
    page = technician_of_noord.get("/agents").text
    assert REVOKED in page
    assert "NOORD-9" in page
    for others in (REGIONAL, OF_CANAL, "CANAL", "UCCLE-1", "unknown token"):
        assert others not in page, others
    for fields in (
        {"action": "approve", "station": WAITING, "site": "NOORD"},
        {"action": "approve", "station": DOUBTFUL, "site": "NOORD"},
        {"action": "release", "station": CLONE},
        {"action": "revoke", "token": REGIONAL},
        {"action": "revoke", "token": OF_CANAL},
    ):
        answer = technician_of_noord.send("/agents/change", "/agents", **fields)
        assert answer.status_code == 404, fields
    for code in ("", "CANAL", "NOWHERE"):
        fields = {"site": code, "stations": "5", "days": "7"}
        assert technician_of_noord.send("/agents/token", "/agents", **fields).status_code == 404, code
    technician_of_noord.send("/agents/change", "/agents", action="approve_named", chosen=f"{WAITING} {DOUBTFUL}")
    assert status_of(enrolled, WAITING)[0] == "waiting"
    assert technician_of_noord.send("/agents/change", "/agents", action="anything").status_code == 400
    assert log(enrolled) == []
