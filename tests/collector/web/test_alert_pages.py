"""Pages of alerts: what is told, to whom, and what a technician can say of it."""

from collections.abc import Callable
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from collector.alerts.looking import How, look
from collector.domain.health.findings import Rule
from collector.storage.engine import writing
from collector.storage.models import alert, audit_entry, maintenance_window
from collector.storage.queries.sites import site_ids
from collector.web.accounts import create_account
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_alerts import number_of, seed_alerts
from tests.collector.web.seeded_region import NOW, PASSWORD
from tests.collector.web.test_pages import text


@pytest.fixture
def alarmed(region: Engine) -> Engine:
    with writing(region) as connection:
        numbers = site_ids(connection)
        seed_alerts(connection, numbers["CANAL"])
        row = {"site_id": numbers["NOORD"], "alert_id": 99, "station_id": 1, "rule": "missing", "item": ""}
        more = {"level": "warning", "started_at": NOW - 60, "raised_at": NOW - 60, "facts": "{}"}
        connection.execute(insert(alert).values(**row, **more))
        create_account(connection, "tom", PASSWORD, "technician", NOW)
    return region


@pytest.fixture
def technician(alarmed: Engine, open_browser: Callable[..., Browser]) -> Browser:
    browser = open_browser(alarmed)
    assert browser.log_in("tom", PASSWORD).status_code == 303
    return browser


def words(browser: Browser, path: str) -> str:
    return text(browser.get(path, **{"accept-language": "en"}).text)


def test_today_tells_the_most_urgent_first_and_counts_what_is_open(technician: Browser) -> None:
    said = words(technician, "/today")
    assert "2 sites need somebody. 24 alerts are open, 3 of them critical." in said
    assert said.index("Most of its stations fell silent together") < said.index("is nearly full: 3.0 GB free")
    assert said.index("3.0 GB free of 120 GB") < said.index("4.0 GB of memory and had 8.0 GB")
    # CANAL, with critical ones, goes before NOORD.
    assert said.index("warning") < said.index("How urgent▲ warning WhereNOORD-1")
    assert "when it was new. How urgent▲ warning last known on 22 Nov 2026, 13:20" in said
    assert "Its clock is 1.1 h behind. How urgent■ critical taken on by bram" in said


def test_a_reader_of_one_site_is_told_of_that_site(alarmed: Engine, open_browser: Callable[..., Browser]) -> None:
    with writing(alarmed) as connection:
        create_account(connection, "fatima", PASSWORD, "facilitator", NOW, site_id=site_ids(connection)["NOORD"])
    browser = open_browser(alarmed)
    browser.log_in("fatima", PASSWORD)
    said = words(browser, "/today")
    assert "1 site needs somebody. 1 alert is open, 0 of them critical." in said
    assert "CANAL" not in said
    # She may see it, and leaves it to the technicians.
    assert "I take it on" not in words(browser, "/sites/NOORD/alerts/99")


def test_what_is_in_a_maintenance_window_is_muted_and_still_shown(technician: Browser, alarmed: Engine) -> None:
    with writing(alarmed) as connection:
        row = {"site_id": site_ids(connection)["CANAL"], "window_id": 1, "station_id": 0}
        connection.execute(insert(maintenance_window).values(**row, begins_at=NOW - 60, ends_at=NOW + 60))
    said = words(technician, "/today")
    assert "1 site needs somebody. 1 alert is open" in said
    assert said.index("Muted for maintenance") < said.index("is nearly full")


def test_without_alerts_the_page_says_so(administrator: Browser) -> None:
    assert "Nothing needs you: no alert is open." in words(administrator, "/today")


def act(browser: Browser, rule: Rule, action: str, **fields: str) -> str:
    path = f"/sites/CANAL/alerts/{number_of(rule)}"
    browser.client.headers["accept-language"] = "en"
    answer = browser.send(f"{path}/change", path, action=action, **fields)
    return words(browser, path) if answer.status_code == 303 else text(answer.text)


def test_a_technician_takes_an_alert_on_notes_what_was_done_and_all_of_it_is_audited(
    technician: Browser, alarmed: Engine
) -> None:
    assert "taken on by tom" in act(technician, Rule.DISK_SPACE, "acknowledge")
    # Somebody else was first.
    assert "taken on by bram" in act(technician, Rule.CLOCK, "acknowledge")
    assert "removed old updates" in act(technician, Rule.DISK_SPACE, "note", note=" removed  old updates ")
    assert "Write what you found or did." in act(technician, Rule.DISK_SPACE, "note", note=" ")
    assert "taken on by tom" not in act(technician, Rule.DISK_SPACE, "release")
    with writing(alarmed) as connection:
        rows = connection.execute(select(audit_entry.c.changed_by, audit_entry.c.name, audit_entry.c.subject)).all()
    assert [tuple(row) for row in rows if row.subject == "alert"] == [("tom", "disk_space C:", "alert")] * 3


def test_what_is_usual_from_now_on_can_be_accepted_where_a_rule_compares(technician: Browser, alarmed: Engine) -> None:
    assert "accepted; it ends with the next report" in act(technician, Rule.DISK_HEALTH, "accept")
    assert "there is nothing to accept" in act(technician, Rule.CLOCK, "accept")
    with writing(alarmed) as connection:
        connection.execute(update(alert).values(ended_at=NOW))
    assert "This alert has ended meanwhile" in act(technician, Rule.MEMORY_SIZE, "accept")


def test_an_alert_of_another_site_is_not_found_under_this_one(technician: Browser) -> None:
    assert technician.get("/sites/NOORD/alerts/1").status_code == 404
    assert technician.get("/sites/CANAL/alerts/999").status_code == 404
    assert technician.get(f"/sites/CANAL/alerts/{2**70}").status_code == 404


def test_the_visit_list_says_what_to_bring_and_which_stations_were_not_heard(technician: Browser) -> None:
    said = words(technician, "/sites/CANAL/visit")
    assert "What to bring a battery a card reader" in said
    assert "toner (black)" in said
    assert "Replace the battery." in said
    assert "Stations that were not heard CANAL-06" in said
    assert "There is nothing to do at this site." in words(technician, "/sites/FOREST/visit")


def test_the_page_of_a_station_says_its_state_its_alerts_and_what_cannot_be_read(
    technician: Browser, alarmed: Engine
) -> None:
    how = How(ZoneInfo("Europe/Brussels"), 1800, "0.4.0", count(10**6).__next__)
    with writing(alarmed) as connection:
        connection.execute(delete(alert))
    look(alarmed, NOW, how)
    said = words(technician, "/sites/CANAL/stations/6")
    assert "CANAL-06 ▲ silent, opening hours unknown" in said
    assert "What follows is what was last known." in said
    assert "/sys/class/net cannot be read: permission denied" in said
    assert "Pending rebootVerdictin order" in said
    assert "Network speedVerdictnot readable" in said
    assert "Free space of /home" in words(technician, "/sites/CANAL/stations/2")
    assert technician.get("/sites/CANAL/stations/99").status_code == 404
    # Nothing of its use.
    assert "session" not in said.lower().replace("counting of sessions", "").replace("sessions are counted", "")
