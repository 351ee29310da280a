"""The report desk: drafts, checks, freezing, downloads."""

import datetime as dt
import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, delete, insert

from collector.reports.inputs import canonical_json, checksum, read_inputs
from collector.storage.engine import reading, writing
from collector.storage.models import site_slot, timetable, weekly_interval
from collector.storage.queries.vintages import file_of, inputs_of, vintages_of
from collector.web.accounts import create_account
from tests.collector.web.browser import Browser, words_of
from tests.collector.web.seeded_region import NOW, PASSWORD
from tests.collector.web.test_pages import text

DESK = "/reports/CANAL/2026"
LATER = NOW + 60 * 86_400
"""In January: the year is over."""


@pytest.fixture
def january(region: Engine, open_browser: Callable[..., Browser]) -> Browser:
    """An administrator after the end of the year."""
    browser = open_browser(region, now=lambda: LATER)
    browser.log_in("administrator", PASSWORD)
    return browser


def hidden(page: str, number: int = 0) -> dict[str, str]:
    """The fields of a form that accepts a check."""
    form = page.split('class="accept"')[number + 1]
    return {
        name: form.split(f'name="{name}" value="')[1].split('"')[0].replace("&#34;", '"')
        for name in ("gate", "month", "site", "facts")
    }


def accept_all(browser: Browser) -> int:
    for count in range(40):
        page = browser.get(DESK).text
        if 'class="accept"' not in page:
            return count
        answer = browser.send(f"{DESK}/accept", DESK, reason="Travaux dans la salle.", **hidden(page))
        assert answer.status_code == 303
    raise AssertionError


def test_a_stranger_is_sent_to_the_log_in(stranger: Browser) -> None:
    for path in ("/reports", DESK, f"{DESK}/read/internal"):
        assert stranger.get(path).headers["location"].startswith("/login?next=")
    assert stranger.get("/api/v1/reports/CANAL/2026").status_code == 401


@pytest.mark.parametrize("path", ["/reports/NOBODY/2026", "/reports/CANAL/1999", "/reports/CANAL/2026/read/secret"])
def test_what_does_not_exist_is_not_found(administrator: Browser, path: str) -> None:
    assert administrator.get(path).status_code == 404


@pytest.mark.parametrize("language", ["fr", "nl", "en"])
def test_all_words_of_the_desk_are_in_the_language_of_the_reader(administrator: Browser, language: str) -> None:
    administrator.set_cookie("language", language)
    for path in ("/reports", DESK, f"{DESK}/read/internal"):
        page = administrator.get(path).text
        assert f'<html lang="{language}">' in page
        english = {"Draft", "Checks", "Frozen reports", "Accept", "Annual reports", "Key figures"}
        assert bool(set(words_of(page).found) & english) == (language == "en"), path


def test_a_year_that_is_not_over_is_not_frozen_without_a_word(administrator: Browser) -> None:
    assert "The year is not over. Days left: 40." in text(administrator.get(DESK, **{"accept-language": "en"}).text)
    answer = administrator.send(f"{DESK}/freeze", DESK)
    assert answer.status_code == 409
    assert "cannot be frozen while checks are open" in answer.text


def test_a_check_is_accepted_with_a_reason_and_the_report_prints_it(january: Browser) -> None:
    page = january.get(DESK).text
    without = january.send(f"{DESK}/accept", DESK, reason="  ", **hidden(page))
    assert without.status_code == 409
    assert "Write why this is right." in without.text
    assert accept_all(january) > 0
    told = january.get("/api/v1/reports/CANAL/2026?lang=fr&format=html").text
    assert told.count("Travaux dans la salle.") > 0
    assert "No check is open." in january.get(DESK).text


def test_a_check_that_has_changed_meanwhile_is_not_accepted(january: Browser) -> None:
    fields = hidden(january.get(DESK).text) | {"facts": '{"days":"1"}'}
    answer = january.send(f"{DESK}/accept", DESK, reason="Oui.", **fields)
    assert answer.status_code == 409
    assert "This check has changed." in answer.text


