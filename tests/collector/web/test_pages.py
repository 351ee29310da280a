"""What the pages say."""

import re
from collections.abc import Callable

import pytest
from litestar.testing import TestClient
from sqlalchemy import Engine, insert

from collector.storage.engine import writing
from collector.storage.models import site_slot
from collector.web import WebSettings, web_app
from collector.web.accounts import create_account
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW, PASSWORD, add_site, add_slots, add_station, slot_row

DAY = 86_400


def text(page: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", "", page).replace("\u00a0", " ").split())


@pytest.fixture
def open_page(empty_database: Engine, open_browser: Callable[..., Browser]) -> Callable[[str], str]:
    """Log in as a new administrator and read a page of the database as it is then."""
    browser = open_browser(empty_database)

    def opened(path: str) -> str:
        if not browser.client.cookies.get("session"):
            with writing(empty_database) as connection:
                create_account(connection, "anna", PASSWORD, "administrator", NOW)
            browser.log_in("anna", PASSWORD)
        answer = browser.get(path)
        assert answer.status_code == 200
        return answer.text

    return opened


def test_the_first_sentence_says_how_much_and_how_sure(administrator: Browser) -> None:
    words = text(administrator.get("/").text)
    assert re.search(r"In November 2026 so far: ≥at least [\d,]+ sessions and ≈about [\d,]+ h of use\. ", words)
    assert "Stations online: 8 of 10." in words
    assert re.search(r"Read the counts as a minimum: \d+% of the offered time is known", words)
    assert "1 station fell silent without a proper stop." in words
    assert "1 site with a single station is left out." in words
    assert "UCCLE-1 since 22 Nov 2026, 12:20" in words


def test_without_a_site_the_page_says_what_to_do(open_page: Callable[[str], str]) -> None:
    assert "dps-collector site add CODE" in open_page("/")


def test_without_a_station_the_page_says_what_to_do(empty_database: Engine, open_page: Callable[[str], str]) -> None:
    with writing(empty_database) as connection:
        add_site(connection, "NEW", "A new site")
    assert "dps-collector token issue --site NEW" in open_page("/sites/NEW")
    assert "No station is installed yet" in open_page("/")


def test_without_an_envelope_the_page_says_where_to_look(
    empty_database: Engine, open_page: Callable[[str], str]
) -> None:
    with writing(empty_database) as connection:
        add_station(connection, add_site(connection, "NEW", "A new site"), 1, "PC-1", NOW - 600)
    assert "dps-agent status" in open_page("/sites/NEW")
    page = open_page("/sites/NEW/stations")
    assert "never seen" in page
    assert "No readings yet." in page


def test_readings_of_health_are_shown_in_plain_words(administrator: Browser) -> None:
    words = text(administrator.get("/sites/NOORD/stations").text)
    for piece in (
        "Samsung SSD 860 EVO 500GB, 466 GB: says that it is well, 36 °C, 3% of its life used, errors of the cable: 108",
        "processor 47 °C (at most 100 °C)",
        "1,100 turns per minute, 0 turns per minute",
        "holds 76% of what it held when new",
        "8.0 GB (4.0 GB + 4.0 GB), 4 places",
        "power button or power cut: 2, crashes: 1, last on ",
        "12 wait, 3 of security, since 5 Nov 2025",
        "on, signatures of 12 Nov 2025",
        "Dell Inc. OptiPlex 7060, BIOS 1.27.0 (2023-08-31)",
        "router of the site: answers, contacts in two days: 18, of which 5 failed",
        "queue 1: stopped, no paper, 3 documents wait",
        "Hall: ready, little toner, pages: 48,211, toner black 8%, waste container some left",
        "Office: not reached did not answer within 10 s",
        "Room 1: on, lamp: warning, lamp: 3,120 h (78%), filter: 912 h",
    ):
        assert piece in words, piece


def test_readings_are_shown_in_plain_words(administrator: Browser) -> None:
    words = text(administrator.get("/sites/CANAL/stations").text)
    for piece in (
        "12% busy, 4 cores",
        "5.0 GB free of 8.0 GB",
        "/ 41 GB free of 120 GB (34%)",
        "Debian GNU/Linux 12 (bookworm)",
        "by cable, 1,000 Mbit/s",
        "since 22 Nov 2026, 09:20",
        "works, from logind",
    ):
        assert piece in words


def test_a_reading_that_cannot_be_read_says_why(administrator: Browser) -> None:
    words = text(administrator.get("/sites/CANAL/stations").text)
    assert "not readable /sys/class/net cannot be read: permission denied" in words
    assert "not readable no logind, no utmp" in words


def test_zero_no_data_and_not_applicable_look_different(administrator: Browser) -> None:
    page = administrator.get("/sites/CANAL/days").text
    rows = {row[0]: text(row[1]) for row in re.findall(r'<time datetime="([\d-]+)">(.*?)</tr>', page, re.DOTALL)}
    assert len(rows) == 30
    assert rows["2026-11-15"].endswith("0 0 h 144 h 0 h 0 h 144 h 100%")
    assert "no data no data no data 0 h 144 h 144 h 0%" in rows["2026-11-12"]
    assert rows["2026-10-25"].count("not applicable") == 7
    assert rows["2026-11-21"].count("at least") == 2


def test_nobody_sees_the_use_of_a_single_station(empty_database: Engine, open_page: Callable[[str], str]) -> None:
    """The use of a lone station changes nothing on any page or in any file."""
    with writing(empty_database) as connection:
        lone = add_site(connection, "LONE", "Lone site")
        add_station(connection, lone, 1, "PC-1", NOW - 10 * DAY, NOW - 60)
    paths = (
        "/",
        "/sites/LONE/days",
        "/sites/LONE",
        "/sites/LONE/stations",
        *(
            f"/api/v1/statistics?site=LONE&from=2026-11&to=2026-11&grain={grain}&format={form}"
            for grain in ("day", "month")
            for form in ("csv", "json")
        ),
    )
    with writing(empty_database) as connection:
        connection.execute(insert(site_slot), [slot_row(lone, NOW // 900 - 40, 1, starts=0, seconds_in_use=0)])
    unused = [open_page(path) for path in paths]
    with writing(empty_database) as connection:
        connection.execute(site_slot.delete())
        connection.execute(insert(site_slot), [slot_row(lone, NOW // 900 - 40, 1, starts=3, seconds_in_use=777)])
    assert [open_page(path) for path in paths] == unused
    assert "confidential" in unused[1]


def test_a_demonstration_shows_its_single_station_and_says_so(
    empty_database: Engine, open_page: Callable[[str], str]
) -> None:
    with writing(empty_database) as connection:
        demo = add_site(connection, "DEMO", "Demonstration", demonstration=True)
        add_station(connection, demo, 1, "PC-1", NOW // 900 * 900 - 3600, NOW - 60)
        connection.execute(insert(site_slot), [slot_row(demo, NOW // 900 - 2, 1, starts=3, seconds_in_use=777)])
    page = open_page("/sites/DEMO/stations") + open_page("/sites/DEMO/days")
    assert "Demonstration: the use of a single station is shown here only because" in page
    assert "How much a single station is used" not in page
    assert re.search(r"Sessions ≥at least 3 November 2026", text(page))


def test_data_from_outside_cannot_become_markup(empty_database: Engine, open_page: Callable[[str], str]) -> None:
    with writing(empty_database) as connection:
        site = add_site(connection, "X", "<script>alert(1)</script>")
        add_station(connection, site, 1, "<b>PC</b>", NOW - DAY)
        add_slots(connection, site, 1, NOW - 3600, NOW, range(24), night="free")
    for path in ("/", "/sites/X"):
        page = open_page(path)
        assert "<script" not in page
        assert "<b>" not in page


def test_pages_hold_no_inline_style_and_no_script(administrator: Browser) -> None:
    for path in ("/", "/sites/CANAL", "/sites/CANAL/stations", "/sites/CANAL/days", "/sites/NOORD", "/login"):
        page = administrator.get(path).text
        assert not re.search(r"<style|<script|\sstyle=|\son\w+=|https?://(?!www\.w3\.org/2000/svg)", page), path


@pytest.mark.parametrize("path", ["/sites/NOWHERE", "/sites/a%00b", "/sites/..%2f", "/x", "/sites/" + "A" * 5000])
def test_what_does_not_exist_has_a_page_that_says_so(administrator: Browser, path: str) -> None:
    answer = administrator.get(path)
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert "Log out" in answer.text or path == "/x" or "%2f" in path


def test_the_wrong_method_has_a_page_that_says_so(administrator: Browser) -> None:
    answer = administrator.client.put("/", headers={"x-csrftoken": administrator.token("/")})
    assert answer.status_code == 405
    assert "This does not work that way" in answer.text


def test_a_mistake_of_ours_has_a_page_without_its_inside(administrator: Browser, region: Engine) -> None:
    with writing(region) as connection:
        connection.exec_driver_sql("DROP TABLE site_slot")
    answer = administrator.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "site_slot" not in answer.text


def test_the_language_stays_in_the_browser_and_in_the_account(
    region: Engine, administrator: Browser, open_browser: Callable[..., Browser]
) -> None:
    answer = administrator.send("/language", "/", language="nl", next="/sites/CANAL")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sites/CANAL")
    assert '<html lang="nl">' in administrator.get("/").text
    other = open_browser(region)
    assert '<html lang="en">' in other.get("/login").text
    other.log_in("administrator", PASSWORD)
    assert '<html lang="nl">' in other.get("/").text


def test_an_unknown_language_is_refused(administrator: Browser) -> None:
    assert administrator.send("/language", "/", language="xx").status_code == 400


def test_it_works_under_a_path_of_a_proxy(region: Engine) -> None:
    settings = WebSettings(csrf_secret="0123456789abcdef" * 4)
    with TestClient(web_app(region, settings, lambda: NOW), root_path="/dps") as client:
        browser = Browser(client)
        assert browser.get("/").headers["location"] == "/dps/login"
        page = browser.get("/login").text
        assert 'action="/dps/login"' in page
        assert 'href="/dps/static/' in page
        assert browser.log_in("administrator", PASSWORD, next="/sites/CANAL").headers["location"] == "/dps/sites/CANAL"
