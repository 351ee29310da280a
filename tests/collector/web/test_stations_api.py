"""Programs read the health of the stations that their token reaches, and of no station its use."""

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from collector.domain.access import Grant, Role, Scope
from collector.storage.changes.accounts import NewToken, add_token
from collector.storage.changes.base import Change
from collector.storage.engine import writing
from collector.storage.queries.accounts import account_named
from collector.storage.queries.api_tokens import secret_digest
from collector.storage.queries.sites import site_ids
from collector.web.stations_api import STATION_FIELDS
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.seeded_region import NOW

SECRET = "1" * 64


@pytest.fixture
def programs(region: Engine, open_browser: Callable[..., Browser]) -> Callable[..., Browser]:
    """A program with a token that reaches the whole Region, or one site."""

    def with_token(code: str = "") -> Browser:
        with writing(region) as connection:
            account = account_named(connection, "administrator")
            assert account is not None
            change = Change(connection, account.name, NOW, SETTINGS.rules.zone, lambda: 0)
            grant = Grant(Role.READER)
            if code:
                grant = Grant(Role.READER, Scope.SITE, site_id=site_ids(connection)[code])
            add_token(change, account, NewToken("0" * 16, secret_digest(SECRET), "programs", grant, NOW + 3600))
        browser = open_browser(region)
        browser.client.headers["authorization"] = f"Bearer {'0' * 16}.{SECRET}"
        return browser

    return with_token


def test_a_program_reads_all_stations_or_those_of_a_site(programs: Callable[..., Browser]) -> None:
    program = programs()
    everything = program.get("/api/v1/stations").json()
    assert len(everything["rows"]) == 10
    assert everything["fields"] == dict(STATION_FIELDS)
    (one,) = program.get("/api/v1/stations?site=HELMET").json()["rows"]
    assert list(one) == list(STATION_FIELDS)
    assert (one["state"], one["last_contact_seconds"], one["memory_bytes"]) == ("online", NOW - 700, 8 * 2**30)
    assert one["restart_pending"] is False
    assert one["model"] is None


def test_the_same_as_csv(programs: Callable[..., Browser]) -> None:
    answer = programs().get("/api/v1/stations?site=CANAL&format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert rows[5]["failed_readings"] == "network_link"
    assert (rows[5]["network_megabits"], rows[5]["restart_pending"]) == ("", "true")


def test_a_token_of_one_site_reaches_no_other(programs: Callable[..., Browser]) -> None:
    program = programs("HELMET")
    assert [row["site"] for row in program.get("/api/v1/stations").json()["rows"]] == ["HELMET"]
    for path in ("/api/v1/stations?site=CANAL", "/api/v1/inventory/CANAL/1", "/api/v1/stations?site=NOWHERE"):
        assert program.get(path).status_code == 404, path
    assert program.get("/api/v1/inventory/HELMET/1").status_code == 200


def test_an_inventory_names_the_station_and_no_person(programs: Callable[..., Browser]) -> None:
    program = programs()
    found = program.get("/api/v1/inventory/CANAL/1").json()
    assert found["deviceid"] == "dps-CANAL-1"
    assert found["content"]["operatingsystem"]["name"] == "Debian GNU/Linux"
    missing = program.get("/api/v1/inventory/CANAL/99")
    assert (missing.status_code, missing.json()["detail"]) == (404, "“number”: the site CANAL has no station 99.")


def test_a_parameter_that_is_not_known_is_said_to_be_so(programs: Callable[..., Browser]) -> None:
    program = programs()
    assert "there is no such parameter" in program.get("/api/v1/stations?sites=CANAL").json()["detail"]
    assert "write json or csv" in program.get("/api/v1/stations?format=xml").json()["detail"]