def test_a_frozen_report_stays_as_it_is_when_facts_are_gone(january: Browser, region: Engine) -> None:
    accept_all(january)
    assert january.send(f"{DESK}/freeze", DESK).status_code == 303
    address = "/api/v1/reports/CANAL/2026?vintage=1&lang=nl&format="
    before = {form: january.get(address + form).content for form in ("pdf", "xlsx", "ods", "csv", "html")}
    with writing(region) as connection:
        connection.execute(delete(site_slot))
    assert {form: january.get(address + form).content for form in before} == before
    with reading(region) as connection:
        [kept] = vintages_of(connection, 1, 2026)
        text_kept = inputs_of(connection, 1, 2026, kept.edition, 1) or ""
        stored = file_of(connection, 1, 2026, 1, kept.edition, "nl", "pdf")
    assert canonical_json(read_inputs(text_kept)) == text_kept
    assert checksum(text_kept) == kept.inputs_sha256
    assert stored is not None
    assert stored.sha256 == hashlib.sha256(before["pdf"]).hexdigest()
    assert kept.inputs_sha256 in january.get(DESK).text


def test_a_second_vintage_lists_what_was_corrected(january: Browser, region: Engine) -> None:
    accept_all(january)
    january.send(f"{DESK}/freeze", DESK)
    with writing(region) as connection:
        # From now on the site is known to open on weekdays only.
        day = dt.date(2026, 1, 1)
        rows = [
            {
                "site_id": 1,
                "valid_from": day,
                "weekday": each,
                "from_minute": 540,
                "until_minute": 1080,
                "kind": "free_access",
            }
            for each in range(5)
        ]
        connection.execute(insert(timetable).values(site_id=1, valid_from=day))
        connection.execute(insert(weekly_interval), rows)
    accept_all(january)
    assert january.send(f"{DESK}/freeze", DESK).status_code == 303
    told = text(january.get("/api/v1/reports/CANAL/2026?vintage=2&lang=en&format=html").text)
    assert "Corrections since the last vintage Period Figure Printed before Now" in told
    assert "Vintage 2 of" in told
    first = text(january.get("/api/v1/reports/CANAL/2026?vintage=1&lang=en&format=html").text)
    assert "This report has no earlier vintage." in first


def test_somebody_who_only_reads_can_neither_accept_nor_freeze(
    region: Engine, open_browser: Callable[..., Browser]
) -> None:
    with writing(region) as connection:
        create_account(connection, "reader", PASSWORD, "reader", NOW)
    browser = open_browser(region)
    browser.log_in("reader", PASSWORD)
    page = browser.get(DESK).text
    assert "Freeze the report" not in page
    for action in ("freeze", "accept"):
        assert browser.send(f"{DESK}/{action}", "/", gate="fall").status_code == 403


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("NOBODY/2026", 404, "there is no site with the code"),
        ("CANAL/2026?format=doc", 400, "is not a known format"),
        ("CANAL/2026?lang=de", 400, "is not a known language"),
        ("CANAL/2026?edition=secret", 400, "is not a known edition"),
        ("CANAL/2026?vintage=7", 404, "has no vintage 7"),
    ],
)
def test_the_api_says_what_is_wrong(administrator: Browser, query: str, status: int, sentence: str) -> None:
    answer = administrator.get(f"/api/v1/reports/{query}")
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]


def test_the_report_of_the_region_has_a_row_for_each_site(administrator: Browser) -> None:
    answer = administrator.get("/api/v1/reports/region/2026?lang=en&format=html")
    assert "attachment" in answer.headers["content-disposition"]
    for name in ("Espace numérique du Canal", "Digitaal Punt Noord", "Maison de quartier Helmet"):
        assert name in answer.text
