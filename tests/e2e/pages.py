"""Pages as a person reads them."""

import html
import re
from gettext import NullTranslations

import requests

from collector.i18n import Speech

FORM_TOKEN = re.compile(r'name="_csrf_token" value="([^"]*)"')


def browser_after_log_in(address: str, name: str, password: str) -> requests.Session:
    """A browser that has logged in as a person does, through the form."""
    browser = requests.Session()
    browser.trust_env = False
    browser.headers["Accept-Language"] = "en"
    form = browser.get(f"{address}/login", timeout=30)
    token = FORM_TOKEN.search(form.text)
    assert token is not None, form.text
    fields = {"_csrf_token": token[1], "name": name, "password": password}
    entered = browser.post(f"{address}/login", data=fields, timeout=30, allow_redirects=False)
    assert entered.status_code == 303, entered.text
    return browser


def text_of(page: requests.Response) -> str:
    """The words of a page."""
    assert page.status_code == 200, page.text
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page.text)).split())


def stations_of(page: requests.Response) -> str:
    """The words about the stations on the page of a site, without the explanation of their states."""
    before, found, _ = text_of(page).partition("What the states mean")
    return before if found else ""


def size(octets: int) -> str:
    """A number of bytes as an English page shows it."""
    return " ".join(Speech("en", NullTranslations()).size(octets).split())
