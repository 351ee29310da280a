import csv
import io
import json
import re

import pytest
from sqlalchemy import Engine

from collector.catalogue import catalogue
from collector.domain.statistics import Rules
from collector.storage.engine import reading, writing
from collector.storage.queries.sites import site_of_code
from collector.web.statistics_api import FIELDS, ExportError, export_statistics
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW, set_method

ASK = "/api/v1/statistics?site=CANAL&from=2026-10&to=2026-11"


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_and_json_hold_the_same_cells(administrator: Browser) -> None:
    for grain in ("day", "month"):
        as_csv = administrator.get(f"{ASK}&grain={grain}&format=csv")
        as_json = administrator.get(f"{ASK}&grain={grain}").json()
        assert as_csv.headers["content-type"] == "text/csv; charset=utf-8"
        words = [{key: "" if value is None else str(value) for key, value in row.items()} for row in as_json["rows"]]
        assert rows_of(as_csv.text) == words
        assert len(words) == {"day": 61, "month": 2}[grain]


def test_every_field_is_documented_and_in_every_row(administrator: Browser) -> None:
    document = administrator.get(ASK).json()
    assert document["fields"] == dict(FIELDS)
    assert all(list(row) == list(FIELDS) for row in document["rows"])


def test_days_sum_to_months(administrator: Browser) -> None:
    days = administrator.get(f"{ASK}&grain=day").json()["rows"]
    months = administrator.get(f"{ASK}&grain=month").json()["rows"]
    for month in months:
        inside = [row for row in days if row["period"].startswith(month["period"])]
        assert sum(row["sessions"] or 0 for row in inside) == month["sessions"]
        assert sum(row["hours_of_use"] or 0 for row in inside) == pytest.approx(month["hours_of_use"], abs=0.2)


def test_the_kinds_of_empty_stay_apart(administrator: Browser) -> None:
    days = {row["period"]: row for row in administrator.get(f"{ASK}&grain=day").json()["rows"]}
    assert (days["2026-11-12"]["status"], days["2026-11-12"]["sessions"]) == ("unknown", None)
    assert (days["2026-11-15"]["status"], days["2026-11-15"]["sessions"]) == ("value", 0)
    assert (days["2026-10-01"]["status"], days["2026-10-01"]["coverage"]) == ("not_applicable", None)
    assert days["2026-11-21"]["marks"] == "untimed low_coverage upper_bound"
    assert days["2026-11-22"]["marks"].split()[0] == "running"
    assert days["2026-11-30"]["status"] == "not_applicable"


def test_sessions_of_more_than_12_hours_are_marked_where_their_number_is_shown_and_nowhere_else(
    administrator: Browser, region: Engine
) -> None:
    with writing(region) as connection:
        for code in ("CANAL", "HELMET"):
            site = site_of_code(connection, code)
            assert site is not None
            set_method(connection, site.site_id, NOW // 900 - 96, records_capped=1)
    sentence = "Some sessions lasted more than 12 hours; 12 hours of each count."
    for code, shown in (("CANAL", True), ("HELMET", False)):
        asked = ASK.replace("CANAL", code).replace("2026-10", "2026-11")
        for grain in ("day", "month"):
            rows = administrator.get(f"{asked}&grain={grain}").json()["rows"]
            marked = [row for row in rows if "capped" in row["marks"].split()]
            assert len(marked) == shown
            assert all(row["sessions"] is not None for row in marked)
            assert ("capped" in administrator.get(f"{asked}&grain={grain}&format=csv").text) == shown
        page = administrator.get(f"/sites/{code}/statistics/2026").text
        assert (sentence in page) == shown, code
        days = administrator.get(f"/sites/{code}/days").text
        assert (sentence in days) == shown, code
        told = re.search(r"They began on these days:\s+<span[^>]*>([^<]+)</span>\s*</p>", days)
        assert (told and told[1]) == ("Sat 21 Nov" if shown else None)


def test_a_single_station_is_confidential_in_files_too(administrator: Browser) -> None:
    for row in administrator.get(ASK.replace("CANAL", "HELMET").replace("2026-10", "2026-11")).json()["rows"]:
        assert row["status"] == "confidential"
        assert row["sessions"] is row["hours_of_use"] is row["sessions_10_minutes"] is None
        assert row["coverage"] is not None


def test_the_same_cell_is_the_same_on_the_page_and_in_the_file(administrator: Browser) -> None:
    page = administrator.get("/sites/CANAL/days").text
    days = administrator.get(f"{ASK}&grain=day").json()["rows"]
    for row in days:
        if row["status"] == "value" and f'datetime="{row["period"]}"' in page:
            cells = page.split(f'datetime="{row["period"]}"')[1].split("</tr>")[0]
            assert f'<span class="value">{row["sessions"]}</span>' in cells


def test_the_command_and_the_address_give_the_same_text(region: Engine, administrator: Browser) -> None:
    with reading(region) as connection:
        text = export_statistics(connection, "CANAL", "2026-10", "2026-11", "day", "csv", NOW, Rules(), catalogue())
    assert administrator.get(f"{ASK}&grain=day&format=csv").text == text
    with reading(region) as connection:
        text = export_statistics(connection, "CANAL", "2026-10", "2026-11", "month", "json", NOW, Rules(), catalogue())
    assert administrator.get(ASK).json() == json.loads(text)


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ("", 400, "from"),
        ("site=CANAL&from=2026-10&to=2026-9", 400, "YYYY-MM"),
        ("site=CANAL&from=2026-11&to=2026-10", 400, "lies before"),
        ("site=CANAL&from=2026-11&to=2026-11&grain=hour", 400, "day or month"),
        ("site=CANAL&from=2026-11&to=2026-11&format=xml", 400, "json or csv"),
        ("site=CANAL&from=2000-01&to=2099-12", 400, "too many"),
        ("site=NOWHERE&from=2026-11&to=2026-11", 404, "no site"),
        ("site=%00&from=2026-11&to=2026-11", 404, "no site"),
        ("site=a%0d%0aSet-Cookie:x&from=2026-11&to=2026-11", 404, "no site"),
    ],
)
def test_bad_input_is_answered_with_one_sentence(administrator: Browser, query: str, status: int, words: str) -> None:
    answer = administrator.get(f"/api/v1/statistics?{query}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert words in answer.json()["detail"]


def test_the_function_says_the_same_sentence(region: Engine) -> None:
    with reading(region) as connection, pytest.raises(ExportError, match="YYYY-MM"):
        export_statistics(connection, "CANAL", "x", "2026-11", "day", "csv", NOW, Rules(), catalogue())
