"""Every address, every role, the own site and another: who gets in. Written by hand, apart from the table it holds."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from litestar import Response
from litestar.middleware.csrf import generate_csrf_token
from sqlalchemy import Engine

from collector.domain.access import Grant, Role, Scope
from collector.storage.engine import writing
from collector.storage.queries.accounts import add_account, add_grant
from collector.storage.queries.sites import site_ids
from collector.storage.queries.web_sessions import open_session
from collector.storage.revocations import NO_PASSWORD
from collector.web import web_app
from collector.web.openid import Client, OpenIdProvider
from collector.web.permissions import RULES
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.seeded_region import NOW

EVERYBODY, LOGGED_IN = "everybody", "logged in"
"""A administrator, R regional coordinator, S site coordinator, F facilitator, T technician, L reader of the site,
l reader of the Region; N somebody without any role. What follows "other:" holds for a site that is not their own."""

MATRIX: dict[str, str] = {
    "GET /favicon.ico": EVERYBODY,
    "GET /health": EVERYBODY,
    "POST /language": EVERYBODY,
    "GET /login": EVERYBODY,
    "POST /login": EVERYBODY,
    "GET /static/{version}/{name}": EVERYBODY,
    "GET /public": EVERYBODY,
    "GET /public/sites/{code}": EVERYBODY,
    "GET /public/leaflet.pdf": EVERYBODY,
    "GET /privacy": EVERYBODY,
    "GET /accessibility": EVERYBODY,
    "GET /papers/{name}": EVERYBODY,
    "GET /papers/{name}/pdf": EVERYBODY,
    "GET /poster": EVERYBODY,
    "GET /poster.pdf": EVERYBODY,
    "GET /open-data": EVERYBODY,
    "GET /open-data/{name}": EVERYBODY,
    "GET /open-data/spaces/{name}": EVERYBODY,
    "GET /open-data/{code}/{year}/{vintage}/{name}": EVERYBODY,
    "GET /papers": LOGGED_IN,
    "GET /login/code": EVERYBODY,
    "POST /login/code": EVERYBODY,
    "POST /login/key": EVERYBODY,
    "GET /login/provider": EVERYBODY,
    "GET /login/provider/return": EVERYBODY,
    "GET /invitations/{token}/provider": EVERYBODY,
    "GET /invitations/{token}": EVERYBODY,
    "POST /invitations/{token}": EVERYBODY,
    "POST /logout": LOGGED_IN,
    "GET /account": LOGGED_IN,
    "GET /account/provider": LOGGED_IN,
    "POST /account/change": LOGGED_IN,
    "GET /accounts": "A",
    "POST /accounts/invite": "A",
    "GET /accounts/{number}": "A",
    "POST /accounts/{number}/change": "A",
    "GET /audit": "A R S",
    "GET /": LOGGED_IN,
    "GET /fleet": "A T",
    "GET /fleet/file": "A T",
    "GET /equipment": "A T",
    "GET /equipment/file": "A T",
    "POST /equipment/try": "A T",
    "GET /agents": "A T",
    "POST /agents/change": "A T",
    "POST /agents/token": "A T",
    "GET /maintenance": "A T",
    "GET /thresholds": "A T",
    "POST /thresholds/message": "A T",
    "POST /thresholds/change": "A",
    "GET /today": "A R S F T",
    "GET /sites/{code}/alerts/{number}": "A R S F T other: A R",
    "POST /sites/{code}/alerts/{number}/change": "A S T other: A",
    "GET /sites/{code}/stations/{number}": "A R S F T other: A R",
    "GET /sites/{code}/visit": "A R S F T other: A R",
    "GET /sites/{code}/maintenance": "A R S F T other: A R",
    "POST /sites/{code}/maintenance/change": "A T other: A",
    "GET /region": "A R l",
    "GET /region/file": "A R l",
    "GET /region/statistics/{year}": "A R l",
    "GET /region/decisions": "A R l",
    "POST /region/decisions/change": "A",
    "GET /sites/{code}": "A R S F T L l other: A R l",
    "GET /sites/{code}/stations": "A R S F T L l other: A R l",
    "GET /sites/{code}/days": "A S F L other: A",
    "GET /sites/{code}/figures": "A S F L other: A",
    "GET /sites/{code}/figures/file": "A S F L other: A",
    "GET /sites/{code}/calendar/{year}": "A R S F T L l other: A R l",
    "GET /figures": LOGGED_IN,
    "GET /sites/{code}/statistics/{year}": "A S F L other: A",
    "GET /sites/{code}/register": "A R S F T L l other: A R l",
    "POST /sites/{code}/register/change": "A R S other: A R",
    "GET /sites/{code}/opening-hours": "A R S F T L l other: A R l",
    "POST /sites/{code}/opening-hours/change": "A R S other: A R",
    "GET /sites/{code}/equipment": "A R S F T L l other: A R l",
    "POST /sites/{code}/equipment/change": "A S T other: A",
    "GET /sites/{code}/entries": "A S F L other: A",
    "POST /sites/{code}/entries/change": "A S F other: A",
    "GET /sites/{code}/attendance": "A S F other: A",
    "POST /sites/{code}/attendance/change": "A S F other: A",
    "GET /sites/{code}/activity": "A S F other: A",
    "POST /sites/{code}/activity/change": "A S F other: A",
    "GET /sites/{code}/years/{year}": "A S F other: A",
    "POST /sites/{code}/years/{year}/change": "A S F other: A",
    "GET /sites/{code}/files": "A S F L other: A",
    "GET /sites/{code}/files/{table}": "A S F L other: A",
    "POST /sites/{code}/files/try": "A S F other: A",
    "GET /reports": "A R S F L l",
    "GET /reports/{code}/{year}": "A R S F L l other: A R l",
    "GET /reports/{code}/{year}/read/{edition}": "A S F L other: A",
    "POST /reports/{code}/{year}/accept": "A S other: A",
    "POST /reports/{code}/{year}/freeze": "A S other: A",
    "GET /api/v1/openapi.json": EVERYBODY,
    "GET /api/v1/statistics": "A S F L other: A",
    "GET /api/v1/stations": "A R S F T",
    "GET /api/v1/alerts": "A R S F T",
    "GET /api/v1/inventory/{code}/{number}": "A R S F T other: A R",
    "GET /api/v1/reports/{code}/{year}": "A S F L other: A",
}

WITH_PROVIDER = replace(
    SETTINGS,
    provider=OpenIdProvider(Client("https://login.example", "dps", "a secret", "Irisnet", "https://dps.example")),
)

GRANTS = {
    "A": Grant(Role.ADMINISTRATOR),
    "R": Grant(Role.REGIONAL_COORDINATOR),
    "S": Grant(Role.SITE_COORDINATOR, Scope.SITE),
    "F": Grant(Role.FACILITATOR, Scope.SITE),
    "T": Grant(Role.TECHNICIAN, Scope.SITE),
    "L": Grant(Role.READER, Scope.SITE),
    "l": Grant(Role.READER),
    "N": None,
}
OWN, OTHER = "CANAL", "NOORD"
FILLED = {
    "{version}": "1",
    "{name}": "style.css",
    "{year}": "2026",
    "{edition}": "internal",
    "{table}": "sites.csv",
    "{token}": "x",
    "{number}": "1",
    "{vintage}": "1",
}


def addresses(engine: Engine) -> set[str]:
    """All of the application, whatever the table says of them."""
    return {
        f"{method} {route.path_format}"
        for route in web_app(engine, WITH_PROVIDER, lambda: NOW).routes
        for handler in route.route_handlers  # type: ignore[union-attr]  # there are only HTTP routes
        for method in handler.http_methods
        if method != "OPTIONS"
    }


@pytest.fixture
def stranger(region: Engine, open_browser: Callable[..., Browser]) -> Browser:
    return open_browser(region, WITH_PROVIDER)


@pytest.fixture
def people(region: Engine) -> None:
    """One of each role at CANAL, logged in under the key of their letter."""
    with writing(region) as connection:
        here = site_ids(connection)[OWN]
        for letter, grant in GRANTS.items():
            number = add_account(connection, f"role {letter}", NO_PASSWORD, NOW)
            if grant is not None:
                site_id = here if grant.scope is Scope.SITE else None
                add_grant(connection, number, grant._replace(site_id=site_id))
            open_session(connection, f"key {letter}", number, NOW, NOW + 3600)


def as_role(browser: Browser, letter: str) -> Browser:
    browser.client.cookies.clear()
    if letter:
        browser.set_cookie("session", f"key {letter}")
    token = generate_csrf_token(SETTINGS.csrf_secret)
    browser.set_cookie("csrf", token)
    browser.client.headers["x-csrftoken"] = token
    return browser


@pytest.fixture
def role(people: None, stranger: Browser) -> Callable[[str], Browser]:
    return lambda letter: as_role(stranger, letter)


@pytest.fixture
def doors(people: None, stranger: Browser) -> Callable[[str], Browser]:
    """The same in front of an application whose views do nothing: 204 is whom the guard lets in."""

    async def let_in(_request: object) -> Response[None]:
        return Response(None, status_code=204)

    stranger.client.app.before_request = let_in
    return lambda letter: as_role(stranger, letter)


def ask(browser: Browser, address: str, code: str) -> bool:
    """Whether somebody gets in."""
    method, _, path = address.partition(" ")
    for word, value in {**FILLED, "{code}": code}.items():
        path = path.replace(word, value)
    if path == "/api/v1/statistics":
        path += f"?site={code}"
    answer = browser.client.request(method, path, follow_redirects=False)
    refused = {303, 401, 403, 404}
    assert answer.status_code in {204, *refused}, (address, answer.status_code)
    return answer.status_code not in refused


def test_every_address_is_in_the_table_and_in_this_test(region: Engine) -> None:
    assert set(RULES) == set(MATRIX) == addresses(region)


@pytest.mark.parametrize("letter", ["", *GRANTS])
def test_everybody_gets_what_the_work_needs_at_the_own_site_and_at_another(
    letter: str, doors: Callable[[str], Browser]
) -> None:
    browser = doors(letter)
    for address, text in MATRIX.items():
        own, _, other = text.partition("other:")
        if text == EVERYBODY or (text == LOGGED_IN and letter):
            own = other = letter or "stranger"
        of_a_site = "{code}" in address or address == "GET /api/v1/statistics"
        codes = {OWN: own, OTHER: other if of_a_site else own}
        for code, letters in codes.items():
            assert ask(browser, address, code) == ((letter or "stranger") in letters.split()), (address, code)


def test_an_address_that_the_table_forgets_is_shut(
    doors: Callable[[str], Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(doors("A"), "GET /health", OWN)
    assert ask(doors("A"), "GET /reports", OWN)
    monkeypatch.setattr("collector.web.permissions.RULES", {})
    for letter in ("A", ""):
        assert not ask(doors(letter), "GET /reports", OWN)


def test_the_sites_of_others_and_those_that_are_not_there_look_alike(role: Callable[[str], Browser]) -> None:
    browser = role("S")
    for code in ("NOORD", "NOWHERE", "%00"):
        answer = browser.get(f"/sites/{code}")
        assert answer.status_code == 404
        assert "Noord" not in answer.text


def test_what_is_only_for_the_people_of_a_site_is_in_no_other_page(role: Callable[[str], Browser]) -> None:
    region_page = role("R").get("/").text
    assert "Espace numérique du Canal" in region_page
    assert "Sessions today" not in region_page
    assert "The Region, site by site" in region_page
    assert "sessions and" not in region_page
    assert role("S").get("/").headers["location"] == "/sites/CANAL"
    own = role("S").get("/sites/CANAL").text
    assert "Espace numérique du Canal" in own
    assert "Noord" not in own
    site = role("T").get("/sites/CANAL").text
    assert "Debian GNU/Linux" in site
    assert "so far" not in site
    assert "Debian" not in role("L").get("/sites/CANAL/stations").text


def test_the_public_edition_of_a_site_is_for_the_region_too(role: Callable[[str], Browser]) -> None:
    desk = role("R").get("/reports/CANAL/2026").text
    assert "edition=public" in desk
    assert "edition=internal" not in desk
    assert role("R").get("/reports/CANAL/2026/read/public").status_code == 200
    for path in ("/reports/CANAL/2026/read/internal", "/api/v1/reports/CANAL/2026?format=csv"):
        assert role("R").get(path).status_code == 403, path


@pytest.mark.parametrize("letter", GRANTS)
def test_the_report_of_the_region_is_for_those_of_the_region(letter: str, doors: Callable[[str], Browser]) -> None:
    browser = doors(letter)
    assert ask(browser, "POST /reports/{code}/{year}/freeze", "region") == (letter in "A R")
    assert ask(browser, "GET /reports/{code}/{year}", "Region") == (letter in "A R l")


def test_a_table_that_somebody_may_not_change_is_refused_line_by_line(role: Callable[[str], Browser]) -> None:
    own = b"site,name_fr\nCANAL,Mine\n"
    for letter, sentence in (("F", True), ("S", True), ("A", False)):
        files = {"file": ("sites.csv", own, "text/csv")}
        page = role(letter).client.post("/sites/CANAL/files/try", data={}, files=files)
        assert ("Your account may not change this table" in page.text) == sentence, letter
