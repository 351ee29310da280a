"""What everybody may read of certified sites."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from collector.storage.engine import writing
from tests.collector.web.browser import TOKEN, Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.public_region import seed_public, set_use, take
from tests.collector.web.seeded_region import PASSWORD

Open = Callable[..., Browser]


@pytest.fixture
def town(region: Engine) -> Engine:
    with writing(region) as connection:
        seed_public(connection)
    return region


@pytest.fixture
def visitor(town: Engine, open_browser: Open) -> Browser:
    return open_browser(town)


def test_a_stranger_reads_names_addresses_hours_and_services(visitor: Browser) -> None:
    page = visitor.get("/public").text
    for words in ("Espace du Canal", "Quai des Charbonnages 1", "1080", "open until 17:00", "printing, Wi-Fi"):
        assert words in page
    assert "12:00–17:00" in page


def test_only_certified_sites_are_public(visitor: Browser) -> None:
    page = visitor.get("/public").text
    assert "Forest" not in page
    assert "Digitaal Punt Noord" not in page
    for code in ("FOREST", "NOORD", "NOWHERE"):
        assert visitor.get(f"/public/sites/{code}").status_code == 404


def test_no_contact_of_the_register_is_public(visitor: Browser) -> None:
    assert "chef@example.org" not in visitor.get("/public").text + visitor.get("/public/sites/CANAL").text


def test_dutch_readers_find_dutch_names(visitor: Browser) -> None:
    headers = {"Accept-Language": "nl"}
    for path in ("/public", "/public/sites/CANAL"):
        page = visitor.get(path, **headers).text
        for words in ("Ruimte aan het Kanaal", "Koolmijnenkaai 1", "Sint-Jans-Molenbeek", "open tot 17:00"):
            assert words in page
        assert "Quai des" not in page


def test_a_site_has_the_next_seven_days(visitor: Browser) -> None:
    page = visitor.get("/public/sites/CANAL").text
    assert page.count("<time ") == 7
    assert 'datetime="2026-11-22"' in page
    assert "09:30–12:30" in page
    assert "training" in page


def test_hours_nobody_wrote_are_not_called_closed(visitor: Browser) -> None:
    page = visitor.get("/public/sites/HELMET").text
    assert "not known; please ask" in page
    assert "closed" not in page


def test_one_municipality_can_be_chosen(visitor: Browser) -> None:
    page = visitor.get("/public?municipality=Schaerbeek+%E2%80%93+Schaarbeek").text
    assert "Maison Helmet" in page
    assert "Espace du Canal" not in page
    assert visitor.get("/public?municipality=Nulle").status_code == 404


def test_where_there_are_many_a_reader_chooses_a_municipality_first(town: Engine, visitor: Browser) -> None:
    lines = [f"S{number},Site {number},Uccle,certified,2026-01-01" for number in range(60)]
    with writing(town) as connection:
        take(connection, {"more.csv": "\n".join(["site,name_fr,municipality,label,label_since", *lines]) + "\n"})
    page = visitor.get("/public").text
    assert "60 spaces" in page
    assert "Site 7" not in page
    assert "Site 7" in visitor.get("/public?municipality=Uccle").text


def test_the_operator_can_switch_public_pages_off(town: Engine, open_browser: Open) -> None:
    browser = open_browser(town, replace(SETTINGS, public_pages=False))
    assert [browser.get(path).status_code for path in ("/public", "/public/sites/CANAL")] == [404, 404]
    assert 'href="/public"' not in browser.get("/login").text


def test_it_says_how_busy_a_site_is_in_one_word(town: Engine, visitor: Browser) -> None:
    for in_use, word in ((5 * 900, "busy"), (3 * 900, "moderate"), (900, "quiet")):
        with writing(town) as connection:
            set_use(connection, stations=6, in_use=in_use)
        for path in ("/public", "/public/sites/CANAL"):
            assert f"</span> {word}</span>" in visitor.get(path).text


def test_two_half_hours_with_one_word_look_the_same(town: Engine, visitor: Browser) -> None:
    """Whatever else the page might tell of use would differ."""
    pages = []
    for in_use in (4 * 900, 6 * 900):
        with writing(town) as connection:
            set_use(connection, stations=6, in_use=in_use)
        pages.append([TOKEN.sub("", visitor.get(path).text) for path in ("/public", "/public/sites/CANAL")])
    assert pages[0] == pages[1]
    assert 'class="busy"' in pages[0][0]


def test_it_says_nothing_of_how_busy_where_the_site_does_not_wish_it(town: Engine, visitor: Browser) -> None:
    with writing(town) as connection:
        take(connection, {"s.csv": "site,name_fr,label,label_since,quiet_shown\nCANAL,Canal,certified,2024-01-01,no\n"})
    for path in ("/public", "/public/sites/CANAL"):
        assert 'class="busy"' not in visitor.get(path).text


def test_how_busy_it_is_is_kept_by_no_cache_and_no_archive(visitor: Browser) -> None:
    for path in ("/public", "/public/sites/CANAL"):
        answer = visitor.get(path)
        assert 'class="busy"' in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert '<meta name="robots" content="noarchive">' in answer.text


def test_a_website_can_be_nothing_but_the_web(town: Engine, open_browser: Open) -> None:
    browser = open_browser(town)
    browser.log_in("administrator", PASSWORD)
    answer = browser.send(
        "/sites/CANAL/register/change",
        "/sites/CANAL/register",
        action="site",
        name="Canal",
        label_status="certified",
        label_since="2024-01-01",
        website="javascript:alert(1)//a.b",
    )
    assert answer.status_code == 400
    assert "is not the address of a website" in answer.text


def test_a_municipality_has_a_leaflet_to_print(visitor: Browser) -> None:
    answer = visitor.get("/public/leaflet.pdf?municipality=Schaerbeek+%E2%80%93+Schaarbeek")
    assert answer.content[:5] == b"%PDF-"
    assert visitor.get("/public/leaflet.pdf?municipality=Forest+%E2%80%93+Vorst").status_code == 404
    assert visitor.get("/public/leaflet.pdf").status_code == 400
