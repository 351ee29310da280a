"""The report desk: drafts, checks, freezing, downloads."""

import datetime as dt
import hashlib
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, delete, insert

from collector.catalogue import catalogue
from collector.domain.cells import counted
from collector.domain.gates import Finding, Gate
from collector.domain.statistics import Rules
from collector.i18n import load_languages
from collector.reports.checking import facts_text
from collector.reports.desk import checks_of
from collector.reports.inputs import Inputs, canonical_json, checksum, read_inputs
from collector.reports.vintages import freeze
from collector.storage.engine import reading, writing
from collector.storage.models import site_slot, timetable, weekly_interval
from collector.storage.queries.sites import all_sites, site_ids, site_of_code
from collector.storage.queries.vintages import Acceptance, accept, file_of, inputs_of, vintages_of
from collector.web.accounts import create_account
from collector.web.views import reports
from collector.web.views.reports import opened
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


def accept_all(region: Engine, but: int = 0) -> None:
    """As the form does, all at once; the last few may stay."""
    with reading(region) as connection:
        site = site_of_code(connection, "CANAL")
        checks = checks_of(connection, site, 2026, LATER, Rules(), catalogue())
    with writing(region) as connection:
        for finding in checks.open[: len(checks.open) - but]:
            facts = facts_text(finding.facts)
            accept(connection, 1, Acceptance(str(finding.gate), finding.month, facts, "Oui.", "anna", LATER))


def test_a_stranger_is_sent_to_the_log_in(stranger: Browser) -> None:
    for path in ("/reports", DESK, f"{DESK}/read/internal"):
        assert stranger.get(path).headers["location"].startswith("/login?next=")
    assert stranger.get("/api/v1/reports/CANAL/2026").status_code == 401


def test_what_does_not_exist_is_not_found(administrator: Browser) -> None:
    for path in ("/reports/NOBODY/2026", "/reports/CANAL/1999", "/reports/CANAL/2026/read/secret"):
        assert administrator.get(path).status_code == 404, path


def test_all_words_of_the_desk_are_in_the_language_of_the_reader(administrator: Browser) -> None:
    english = {"Draft", "Checks", "Frozen reports", "Accept", "Annual reports", "Key figures"}
    for language in ("fr", "nl", "en"):
        administrator.set_cookie("language", language)
        for path in ("/reports", DESK, f"{DESK}/read/internal"):
            page = administrator.get(path).text
            assert f'<html lang="{language}">' in page
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
    number = page.count('class="accept"')
    answer = january.send(f"{DESK}/accept", DESK, reason="Travaux dans la salle.", **hidden(page))
    assert answer.status_code == 303
    assert january.get(DESK).text.count('class="accept"') == number - 1
    told = january.get("/api/v1/reports/CANAL/2026?lang=fr&format=html").text
    assert told.count("Travaux dans la salle.") == 1


def test_a_check_tells_nobody_outside_the_site_what_is_hidden_there(region: Engine) -> None:
    """Not in its sentence, nor in the form by which it is accepted."""
    fell = Finding(Gate.FALL, "CANAL", "2026-03", {"before": counted(437), "now": counted(3)})
    used = Finding(Gate.BROKEN_USED, "CANAL", "2026-03", {})
    with reading(region) as connection:
        sites = all_sites(connection)
        own, everybody = (
            checks_of(connection, site, 2026, LATER, Rules(), catalogue())
            for site in (site_of_code(connection, "CANAL"), None)
        )
    speech = load_languages()["en"]
    inside, outside = (
        opened(each._replace(open=(fell, used)), sites, 2026, "secret", speech) for each in (own, everybody)
    )
    assert "437" in inside[0].sentence
    assert outside[0].sentence == "Sessions fell by more than 60 % against the same month a year before."
    assert [each.facts for each in inside] == [each.facts for each in outside]
    assert len({each.facts for each in inside}) == 2
    assert "437" not in outside[0].facts
    assert "Time:" not in inside[1].sentence


