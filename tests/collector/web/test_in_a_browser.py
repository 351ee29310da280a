"""The pages in a real Chromium, served by a real uvicorn."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, Request, sync_playwright
from sqlalchemy import Engine

from collector.storage.engine import writing
from collector.web import WebSettings
from tests.collector.web.seeded_region import PASSWORD
from tests.collector.web.seeded_register import seed_register
from tests.collector.web.served import served

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SETTINGS = WebSettings(csrf_secret="0123456789abcdef" * 4)

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")


@pytest.fixture
def address(region: Engine) -> Iterator[str]:
    with served(region, SETTINGS) as there:
        yield there


class Watched:
    """A page with everything that it complained of or asked for."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", lambda message: self.complaints.append(message.text))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self.asked)

    def asked(self, request: Request) -> None:
        self.hosts.add(request.url.split("/")[2])

    def log_in_by_keyboard(self, address: str) -> None:
        self.page.goto(address + "/sites/CANAL/days")
        # The browser moves there by itself, a moment after the page is there.
        self.page.locator("#name:focus").wait_for()
        self.page.keyboard.type("administrator")
        self.page.keyboard.press("Tab")
        self.page.keyboard.type(PASSWORD)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/sites/CANAL/days")


@pytest.fixture(params=[(1280, "fr-BE", "light"), (360, "nl-BE", "dark")], ids=["desktop", "phone"])
def watched(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Watched]:
    width, locale, scheme = request.param
    with sync_playwright() as playwright:
        context: BrowserContext = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=CHROMIUM,
            args=ARGUMENTS,
            viewport={"width": width, "height": 800},
            locale=locale,
            color_scheme=scheme,
        )
        context.set_default_timeout(15_000)
        yield Watched(context.pages[0])
        context.close()


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_a_person_logs_in_by_keyboard_and_reads_both_pages(address: str, watched: Watched) -> None:
    watched.log_in_by_keyboard(address)
    page = watched.page
    for path, rows in (("/sites/CANAL/days", 30), ("/", 4), ("/sites/NOORD/days", 30 + 2), ("/sites/FOREST", 5)):
        page.goto(address + path)
        assert page.locator("tbody tr").count() == rows
        assert overflow(page) <= 0, path
        assert page.evaluate("getComputedStyle(document.body).fontFamily").startswith("system-ui"), "no style sheet"
    assert watched.complaints == []
    assert watched.hosts == {address.removeprefix("http://")}


def test_the_first_stop_of_the_keyboard_skips_to_the_content(address: str, watched: Watched) -> None:
    watched.log_in_by_keyboard(address)
    page = watched.page
    page.keyboard.press("Tab")
    link = page.locator(":focus")
    assert link.get_attribute("href") == "#content"
    assert page.evaluate("document.activeElement.getBoundingClientRect().top") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


def test_the_language_changes_by_a_click_and_stays(address: str, watched: Watched) -> None:
    watched.log_in_by_keyboard(address)
    page = watched.page
    page.get_by_role("button", name="EN, English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto(address + "/")
    assert page.locator("h1").inner_text() == "Sites"
    assert watched.complaints == []


def test_bars_stand_inside_their_picture(address: str, watched: Watched) -> None:
    watched.log_in_by_keyboard(address)
    inside = watched.page.evaluate("""() => [...document.querySelectorAll('svg.chart')].every(chart => {
        const frame = chart.getBoundingClientRect()
        return frame.width > 200 && [...chart.querySelectorAll('rect.bar, rect.unknown, text')].every(part => {
            const box = part.getBoundingClientRect()
            return box.left >= frame.left - 8 && box.right <= frame.right + 8
        })
    })""")
    assert inside is True


def test_the_forms_of_a_site_fit_and_an_attendance_is_entered_by_keyboard(
    region: Engine, address: str, watched: Watched
) -> None:
    with writing(region) as connection:
        seed_register(connection)
    watched.log_in_by_keyboard(address)
    page = watched.page
    paths = (
        "register",
        "opening-hours?edit=2024-01-01",
        "equipment?edit=1",
        "entries",
        "activity",
        "years/2026",
        "files",
    )
    for path in paths:
        page.goto(f"{address}/sites/CANAL/{path}")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        assert overflow(page) <= 0, path

    page.goto(f"{address}/sites/CANAL/attendance")
    page.locator("[name=visits]").focus()
    page.keyboard.type("1250")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites/CANAL/entries?year=2026&stored=1")
    assert page.get_by_role("status").count() == 1
    assert watched.complaints == []


def test_the_side_by_side_of_the_region_prints_across_without_what_can_only_be_clicked(
    address: str, watched: Watched
) -> None:
    watched.log_in_by_keyboard(address)
    page = watched.page
    page.goto(address + "/region")
    page.locator("table").wait_for()
    sheets = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", page.pdf(prefer_css_page_size=True))
    assert {float(width) > float(height) for width, height in sheets} == {True}
    page.emulate_media(media="print")
    assert page.locator("tfoot").evaluate("element => getComputedStyle(element).display") == "table-row-group"
    assert page.locator("nav:visible, form:visible, button:visible").count() == 0
