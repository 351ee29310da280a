"""A security key in a real Chromium, whose own virtual authenticator signs: registered, used, refused, removed."""

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Engine

from tests.collector.web.seeded_region import PASSWORD
from tests.collector.web.served import served
from tests.collector.web.test_accessibility import AXE, RUN
from tests.collector.web.test_in_a_browser import ARGUMENTS, CHROMIUM, SETTINGS, overflow

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")

PATIENCE = 180_000
"""Milliseconds; a slow computer must not fail here."""
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "usb",
    "hasResidentKey": False,
    "hasUserVerification": False,
    "automaticPresenceSimulation": True,
}


class Visitor:
    """A browser with a key at hand, at the public address."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(message.text))
        self.devices = page.context.new_cdp_session(page)
        self.devices.send("WebAuthn.enable")
        self.key = self.devices.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]

    def give_password(self, address: str = "") -> None:
        self.page.goto((address or self.address) + "/login")
        self.page.fill("#name", "administrator")
        self.page.fill("#password", PASSWORD)
        self.page.click("form.stacked button")

    def log_out(self) -> None:
        self.page.click("form.account button")
        self.page.wait_for_url("**/login")

    def is_refused(self) -> None:
        """By the collector, which says so; Chromium complains of the status."""
        self.page.wait_for_url("**/login/key")
        assert self.page.locator("p.problem:visible").count() == 1
        assert self.page.locator("form.account").count() == 0
        assert [each for each in self.complaints if "403" not in each] == []
        self.complaints.clear()

    def is_fine(self) -> None:
        for width in (1280, 360):
            self.page.set_viewport_size({"width": width, "height": 800})
            assert overflow(self.page) <= 0, width
        if AXE.exists():
            # What runs in the page from here is no script of the page: its policy has no say.
            self.page.evaluate(AXE.read_text("utf-8"))
            assert self.page.evaluate(RUN) == []
        assert self.complaints == []


@pytest.fixture
def addresses(region: Engine) -> Iterator[tuple[str, str]]:
    """The public one, and another at which the same collector is reached."""
    with (
        served(region, SETTINGS, public=True) as address,
        served(region, replace(SETTINGS, public_url=address)) as other,
    ):
        yield address, other.replace("127.0.0.1", "localhost")


@pytest.fixture
def visitor(addresses: tuple[str, str]) -> Iterator[Visitor]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(locale="nl-BE")
        context.set_default_timeout(PATIENCE)
        yield Visitor(context.new_page(), addresses[0])
        browser.close()


def test_a_key_is_registered_used_refused_where_it_must_be_and_removed(
    visitor: Visitor, addresses: tuple[str, str]
) -> None:
    page = visitor.page
    visitor.give_password()
    codes = register(visitor)
    visitor.log_out()

    visitor.give_password()
    with page.expect_request("**/login/key") as sent:
        touch(visitor)
    page.wait_for_url(visitor.address + "/")
    assert visitor.complaints == []

    visitor.log_out()
    visitor.give_password()
    page.locator("form[data-key] button").wait_for()
    said = dict(parse_qsl(str(sent.value.post_data)))["answer"]
    page.evaluate("said => { const form = document.querySelector('form[data-key]'); "
        "form.elements.answer.value = said; form.submit() }", said)  # fmt: skip
    visitor.is_refused()

    visitor.give_password(addresses[1])
    touch(visitor)
    visitor.is_refused()

    without_javascript(visitor, codes[0])
    visitor.give_password()
    touch(visitor)
    page.wait_for_url(visitor.address + "/")
    remove(visitor)
    visitor.log_out()
    visitor.give_password()
    page.wait_for_url(visitor.address + "/")
    assert visitor.complaints == []


def register(visitor: Visitor) -> list[str]:
    """The codes on paper that come with the first key; the same key is not taken twice."""
    page = visitor.page
    page.wait_for_url("**/")
    page.goto(visitor.address + "/account?key=1")
    page.locator("form[data-key] button").wait_for()
    visitor.is_fine()
    for second in (False, True):
        page.fill("#security_key-name", "Yubikey")
        page.fill("#security-key-current", PASSWORD)
        page.click("form[data-key] button")
        if second:
            page.locator("[data-when=known]:visible").wait_for()
            break
        page.locator("div.next pre").wait_for()
        codes = page.locator("div.next pre").inner_text().split()
        visitor.is_fine()
        page.goto(visitor.address + "/account?key=1")
    assert len(codes) == 10
    kept = visitor.devices.send("WebAuthn.getCredentials", {"authenticatorId": visitor.key})["credentials"]
    assert [each["rpId"] for each in kept] == ["localhost"]
    page.goto(visitor.address + "/account")
    return codes


def touch(visitor: Visitor) -> None:
    """By keyboard: the button has the focus when the page is there."""
    visitor.page.locator("form[data-key] button:focus").wait_for()
    visitor.is_fine()
    visitor.page.keyboard.press("Enter")


def without_javascript(visitor: Visitor, code: str) -> None:
    """A sentence says what a key needs, and a code on paper opens."""
    browser = visitor.page.context.browser
    assert browser is not None
    page = browser.new_context(java_script_enabled=False).new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(visitor.address + "/login")
    page.fill("#name", "administrator")
    page.fill("#password", PASSWORD)
    page.click("form.stacked button")
    page.locator("p[data-without]:visible").wait_for()
    assert not page.locator("[data-with]").is_visible()
    page.fill("#code", code)
    page.press("#code", "Enter")
    page.locator("form.account").wait_for()
    page.context.close()


def remove(visitor: Visitor) -> None:
    page = visitor.page
    page.goto(visitor.address + "/account")
    form = page.locator("details:has(select[name=key])")
    form.locator("summary").click()
    visitor.is_fine()
    form.locator("[name=current]").fill(PASSWORD)
    form.locator("button").click()
    page.wait_for_url("**/account?stored=1")
    assert page.locator("select[name=key]").count() == 0
