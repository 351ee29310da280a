"""The page of a station tells when it was on, off and heard, and nothing of its use."""

import datetime as dt
import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, delete, insert, update

from collector.storage import models
from collector.storage.engine import writing
from collector.storage.queries.sites import site_ids
from collector.web.accounts import create_account
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_power import seed_power
from tests.collector.web.seeded_region import NOW, PASSWORD
from tests.collector.web.test_pages import text

PAGE = "/sites/CANAL/stations/2"


@pytest.fixture
def technician(region: Engine, open_browser: Callable[..., Browser]) -> Browser:
    with writing(region) as connection:
        number = site_ids(connection)["CANAL"]
        seed_power(connection, number, 2)
        timetable = {"site_id": number, "valid_from": dt.date(2026, 1, 5)}
        connection.execute(insert(models.timetable).values(timetable))
        week = {"weekday": 3, "from_minute": 600, "until_minute": 1200, "kind": "free_access"}
        connection.execute(insert(models.weekly_interval).values(timetable | week))
        create_account(connection, "tom", PASSWORD, "technician", NOW)
    browser = open_browser(region)
    browser.log_in("tom", PASSWORD)
    return browser


def table(browser: Browser) -> list[list[str]]:
    """The fields of each row."""
    page = browser.get(PAGE, **{"accept-language": "en"}).text
    rows = page.split("On, not heard in time</th>", 1)[1].split("</tbody>", 1)[0].split("<tr>")[1:]
    return [re.findall(r"<(?:th scope=.row.|div)>(.*?)</", row) for row in rows]


def test_each_day_says_when_it_was_on_and_what_is_not_known(technician: Browser) -> None:
    said = {day: rest for day, *rest in table(technician)}
    assert len(said) == 30
    # On until the last word; nobody knows what came after it.
    assert said["22 November 2026"] == ["–", "09:00–14:06", "9\u00a0h", "13\u00a0min", "–"]
    # A sleep, a power cut on a Thursday, and what came of it, an hour without contact.
    assert said["21 November 2026"] == ["–", "09:00–10:00, 11:00–18:00", "16\u00a0h", "–", "–"]
    assert said["19 November 2026"] == ["10:00–20:00", "09:00–18:00", "9\u00a0h", "6\u00a0h", "–"]
    assert said["20 November 2026"] == ["–", "09:00–18:00", "6\u00a0h", "9\u00a0h", "–"]
    assert said["17 November 2026"] == ["–", "09:00–18:00", "15\u00a0h", "–", "1\u00a0h"]
    assert said["8 November 2026"] == ["–", "–", "–", "24\u00a0h", "–"]
    # Before it was installed.
    assert said["28 October 2026"] == ["–"] * 5


def test_the_picture_draws_what_the_table_says(technician: Browser) -> None:
    page = technician.get(PAGE, **{"accept-language": "en"}).text
    assert "In these days it was on for 112\u00a0h and off for 166\u00a0h" in page
    picture = page.split('id="chart-power-words"', 1)[1].split("</svg>", 1)[0]
    days = re.findall(r"<g><title>(.*?)</title>(.*?)</g>", picture)
    assert len(days) == 30
    drawn = {said.split(":")[0]: re.findall(r'class="([a-z ]+)"', shapes) for said, shapes in days}
    assert drawn["19 November 2026"] == ["day", "bar four", "bar one", "unknown", "opened"]
    assert drawn["17 November 2026"] == ["day", "bar four", "bar one", "bar two", "bar one", "bar four"]
    assert drawn["28 October 2026"] == ["day"]


def test_times_of_a_clock_that_nobody_vouched_for_are_not_told(technician: Browser, region: Engine) -> None:
    with writing(region) as connection:
        connection.execute(update(models.run).values(clock="untrusted"))
        connection.execute(delete(models.off_stretch))
    assert "Nothing is known of the last 30 days." in text(technician.get(PAGE, **{"accept-language": "en"}).text)


def test_how_much_it_was_used_changes_nothing(technician: Browser, region: Engine) -> None:
    before = technician.get(PAGE).text.split("</header>")[-1]
    with writing(region) as connection:
        used = {f"starts_{rule}": 7 for rule in (3, 5, 10, 15)} | {
            f"seconds_in_use_{rule}": 900 for rule in (3, 5, 10, 15)
        }
        connection.execute(update(models.slot_record).values(method="log_on", presence_readable=True, **used))
    assert technician.get(PAGE).text.split("</header>")[-1] == before
