"""Log-ins through a provider of OpenID Connect: a real one, and one that lies."""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import httpx
import pytest
from sqlalchemy import Engine, select

from collector.storage.engine import reading, writing
from collector.storage.models import account_identity, audit_entry
from collector.storage.queries.accounts import account_named, set_columns
from collector.storage.queries.sites import site_ids
from collector.storage.revocations import bring_together
from collector.web.accounts import create_account
from collector.web.openid import Client, OpenIdProvider
from collector.web.provider import RETURN_PATH
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.seeded_region import NOW, PASSWORD

TOOLS = Path(__file__).parents[2] / "web_tools"
RETURN_TO = "http://dps.example" + RETURN_PATH
LONGEST_WAY = 20


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    """The address of a real provider, in which everybody is whoever they say."""
    node = shutil.which("node")
    if node is None or not (TOOLS / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("needs Node.js and `npm ci` in tests/web_tools")
    with subprocess.Popen(
        [node, "provider.mjs", RETURN_TO], cwd=TOOLS, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()


@pytest.fixture
def provider(issuer: str) -> OpenIdProvider:
    return OpenIdProvider(Client(issuer, "dps", "a secret of the collector", "Irisnet", RETURN_TO))


Opened = Callable[..., Browser]


@pytest.fixture(autouse=True)
def people(region: Engine) -> None:
    with writing(region) as connection:
        site = site_ids(connection)["CANAL"]
        for name, role in (("coordinator", "site_coordinator"), ("facilitator", "facilitator")):
            create_account(connection, name, PASSWORD, role, NOW, site_id=site)


@pytest.fixture
def opened(region: Engine, open_browser: Opened, provider: OpenIdProvider, tmp_path: Path) -> Opened:
    """A new browser in front of pages that know the provider, which dates what it signs by the computer's clock."""
    settings = replace(SETTINGS, provider=provider, revocations_file=tmp_path / "revocations")

    def browser(later: int = 0) -> Browser:
        return open_browser(region, settings, lambda: int(time.time()) + later)

    return browser


def at_the_provider(address: str, name: str, *, stop: bool = False) -> str:
    """The way through the provider's own pages, to the address to which it sends the browser back."""
    with httpx.Client(follow_redirects=False) as visitor:
        answer = visitor.get(address)
        for _ in range(LONGEST_WAY):
            if answer.is_redirect:
                there = urljoin(str(answer.request.url), answer.headers["location"])
                if there.startswith(RETURN_TO):
                    return there
                answer = visitor.get(there)
                continue
            action = re.search(r'action="([^"]+)"', answer.text)
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)
            assert action is not None
            assert prompt is not None
            if stop:
                answer = visitor.get(urljoin(str(answer.request.url), urlsplit(action[1]).path + "/abort"))
            else:
                form = {"prompt": prompt[1], "login": name, "password": "any"}
                answer = visitor.post(urljoin(str(answer.request.url), unescape(action[1])), data=form)
    raise AssertionError("the provider never sends the browser back")


def through(browser: Browser, start: str, name: str = "amina@irisnet", *, stop: bool = False) -> httpx.Response:
    """Leave by an address of ours, log in there, come back."""
    away = browser.get(start)
    assert away.status_code == 303, away.text
    back = at_the_provider(away.headers["location"], name, stop=stop)
    return browser.get(back.removeprefix("http://dps.example"))


def invitation_of(browser: Browser, number: int) -> str:
    """The path of a link that an administrator makes."""
    page = browser.send(f"/accounts/{number}/change", f"/accounts/{number}", action="invite").text
    found = re.search(r"/invitations/[\w-]+", page)
    assert found is not None
    return found[0]


def number_of(engine: Engine, name: str) -> int:
    with reading(engine) as connection:
        account = account_named(connection, name)
    assert account is not None
    return account.account_id


@pytest.fixture
def linked(region: Engine, opened: Opened) -> int:
    """The account of a site's coordinator, who accepted an invitation at the provider."""
    administrator = opened()
    administrator.log_in("administrator", PASSWORD)
    number = number_of(region, "coordinator")
    answer = through(opened(), invitation_of(administrator, number) + "/provider")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    return number


def test_whoever_accepted_an_invitation_at_the_provider_logs_in_through_it(linked: int, opened: Opened) -> None:
    browser = opened()
    assert "Log in with Irisnet" in browser.get("/login?next=/reports").text

    answer = through(browser, "/login/provider?next=/reports")

    assert (answer.status_code, answer.headers["location"]) == (303, "/reports")
    assert "coordinator" in browser.get("/account").text


def test_somebody_whom_only_the_provider_knows_stays_outside(linked: int, opened: Opened) -> None:
    browser = opened()
    answer = through(browser, "/login/provider", "somebody else")
    assert answer.status_code == 403
    assert "Irisnet knows you, but you have no account here" in answer.text
    assert browser.get("/account").status_code == 303


def test_an_invitation_opens_once_also_at_the_provider(region: Engine, opened: Opened) -> None:
    administrator = opened()
    administrator.log_in("administrator", PASSWORD)
    way = invitation_of(administrator, number_of(region, "coordinator")) + "/provider"
    late = opened()
    away = late.get(way).headers["location"]

    assert through(opened(), way).headers["location"] == "/"

    back = at_the_provider(away, "another one")
    assert late.get(back.removeprefix("http://dps.example")).status_code == 403
    assert opened().get(way).status_code == 404


def test_one_person_at_the_provider_has_one_account(linked: int, region: Engine, opened: Opened) -> None:
    administrator = opened()
    administrator.log_in("administrator", PASSWORD)
    answer = through(opened(), invitation_of(administrator, number_of(region, "facilitator")) + "/provider")
    assert answer.status_code == 403
    assert "Another account is linked with this log-in already" in answer.text


def test_the_second_step_is_asked_for_also_after_the_provider(linked: int, region: Engine, opened: Opened) -> None:
    with writing(region) as connection:
        set_columns(connection, linked, totp_secret="A" * 32)
    browser = opened()
    assert through(browser, "/login/provider").headers["location"] == "/login/code?next=%2F"
    assert browser.get("/account").status_code == 303


def test_a_disabled_account_opens_no_more_and_is_linked_no_more(linked: int, region: Engine, opened: Opened) -> None:
    administrator = opened()
    administrator.log_in("administrator", PASSWORD)
    administrator.send(f"/accounts/{linked}/change", f"/accounts/{linked}", action="disable")
    assert through(opened(), "/login/provider").status_code == 403
    with reading(region) as connection:
        assert connection.execute(select(account_identity)).all() == []


def test_somebody_links_the_own_account_and_undoes_it(region: Engine, opened: Opened, tmp_path: Path) -> None:
    browser = opened()
    browser.log_in("coordinator", PASSWORD)
    link = re.search(r"/account/provider\?proof=\w+", browser.get("/account").text)
    assert link is not None
    assert through(browser, link[0]).headers["location"] == "/account?stored=1"
    assert through(opened(), "/login/provider").headers["location"] == "/"
    with reading(region) as connection:
        backup = connection.execute(select(account_identity)).mappings().one()

    page = browser.send("/account/change", "/account", action="unlink", current="wrong").text
    assert "The present password is not right." in page
    assert browser.send("/account/change", "/account", action="unlink", current=PASSWORD).status_code == 303

    assert through(opened(), "/login/provider").status_code == 403
    with writing(region) as connection:
        connection.execute(account_identity.insert().values(**backup))
    # A restored backup does not bring it back, and a link made anew stays.
    bring_together(region, tmp_path / "revocations")
    assert through(opened(), "/login/provider").status_code == 403
    link = re.search(r"/account/provider\?proof=\w+", browser.get("/account").text)
    assert link is not None
    through(browser, link[0])
    bring_together(region, tmp_path / "revocations")
    assert through(opened(), "/login/provider").headers["location"] == "/"
    with reading(region) as connection:
        said = [row for row in connection.execute(select(audit_entry)).mappings() if "linked" in str(dict(row))]
    assert len(said) == 3


def test_who_has_no_password_keeps_the_link(linked: int, region: Engine, opened: Opened) -> None:
    with writing(region) as connection:
        set_columns(connection, linked, password_hash="")
    browser = opened()
    through(browser, "/login/provider")
    page = browser.send("/account/change", "/account", action="unlink")
    assert page.status_code == 400
    assert "Without it you could not log in any more" in page.text


def test_nobody_else_can_make_a_browser_link_its_account(opened: Opened) -> None:
    browser = opened()
    browser.log_in("coordinator", PASSWORD)
    other = opened()
    other.log_in("facilitator", PASSWORD)
    theirs = re.search(r"/account/provider\?proof=\w+", other.get("/account").text)
    assert theirs is not None
    for way in ("/account/provider", "/account/provider?proof=é", theirs[0]):
        assert browser.get(way).status_code == 403


def test_another_browser_cannot_come_back_in_its_place(linked: int, opened: Opened) -> None:
    away = opened().get("/login/provider").headers["location"]
    back = at_the_provider(away, "amina@irisnet").removeprefix("http://dps.example")
    stranger = opened()
    assert stranger.get(back).headers["location"] == "/login"
    # Nor with a mark of its own.
    stranger.get("/login/provider")
    assert stranger.get(back).status_code == 502
    assert stranger.get("/account").status_code == 303


def test_who_comes_back_too_late_begins_anew(linked: int, opened: Opened) -> None:
    browser = opened()
    away = browser.get("/login/provider").headers["location"]
    back = at_the_provider(away, "amina@irisnet").removeprefix("http://dps.example")
    mark = browser.client.cookies["under-way"]
    later = opened(601)
    later.set_cookie("under-way", mark)
    assert later.get(back).headers["location"] == "/login"


def test_who_turns_back_at_the_provider_reads_why_nothing_happened(opened: Opened) -> None:
    answer = through(opened(), "/login/provider", stop=True)
    assert answer.status_code == 403
    assert "Irisnet did not let you in" in answer.text


def test_a_wrong_secret_of_the_collector_is_no_log_in(
    region: Engine, open_browser: Opened, issuer: str, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = OpenIdProvider(Client(issuer, "dps", "not the secret", "Irisnet", RETURN_TO))
    answer = through(
        open_browser(region, replace(SETTINGS, provider=wrong), lambda: int(time.time())), "/login/provider"
    )
    assert answer.status_code == 502
    assert "Irisnet does not answer as it should" in answer.text
    assert "no token was given" in caplog.text
    assert "not the secret" not in caplog.text
