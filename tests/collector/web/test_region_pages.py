"""The Region's figures and decisions: who sees what, and the same on page, in file and in the report."""

import csv
import io
import json
import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, select

from collector.catalogue import catalogue
from collector.domain.disclosure import Audience
from collector.domain.statistics import Rules
from collector.reports.gathering import gather, one_of, years_seen
from collector.reports.inputs import Edition
from collector.reports.vintages import FrozenMeanwhile, TellsTooMuch
from collector.storage.engine import reading, writing
from collector.storage.models import audit_entry
from collector.storage.queries.sites import site_of_code
from collector.web.accounts import create_account
from collector.web.statistics_api import ExportError, export_statistics
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW, PASSWORD, set_method
from tests.collector.web.seeded_register import seed_register
from tests.collector.web.test_pages import text

REGION = "/region/statistics/2026"
DECISIONS = "/region/decisions"
DESK = "/reports/CANAL/2026"


def decide(browser: Browser, decision: str, day: str, value: str, action: str = "decide") -> int:
    return browser.send(
        f"{DECISIONS}/change", DECISIONS, action=action, decision=decision, valid_from=day, value=value
    ).status_code


def test_the_page_of_the_region_shows_what_its_report_says(administrator: Browser, region: Engine) -> None:
    with reading(region) as connection:
        years = years_seen(connection, None, Audience.REGION, 2026, NOW, Rules(), catalogue())
        report = gather(connection, None, 2026, Edition.INTERNAL, NOW, Rules(), catalogue())
    seen = one_of(years, None)
    assert [month.cells for month in seen.months] == list(report.inputs.figures.months)
    page = text(administrator.get(REGION, **{"accept-language": "en"}).text)
    assert "All sites of the Region together" in page
    assert "Disclosure control: fewer than 5 sessions are not shown" in page
    assert re.search(r"Public stations 6 1 January 2019 \d of 4 sites", " ".join(page.split()))
    assert f'href="{REGION}"' in administrator.get("/region").text


def test_every_figure_of_the_catalogue_is_on_the_page_of_a_site(administrator: Browser, region: Engine) -> None:
    with writing(region) as connection:
        seed_register(connection)
    page = administrator.get("/sites/CANAL/statistics/2026", **{"accept-language": "en"}).text
    for figure in catalogue().figures.values():
        if figure.id not in {"B10", "D3"}:
            assert figure.words["en"].name.replace("'", "&#39;") in page, figure.id
    told = text(page)
    # C2, D5, E1 by age, the label; the method (B10) stands at the end, and nobody counted the public (D3).
    for words in ("counter at the door", "printing", "Equipment by age", "Criteria of the Region’s label", "Idle rule"):
        assert words in told, words


