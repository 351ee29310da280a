"""What a coordinator does in January, without a mouse: log in, accept a check, freeze the report, take it home."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Engine

from tests.collector.web.seeded_region import PASSWORD
from tests.collector.web.served import served
from tests.collector.web.test_in_a_browser import ARGUMENTS, CHROMIUM, SETTINGS
from tests.collector.web.test_reports import LATER, accept_all

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")

FARTHEST = 300
"""Stops of the Tab key, after which a page has none of what is looked for."""
SEEN = """element => {
    const box = element.getBoundingClientRect(), style = getComputedStyle(element)
    return box.width > 0 && box.bottom > 0 && box.top < innerHeight && style.outlineStyle !== 'none'
}"""


@pytest.fixture
def page(region: Engine) -> Iterator[Page]:
    accept_all(region, but=1)
    with served(region, SETTINGS, LATER) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(base_url=address, viewport={"width": 1280, "height": 800}, locale="fr-BE")
        context.set_default_timeout(60_000)
        yield context.new_page()
        browser.close()


def tab_to(page: Page, selector: str) -> None:
    """On to the next element of this kind; the eye can see where the keyboard is."""
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.evaluate("(element, wanted) => element.matches(wanted)", selector):
            assert focused.evaluate(SEEN), f"nobody sees that {selector} has the focus"
            return
    raise AssertionError(f"the Tab key never comes to {selector}")


def test_a_report_is_frozen_and_taken_home_by_keyboard(page: Page, tmp_path: Path) -> None:
    page.goto("/login")
    page.locator("#name:focus").wait_for()
    page.keyboard.type("administrator")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/")

    tab_to(page, "a[href='/reports']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports")
    tab_to(page, "a[href='/reports/CANAL/2026']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/reports/CANAL/2026")

    tab_to(page, "[name=reason]")
    page.keyboard.type("La salle était fermée pour travaux.")
    page.keyboard.press("Enter")
    page.get_by_text("La salle était fermée pour travaux.").wait_for()

    tab_to(page, "form[action$='/freeze'] button:enabled")
    page.keyboard.press("Enter")
    page.locator("#vintage-1").wait_for()

    tab_to(page, "a[href*='vintage=1'][href*='format=pdf'][href*='lang=fr']")
    with page.expect_download() as under_way:
        page.keyboard.press("Enter")
    file = tmp_path / under_way.value.suggested_filename
    under_way.value.save_as(file)
    assert file.name == "report-CANAL-2026-internal-v1-fr.pdf"
    assert file.read_bytes().startswith(b"%PDF-")
