"""Technicians find computers by what they are; nobody finds out how much one is used."""

import re
from collections.abc import Callable
from itertools import chain

import pytest
from sqlalchemy import Engine, insert

from collector.domain.access import Grant, Role, Scope
from collector.domain.fleet import Column
from collector.storage import models
from collector.storage.engine import writing
from collector.storage.queries.accounts import add_account, add_grant
from collector.storage.queries.fleet import computers_of
from collector.storage.queries.sites import site_ids
from collector.storage.queries.web_sessions import open_session
from collector.storage.revocations import NO_PASSWORD
from collector.web.views import fleet
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import GIB, NOW, add_readings

LABELS = re.compile(r'/stations/\d+" translate="no">([^<]*)<')
EVERY = "&".join(f"column={each}" for each in Column)


@pytest.fixture
def mixed(region: Engine) -> Engine:
    """CANAL-01 is the one with Windows 10 and 4 GB; the model of CANAL-02 stands in the register."""
    with writing(region) as connection:
        canal = site_ids(connection)["CANAL"]
        windows: dict[str, object] = {
            "name": "Windows 10 Pro",
            "version": "22H2",
            "kernel": "10.0.19045",
            "architecture": "AMD64",
        }
        for number, memory in ((1, 4), (2, 8)):
            add_readings(
                connection,
                canal,
                number,
                NOW,
                operating_system=("ok", windows),
                memory=("ok", {"total_bytes": memory * GIB - 300 * 2**20, "available_bytes": GIB}),
            )
        row = {"site_id": canal, "equipment_id": 9, "kind": "station", "label": "=CANAL-02", "station_id": 2}
        connection.execute(insert(models.equipment).values(**row, model="=ThinkCentre"))
    return region


@pytest.fixture
def administrator(mixed: Engine, administrator: Browser) -> Browser:
    return administrator


def labels(browser: Browser, query: str = "") -> list[str]:
    return LABELS.findall(browser.get(f"/fleet{query}").text)


def test_all_computers_stand_in_the_order_of_their_sites(administrator: Browser) -> None:
    everything = labels(administrator)
    assert everything == [
        *("NOORD-1", "NOORD-2", "NOORD-3"),
        *(f"CANAL-0{number}" for number in range(1, 7)),
        "HELMET-1",
    ]
    assert labels(administrator, "?sort=site&order=down") == everything[::-1]


def test_pcs_with_windows_10_and_less_than_8_gb_are_found(administrator: Browser) -> None:
    page = administrator.get("/fleet?system=windows+10&memory_below=8").text
    assert LABELS.findall(page) == ["CANAL-01"]
    assert "1 computer<" in page
    assert labels(administrator, "?memory_below=8") == ["CANAL-01"]
    assert labels(administrator, "?model=thinkcentre") == ["CANAL-02"]
    assert "No computer is like this." in administrator.get("/fleet?system=windows+7").text


def test_site_municipality_and_state_narrow_it_down(administrator: Browser) -> None:
    assert labels(administrator, "?site=HELMET") == ["HELMET-1"]
    assert len(labels(administrator, "?municipality=Schaerbeek+%E2%80%93+Schaarbeek")) == 4
    assert labels(administrator, "?state=unknown&site=CANAL") == ["CANAL-06"]
    assert labels(administrator, "?site=NOWHERE") == []


def test_a_number_that_is_none_is_said_to_be_so_and_stays_in_its_field(administrator: Browser) -> None:
    answer = administrator.get("/fleet?memory_below=much")
    assert answer.status_code == 400
    assert "Memory below (GB): “much” " in answer.text
    assert 'name="memory_below" value="much"' in answer.text


@pytest.mark.parametrize("order", ["up", "down"])
def test_each_page_is_a_part_of_the_same_list(
    administrator: Browser, monkeypatch: pytest.MonkeyPatch, order: str
) -> None:
    whole = labels(administrator, f"?sort=site&order={order}")
    by_label = labels(administrator, f"?sort=label&order={order}")
    monkeypatch.setattr(fleet, "PER_PAGE", 4)
    for sort, expected in (("site", whole), ("label", by_label)):
        parts = [labels(administrator, f"?sort={sort}&order={order}&page={page}") for page in (1, 2, 3)]
        assert [len(part) for part in parts] == [4, 4, 2]
        assert list(chain.from_iterable(parts)) == expected
    assert labels(administrator, "?page=99") == labels(administrator, "?page=3")


def test_only_the_sites_on_a_page_are_asked_for_their_stations(
    administrator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def noted(connection: object, site_ids: list[int], *rest: object, **named: object) -> object:
        asked.append(len(site_ids))
        return original(connection, site_ids, *rest, **named)  # type: ignore[arg-type]

    original = computers_of
    monkeypatch.setattr(fleet, "computers_of", noted)
    monkeypatch.setattr(fleet, "PER_PAGE", 2)
    assert len(labels(administrator, "?page=3")) == 2
    assert asked == [1]


def test_the_file_has_what_is_shown_and_nothing_that_a_spreadsheet_computes(administrator: Browser) -> None:
    answer = administrator.get("/fleet/file?system=windows&column=model&column=memory&column=site&sort=label")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.decode("utf-8-sig") == (
        "Station,Site,Model,Memory (GB)\n"
        "CANAL-01,Espace numérique du Canal,,4\n"
        "CANAL-02,Espace numérique du Canal,'=ThinkCentre,8\n"
    )
    every = administrator.get(f"/fleet/file?{EVERY}").content.decode("utf-8-sig").splitlines()
    assert len(every) == 11
    assert every[4] == (
        "CANAL-01,Espace numérique du Canal,online,2026-11-22 14:13:20,Windows 10 Pro 22H2,,4,440,41,4,1000,no,0.1.0,,"
    )


def test_a_technician_of_one_site_sees_its_computers_alone(mixed: Engine, open_browser: Callable[..., Browser]) -> None:
    with writing(mixed) as connection:
        number = add_account(connection, "technician", NO_PASSWORD, NOW)
        site = site_ids(connection)["HELMET"]
        add_grant(connection, number, Grant(Role.TECHNICIAN, Scope.SITE, site_id=site))
        open_session(connection, "key", number, NOW, NOW + 3600)
    browser = open_browser(mixed)
    browser.set_cookie("session", "key")
    for query in ("", "?site=CANAL", "?system=debian", "?sort=label"):
        assert set(labels(browser, query)) <= {"HELMET-1"}, query
    assert "CANAL" not in browser.get("/fleet").text
    assert "CANAL" not in browser.get("/fleet/file").text


def test_nothing_says_how_much_a_computer_is_used(administrator: Browser) -> None:
    for path in (f"/fleet?{EVERY}", f"/fleet/file?{EVERY}"):
        text = administrator.get(path).text
        assert not re.search(r"session[^s\"]|busy|12\s?%|in use|available", text), path