@pytest.mark.parametrize(
    ("language", "told"), [("en", "stations were on for 1.5 h"), ("fr", "durant 1,5 h"), ("nl", "computers 1,5 u")]
)
def test_the_page_says_for_how_long_a_system_log_told_what_the_agent_had_not_seen(
    administrator: Browser, region: Engine, language: str, told: str
) -> None:
    def page(path: str) -> str:
        return " ".join(text(administrator.get(path, **{"accept-language": language}).text).split())

    assert told not in page("/sites/CANAL/statistics/2026")
    with writing(region) as connection:
        site = site_of_code(connection, "CANAL")
        assert site is not None
        set_method(connection, site.site_id, NOW // 900 - 96, seconds_repaired=5400)
    assert told in page("/sites/CANAL/statistics/2026")
    assert told in page(REGION)


def test_a_decision_changes_the_criterion_from_its_day_on_and_is_audited(
    administrator: Browser, region: Engine
) -> None:
    assert decide(administrator, "label_stations", "2026-06-01", "7") == 303
    page = text(administrator.get("/sites/CANAL/statistics/2026", **{"accept-language": "en"}).text)
    assert "Public stations 7 1 June 2026 no" in " ".join(page.split())
    page = text(administrator.get("/sites/CANAL/statistics/2025", **{"accept-language": "en"}).text)
    assert "Public stations 6 1 January 2019" in " ".join(page.split())
    assert "7" in text(administrator.get(DECISIONS).text)
    assert decide(administrator, "label_stations", "2026-06-01", "", "take_back") == 303
    with reading(region) as connection:
        entries = connection.execute(select(audit_entry.c.name, audit_entry.c.before, audit_entry.c.after)).all()
    assert [tuple(row) for row in entries] == [
        ("label_stations 2026-06-01", None, '"7"'),
        ("label_stations 2026-06-01", '"7"', None),
    ]


def test_a_decision_that_cannot_be_is_refused_with_what_was_typed(administrator: Browser) -> None:
    assert decide(administrator, "official_idle_rule_minutes", "2026-06-01", "7") == 400
    assert decide(administrator, "label_stations", "tomorrow", "7") == 400
    answer = administrator.send(
        f"{DECISIONS}/change", DECISIONS, action="decide", decision="x", valid_from="", value=""
    )
    assert answer.status_code == 400


def test_who_only_reads_decides_nothing(region: Engine, open_browser: Callable[..., Browser]) -> None:
    with writing(region) as connection:
        create_account(connection, "reader", PASSWORD, "reader", NOW)
    browser = open_browser(region)
    assert browser.get(DECISIONS).headers["location"].startswith("/login")
    browser.log_in("reader", PASSWORD)
    assert "Only administrators can change this." in text(browser.get(DECISIONS, **{"accept-language": "en"}).text)
    answer = browser.send(f"{DECISIONS}/change", "/", action="decide", decision="label_stations", value="1")
    assert answer.status_code == 403


def test_a_year_for_which_disclosure_control_is_lifted_shows_small_figures_and_the_public_sees_none(
    administrator: Browser, region: Engine
) -> None:
    def hidden(audience: Audience) -> set[str]:
        with reading(region) as connection:
            site = site_of_code(connection, "CANAL")
            years = years_seen(connection, site, audience, 2026, NOW, Rules(), catalogue())
        return {figure for figure, cell in one_of(years, site).months[9].cells.items() if cell.status == "confidential"}

    before = hidden(Audience.REGION)
    assert "B8" in before
    assert decide(administrator, "disclosure_control_lifted", "2026-01-01", "yes") == 303
    assert hidden(Audience.REGION) == set()
    assert hidden(Audience.PUBLIC) == before


def test_the_export_for_others_than_the_site_has_months_with_the_cells_of_reports(region: Engine) -> None:
    def rows(site: str, audience: Audience, form: str = "json") -> list[dict[str, object]]:
        with reading(region) as connection:
            asked = (site, "2026-10", "2026-11", "month", form, NOW, Rules(), catalogue())
            told = export_statistics(connection, *asked, lambda _: audience)
        return json.loads(told)["rows"] if form == "json" else list(csv.DictReader(io.StringIO(told)))

    own, public = (rows("CANAL", audience)[1] for audience in (Audience.SITE, Audience.PUBLIC))
    assert own["sessions"] == public["sessions"]
    with reading(region) as connection:
        site = site_of_code(connection, "CANAL")
        seen = one_of(years_seen(connection, site, Audience.PUBLIC, 2026, NOW, Rules(), catalogue()), site)
    hours = seen.months[10].cells["B2"].value
    assert own["hours_of_use"] != public["hours_of_use"] == (None if hours is None else hours / 3600)
    assert rows("HELMET", Audience.PUBLIC)[1]["status"] == "confidential"
    with reading(region) as connection, pytest.raises(ExportError, match="finest grain"):
        export_statistics(
            connection,
            "CANAL",
            "2026-10",
            "2026-11",
            "day",
            "csv",
            NOW,
            Rules(),
            catalogue(),
            lambda _: Audience.REGION,
        )


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (TellsTooMuch("the report cannot be frozen: B1 of CANAL"), "its readers could compute something"),
        (FrozenMeanwhile("somebody else froze this report"), "Somebody else has just frozen this report."),
    ],
)
def test_a_freeze_that_is_refused_says_why_and_not_what_it_would_have_told(
    administrator: Browser, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def refuse(*_: object) -> int:
        raise error

    monkeypatch.setattr("collector.web.views.reports.freeze", refuse)
    answer = administrator.send(f"{DESK}/freeze", DESK)
    assert answer.status_code == 409
    assert sentence in answer.text
    assert "B1 of CANAL" not in answer.text
