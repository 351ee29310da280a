"""No page says anything that is not translated."""

import re
from collections.abc import Callable
from html import unescape

import pytest
from babel.messages.pofile import read_po
from sqlalchemy import Engine

from collector.i18n import FOLDER, NAMES, SOURCE, Speech, load_languages
from collector.storage.engine import writing
from collector.storage.queries.sites import site_ids
from collector.web import pages as web_pages
from tests.collector.web.browser import Browser, words_of
from tests.collector.web.conftest import WITH_KEYS
from tests.collector.web.public_region import seed_public
from tests.collector.web.seeded_agents import seed_agents
from tests.collector.web.seeded_alerts import seed_alerts
from tests.collector.web.seeded_history import seed_history
from tests.collector.web.seeded_power import seed_power
from tests.collector.web.seeded_region import PASSWORD, add_site, add_station, seed
from tests.collector.web.seeded_register import seed_register
from tests.collector.web.software_key import SoftwareKey

PAGES = (
    "/reports",
    "/reports/CANAL/2026",
    "/account",
    "/account?second=1",
    "/account?key=1",
    "/accounts",
    "/accounts/1",
    "/audit",
    "/invitations/used",
    "/login/code",
    "/",
    "/sites/CANAL",
    "/sites/CANAL/stations",
    "/sites/CANAL/days",
    "/sites/CANAL/figures",
    "/sites/CANAL/figures?figure=B6",
    "/sites/CANAL/figures?figure=B9",
    "/sites/CANAL/calendar/2026",
    "/figures",
    "/fleet",
    "/fleet?system=debian&memory_below=16&state=online&sort=free&column=restart&column=contact&column=link",
    "/fleet?memory_below=much",
    "/equipment",
    "/equipment?kind=printer&due=2025",
    "/agents",
    "/sites/NOORD/stations",
    "/sites/NOORD/days",
    "/sites/HELMET/days",
    "/sites/DEMO/stations",
    "/sites/CANAL/statistics/2026",
    "/region/statistics/2026",
    "/region",
    "/region?year=2025",
    "/region/decisions",
    "/sites/NOORD",
    "/sites/HELMET",
    "/sites/FOREST",
    "/sites/DEMO",
    "/today",
    "/sites/CANAL/visit",
    "/sites/CANAL/maintenance",
    "/maintenance",
    "/thresholds",
    "/thresholds?change=disk_clear_percent",
    "/sites/CANAL/stations/2",
    "/sites/CANAL/stations/6",
    *(f"/sites/CANAL/alerts/{number}" for number in (1, 5, 6)),
    "/no-such-page",
    "/sites/CANAL/register",
    "/sites/CANAL/opening-hours",
    "/sites/NOORD/opening-hours",
    "/sites/CANAL/equipment",
    "/sites/CANAL/equipment?edit=1",
    "/sites/CANAL/entries",
    "/sites/CANAL/attendance",
    "/sites/CANAL/activity",
    "/sites/CANAL/activity?total=1",
    "/sites/CANAL/years/2026",
    "/sites/CANAL/files",
    "/public",
    "/public/sites/CANAL",
    "/public/sites/HELMET",
    "/papers",
    "/papers/privacy",
    "/accessibility",
    "/papers/record",
    "/papers/impact-assessment",
    "/papers/terminal-equipment",
    "/papers/roles",
    "/poster",
    "/open-data",
)
FEWEST_WORDS = 3


