"""Open data for strangers: published reports and the list of certified sites, and nothing else."""

import csv
import io
import json
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from collector.reports.inputs import Edition, canonical_json
from collector.storage.engine import writing
from collector.storage.queries.vintages import File, Vintage, add_vintage
from tests.collector.reports import cast
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.public_region import seed_public
from tests.collector.web.seeded_region import NOW

Open = Callable[..., Browser]
BASE = "/open-data/CANAL/2026/2"


@pytest.fixture
def town(region: Engine) -> Engine:
    """CANAL has a frozen report in both editions."""
    with writing(region) as connection:
        seed_public(connection)
        for edition in Edition:
            inputs = cast.site(edition, vintage=2)
            kept = Vintage(2, str(edition), "0" * 64, NOW, "anna")
            add_vintage(
                connection,
                1,
                2026,
                kept,
                canonical_json(inputs),
                [File("fr", "pdf", "0" * 64, b"%PDF-" + str(edition).encode())],
            )
    return region


@pytest.fixture
def visitor(town: Engine, open_browser: Open) -> Browser:
    return open_browser(town)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_stranger_finds_and_takes_published_statistics(visitor: Browser) -> None:
    page = visitor.get("/open-data").text
    for name in ("cells.csv", "figures.csv", "sites.csv", "statistics.json", "datapackage.json"):
        assert f'href="{BASE}/{name}"' in page
        assert visitor.get(f"{BASE}/{name}").status_code == 200
    assert {row["site"] for row in rows(visitor.get(f"{BASE}/cells.csv").text)} == {cast.site().subject.code}


def test_only_the_public_edition_is_given_away(visitor: Browser) -> None:
    assert visitor.get(f"{BASE}/report-fr.pdf").content == b"%PDF-public"
    for name in ("report-fr.json", "report-de.pdf", "report-nl.pdf", "inputs.json", "..%2fx"):
        assert visitor.get(f"{BASE}/{name}").status_code == 404, name


def test_what_is_not_frozen_is_not_there(visitor: Browser) -> None:
    for path in ("/open-data/CANAL/2026/1/cells.csv", "/open-data/region/2026/1/cells.csv", "/open-data/NO/2026/2/x"):
        assert visitor.get(path).status_code == 404, path


def test_a_frozen_file_may_be_kept_and_read_by_any_page(visitor: Browser) -> None:
    headers = visitor.get(f"{BASE}/cells.csv").headers
    assert headers["cache-control"] == "public, max-age=86400"
    assert headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in headers


def test_the_list_of_sites_tells_only_of_those_that_are_certified(visitor: Browser) -> None:
    spaces = rows(visitor.get("/open-data/spaces/spaces.csv").text)
    assert [row["site"] for row in spaces] == ["CANAL", "HELMET"]
    assert spaces[0]["municipality_nl"] == "Sint-Jans-Molenbeek"
    hours = rows(visitor.get("/open-data/spaces/opening_hours.csv").text)
    assert {(row["weekday"], row["from"], row["kind"]) for row in hours} == {
        ("1", "09:30", "training"),
        ("7", "12:00", "free_access"),
    }


def test_how_busy_a_site_is_is_in_no_file_and_no_api(visitor: Browser) -> None:
    assert 'class="busy"' in visitor.get("/public").text
    for path in (
        *(
            f"/open-data/spaces/{name}"
            for name in ("spaces.csv", "opening_hours.csv", "spaces.json", "datapackage.json")
        ),
        "/open-data/catalogue.jsonld",
        "/open-data/catalogue.ttl",
        "/open-data",
        f"{BASE}/statistics.json",
    ):
        answer = visitor.get(path)
        assert answer.status_code == 200
        assert not {"busy", "quiet", "moderate"} & set(answer.text.replace('"', " ").replace(",", " ").split()), path


def test_the_catalogue_has_the_address_of_the_settings(town: Engine, open_browser: Open) -> None:
    browser = open_browser(town, replace(SETTINGS, public_url="https://data.example", publisher="Région"))
    answer = browser.get("/open-data/catalogue.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    graph = {node["@id"]: node for node in json.loads(answer.text)["@graph"]}
    assert f"https://data.example{BASE}/" in graph
    assert f"https://data.example{BASE}/cells.csv#distribution" in graph
    assert browser.get("/open-data/catalogue.ttl").headers["content-type"] == "text/turtle; charset=utf-8"
    assert browser.get("/open-data/catalogue.xml").status_code == 404


def test_without_a_report_the_page_says_so(region: Engine, open_browser: Open) -> None:
    assert "Nothing is published yet" in open_browser(region).get("/open-data").text


def test_it_is_off_with_the_public_pages(town: Engine, open_browser: Open) -> None:
    browser = open_browser(town, replace(SETTINGS, public_pages=False))
    for path in ("/open-data", "/open-data/catalogue.ttl", f"{BASE}/cells.csv", "/open-data/spaces/spaces.csv"):
        assert browser.get(path).status_code == 404, path
