"""The first page of a site: how are we doing, can it be trusted, what is to be done."""

import datetime as dt
import re
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, insert

from collector.catalogue import catalogue
from collector.domain.calendar import MONTHS_OF_YEAR
from collector.domain.catalogue import Unit
from collector.domain.cells import UNKNOWN, Cell, counted
from collector.domain.statistics import Rules
from collector.i18n import load_languages
from collector.storage.engine import reading, writing
from collector.storage.models import vintage
from collector.storage.queries.site_trend import a_year_before, trend_of
from collector.storage.queries.sites import Site, site_of_code
from collector.storage.queries.year_statistics import figures_of_years
from collector.web.trend_lines import FIGURES, grown, in_words, lines_of
from collector.web.views.site import year_of_report
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW, add_slots
from tests.collector.web.seeded_register import seed_register
from tests.collector.web.test_pages import DAY, text

BRUSSELS = ZoneInfo("Europe/Brussels")
IN_JANUARY = int(dt.datetime(2027, 1, 9, 12, tzinfo=BRUSSELS).timestamp())


def canal(region: Engine) -> Site:
    with reading(region) as connection:
        site = site_of_code(connection, "CANAL")
    assert site is not None
    return site


def test_the_last_twelve_months_are_in_january_the_year_that_every_other_page_shows(region: Engine) -> None:
    with writing(region) as connection:
        seed_register(connection)
    site = canal(region)
    with reading(region) as connection:
        trend = trend_of(connection, site, IN_JANUARY, Rules(), catalogue())
        year = figures_of_years(connection, [site], 2026, IN_JANUARY, Rules(), catalogue())[site.site_id]
    for figure in (*FIGURES, "A8", "B6.median", "B7.share"):
        assert trend.year.whole.cells[figure] == year.whole.cells[figure], figure
    assert trend.year.week == year.week
    assert len(trend.months) == 2 * MONTHS_OF_YEAR
    assert (str(trend.months[0]), str(trend.months[-1])) == ("2025-01", "2026-12")


def test_the_month_of_a_year_before_ends_at_the_same_moment(region: Engine) -> None:
    site = canal(region)
    a_year_ago = a_year_before(NOW, BRUSSELS)
    assert dt.datetime.fromtimestamp(a_year_ago, BRUSSELS).isoformat() == "2025-11-22T14:20:00+01:00"
    with writing(region) as connection:
        # The station was there already; use goes on after that moment.
        connection.exec_driver_sql(f"UPDATE station SET installed_at = {a_year_ago - 5 * DAY}")
        add_slots(connection, site.site_id, 6, a_year_ago - 2 * DAY, a_year_ago + 2 * DAY, range(24), night="free")
    with reading(region) as connection:
        trend = trend_of(connection, site, NOW, Rules(), catalogue())
        november = figures_of_years(connection, [site], 2025, NOW, Rules(), catalogue())[site.site_id].months[10]
    until, month = trend.then.cells["B1"].value, november.cells["B1"].value
    assert until is not None
    assert month is not None
    assert 0 < until < month


def test_the_last_of_february_stands_for_the_29th() -> None:
    leap_day = int(dt.datetime(2028, 2, 29, 8, tzinfo=BRUSSELS).timestamp())
    assert dt.datetime.fromtimestamp(a_year_before(leap_day, BRUSSELS), BRUSSELS).date() == dt.date(2027, 2, 28)


@pytest.mark.parametrize(
    ("now", "then", "unit", "words"),
    [
        (counted(115), counted(100), Unit.COUNT, "+15%"),
        (counted(90), counted(100), Unit.COUNT, "\u221210%"),
        (counted(100), counted(100), Unit.COUNT, "\u00b10%"),
        (counted(Fraction(43, 100)), counted(Fraction(40, 100)), Unit.SHARE, "+3 points"),
        (counted(Fraction(41, 100)), counted(Fraction(40, 100)), Unit.SHARE, "+1 point"),
        (counted(115, at_least=True), counted(100), Unit.COUNT, ""),
        (counted(115), UNKNOWN, Unit.COUNT, ""),
        (counted(115), counted(0), Unit.COUNT, ""),
    ],
)
def test_a_change_is_told_where_both_are_plain_values(now: Cell, then: Cell, unit: Unit, words: str) -> None:
    assert in_words(grown(now, then, unit), unit, load_languages()["en"]) == words


def test_a_year_that_began_in_another_month_is_not_compared(region: Engine) -> None:
    with reading(region) as connection:
        trend = trend_of(connection, canal(region), NOW, Rules(), catalogue())
    lines = lines_of(trend, catalogue(), load_languages()["en"])
    assert [line.figure.id for line in lines] == list(FIGURES)
    assert not any(line.year.change for line in lines)


def test_the_page_says_how_it_goes_how_sure_that_is_and_what_is_missing(administrator: Browser, region: Engine) -> None:
    page = administrator.get("/sites/CANAL", **{"accept-language": "en"}).text
    words = " ".join(text(page).split())
    assert re.search(r"In November 2026 so far: .*?[\d,]+ sessions and .*? h of use\.", words)
    assert re.search(r"(You can trust these counts|Read the counts as a minimum): \d+% of the offered time", words)
    assert "1 station fell silent without a proper stop." in words
    with writing(region) as connection:
        seed_register(connection)
    page = administrator.get("/sites/CANAL", **{"accept-language": "en"}).text
    words = " ".join(text(page).split())
    assert re.search(r"\d+ things are missing for the annual report of 2026: ", words)
    assert re.search(r'<a href="/sites/CANAL/attendance\?first=2026-02-01">Attendance: February\u2013', page)
    assert "not comparable" in words


def test_until_june_the_report_of_the_year_before_is_what_is_to_be_done_unless_it_is_frozen(
    region: Engine,
) -> None:
    here = canal(region)
    with reading(region) as connection:
        assert year_of_report(connection, here, 2027, 6) == 2026
        assert year_of_report(connection, here, 2027, 7) == 2027
    with writing(region) as connection:
        connection.execute(
            insert(vintage).values(
                site_id=here.site_id, year=2026, number=1, edition="internal", inputs="{}", inputs_sha256="0" * 64,
                frozen_at=NOW, frozen_by="somebody",
            )
        )  # fmt: skip
    with reading(region) as connection:
        assert year_of_report(connection, here, 2027, 1) == 2027


def test_a_site_without_a_station_says_what_to_do_first(administrator: Browser) -> None:
    page = administrator.get("/sites/FOREST", **{"accept-language": "en"}).text
    assert "No station is installed here yet" in page
    assert "In November 2026 no use can be shown yet." in " ".join(text(page).split())