def test_a_check_names_the_days_and_leads_where_they_are_mended_inside_the_site_alone(region: Engine) -> None:
    days = tuple(dt.date(2026, 3, day) for day in range(1, 21))
    silent = Finding(Gate.NOBODY_ON, "CANAL", "2026-03", {"days": counted(20)}, days)
    running = Finding(Gate.RUNNING, "CANAL", "2026", {"days": counted(39)})
    with reading(region) as connection:
        sites = all_sites(connection)
        own, everybody = (
            checks_of(connection, site, 2026, LATER, Rules(), catalogue())
            for site in (site_of_code(connection, "CANAL"), None)
        )
    speech = load_languages()["fr"]
    inside, outside = (
        opened(each._replace(open=(silent, running)), sites, 2026, "secret", speech) for each in (own, everybody)
    )
    assert inside[0].days.startswith("1er mars 2026, 2 mars 2026, ")
    assert inside[0].days.endswith("12 mars 2026, \u2026")
    assert outside[0].days == ""
    assert [each.link for each in inside] == ["/sites/CANAL/opening-hours", ""]


def test_a_check_that_has_changed_meanwhile_is_not_accepted(january: Browser) -> None:
    fields = hidden(january.get(DESK).text) | {"facts": "0" * 64}
    answer = january.send(f"{DESK}/accept", DESK, reason="Oui.", **fields)
    assert answer.status_code == 409
    assert "This check has changed." in answer.text


def test_a_frozen_report_stays_as_it_is_when_facts_are_gone(january: Browser, region: Engine) -> None:
    accept_all(region)
    assert january.send(f"{DESK}/freeze", DESK).status_code == 303
    assert ["The report is frozen." in january.get(DESK).text for _ in range(2)] == [True, False]
    address = "/api/v1/reports/CANAL/2026?vintage=1&lang=nl&format="
    before = {form: january.get(address + form).content for form in ("pdf", "xlsx", "ods", "csv", "html")}
    with writing(region) as connection:
        connection.execute(delete(site_slot))
    assert {form: january.get(address + form).content for form in before} == before
    with reading(region) as connection:
        kept, public = vintages_of(connection, 1, 2026)
        text_kept = inputs_of(connection, 1, 2026, kept.edition, 1) or ""
        stored = file_of(connection, 1, 2026, 1, kept.edition, "nl", "pdf")
    assert canonical_json(read_inputs(text_kept)) == text_kept
    assert january.get(address + "json").text == text_kept
    assert checksum(text_kept) == kept.inputs_sha256 != public.inputs_sha256
    assert stored is not None
    assert stored.sha256 == hashlib.sha256(before["pdf"]).hexdigest()
    assert kept.inputs_sha256 in january.get(DESK).text


def kept(engine: Engine, number: int) -> Inputs:
    """What a report of CANAL was made of when it was frozen."""
    with reading(engine) as connection:
        text = inputs_of(connection, 1, 2026, "internal", number)
    assert text is not None
    return read_inputs(text)


def test_a_second_vintage_lists_what_was_corrected(region: Engine) -> None:
    def frozen(number: int) -> Inputs:
        accept_all(region)
        with reading(region) as connection:
            site = site_of_code(connection, "CANAL")
        assert freeze(region, site, 2026, LATER, "anna", Rules(), catalogue(), {"en": load_languages()["en"]}) == number
        return kept(region, number)

    first = frozen(1)
    with writing(region) as connection:
        # From now on the site is known to open on weekdays only.
        day = dt.date(2026, 1, 1)
        hours = {"from_minute": 540, "until_minute": 1080, "kind": "free_access"}
        connection.execute(insert(timetable).values(site_id=1, valid_from=day))
        rows = [{"site_id": 1, "valid_from": day, "weekday": each, **hours} for each in range(5)]
        connection.execute(insert(weekly_interval), rows)
    second = frozen(2)
    assert (first.has_earlier, first.corrections) == (False, ())
    november = [each for each in second.corrections if (each.period, each.figure) == ("2026-11", "A5")]
    assert [each.before for each in november] == [first.figures.months[10]["A5"]]
    assert [each.now for each in november] == [second.figures.months[10]["A5"]]
    assert kept(region, 1) == first


def test_somebody_who_only_reads_can_neither_accept_nor_freeze(
    region: Engine, open_browser: Callable[..., Browser]
) -> None:
    with writing(region) as connection:
        create_account(connection, "reader", PASSWORD, "reader", NOW, site_id=site_ids(connection)["CANAL"])
    browser = open_browser(region)
    browser.log_in("reader", PASSWORD)
    page = browser.get(DESK).text
    assert "Freeze the report" not in page
    for action in ("freeze", "accept"):
        assert browser.send(f"{DESK}/{action}", "/", gate="fall").status_code == 403