class Bracketed(Speech):
    """Puts every sentence into brackets, so that a bare one stands out."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, singular: str, plural: str, count: int) -> str:
        return f"⟦{singular if count == 1 else plural}⟧"


FORMATTED = (
    "number",
    "percent",
    "hours",
    "size",
    "date",
    "weekday",
    "month",
    "moment",
    "short_date",
    "weekday_name",
    "month_name",
    "month_word",
    "month_letter",
)


def bracketed_languages() -> dict[str, Speech]:
    found: dict[str, Speech] = {}
    for language, speech in load_languages().items():
        made = Bracketed(language, speech.translations)
        for name in FORMATTED:
            setattr(made, name, lambda *_: "0")
        made.weekday_names = lambda: ["0"] * 7  # type: ignore[method-assign]  # in a list, the same
        found[language] = made
    return found


def bare(text: str) -> str:
    """What stands outside brackets; they may be nested."""
    while True:
        shorter = re.sub(r"⟦[^⟦⟧]*⟧", "", text)
        if shorter == text:
            return shorter
        text = shorter


@pytest.fixture
def whole_region(empty_database: Engine) -> Engine:
    with writing(empty_database) as connection:
        seed(connection)
        demo = add_site(connection, "DEMO", "Démonstration \u2013 Demonstratie", demonstration=True)
        add_station(connection, demo, 1, "DEMO-1", 1_795_000_000)
        seed_register(connection)
        seed_public(connection)
        seed_agents(connection)
        canal = site_ids(connection)["CANAL"]
        seed_alerts(connection, canal)
        seed_power(connection, canal, 2)
        seed_history(connection, canal, 2)
    return empty_database


def english_pieces(language: str) -> set[str]:
    """Runs of three words and more of the source that the language says otherwise."""
    with (FOLDER / language / "LC_MESSAGES" / "messages.po").open("rb") as lines:
        messages = [message for message in read_po(lines) if message.id]
    return {
        piece.strip()
        for message in messages
        for form in (message.id if isinstance(message.id, tuple) else (message.id,))
        if form != message.string
        for piece in re.split(r"%\(\w+\)s", str(form))
        if len(piece.split()) >= FEWEST_WORDS
    }


def pages_of(browser: Browser) -> dict[str, str]:
    found = {"/login": browser.get("/login").text}
    found["wrong password"] = browser.log_in("administrator", "wrong").text
    found["no token"] = browser.client.post("/login", data={"name": "x"}).text
    browser.log_in("administrator", PASSWORD)
    canal = "/sites/CANAL"
    found["refused"] = browser.send(f"{canal}/attendance/change", canal, action="attendance", visits="x").text
    invited = browser.send("/accounts/invite", "/accounts", account_name="2", role="reader", where="region")
    found["invited"] = invited.text
    found["invitation"] = browser.get(invited.text.split("dps.example")[1].split("<")[0]).text
    token = {"action": "token", "name": "3", "valid_until": "2026-12-31", "where": "region", "current": PASSWORD}
    found["token"] = browser.send("/account/change", "/account", **token).text
    data = {"_csrf_token": browser.token(canal)}
    file = b"site,first_day,last_day\nCANAL,2026-08-01,2026-08-02\nNOORD,2026-08-01,x\n"
    tried = browser.client.post(f"{canal}/files/try", data=data, files={"file": ("t.csv", file, "text/csv")})
    found["tried"] = tried.text
    found |= {path: browser.get(path).text for path in PAGES}
    return found | pages_of_a_key(browser)


def pages_of_a_key(browser: Browser) -> dict[str, str]:
    """The last: from now on a security key is asked for."""
    found = re.search(r'data-asks="([^"]+)"', browser.get("/account?key=1").text)
    assert found
    answer = SoftwareKey("https://dps.example").create(unescape(found[1]))
    key = {"action": "security_key", "name": "4", "answer": answer, "current": PASSWORD}
    pages = {"first key": browser.send("/account/change", "/account", **key).text}
    pages["other with a key"] = browser.get("/accounts/1").text
    browser.send("/logout", "/account")
    browser.log_in("administrator", PASSWORD)
    pages["key asked"] = browser.get("/login/code").text
    pages["key refused"] = browser.send("/login/key", "/login/code", answer="x").text
    return pages


def test_no_page_holds_a_bare_sentence(
    whole_region: Engine, open_browser: Callable[..., Browser], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("collector.web.application.load_languages", bracketed_languages)
    for path, page in pages_of(open_browser(whole_region, WITH_KEYS)).items():
        words = words_of(page)
        assert any("⟦" in word for word in words.found), path
        attributes = [word for word in words.attributes if not any(name in word for name in NAMES.values())]
        for text in ["".join(words.found), *attributes]:
            assert not re.search(r"[A-Za-z]{2}", bare(text)), (path, bare(text))


@pytest.mark.parametrize("language", [language for language in NAMES if language != SOURCE])
def test_no_page_in_another_language_holds_an_english_sentence(
    language: str, whole_region: Engine, open_browser: Callable[..., Browser]
) -> None:
    browser = open_browser(whole_region, WITH_KEYS)
    browser.client.headers["Accept-Language"] = language
    english = english_pieces(language)
    for path, page in pages_of(browser).items():
        assert f'<html lang="{language}">' in page, path
        text = " ".join(words_of(page).found)
        assert [piece for piece in english if piece in text] == [], path


def test_every_template_was_rendered(whole_region: Engine) -> None:
    """The pages above use every template; a new page belongs into PAGES.

    But for report_draft.html, which frames a report: its words are those of the catalogue, and test_reports reads them.
    """
    folder = web_pages.HERE / "templates"
    names = {path.relative_to(folder).with_suffix("").as_posix() for path in folder.rglob("*.html")}
    of_sites = {
        "activity",
        "attendance",
        "days",
        "figure",
        "figures",
        "site_next",
        "year_calendar",
        "alert",
        "alerts",
        "maintenance",
        "station",
        "timeline",
        "today",
        "visit",
        "station_cards",
        "stations",
        "entries",
        "equipment",
        "files",
        "opening_hours",
        "register",
        "year",
    }
    of_technicians = {"agents", "fates", "fleet", "lifetimes", "maintenance_of_all", "technicians", "thresholds"}
    of_reports = {"report", "report_draft", "reports"}
    of_accounts = {"access", "account", "account_of_other", "accounts", "audit", "invitation", "login_code"}
    others = {
        "glossary",
        "region",
        "waiting",
        "decisions",
        "base",
        "error",
        "forms",
        "login",
        "parts",
        "readings",
        "readings_of_health",
        "site",
        "sites",
        "statistics",
    }
    public = {f"public/{name}" for name in ("open_data", "paper", "papers", "parts", "poster", "site", "sites")}
    assert names == others | of_sites | of_reports | public | of_accounts | of_technicians
