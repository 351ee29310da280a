"""From when on technicians are told, and when they want to be left alone: who may say so, and what comes of it."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import Engine, select, update

from collector.alerts.channels import Channel, Kind, Message, Refused
from collector.domain.health.thresholds import LIMITS, RISING, Thresholds, check_order
from collector.mail import Post
from collector.storage.engine import reading, writing
from collector.storage.models import account, audit_entry, maintenance_window, setting
from collector.storage.queries.alerts import muted
from collector.storage.queries.sites import site_ids
from collector.storage.queries.thresholds import thresholds_in_force
from collector.web.accounts import create_account
from collector.web.threshold_words import THRESHOLDS
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.seeded_alerts import seed_alerts
from tests.collector.web.seeded_region import NOW, PASSWORD
from tests.collector.web.test_pages import text

WINDOWS = "/sites/CANAL/maintenance"
TODAY_AT_NOON = "2026-11-22T12:00"
TONIGHT = "2026-11-22T22:00"


@dataclass
class Clock:
    now: int = NOW

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def technician(region: Engine, open_browser: Callable[..., Browser], clock: Clock) -> Browser:
    """Of the whole Region."""
    with writing(region) as connection:
        seed_alerts(connection, site_ids(connection)["CANAL"])
        create_account(connection, "tom", PASSWORD, "technician", NOW)
    return logged_in(open_browser(region, now=clock), "tom")


def logged_in(browser: Browser, name: str) -> Browser:
    assert browser.log_in(name, PASSWORD).status_code == 303
    browser.client.headers["accept-language"] = "en"
    return browser


def send(browser: Browser, page: str, **fields: str) -> tuple[int, str]:
    answer = browser.send(f"{page}/change", page, **fields)
    return answer.status_code, text(browser.get(page).text if answer.status_code == 303 else answer.text)


def audited(engine: Engine, subject: str) -> list[tuple[str, str, str | None, str | None]]:
    with reading(engine) as connection:
        columns = audit_entry.c
        asked = select(columns.changed_by, columns.name, columns.before, columns.after)
        rows = connection.execute(asked.where(columns.subject == subject).order_by(columns.entry_id))
        return [(row[0], row[1], row[2], row[3]) for row in rows]


def test_a_threshold_is_changed_and_the_page_says_who_did_it_and_when(
    technician: Browser, region: Engine, clock: Clock
) -> None:
    assert "Nobody has changed a threshold yet." in text(technician.get("/thresholds").text)
    status, said = send(technician, "/thresholds", action="change", threshold="missing_open_days", value="5")
    assert status == 303

    assert "(open days) Value5 Usual value7 Changedtom, 22 Nov 2026, 14:20" in said
    latest = said.split("Latest changes")[-1]
    assert re.search(
        r"tom ?Threshold ?A station is missing after \(open days\) ?Before ?the usual value ?After ?5", latest
    )
    clock.now += 3600
    _, said = send(technician, "/thresholds", action="change", threshold="missing_open_days", value="6")
    assert "Value6 Usual value7 Changedtom, 22 Nov 2026, 15:20" in said
    with reading(region) as connection:
        assert thresholds_in_force(connection) == Thresholds(missing_open_days=6)
    # The same again is no change.
    send(technician, "/thresholds", action="change", threshold="missing_open_days", value="6")
    _, said = send(technician, "/thresholds", action="usual", threshold="missing_open_days")
    assert "(open days) Value7 Usual value7 Changednever" in said
    with reading(region) as connection:
        assert thresholds_in_force(connection) == Thresholds()
        assert connection.execute(select(setting)).all() == []
    name = "missing_open_days"
    assert audited(region, "threshold") == [
        ("tom", name, None, "5"),
        ("tom", name, "5", "6"),
        ("tom", name, "6", None),
    ]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("disk_warning_percent", "a lot", "is not a whole number"),
        ("disk_warning_percent", "101", "Write a number from 1 to 100."),
        ("missing_open_days", "31", "Write a number from 1 to 30."),
        ("disk_warning_percent", "96", "contradict each other: 85, 96, 95 must rise."),
        ("disk_clear_percent", "90", "contradict each other: 90, 90, 95 must rise."),
    ],
)
def test_a_value_that_cannot_be_is_refused_beside_its_field_as_it_was_typed(
    technician: Browser, region: Engine, name: str, value: str, sentence: str
) -> None:
    answer = technician.send("/thresholds/change", "/thresholds", action="change", threshold=name, value=value)
    assert answer.status_code == 400
    field = answer.text.split('<label for="change-value">')[1].split("</div>")[0]
    assert f'value="{value}"' in field
    assert 'aria-invalid="true"' in field
    assert 'aria-describedby="change-value-wrong"' in field
    assert sentence in field.split('id="change-value-wrong">')[1]
    assert f'<option value="{name}" selected>' in answer.text
    with reading(region) as connection:
        assert thresholds_in_force(connection) == Thresholds()
    assert audited(region, "threshold") == []


def test_what_is_no_threshold_is_no_form_of_ours(technician: Browser) -> None:
    assert technician.send("/thresholds/change", "/thresholds", action="change", threshold="x").status_code == 400
    wrong = {"action": "drop", "threshold": "crashes", "value": "2"}
    assert technician.send("/thresholds/change", "/thresholds", **wrong).status_code == 400


def test_a_technician_of_one_site_reads_the_thresholds_and_changes_none(
    region: Engine, open_browser: Callable[..., Browser]
) -> None:
    with writing(region) as connection:
        create_account(connection, "tess", PASSWORD, "technician", NOW, site_id=site_ids(connection)["NOORD"])
    browser = logged_in(open_browser(region), "tess")
    said = browser.get("/thresholds").text
    assert "Only those who look after the computers of the whole Region can change this." in text(said)
    assert 'action="/thresholds/change"' not in said
    assert "The usual value again" not in said


def test_every_threshold_has_its_words_and_the_usual_ones_are_in_order() -> None:
    assert tuple(THRESHOLDS) == Thresholds._fields
    check_order(Thresholds())
    for names in RISING:
        assert {LIMITS[name][0] for name in names} == {1}


POST = Post("mail.example", 587, "starttls", "", "", "dps@dps.example")


@pytest.mark.parametrize(
    ("email", "post", "broken", "said", "mails"),
    [
        ("tim@dps.example", POST, False, "The mail server has taken a test message to tim@dps.example.", 1),
        ("tim@dps.example", POST, True, "The mail server took no message (ConnectionRefusedError).", 1),
        ("", POST, False, "Your account has no e-mail address", 0),
        ("tim@dps.example", None, False, "This collector sends no mails", 0),
    ],
)
def test_a_technician_asks_for_a_test_message_and_is_told_what_came_of_it(
    region: Engine,
    open_browser: Callable[..., Browser],
    monkeypatch: pytest.MonkeyPatch,
    email: str,
    post: Post | None,
    broken: bool,
    said: str,
    mails: int,
) -> None:
    handed_over: list[tuple[str, str, str]] = []

    def hand_over(office: Post, *words: str) -> None:
        assert office == post
        handed_over.append((words[0], words[1], words[2]))
        if broken:
            raise ConnectionRefusedError

    monkeypatch.setattr("collector.web.views.thresholds.send", hand_over)
    with writing(region) as connection:
        number = create_account(connection, "tim", PASSWORD, "technician", NOW)
        connection.execute(update(account).where(account.c.account_id == number).values(email=email))
    browser = logged_in(open_browser(region, replace(SETTINGS, post=post)), "tim")
    answer = browser.send("/thresholds/message", "/thresholds")
    assert answer.status_code == 200
    assert said in text(answer.text)
    assert len(handed_over) == mails
    for to, subject, _text in handed_over:
        assert (to, subject) == ("tim@dps.example", "Test message")


def window(browser: Browser, **fields: str) -> tuple[int, str]:
    usual = {"station_number": "0", "begins": TODAY_AT_NOON, "ends": TONIGHT, "reason": "new cables"}
    return send(browser, WINDOWS, action="window", **(usual | fields))


def test_alerts_of_a_site_in_a_maintenance_window_are_muted_until_it_ends(
    technician: Browser, region: Engine, clock: Clock
) -> None:
    assert "No maintenance is planned." in text(technician.get(WINDOWS).text)
    status, said = window(technician)
    assert status == 303
    assert "the whole site 22 Nov 2026, 12:00 – 22 Nov 2026, 22:00 ▲ muted now new cables" in said
    assert "Nothing needs you: no alert is open. Muted for maintenance" in text(technician.get("/today").text)
    clock.now = NOW + 8 * 3600
    assert "1 site needs somebody." in text(technician.get("/today").text)
    said = text(technician.get(WINDOWS).text)
    assert "No maintenance is planned." in said
    assert "Ended within 90 days the whole site" in said


def test_a_window_of_a_station_mutes_that_station_and_can_be_removed(technician: Browser, region: Engine) -> None:
    assert '<option value="2" selected' in technician.get(f"{WINDOWS}?station=2").text
    for _ in ("once", "and by a second press of the button"):
        _, said = window(technician, station_number="2", reason="new disk")
    assert "CANAL-02 22 Nov 2026, 12:00" in said
    with reading(region) as connection:
        here = site_ids(connection)["CANAL"]
        assert muted(connection, NOW) == {(here, 2)}
        number = connection.execute(select(maintenance_window.c.window_id)).scalar_one()
    _, said = send(technician, WINDOWS, action="remove_window", window=str(number))
    assert "No maintenance is planned." in said
    # What somebody else removed meanwhile is gone as well.
    assert send(technician, WINDOWS, action="remove_window", window=str(number))[0] == 303
    (first, second) = audited(region, "maintenance_window")
    assert first[:3] == ("tom", "CANAL-02", None)
    assert '"reason": "new disk"' in str(first[3])
    assert second == ("tom", "CANAL-02", first[3], None)


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"begins": "soon"}, "begins", "“soon” is not a day and time; write it as 2026-11-22 09:30."),
        ({"reason": " "}, "reason", "A word is missing here."),
        ({"ends": TODAY_AT_NOON}, "ends", "A maintenance window ends after it begins, and within 31 days."),
        ({"ends": "2026-12-24T12:00"}, "ends", "A maintenance window ends after it begins, and within 31 days."),
        ({"ends": "2026-11-22T14:20"}, "ends", "This maintenance window is over already"),
        ({"station_number": "99"}, "", "There is no such station at this site"),
    ],
)
def test_a_window_that_cannot_be_is_refused_as_it_was_typed(
    technician: Browser, region: Engine, fields: dict[str, str], field: str, sentence: str
) -> None:
    usual = {"station_number": "0", "begins": TODAY_AT_NOON, "ends": TONIGHT, "reason": "new cables"} | fields
    answer = technician.send(f"{WINDOWS}/change", WINDOWS, action="window", **usual)
    assert answer.status_code == 400
    assert f"{sentence}" in text(answer.text)
    assert "Nothing was stored." in text(answer.text)
    assert ("aria-invalid" in answer.text) == bool(field)
    if field:
        assert sentence in answer.text.split(f'id="window-{field}-wrong">')[1].split("<")[0]
    assert f'value="{usual["ends"]}"' in answer.text
    with reading(region) as connection:
        assert connection.execute(select(maintenance_window)).all() == []


def test_a_facilitator_sees_the_windows_and_plans_none(region: Engine, open_browser: Callable[..., Browser]) -> None:
    with writing(region) as connection:
        create_account(connection, "fatima", PASSWORD, "facilitator", NOW, site_id=site_ids(connection)["CANAL"])
    page = logged_in(open_browser(region), "fatima").get(WINDOWS)
    assert page.status_code == 200
    assert "Plan maintenance" not in page.text


def channel_of(taken: list[Message], *, broken: bool) -> Channel:
    def deliver(message: Message, _at: int) -> None:
        if broken:
            raise Refused("HTTP 503")
        taken.append(message)

    return Channel("webhook", "Webhook", deliver)


@pytest.mark.parametrize("broken", [False, True])
def test_who_looks_after_all_computers_tries_a_channel_and_the_page_says_how_it_does(
    region: Engine, open_browser: Callable[..., Browser], clock: Clock, broken: bool
) -> None:
    taken: list[Message] = []
    with writing(region) as connection:
        create_account(connection, "tom", PASSWORD, "technician", NOW)
        create_account(connection, "tess", PASSWORD, "technician", NOW, site_id=site_ids(connection)["NOORD"])
    channels = replace(SETTINGS, post=POST, channels=(channel_of(taken, broken=broken),))
    tom = logged_in(open_browser(region, channels, now=clock), "tom")
    assert "Webhook Last message takennone yet Last message refusednone yet" in text(tom.get("/thresholds").text)
    answer = tom.send("/thresholds/message", "/thresholds", channel="webhook")
    assert answer.status_code == 200
    said = text(answer.text)
    if broken:
        assert "No test message was taken: Webhook (HTTP 503)." in said
        assert "▲ 22 Nov 2026, 14:20 (HTTP 503)" in said
    else:
        assert "A test message was taken: Webhook." in said
        assert "Last message taken22 Nov 2026, 14:20" in said
        assert [(each.kind, each.alerts) for each in taken] == [(Kind.TEST, ())]
    assert tom.send("/thresholds/message", "/thresholds", channel="elsewhere").status_code == 400
    # Who looks after one site reads how channels do, and calls none.
    tess = logged_in(open_browser(region, channels, now=clock), "tess")
    page = tess.get("/thresholds").text
    assert "Webhook" in page
    assert 'name="channel"' not in page
    assert tess.send("/thresholds/message", "/thresholds", channel="webhook").status_code == 403


def test_the_windows_of_all_sites_stand_together_those_of_now_first(
    technician: Browser, region: Engine, open_browser: Callable[..., Browser], clock: Clock
) -> None:
    said = text(technician.get("/maintenance").text)
    assert "Nothing is muted now." in said
    assert "No maintenance is planned." in said
    window(technician, station_number="2", reason="new disk")
    later = {"begins": "2026-11-24T09:00", "ends": "2026-11-24T12:00", "reason": "new line", "station_number": "0"}
    north = "/sites/NOORD/maintenance"
    assert technician.send(f"{north}/change", north, action="window", **later).status_code == 303
    said = text(technician.get("/maintenance").text)
    now, coming = said.split("To come", 1)
    assert re.search(r"CANAL-02.*22 Nov 2026, 22:00.*new disk", now)
    assert re.search(r"the whole site.*24 Nov 2026, 09:00.*24 Nov 2026, 12:00.*new line", coming)
    with writing(region) as connection:
        create_account(connection, "tess", PASSWORD, "technician", NOW, site_id=site_ids(connection)["NOORD"])
    mine = text(logged_in(open_browser(region, now=clock), "tess").get("/maintenance").text)
    assert "new line" in mine
    assert "new disk" not in mine
    clock.now = NOW + 8 * 3600
    assert "new disk" not in text(technician.get("/maintenance").text)
