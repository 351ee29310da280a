"""The first page of a Region with many sites: in pages, with a search, and its first sentence as it was kept."""

import re
from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine, insert, update

from collector.catalogue import catalogue
from collector.domain.calendar import this_month, today
from collector.domain.statistics import Rules
from collector.reports.keeping import keep_told
from collector.storage.engine import reading, writing
from collector.storage.models import site, station, station_contact
from collector.storage.queries.site_statistics import figures_of_site
from collector.storage.queries.sites import all_sites
from collector.storage.queries.stations import heard_since, stations_of
from collector.web.accounts import create_account
from collector.web.views import reports
from collector.web.views.sites import PER_PAGE
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW, PASSWORD

MORE = 40


@pytest.fixture
def many(region: Engine) -> Engine:
    """The seeded sites and 40 more, each with two stations: one is online, one is silent, off, or was never seen."""
    added = range(1000, 1000 + MORE)
    last = {0: (NOW - 90_000, None), 1: (NOW - 90_000, NOW - 90_000)}
    common = {"last_envelope_id": "0" * 32, "agent_version": "1", "clock_skew_seconds": 0}
    with writing(region) as connection:
        connection.execute(
            insert(site),
            [
                {
                    "site_id": number,
                    "code": f"M{number}",
                    "name": f"Espace {number}",
                    "name_nl": f"Ruimte {number}",
                    "municipality": "Ixelles / Elsene" if number % 2 else "Jette",
                    "created_at": 0,
                }
                for number in added
            ],
        )
        stations = [(number, station_id) for number in added for station_id in (1, 2)]
        connection.execute(
            insert(station),
            [
                {"site_id": number, "station_id": station_id, "label": str(station_id), "installed_at": NOW - 9_000}
                for number, station_id in stations
            ],
        )
        online = [{"site_id": number, "station_id": 1, "received_at": NOW - 60, "stopped_at": None} for number in added]
        others = [
            {"site_id": number, "station_id": 2, "received_at": last[number % 3][0], "stopped_at": last[number % 3][1]}
            for number in added
            if number % 3 in last
        ]
        connection.execute(insert(station_contact), [each | common for each in (*online, *others)])
    return region


@pytest.fixture
def administrator(many: Engine, open_browser: Callable[..., Browser]) -> Browser:
    browser = open_browser(many)
    assert browser.log_in("administrator", PASSWORD).status_code == 303
    return browser


def sites_on(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/sites/(\w+)"', page)


def test_every_site_is_on_one_of_the_pages(administrator: Browser, many: Engine) -> None:
    with reading(many) as connection:
        codes = [each.code for each in all_sites(connection)]
    found, path = [], "/"
    while path:
        page = administrator.get(path).text
        assert len(sites_on(page)) <= PER_PAGE
        found += sites_on(page)
        following = re.search(r'<a href="([^"]*)" rel="next">', page)
        path = following[1].replace("&amp;", "&") if following else ""
    assert found == codes


@pytest.mark.parametrize(("asked", "count"), [("elsene", MORE // 2), ("M1007", 1), ("ruimte 1007", 1), ("%", 0)])
def test_a_site_is_found_by_name_code_or_municipality(administrator: Browser, asked: str, count: int) -> None:
    page = administrator.get("/?" + urlencode({"search": asked})).text
    assert len(sites_on(page)) == min(count, PER_PAGE)
    assert ("No site has these letters" in page) is (count == 0)
    if count > PER_PAGE:
        assert f'href="/?search={asked}&amp;page=2" rel="next"' in page


def test_a_page_that_is_not_there_is_the_last_one(administrator: Browser) -> None:
    last = administrator.get(f"/?page={10**9}").text
    assert 'rel="prev"' in last
    assert 'rel="next"' not in last
    assert sites_on(administrator.get("/?page=-3").text) == sites_on(administrator.get("/").text)


def test_stations_that_have_reported_lately_are_counted_by_the_database(administrator: Browser, many: Engine) -> None:
    with reading(many) as connection:
        everything = [each.site_id for each in all_sites(connection)]
        there = stations_of(connection, everything)
        lately = [
            each
            for each in there
            if each.contact and not each.contact.stopped and each.contact.received_at >= NOW - 3900
        ]
        assert heard_since(connection, None, NOW - 3900) == (len(lately), len(there))
        assert heard_since(connection, everything[:3], NOW - 3900)[1] == sum(
            each.site_id in everything[:3] for each in there
        )
        assert MORE <= len(lately) < len(there)
    page = administrator.get("/", **{"accept-language": "en"}).text
    assert f"have reported lately: {len(lately)} of {len(there)}." in page


def test_the_first_sentence_is_that_of_the_region_once_it_was_kept(administrator: Browser, many: Engine) -> None:
    assert "up to the last midnight" not in administrator.get("/").text
    keep_told(many, NOW, Rules(), catalogue())
    page = administrator.get("/").text
    assert "All sites together, up to the last midnight." in page
    assert "so far:" in page


def test_the_first_sentence_of_a_municipality_adds_up_its_sites_alone(
    many: Engine, open_browser: Callable[..., Browser]
) -> None:
    in_jette = ["CANAL", "NOORD", "HELMET"]
    with writing(many) as connection:
        connection.execute(update(site).where(site.c.code.in_(in_jette)).values(municipality="Jette"))
        create_account(connection, "jeanne", PASSWORD, "site_coordinator", NOW, municipality="Jette")
    month, midnight = this_month(NOW, Rules().zone), today(NOW, Rules().zone).start()
    with reading(many) as connection:
        sites = [each for each in all_sites(connection) if each.municipality == "Jette"]
        sessions = [figures_of_site(connection, each, [month], midnight, Rules())[0].sessions.value for each in sites]
    assert len(sites) == MORE // 2 + len(in_jette)
    assert len([each for each in sessions if each]) > 1

    browser = open_browser(many)
    browser.log_in("jeanne", PASSWORD)
    page = browser.get("/", **{"accept-language": "en"}).text
    assert f"{len(sites)} sites together, up to the last midnight." in page
    told = " ".join(re.sub(r"<[^>]*>", " ", page.split("so far:")[1].split("of use")[0]).split())
    assert f"{sum(each or 0 for each in sessions)} sessions" in told


def test_reports_of_many_sites_come_in_pages_and_are_searched(
    administrator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reports, "PER_PAGE", 30)
    first, last = (administrator.get(f"/reports?page={page}").text for page in (1, 2))
    assert '/reports/region/2026"' in first
    assert '/reports/region/2026"' not in last
    assert first.count("<tr><th") == 31
    assert last.count("<tr><th") == MORE + 4 - 30
    found = administrator.get("/reports?search=ruimte+1007").text
    assert '/reports/M1007/2026"' in found
    assert found.count("<tr><th") == 1
    assert "No site has these letters" in administrator.get("/reports?search=%25").text
