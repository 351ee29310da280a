"""Log in, log out, and what a stranger gets."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select, update

from collector.storage.engine import reading, writing
from collector.storage.models import account, web_session
from collector.web import WebSettings, web_app
from collector.web.attempts import FAILURES_PER_NAME
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW, PASSWORD

SECRETS = ("Canal", "CANAL", "Noord", "Helmet", "Forest", "UCCLE")
TLS = WebSettings(csrf_secret="fedcba9876543210" * 4, behind_tls=True)


def routes(engine: Engine) -> list[tuple[str, str]]:
    """Every address with its methods."""
    app = web_app(engine, TLS, lambda: NOW)
    return [
        (route.path, method)
        for route in app.routes
        for handler in route.route_handlers  # type: ignore[union-attr]  # there are only HTTP routes
        for method in sorted(handler.http_methods)
    ]


def filled(path: str) -> str:
    return path.replace("{code:str}", "CANAL").replace("{version:str}", "1").replace("{name:str}", "style.css")


def test_a_stranger_reads_nothing_on_any_route(region: Engine, stranger: Browser) -> None:
    tried = 0
    for path, method in routes(region):
        answer = stranger.client.request(
            method,
            filled(path),
            data={"_csrf_token": stranger.token(), "language": "en"} if method == "POST" else None,
            follow_redirects=False,
        )
        said = answer.text.replace(filled(path), "")  # the language is changed on the very page that was asked for
        assert not any(secret in said for secret in SECRETS), (method, path)
        tried += 1
    assert tried >= 12


def test_a_stranger_is_led_to_the_log_in_and_back(stranger: Browser) -> None:
    answer = stranger.get("/sites/CANAL")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=%2Fsites%2FCANAL")
    assert 'value="/sites/CANAL"' in stranger.get(answer.headers["location"]).text
    assert stranger.log_in("administrator", PASSWORD, next="/sites/CANAL").headers["location"] == "/sites/CANAL"


@pytest.mark.parametrize(
    "wish", ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:1", "/a\nb"]
)
def test_a_log_in_leads_to_no_other_host(stranger: Browser, wish: str) -> None:
    assert stranger.log_in("administrator", PASSWORD, next=wish).headers["location"] == "/"


def test_programs_without_a_log_in_get_a_problem(stranger: Browser) -> None:
    answer = stranger.get("/api/v1/statistics?site=CANAL&from=2026-11&to=2026-11")
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_wrong_password_and_an_unknown_name_look_alike(stranger: Browser) -> None:
    wrong = stranger.log_in("administrator", "wrong")
    unknown = stranger.log_in("administratox", "wrong")
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text == unknown.text.replace("administratox", "administrator")
    assert "session" not in wrong.cookies


@pytest.mark.parametrize("name", ["", "a\x00b", "é" * 500, "' OR 1=1 --"])
def test_strange_names_are_wrong_names(stranger: Browser, name: str) -> None:
    assert stranger.log_in(name, "\x00" * 20).status_code == 403


def test_guessing_is_slowed_down_without_locking_the_known_browser_out(
    region: Engine, open_browser: Callable[..., Browser]
) -> None:
    browser = open_browser(region)
    assert browser.log_in("administrator", PASSWORD).status_code == 303
    browser.send("/logout", "/")
    known = {name: value for name, value in browser.client.cookies.items() if name == "browser"}
    browser.client.cookies.clear()
    for _ in range(FAILURES_PER_NAME):
        assert browser.log_in("administrator", "wrong").status_code == 403
    refused = browser.log_in("administrator", PASSWORD)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    browser.client.cookies.update(known)
    assert browser.log_in("administrator", PASSWORD).status_code == 303


def test_a_log_in_makes_a_new_key_and_ends_the_old_one(stranger: Browser) -> None:
    stranger.set_cookie("session", "chosen-by-the-attacker")
    stranger.log_in("administrator", PASSWORD)
    first = stranger.client.cookies["session"]
    assert first != "chosen-by-the-attacker"
    stranger.send("/login", "/", name="administrator", password=PASSWORD)
    assert stranger.client.cookies["session"] != first
    stranger.set_cookie("session", first)
    assert stranger.get("/").status_code == 303


def test_the_database_does_not_hold_the_browsers_key(region: Engine, administrator: Browser) -> None:
    with reading(region) as connection:
        stored = connection.execute(select(web_session)).one()
    assert administrator.client.cookies["session"] not in str(stored)


def test_another_worker_knows_the_session_and_a_log_out_ends_it_everywhere(
    region: Engine, administrator: Browser, open_browser: Callable[..., Browser]
) -> None:
    other = open_browser(region)
    other.set_cookie("session", administrator.client.cookies["session"])
    assert other.get("/").status_code == 200
    assert administrator.send("/logout", "/").status_code == 303
    assert other.get("/").status_code == 303


def test_a_session_ends_in_time(region: Engine, open_browser: Callable[..., Browser]) -> None:
    clock = [NOW]
    browser = open_browser(region, now=lambda: clock[0])
    browser.log_in("administrator", PASSWORD)
    clock[0] += 12 * 3600 - 1
    assert browser.get("/").status_code == 200
    clock[0] += 1
    assert browser.get("/").status_code == 303


def test_disabling_an_account_ends_its_sessions(region: Engine, administrator: Browser) -> None:
    with writing(region) as connection:
        connection.execute(update(account).values(disabled_at=NOW))
    assert administrator.get("/").status_code == 303


@pytest.mark.parametrize("path", ["/login", "/logout", "/language"])
def test_no_change_without_the_token_of_a_form(administrator: Browser, path: str) -> None:
    answer = administrator.client.post(path, data={"language": "nl"}, follow_redirects=False)
    assert answer.status_code == 403
    assert "form was open for too long" in answer.text
    assert administrator.get("/").status_code == 200


def test_a_token_of_strange_letters_is_refused(stranger: Browser) -> None:
    stranger.get("/login")
    assert stranger.send("/login", _csrf_token="é" * 128).status_code == 403


def test_a_token_of_an_older_secret_is_mended_by_loading_the_page_again(stranger: Browser) -> None:
    stranger.set_cookie("csrf", "0" * 128)
    assert stranger.log_in("administrator", PASSWORD).status_code == 403
    assert stranger.log_in("administrator", PASSWORD).status_code == 303


def test_behind_tls_cookies_are_bound_to_this_host(region: Engine, open_browser: Callable[..., Browser]) -> None:
    browser = open_browser(region, TLS)
    browser.get("/login")
    cookies = browser.log_in("administrator", PASSWORD).headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        for word in ("Secure", "HttpOnly", "SameSite=lax", "Path=/"):
            assert word in cookie
        assert "Domain" not in cookie
    assert "strict-transport-security" in browser.get("/").headers


@pytest.mark.parametrize("path", ["/login", "/no-such-page", "/health", "/static/1/style.css", "/static/1/../x"])
def test_every_answer_carries_the_headers(stranger: Browser, path: str) -> None:
    headers = stranger.get(path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none';"
        " base-uri 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_pages_of_people_are_kept_by_no_cache(administrator: Browser) -> None:
    assert administrator.get("/").headers["cache-control"] == "no-store"
    assert "immutable" in administrator.get("/static/1/style.css").headers["cache-control"]


def test_health_answers_without_an_account_and_without_a_database(stranger: Browser, region: Engine) -> None:
    region.dispose()
    answer = stranger.get("/health")
    assert (answer.status_code, answer.text) == (200, "ok\n")