def test_the_api_says_what_is_wrong(administrator: Browser) -> None:
    for query, status, sentence in (
        ("NOBODY/2026", 404, "there is no site with the code"),
        ("CANAL/2026?format=doc", 400, "is not a known format"),
        ("CANAL/2026?lang=de", 400, "is not a known language"),
        ("CANAL/2026?edition=secret", 400, "is not a known edition"),
        ("CANAL/2026?vintage=7", 404, "has no vintage 7"),
    ):
        answer = administrator.get(f"/api/v1/reports/{query}")
        assert answer.status_code == status, query
        assert sentence in answer.json()["detail"]


def test_the_report_of_the_region_has_a_row_for_each_site(administrator: Browser) -> None:
    answer = administrator.get("/api/v1/reports/region/2026?lang=en&format=html")
    assert "attachment" in answer.headers["content-disposition"]
    for name in ("Espace numérique du Canal", "Digitaal Punt Noord", "Maison de quartier Helmet"):
        assert name in answer.text


def test_freezing_can_be_left_and_shows_how_far_it_is(
    region: Engine, january: Browser, open_browser: Callable[..., Browser]
) -> None:
    accept_all(region)
    later: list[Callable[[], None]] = []
    browser = open_browser(region, now=lambda: LATER, background=later.append)
    browser.client.cookies = january.client.cookies
    browser.client.headers["accept-language"] = "en"
    for _ in range(2):
        assert browser.send(f"{DESK}/freeze", "/reports").headers["location"] == DESK
    assert len(later) == 1
    desk = browser.get(DESK)
    assert desk.headers["refresh"] == "2"
    assert "Step 1 of" in text(desk.text)
    later[0]()
    desk = browser.get(DESK)
    assert "refresh" not in desk.headers
    with reading(region) as connection:
        assert {each.number for each in vintages_of(connection, 1, 2026)} == {1}


def test_why_a_report_was_not_frozen_is_told_when_somebody_comes_back(
    region: Engine, january: Browser, open_browser: Callable[..., Browser]
) -> None:
    later: list[Callable[[], None]] = []
    browser = open_browser(region, now=lambda: LATER, background=later.append)
    browser.client.cookies = january.client.cookies
    browser.client.headers["accept-language"] = "en"
    browser.send(f"{DESK}/freeze", "/reports")
    later[0]()
    answer = browser.get(DESK)
    assert answer.status_code == 409
    assert "The report cannot be frozen while checks are open." in text(answer.text)
    assert browser.get(DESK).status_code == 200


def test_the_checks_of_the_region_are_made_beside_the_page_and_what_is_let_pass_shows_at_once(
    region: Engine, january: Browser, open_browser: Callable[..., Browser]
) -> None:
    desk = "/reports/region/2026"
    waiting: list[Callable[[], None]] = []
    browser = open_browser(region, now=lambda: LATER, background=waiting.append)
    browser.client.headers["accept-language"] = "en"
    browser.client.cookies = january.client.cookies
    for _ in range(2):
        answer = browser.get(desk)
        assert answer.headers["refresh"] == "2"
        assert "The checks of all sites are being made." in answer.text
    assert len(waiting) == 1
    waiting[0]()
    page = browser.get(desk).text
    number = page.count('class="accept"')
    assert number > 1
    assert browser.send(f"{desk}/accept", desk, reason="Travaux.", **hidden(page)).status_code == 303
    assert browser.get(desk).text.count('class="accept"') == number - 1
    assert len(waiting) == 1


def test_so_many_checks_stand_on_the_desk_that_somebody_can_work_through(
    january: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = january.get("/reports/region/2026", **{"accept-language": "en"}).text
    number = whole.count('class="accept"')
    assert "the others follow" not in whole
    monkeypatch.setattr(reports, "MOST_CHECKS", number - 1)
    page = january.get("/reports/region/2026", **{"accept-language": "en"}).text
    assert page.count('class="accept"') == number - 1
    assert f"{number} checks are open." in page
    assert f"The first {number - 1} stand here; the others follow when these are done." in page
