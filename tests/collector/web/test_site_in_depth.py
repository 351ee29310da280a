"""A figure of a site in depth, what its files hold, the calendar of a year, and what all figures mean."""

import csv
import io
import re

import pytest
from sqlalchemy import Engine

from collector.catalogue import catalogue
from collector.domain.catalogue import Unit
from collector.domain.cells import CONFIDENTIAL, counted
from collector.i18n import load_languages
from collector.storage.engine import writing
from collector.web.figure_tables import choices
from collector.web.shown_tables import Row, Table, as_csv, field, plain
from tests.collector.reports.reading_back import of_xlsx
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_register import seed_register
from tests.collector.web.test_pages import text

ENGLISH = load_languages()["en"]
PAGE = "/sites/CANAL/figures"


@pytest.fixture
def registered(administrator: Browser, region: Engine) -> Browser:
    with writing(region) as connection:
        seed_register(connection)
    administrator.client.headers["accept-language"] = "en"
    return administrator


def rows_of(page: str) -> list[list[str]]:
    """The cells of the table of a page, without signs for those who do not see."""
    table = re.search(r'<div class="scroll figure-table".*?</table>', page, re.DOTALL)
    assert table is not None
    seen = re.sub(r'<span class="unseen">.*?</span>', "", table[0])
    return [
        [text(cell).strip() for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)]
        for row in re.findall(r"<tr>(.*?)</tr>", seen, re.DOTALL)
    ]


def test_every_figure_can_be_looked_at_and_its_parts_with_it(registered: Browser) -> None:
    for figure in choices(catalogue()):
        answer = registered.get(f"{PAGE}?figure={figure.id}&year=2026")
        assert answer.status_code == 200, figure.id
        assert figure.words["en"].name.replace("'", "&#39;") in answer.text


def test_what_is_no_figure_or_no_year_is_not_there(registered: Browser) -> None:
    for query in ("figure=B1r.3", "figure=Z9", "figure=B1&year=1800", "figure=B1&year=99999"):
        assert registered.get(f"{PAGE}?{query}").status_code == 404, query


def test_a_file_holds_what_the_page_shows(registered: Browser) -> None:
    for figure in ("B1", "B2", "B3", "B6", "B7", "B9", "C1"):
        compare_files(registered, figure)


def compare_files(registered: Browser, figure: str) -> None:
    shown = rows_of(registered.get(f"{PAGE}?figure={figure}&year=2026").text)
    answer = registered.get(f"{PAGE}/file?figure={figure}&year=2026&format=csv")
    assert answer.headers["content-disposition"] == f'attachment; filename="CANAL-{figure}-2026.csv"'
    lines = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    kept = [at for at, name in enumerate(lines[0]) if name != "Sign"]
    assert [lines[0][at] for at in kept] == shown[0]
    assert [line[0] for line in lines] == [row[0] for row in shown]
    (sheet,) = of_xlsx(registered.get(f"{PAGE}/file?figure={figure}&year=2026&format=xlsx").content, first=0)
    assert sheet[0] == shown[0]
    for line, row, seen in zip(lines[1:], sheet[1:], shown[1:], strict=True):
        for at, (value, words) in enumerate(zip(row, seen, strict=True)):
            if at and words != "no data" and words[-1] in "0123456789%h":
                assert float(line[kept[at]]) == pytest.approx(float(value)), (row, seen)
            else:
                assert value == words


def test_a_download_is_noted_and_an_unknown_form_refused(registered: Browser) -> None:
    assert registered.get(f"{PAGE}/file?figure=B1&format=csv").status_code == 200
    assert "figure B1 2026 csv" in text(registered.get("/audit").text)
    assert registered.get(f"{PAGE}/file?figure=B1&format=exe").status_code == 400


def test_bounds_stand_in_a_column_of_their_own_and_no_text_becomes_a_formula() -> None:
    fields = (field(counted(7200, at_least=True), Unit.SECONDS, ENGLISH), field(CONFIDENTIAL, Unit.COUNT, ENGLISH))
    table = Table("t", "u", ("Site", "Hours", "Sessions"), (Row("=1+1", fields),))
    assert as_csv(table, "Sign") == "Site,Hours,Sign,Sessions\r\n'=1+1,2,\u2265,c\r\n"
    assert [plain(word) for word in ("a", "-1", "@x")] == ["a", "'-1", "'@x"]


def test_the_calendar_of_a_year_tells_open_days_closures_and_holidays_apart(registered: Browser) -> None:
    page = registered.get("/sites/CANAL/calendar/2026").text
    days = dict(re.findall(r'<td class="(\w+)"><span class="date">(\d+)</span>', page))
    assert {"open", "closed", "closure", "holiday", "extra"} <= set(days)
    assert '1 July 2026 – 31 July 2026</strong> closure: <span translate="no">Vacances' in page
    assert "11 November 2026</strong> extra opening 10:00–12:00, training" in page
    assert '<time datetime="2026-01">January 2026</time> <span class="under">40\u00a0h' in page
    assert registered.get("/sites/CANAL/calendar/1800").status_code == 404


def test_a_site_without_a_timetable_is_not_called_closed(administrator: Browser) -> None:
    page = administrator.get("/sites/CANAL/calendar/2026", **{"accept-language": "en"}).text
    assert page.count('class="not_known"') == 365
    assert page.count('class="holiday"') == 0


def test_every_figure_has_a_place_where_it_is_explained(administrator: Browser) -> None:
    for language in ("en", "fr", "nl"):
        page = administrator.get("/figures", **{"accept-language": language}).text
        for figure in catalogue().figures.values():
            assert f'id="{figure.id}"' in page
            assert figure.words[language].formula.replace("'", "&#39;").replace("<", "&lt;") in page
