"""Every page for everybody: axe-core in a real Chromium, and valid HTML."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Engine

from tests.collector.web.browser import Browser
from tests.collector.web.conftest import WITH_KEYS
from tests.collector.web.seeded_region import PASSWORD
from tests.collector.web.served import served
from tests.collector.web.test_in_a_browser import ARGUMENTS, CHROMIUM
from tests.collector.web.test_page_languages import PAGES, whole_region

__all__ = ["whole_region"]

TOOLS = Path(__file__).parents[2] / "web_tools" / "node_modules"
AXE = TOOLS / "axe-core" / "axe.min.js"
VNU = TOOLS / "vnu-jar" / "build" / "dist" / "vnu.jar"
LANGUAGES = ("fr", "nl", "en")
LOOKS = (("light", 360), ("dark", 1280), ("dark", 360))
"""Beside light at 1280, which every language has."""
RUN = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
    each => each.id + ': ' + each.nodes.map(node => node.target.join(' ')).join(', '))"""


@pytest.fixture
def address(whole_region: Engine) -> Iterator[str]:
    with served(whole_region, WITH_KEYS) as there:
        yield there


def violations(page: Page, url: str) -> list[str]:
    page.goto(url)
    page.evaluate(AXE.read_text("utf-8"))
    return [f"{url.split('/', 3)[3]}: {each}" for each in page.evaluate(RUN)]


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"{CHROMIUM} is not installed")
@pytest.mark.skipif(not AXE.exists(), reason="needs `npm ci` in tests/web_tools")
@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_nothing_on_any_page(address: str, language: str) -> None:
    looks = (("light", 1280), *(LOOKS if language == LANGUAGES[0] else ()))
    with sync_playwright() as playwright, ExitStack() as closing:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        closing.callback(browser.close)
        found: list[str] = []
        for scheme, width in looks:
            context = browser.new_context(
                viewport={"width": width, "height": 800}, locale=f"{language}-BE", color_scheme=scheme
            )
            page = context.new_page()
            found += violations(page, address + "/login")
            page.fill("#name", "administrator")
            page.fill("#password", PASSWORD)
            page.click("form.stacked button")
            assert page.locator("html").get_attribute("lang") == language
            for path in PAGES:
                found += [f"{scheme} {width} {each}" for each in violations(page, address + path)]
            context.close()
    assert not found, "\n".join(found)


@pytest.mark.skipif(not VNU.exists(), reason="needs `npm ci` in tests/web_tools")
def test_every_page_is_valid_html(whole_region: Engine, open_browser: Callable[..., Browser], tmp_path: Path) -> None:
    java = shutil.which("java")
    if java is None:
        pytest.skip("needs Java, for the Nu HTML Checker")
    for language in LANGUAGES:
        browser = open_browser(whole_region, WITH_KEYS)
        browser.client.headers["accept-language"] = language
        pages = {"/login": browser.get("/login").text}
        browser.log_in("administrator", PASSWORD)
        pages |= {path: browser.client.get(path).text for path in PAGES}
        for path, text in pages.items():
            (tmp_path / f"{language}{re.sub(r'[^a-z0-9]+', '-', path.lower())}.html").write_text(text, "utf-8")
    said = subprocess.run(
        [java, "-Xss1024k", "-jar", VNU, "--format", "gnu", "--skip-non-html", tmp_path],
        check=False, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    complaints = said.stderr.replace(f"file:{tmp_path}/", "").strip()
    assert complaints == "", complaints
    assert said.returncode == 0
