"""The page of a station draws how its hardware went over 90 days, one value a day."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, update

from collector.storage import models
from collector.storage.engine import writing
from collector.storage.queries.sites import site_ids
from collector.web.accounts import create_account
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_history import seed_history
from tests.collector.web.seeded_region import DAY, NOW, PASSWORD

PAGE = "/sites/CANAL/stations/2"


@pytest.fixture
def technician(region: Engine, open_browser: Callable[..., Browser]) -> Browser:
    with writing(region) as connection:
        seed_history(connection, site_ids(connection)["CANAL"], 2)
        create_account(connection, "tom", PASSWORD, "technician", NOW)
    browser = open_browser(region)
    browser.log_in("tom", PASSWORD)
    return browser


def tables(browser: Browser) -> dict[str, list[tuple[str, str]]]:
    """The rows of each trend."""
    page = browser.get(PAGE, **{"accept-language": "en"}).text
    found = {}
    for title, body in re.findall(r"<figcaption>([^<]*)</figcaption>.*?<tbody>(.*?)</tbody>", page, re.DOTALL):
        found[title] = re.findall(r'<tr><th scope="row">([^<]*)</th><td class="n">([^<]*)</td></tr>', body)
    return found


def test_each_thing_that_was_measured_has_its_trend(technician: Browser) -> None:
    found = tables(technician)
    assert list(found) == [
        "Free space of /",
        "Free space of /home",
        "Available memory",
        "Temperature of disk 1",
        "What battery 1 holds of what it held when new",
    ]
    assert found["Free space of /"] == [
        ("22 November 2026", "41\u00a0GB"),
        ("23 September 2026", "70\u00a0GB"),
        ("3 September 2026", "90\u00a0GB"),
        ("24 August 2026", "no data"),
    ]
    # What could not be read is no value, neither the one before nor zero.
    assert found["Temperature of disk 1"] == [
        ("13 October 2026", "52\u00a0°C"),
        ("23 September 2026", "no data"),
        ("3 September 2026", "41\u00a0°C"),
        ("24 August 2026", "no data"),
    ]
    assert found["What battery 1 holds of what it held when new"][0] == ("3 September 2026", "80%")


def test_nothing_is_drawn_of_days_after_the_last_contact(technician: Browser, region: Engine) -> None:
    with writing(region) as connection:
        connection.execute(update(models.station_contact).values(received_at=NOW - 20 * DAY, readings="{}"))
    assert tables(technician)["Available memory"] == [
        ("3 November 2026", "no data"),
        ("3 September 2026", "2.0\u00a0GB"),
        ("24 August 2026", "no data"),
    ]


def test_a_picture_has_a_gap_where_nothing_is_known(technician: Browser) -> None:
    page = technician.get(PAGE, **{"accept-language": "en"}).text
    picture = page.split("Temperature of disk 1</title>", 1)[1].split("</svg>", 1)[0]
    assert picture.count('class="unknown"') == 2
    assert picture.count('class="line"') == 2
    assert "61 of 91 have a value." in picture
    assert "The highest is 52\u00a0°C (13 Oct), the lowest 41\u00a0°C (3 Sept)." in picture
