"""The page of a station says what changed of its hardware and when, the newest first."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, insert, select

from collector.storage import models
from collector.storage.engine import writing
from collector.storage.queries.sites import site_ids
from collector.web.accounts import create_account
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_history import TODAY, seed_history, volumes
from tests.collector.web.seeded_region import DAY, NOW, PASSWORD

PAGE = "/sites/CANAL/stations/2"


@pytest.fixture
def technician(region: Engine, open_browser: Callable[..., Browser]) -> Browser:
    with writing(region) as connection:
        canal = site_ids(connection)["CANAL"]
        seed_history(connection, canal, 2)
        alarm = {"site_id": canal, "alert_id": 1, "station_id": 2, "rule": "clock", "item": "", "level": "warning"}
        times = {"started_at": NOW - 50 * DAY, "raised_at": NOW - 50 * DAY, "ended_at": NOW - 49 * DAY}
        connection.execute(insert(models.alert).values(**alarm, **times, facts='{"seconds": 300}'))
        create_account(connection, "tom", PASSWORD, "technician", NOW)
    browser = open_browser(region)
    browser.log_in("tom", PASSWORD)
    return browser


def table(browser: Browser) -> list[list[str]]:
    """The fields of each row."""
    page = browser.get(PAGE, **{"accept-language": "en"}).text
    rows = page.split('id="changes"', 1)[1].split("</section>", 1)[0].split("<tr>")[2:]
    return [re.findall(r"<(?:th scope=.row.|div(?: translate=.no.)?)>(.*?)</", row) for row in rows]


def test_each_change_is_told_with_what_was_before(technician: Browser) -> None:
    assert [row[1:] for row in table(technician)] == [
        ["Operating system", "Debian GNU/Linux 11 (bullseye)", "Debian GNU/Linux 12 (bookworm)"],
        ["Memory", "4.0\u00a0GB", "8.0\u00a0GB"],
        ["Volumes", "/ (120\u00a0GB)", "/ (120\u00a0GB), /home (320\u00a0GB)"],
        # Sixty days ago it could not be read: that is no change of the disk.
        ["Disks", "Old disk 500 (466\u00a0GB)", "New disk 500 (466\u00a0GB)"],
        ["Agent", "0.0.9", "0.1.0"],
        ["Alert ended", "–", "Its clock is 5\u00a0min ahead."],
        ["Alert raised", "–", "Its clock is 5\u00a0min ahead. (warning)"],
    ]


def test_it_ends_after_fifty_changes(technician: Browser, region: Engine) -> None:
    with writing(region) as connection:
        number = connection.execute(select(models.site.c.site_id).where(models.site.c.code == "CANAL")).scalar_one()
        for hour in range(60):
            outcome, value = volumes(hour)
            value["fixed"] = [{"label": f"D{hour}", "file_system": "ext4", "total_bytes": 2**30, "free_bytes": 0}]
            readings = models.hourly_readings.insert().values(
                site_id=number,
                station_id=2,
                hour_at=TODAY - 30 * DAY + hour * 3600,
                readings=f'{{"volumes": ["{outcome}", {str(value).replace(chr(39), chr(34))}]}}',
            )
            connection.execute(readings)
    found = table(technician)
    assert len(found) == 50
    assert found[3][3] == "D59 (1.0\u00a0GB)"


def test_a_station_of_which_nothing_changed_says_so(technician: Browser) -> None:
    page = technician.get("/sites/CANAL/stations/1", **{"accept-language": "en"}).text
    assert "Nothing has changed as far back as it is kept." in page
