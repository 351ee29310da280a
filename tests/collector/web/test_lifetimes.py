"""Who is under maintenance until when, what is to be replaced, and the asset list that says so."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine

from collector.domain.access import Grant, Role, Scope
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import add_account, add_grant
from collector.storage.queries.equipment import equipment_of
from collector.storage.queries.sites import site_ids
from collector.storage.queries.web_sessions import open_session
from collector.storage.revocations import NO_PASSWORD
from tests.collector.web.browser import TOKEN, Browser
from tests.collector.web.seeded_region import NOW
from tests.collector.web.seeded_register import seed_register

LIST = (
    "tag,type,model,supply date,site\n"
    "CANAL-01,pc,ThinkCentre M70q,2024-03-01,CANAL\n"
    "NOORD-P1,printer,LaserJet M404,2021-03-01,NOORD\n"
)
ROWS = re.compile(r'<th scope="row" translate="no">([^<]*)<')


@pytest.fixture
def administrator(region: Engine, administrator: Browser) -> Browser:
    with writing(region) as connection:
        seed_register(connection)
    return administrator


def upload(browser: Browser, text: str, **fields: str) -> str:
    found = TOKEN.search(browser.get("/equipment").text)
    assert found
    files = {"file": ("list.csv", text.encode(), "text/csv")}
    return browser.client.post("/equipment/try", data={"_csrf_token": found[1], **fields}, files=files).text


def test_printers_projectors_and_stations_without_an_entry_are_in_the_plan(administrator: Browser) -> None:
    page = administrator.get("/equipment").text
    assert "Under maintenance: 1 of 12 devices." in page
    assert "It has ended: 1. Nobody entered the day of supply: 10." in page
    assert ROWS.findall(page)[:2] == ["Laser", "Beamer"]
    plan = administrator.get("/equipment/file?table=plan").content.decode("utf-8-sig")
    assert plan.splitlines()[:2] == [
        "Site,Code,overdue,2026,2027,2028,2029,2030,not known",
        "Digitaal Punt Noord,NOORD,0,0,0,0,0,0,3",
    ]
    assert "Espace numérique du Canal,CANAL,1,0,0,1,0,0,6" in plan


def test_a_kind_a_site_and_a_year_narrow_it_down_and_the_file_has_the_same(administrator: Browser) -> None:
    assert ROWS.findall(administrator.get("/equipment?kind=projector").text) == ["Beamer"]
    assert ROWS.findall(administrator.get("/equipment?due=overdue").text) == ["Laser"]
    assert ROWS.findall(administrator.get("/equipment?due=2028&site=CANAL").text) == ["Beamer"]
    assert len(ROWS.findall(administrator.get("/equipment?due=unknown&site=NOORD").text)) == 3
    assert administrator.get("/equipment/file?kind=printer").content.decode("utf-8-sig") == (
        "Site,Code,Tag,Kind,Model,Serial number,Day of supply,Maintenance until,Maintenance,To be replaced in\n"
        "Espace numérique du Canal,CANAL,Laser,printer,,,2021-09-01,2025-09-01,ended,overdue\n"
    )


def test_an_asset_list_is_tried_first_and_stored_when_somebody_has_seen_it(
    administrator: Browser, region: Engine
) -> None:
    tried = upload(administrator, LIST)
    assert "It is the enrolled station 1." in tried
    assert "Nothing is stored yet." in tried
    kept = re.search(r'name="content" value="([^"]*)"', tried)
    assert kept
    fields = {"_csrf_token": administrator.token("/equipment"), "store": "1", "name": "list.csv", "content": kept[1]}
    stored = administrator.client.post("/equipment/try", files={key: (None, text) for key, text in fields.items()})
    assert "Stored." in stored.text
    with reading(region) as connection:
        first = next(each for each in equipment_of(connection, site_ids(connection)["CANAL"]) if each.station_id == 1)
    assert (first.label, first.model, str(first.supplied_on)) == ("CANAL-01", "ThinkCentre M70q", "2024-03-01")
    assert "ThinkCentre M70q" in administrator.get("/sites/CANAL/equipment").text


def test_one_bad_row_and_nothing_is_stored(administrator: Browser, region: Engine) -> None:
    page = upload(administrator, LIST + "CANAL-09,scanner,,,CANAL\n", store="1")
    assert "1 line is wrong, so nothing was stored" in page
    assert "Kind: “scanner” is not one of these words" in page
    with reading(region) as connection:
        assert all(each.label != "NOORD-P1" for each in equipment_of(connection, site_ids(connection)["NOORD"]))


def test_a_technician_of_a_site_takes_in_its_devices_alone(
    region: Engine, open_browser: Callable[..., Browser]
) -> None:
    with writing(region) as connection:
        number = add_account(connection, "technician", NO_PASSWORD, NOW)
        site = site_ids(connection)["CANAL"]
        add_grant(connection, number, Grant(Role.TECHNICIAN, Scope.SITE, site_id=site))
        open_session(connection, "key", number, NOW, NOW + 3600)
    browser = open_browser(region)
    browser.set_cookie("session", "key")
    page = upload(browser, LIST)
    assert "No site is called “NOORD”" in page
    assert "Digitaal" not in browser.get("/equipment").text
    assert "NOORD" not in browser.get("/equipment/file?table=plan").text
