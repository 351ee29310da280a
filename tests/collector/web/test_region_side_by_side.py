"""The sites of the Region side by side: who is compared with whom, in which order, and from when the figures are."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable
from fractions import Fraction

import pytest
from sqlalchemy import Engine, insert

from collector.catalogue import catalogue
from collector.domain.cells import CONFIDENTIAL, NOT_APPLICABLE, Cell, counted
from collector.domain.disclosure import Audience
from collector.domain.label import Criterion, criteria
from collector.domain.register import LabelStatus
from collector.domain.side_by_side import NAME, Beside, chosen, meets_all, ordered
from collector.domain.statistics import Rules
from collector.reports.gathering import years_seen
from collector.reports.keeping import keep_told
from collector.storage.changes.base import Change, Subject, note
from collector.storage.engine import reading, writing
from collector.storage.models import setting
from collector.web.region_years import FRESH_SECONDS, SETTLING_SECONDS
from collector.web.views.region import FIGURES
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW
from tests.collector.web.seeded_register import seed_register
from tests.collector.web.test_pages import text

LABEL = criteria({}, dt.date(2026, 1, 1))


def site(name: str, sessions: Cell, *, municipality: str = "", operator: str = "", **cells: Cell) -> Beside:
    all_cells = {"B1": sessions, "A1": counted(6), "A3": counted(15 * 3600)} | cells
    return Beside(1, name.upper(), name, municipality, operator, LabelStatus.NONE, all_cells, None)


def test_figures_rise_and_fall_and_what_has_no_value_comes_last_in_both() -> None:
    sites = [
        site("c", counted(5)),
        site("b", CONFIDENTIAL),
        site("A", counted(Fraction(9, 2))),
        site("d", counted(5)),
    ]

    def names(by: str, *, falling: bool) -> str:
        return "".join(each.name for each in ordered(sites, by, falling=falling))

    assert names("B1", falling=True) == "cdAb"
    assert names("B1", falling=False) == "Acdb"
    assert names(NAME, falling=False) == "Abcd"
    assert names(NAME, falling=True) == "dcbA"


def test_a_site_is_chosen_by_municipality_and_operator() -> None:
    sites = [
        site("a", counted(1), municipality="Forest", operator="CPAS"),
        site("b", counted(1), municipality="Forest", operator="ASBL"),
        site("c", counted(1), municipality="Uccle", operator="ASBL"),
    ]
    asked = [("", ""), ("Forest", ""), ("Forest", "ASBL"), ("Uccle", "CPAS")]
    assert [[each.name for each in chosen(sites, *one)] for one in asked] == [["a", "b", "c"], ["a", "b"], ["b"], []]


@pytest.mark.parametrize(
    ("stations", "hours", "met"),
    [(counted(6), counted(15 * 3600), True), (counted(5), counted(99 * 3600), False),
     (NOT_APPLICABLE, counted(15 * 3600), None), (NOT_APPLICABLE, counted(3600), False)],
)  # fmt: skip
def test_the_label_is_missed_by_one_criterion_and_not_known_without_one(
    stations: Cell, hours: Cell, met: bool | None
) -> None:
    assert all(isinstance(each, Criterion) for each in LABEL)
    assert meets_all(site("a", counted(1), A1=stations, A3=hours), LABEL) is met


@pytest.fixture
def registered(administrator: Browser, region: Engine) -> Browser:
    with writing(region) as connection:
        seed_register(connection)
    administrator.client.headers["accept-language"] = "en"
    return administrator


def names_of(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/sites/(\w+)"', page)


def test_the_page_and_its_file_show_what_disclosure_control_lets_out(registered: Browser, region: Engine) -> None:
    with reading(region) as connection:
        years = years_seen(connection, None, Audience.REGION, 2026, NOW, Rules(), catalogue())
    by_code = {each.site: each.whole.cells for each in years.sites.values()}
    page = registered.get("/region?sort=A1&order=down").text
    assert names_of(page)[0] == max(by_code, key=lambda code: by_code[code]["A1"].value or 0)
    assert set(names_of(page)) == set(by_code)
    assert "Figures as of 22 Nov 2026, 14:20." in text(page)
    assert "0 of 4 reports of 2026 are frozen." in text(page)
    answer = registered.get("/region/file?sort=A1&order=down&format=csv")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [line["Code"] for line in lines] == names_of(page)
    for line in lines:
        cell = by_code[line["Code"]]["B1"]
        words = {"confidential": "c", "not_applicable": "\u2013", "unknown": "no data", "closed": "closed"}
        assert line["Sessions"] == (words[cell.status] if cell.value is None else str(cell.value))
    assert registered.get("/region/file?format=xlsx").content.startswith(b"PK")
    assert "region 2026 csv" in text(registered.get("/audit").text)


def test_what_is_no_column_is_not_sorted_by(registered: Browser) -> None:
    for query in ("sort=B2x", "order=sideways", "year=1800"):
        assert registered.get(f"/region?{query}").status_code == 404, query
    refused = registered.get("/region/file?format=exe")
    assert (refused.status_code, refused.headers["content-type"]) == (400, "text/html; charset=utf-8")
    for figure in FIGURES:
        assert f"sort={figure}" in registered.get("/region").text


def test_an_empty_choice_says_so(registered: Browser) -> None:
    page = registered.get("/region?municipality=Nowhere").text
    assert "No site is in this municipality and of this operator." in page


def test_figures_are_read_again_soon_after_a_change_and_at_once_where_the_region_decides_anew(
    region: Engine, open_browser: Callable[..., Browser], administrator: Browser
) -> None:
    moments = [NOW]
    browser = open_browser(region, now=lambda: moments[-1])
    browser.client.headers["accept-language"] = "en"
    browser.client.cookies = administrator.client.cookies

    def as_of() -> str:
        found = re.search(r"Figures as of ([^.]*)\.", text(browser.get("/region").text))
        return found[1] if found else ""

    assert as_of() == "22 Nov 2026, 14:20"
    moments.append(NOW + 3645)
    assert as_of() == "22 Nov 2026, 14:20"
    write_something(region)
    assert as_of() == "22 Nov 2026, 15:20"
    moments.append(NOW + 3645 + SETTLING_SECONDS - 1)
    write_something(region)
    assert as_of() == "22 Nov 2026, 15:20"
    with writing(region) as connection:
        row = {"name": "label_stations", "valid_from": 0, "value": "7", "changed_by": "somebody"}
        connection.execute(insert(setting).values(row))
    assert as_of() == "22 Nov 2026, 15:21"
    moments.append(NOW + 2 * 3600)
    assert as_of() == "22 Nov 2026, 15:21"


def write_something(region: Engine) -> None:
    with writing(region) as connection:
        change = Change(connection, "somebody", NOW, Rules().zone, lambda: 1)
        note(change, None, Subject.ATTENDANCE, "2026-11", None, None)


def test_the_page_says_of_when_what_was_kept_is_and_a_large_region_follows_after_a_while(
    region: Engine, open_browser: Callable[..., Browser], administrator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("collector.web.region_years", "collector.reports.told"):
        monkeypatch.setattr(f"{module}.MANY_SITES", 2)
    keep_told(region, NOW, Rules(), catalogue())
    moments = [NOW + 60]
    browser = open_browser(region, now=lambda: moments[-1])
    browser.client.headers["accept-language"] = "en"
    browser.client.cookies = administrator.client.cookies

    def as_of() -> bool:
        return "Figures as of 22 Nov 2026, 14:20." in text(browser.get("/region").text)

    assert as_of()
    keep_told(region, NOW + 120, Rules(), catalogue())
    moments.append(NOW + 60 + FRESH_SECONDS - 1)
    assert as_of()
    moments.append(NOW + 60 + FRESH_SECONDS)
    assert not as_of()


def test_while_the_figures_are_put_together_the_page_says_so_and_looks_again(
    region: Engine, administrator: Browser, open_browser: Callable[..., Browser]
) -> None:
    waiting: list[Callable[[], None]] = []
    browser = open_browser(region, background=waiting.append)
    browser.client.headers["accept-language"] = "en"
    browser.client.cookies = administrator.client.cookies
    for _ in range(2):
        answer = browser.get("/region")
        assert answer.headers["refresh"] == "2"
        assert "You can leave it" in answer.text
    assert len(waiting) == 1
    waiting[0]()
    answer = browser.get("/region")
    assert "refresh" not in answer.headers
    assert "Figures as of" in answer.text


def test_work_that_fails_is_told_and_can_be_tried_again(
    region: Engine, administrator: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> object:
        raise OSError("no")

    monkeypatch.setattr("collector.web.region_years.drawn_year", broken)
    answer = administrator.get("/region", **{"accept-language": "en"})
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    monkeypatch.undo()
    assert administrator.get("/region").status_code == 200
