"""The forms by which the register and the entries of a site are changed."""

import datetime as dt
import html
import json
import re
from collections.abc import Callable

import pytest
from httpx import Response
from sqlalchemy import Engine, select

from collector.domain.calendar import Month
from collector.domain.entered import Activity, ActivityKind, Attendance, HowCounted, MonthlyKind, Service, Trait
from collector.domain.register import Closure, Extra, OpeningKind, WeeklyInterval
from collector.storage.engine import reading, writing
from collector.storage.models import audit_entry, outage
from collector.storage.queries.calendars import calendar_of
from collector.storage.queries.entered import entered_of
from collector.storage.queries.equipment import equipment_of, outages_of
from collector.storage.queries.sites import details_of, site_ids
from collector.web.accounts import create_account
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_region import NOW, PASSWORD

CANAL = "/sites/CANAL"
PAGES = ("register", "opening-hours", "equipment", "entries", "files")


def site_id(region: Engine) -> int:
    with reading(region) as connection:
        return site_ids(connection)["CANAL"]


def sentence_in(page: str) -> str:
    found = re.search(r'role="alert"[^>]*>(.*?)</p>', page, re.DOTALL)
    assert found, page
    return html.unescape(" ".join(found[1].split()))


@pytest.fixture
def reader(region: Engine, open_browser: Callable[..., Browser]) -> Browser:
    with writing(region) as connection:
        create_account(connection, "reader", PASSWORD, "reader", NOW, site_id=site_ids(connection)["CANAL"])
    browser = open_browser(region)
    assert browser.log_in("reader", PASSWORD).status_code == 303
    return browser


def test_a_stranger_sees_none_of_these_pages(stranger: Browser) -> None:
    for name in (*PAGES, "attendance", "activity", "years/2026", "files/sites.csv"):
        assert stranger.get(f"{CANAL}/{name}").headers["location"].startswith("/login"), name


def test_a_reader_reads_and_changes_nothing(reader: Browser, region: Engine) -> None:
    for name in PAGES:
        page = reader.get(f"{CANAL}/{name}")
        assert page.status_code == 200
        assert f'action="{CANAL}' not in page.text or name == "opening-hours", name
    for name in ("attendance", "activity", "years/2026"):
        assert reader.get(f"{CANAL}/{name}").status_code == 403
    forms = {
        "register/change": {"action": "site", "name": "Mine", "label_status": "none"},
        "opening-hours/change": {"action": "closure", "first_day": "2026-12-24"},
        "equipment/change": {"action": "equipment", "label": "X", "kind": "printer"},
        "entries/change": {"action": "remove_attendance", "first_day": "2026-01-01"},
        "attendance/change": {"action": "attendance", "visits": "1"},
        "activity/change": {"action": "activity", "kind": "workshop", "day": "2026-01-01"},
        "years/2026/change": {"action": "year"},
    }
    for path, fields in forms.items():
        assert reader.send(f"{CANAL}/{path}", CANAL, **fields).status_code == 403, path
    assert upload(reader, b"site,holiday,open\nCANAL,2026-11-11,yes\n").status_code == 403
    with reading(region) as connection:
        assert connection.execute(select(audit_entry)).all() == []


def test_unknown_sites_actions_and_missing_tokens_change_nothing(administrator: Browser) -> None:
    assert administrator.get("/sites/NOWHERE/register").status_code == 404
    assert administrator.send("/sites/NOWHERE/register/change", CANAL, action="site").status_code == 404
    assert administrator.send(f"{CANAL}/register/change", CANAL, action="drop").status_code == 400
    assert administrator.client.post(f"{CANAL}/register/change", data={"action": "site"}).status_code == 403
    assert administrator.get(f"{CANAL}/activity?activity=77").status_code == 404
    assert administrator.get(f"{CANAL}/years/1066").status_code == 404


def test_the_site_itself_is_changed_and_the_change_is_audited(administrator: Browser, region: Engine) -> None:
    fields = {
        "name": "EPN du Canal",
        "name_nl": "OCR Kanaal",
        "operator": "Commune",
        "label_status": "certified",
        "label_since": "2021-05-01",
        "other_names": "Canal\r\nCanal (old)",
    }
    done = administrator.send(f"{CANAL}/register/change", f"{CANAL}/register", action="site", **fields)
    assert done.headers["location"] == f"{CANAL}/register?stored=1"

    with reading(region) as connection:
        details = details_of(connection, site_id(region))
        entry = connection.execute(select(audit_entry)).one()
    assert (details.name_nl, details.label_since, details.other_names) == (
        "OCR Kanaal",
        dt.date(2021, 5, 1),
        ("Canal", "Canal (old)"),
    )
    assert (entry.changed_by, entry.changed_at, entry.subject) == ("administrator", NOW, "site")
    assert json.loads(entry.after)["operator"] == "Commune"
    assert json.loads(entry.before)["operator"] == ""
    assert "OCR Kanaal" in administrator.get(f"{CANAL}/register").text


def test_what_cannot_be_stored_is_shown_again_as_it_was_typed(administrator: Browser) -> None:
    page = administrator.send(
        f"{CANAL}/register/change", CANAL, action="site", name=" ", operator="<b>Commune", label_status="none"
    )
    assert page.status_code == 400
    assert sentence_in(page.text) == "Name in French: A word is missing here. Nothing was stored."
    assert 'value="&lt;b&gt;Commune"' in page.text


def test_a_timetable_is_entered_changed_and_removed(administrator: Browser, region: Engine) -> None:
    page = f"{CANAL}/opening-hours"
    week = {
        "from_0_0": "09:30",
        "until_0_0": "12:30",
        "kind_0_0": "free_access",
        "from_0_1": "13:30",
        "until_0_1": "00:00",
        "kind_0_1": "training",
    }
    sent = administrator.send(f"{page}/change", page, action="timetable", valid_from="2026-01-05", **week)
    assert sent.status_code == 303
    with reading(region) as connection:
        (timetable,) = calendar_of(connection, site_id(region), 2026, 2026).timetables
    assert timetable.intervals == (
        WeeklyInterval(0, 570, 750, OpeningKind.FREE_ACCESS),
        WeeklyInterval(0, 810, 1440, OpeningKind.TRAINING),
    )
    shown = administrator.get(f"{page}?edit=2026-01-05").text
    assert re.search(r'name="until_0_1" value="00:00"', shown)
    assert "13:30–24:00" in shown

    refused = administrator.send(
        f"{page}/change", page, action="timetable", valid_from="2026-02-02", **week | {"until_0_0": "13:45"}
    )
    assert "overlap" in sentence_in(refused.text)
    assert 'name="until_0_0" value="13:45"' in refused.text

    administrator.send(f"{page}/change", page, action="remove_timetable", valid_from="2026-01-05")
    with reading(region) as connection:
        assert calendar_of(connection, site_id(region), 2026, 2026).timetables == ()


def test_closures_extra_openings_and_holidays(administrator: Browser, region: Engine) -> None:
    page = f"{CANAL}/opening-hours"

    def send(action: str, **fields: str) -> None:
        assert administrator.send(f"{page}/change", page, action=action, **fields).status_code == 303

    def calendar_now() -> tuple[object, object, object]:
        with reading(region) as connection:
            found = calendar_of(connection, site_id(region), 2026, 2026)
        return found.closures, found.extras, [choice.day.isoformat() for choice in found.choices if choice.is_open]

    day = dt.date(2026, 12, 24)
    send("closure", first_day="2026-12-24", last_day="", reason="Fête")
    send("extra", day="2026-12-24", **{"from": "10:00", "until": "12:00", "kind": "accompanied"})
    days = "2026-12-25 2027-01-01"
    send("holidays", days=days, **{"open_2026-12-25": "1", "open_2027-01-01": "1"})
    send("holidays", days=days, **{"open_2026-12-25": "1"})
    assert calendar_now() == (
        (Closure(day, day, "Fête"),),
        (Extra(day, 600, 720, OpeningKind.ACCOMPANIED),),
        ["2026-12-25"],
    )

    send("remove_closure", first_day="2026-12-24")
    send("remove_extra", day="2026-12-24", **{"from": "10:00"})
    assert calendar_now()[:2] == ((), ())


def test_a_station_that_only_enrolled_is_reported_out_of_order_and_works_again(
    administrator: Browser, region: Engine
) -> None:
    page, here = f"{CANAL}/equipment", site_id(region)
    fields = {"equipment": "station-1", "from": "2026-11-20T09:15", "until": "", "reason": "screen"}
    assert administrator.send(f"{page}/change", page, action="outage", **fields).status_code == 303
    with reading(region) as connection:
        (broken,) = outages_of(connection, here)
        assert (broken.station_id, broken.end) == (1, None)
        start = connection.execute(select(outage.c.started_at)).scalar_one()
        number = next(each.equipment_id for each in equipment_of(connection, here) if each.station_id == 1)
    assert "out of order" in administrator.get(page).text

    again = administrator.send(f"{page}/change", page, action="outage", **fields | {"from": "2026-11-21T09:00"})
    assert "There is no such device" in sentence_in(again.text)
    both = {"equipment": str(number), "start": str(start)}
    administrator.send(f"{page}/change", page, action="end_outage", **both)
    with reading(region) as connection:
        assert [each.end for each in outages_of(connection, here)] == [NOW]
    administrator.send(f"{page}/change", page, action="remove_outage", **both)
    with reading(region) as connection:
        assert outages_of(connection, here) == []


def test_a_device_is_added_changed_retired_and_taken_back(administrator: Browser, region: Engine) -> None:
    page, here = f"{CANAL}/equipment", site_id(region)

    def printers() -> list[tuple[str, dt.date | None]]:
        with reading(region) as connection:
            found = equipment_of(connection, here)
        return [(each.label, each.maintenance_end()) for each in found if each.kind.value == "printer"]

    fields = {"label": "Laser", "kind": "printer", "supplied_on": "2024-09-01", "equipment": ""}
    administrator.send(f"{page}/change", page, action="equipment", **fields)
    assert printers() == [("Laser", dt.date(2028, 9, 1))]
    with reading(region) as connection:
        number = next(str(each.equipment_id) for each in equipment_of(connection, here) if each.label == "Laser")
    later = fields | {"equipment": number, "label": "Laser 2", "maintained_until": "2026-01-01"}
    administrator.send(f"{page}/change", page, action="equipment", **later)
    assert printers() == [("Laser 2", dt.date(2026, 1, 1))]
    assert 'value="Laser 2"' in administrator.get(f"{page}?edit={number}").text
    early = administrator.send(f"{page}/change", page, action="equipment", **later | {"retired_on": "2020-01-01"})
    assert "cannot be gone before it was there" in sentence_in(early.text)
    administrator.send(f"{page}/change", page, action="remove_equipment", equipment=number)
    assert printers() == []


def test_a_facilitator_enters_attendance_and_the_calendar_fills(administrator: Browser, region: Engine) -> None:
    form = administrator.get(f"{CANAL}/attendance")
    assert 'value="2026-10-01"' in form.text, "the month before is proposed"
    fields = {"first_day": "2026-10-01", "last_day": "2026-10-31", "visits": "1 250", "how_counted": "tally"}
    sent = administrator.send(f"{CANAL}/attendance/change", f"{CANAL}/attendance", action="attendance", **fields)
    assert sent.headers["location"] == f"{CANAL}/entries?year=2026&stored=1"
    with reading(region) as connection:
        entered = entered_of(connection, site_id(region), 2026, 2026)
    assert entered.attendances == [
        Attendance(dt.date(2026, 10, 1), dt.date(2026, 10, 31), 1250, HowCounted.TALLY),
    ]
    shown = administrator.get(f"{CANAL}/entries?year=2026").text
    assert "<span>October 2026 <strong>1,250 visits" in shown, "a whole month is called by its name"
    again = administrator.get(f"{CANAL}/attendance").text
    assert 'value="2026-11-01"' in again, "it goes on after what is entered"
    assert "1,250" not in again
    twice = administrator.send(f"{CANAL}/attendance/change", CANAL, action="attendance", **fields | {"visits": "87"})
    assert "There is an entry from that day already: 1250 visits." in sentence_in(twice.text)
    changing = administrator.get(f"{CANAL}/attendance?first=2026-10-01").text
    assert "You change what was entered: 1,250 visits." in changing
    changed = {"action": "attendance", "replaces": "2026-10-01", **fields, "visits": "1251"}
    assert administrator.send(f"{CANAL}/attendance/change", CANAL, **changed).status_code == 303
    wrong = administrator.send(
        f"{CANAL}/attendance/change", CANAL, action="attendance", **fields | {"visits": "12,5", "persons": "x"}
    )
    september = {"first_day": "2026-09-01", "last_day": "2026-09-30", "visits": "12", "persons": "13"}
    more = administrator.send(f"{CANAL}/attendance/change", CANAL, action="attendance", **fields | september)
    assert 'id="attendance-persons-wrong">There cannot be more persons than visits' in more.text
    assert sentence_in(wrong.text).startswith("Visits: “12,5” is not a whole number")
    administrator.send(f"{CANAL}/entries/change", CANAL, action="remove_attendance", first_day="2026-10-01")
    with reading(region) as connection:
        assert entered_of(connection, site_id(region), 2026, 2026).attendances == []


def test_an_activity_and_a_monthly_total(administrator: Browser, region: Engine) -> None:
    page = f"{CANAL}/activity"
    one = {"kind": "workshop", "day": "2026-10-07", "attendances": "8", "recurrent": "3", "hours": "1,5"}
    sent = administrator.send(f"{page}/change", page, action="activity", **one, **{"age:26_54": "5", "title": "Itsme"})
    assert sent.status_code == 303
    assert 'type="month" value="2026-10"' in administrator.get(f"{page}?total=1").text, "the month that is over"
    total = {"kind": "support_walk_in", "month": "2026-09", "number": "55", "total": "1"}
    assert administrator.send(f"{page}/change", page, action="activity", **total).status_code == 303
    with reading(region) as connection:
        september, october = entered_of(connection, site_id(region), 2026, 2026).activities
    assert october == Activity(
        1,
        ActivityKind.WORKSHOP,
        dt.date(2026, 10, 7),
        dt.date(2026, 10, 7),
        1,
        5400,
        8,
        3,
        "Itsme",
        ((Trait.AGE, "26_54", 5),),
    )
    assert (september.number, september.last_day, september.attendances) == (55, dt.date(2026, 9, 30), None)
    assert 'value="Itsme"' in administrator.get(f"{page}?activity=1").text
    wrong = administrator.send(f"{page}/change", page, action="activity", **one | {"recurrent": "9"})
    assert "more recurrent attendances" in sentence_in(wrong.text)
    administrator.send(f"{CANAL}/entries/change", CANAL, action="remove_activity", activity="1", year="2026")
    with reading(region) as connection:
        assert len(entered_of(connection, site_id(region), 2026, 2026).activities) == 1


def test_a_year_and_a_monthly_figure(administrator: Browser, region: Engine) -> None:
    page = f"{CANAL}/years/2025"
    fields = {"facilitators": "3", "facilitators_fte": "1,75", "service_wifi": "1", "narrative": "Bien.\r\nTrès bien."}
    assert administrator.send(f"{page}/change", page, action="year", **fields).status_code == 303
    figure = {"month": "2025-03", "figure": "wifi_sessions", "value": "120", "source": "router", "method": "log"}
    sent = administrator.send(f"{CANAL}/entries/change", CANAL, action="monthly", year="2025", **figure)
    assert sent.headers["location"] == f"{CANAL}/entries?year=2025&stored=1"
    with reading(region) as connection:
        entered = entered_of(connection, site_id(region), 2025, 2025)
    assert entered.years[0][1:] == (3, 175, (Service.WIFI,), "Bien.\nTrès bien.")
    assert [(each.month, each.kind, each.value) for each in entered.monthly] == [
        (Month(2025, 3), MonthlyKind.WIFI_SESSIONS, 120)
    ]
    assert 'value="1.75"' in administrator.get(page).text
    administrator.client.cookies.set("language", "fr")
    assert 'value="1,75"' in administrator.get(page).text
    administrator.client.cookies.set("language", "en")
    assert re.search(r'name="service_wifi" value="1" checked', administrator.get(f"{CANAL}/years/2026").text)
    unnamed = administrator.send(f"{CANAL}/entries/change", CANAL, action="monthly", **figure | {"source": ""})
    assert "Say from which tool or person" in sentence_in(unnamed.text)


def upload(browser: Browser, content: bytes, **fields: str) -> Response:
    data = {"_csrf_token": browser.token(CANAL)} | fields
    return browser.client.post(f"{CANAL}/files/try", data=data, files={"file": ("table.csv", content, "text/csv")})


def test_a_file_is_tried_first_and_stored_when_somebody_says_so(administrator: Browser, region: Engine) -> None:
    tried = upload(administrator, "site;first_day;last_day;reason\nCANAL;01/07/2026;31/07/2026;été\n".encode("cp1252"))
    assert tried.status_code == 200
    assert "Nothing is stored yet" in tried.text
    with reading(region) as connection:
        assert calendar_of(connection, site_id(region), 2026, 2026).closures == ()

    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', tried.text.partition('enctype="multipart')[2]))
    stored = administrator.client.post(f"{CANAL}/files/try", data=kept, files={"none": ("", b"")})
    assert "Stored." in stored.text
    with reading(region) as connection:
        (closure,) = calendar_of(connection, site_id(region), 2026, 2026).closures
    assert closure.reason == "été"
    sent = administrator.get(f"{CANAL}/files/closures.csv")
    assert sent.text == "site,first_day,last_day,reason\nCANAL,2026-07-01,2026-07-31,été\n"
    assert administrator.get(f"{CANAL}/files/secrets.csv").status_code == 404


def test_lines_of_another_site_and_wrong_lines_are_named(administrator: Browser) -> None:
    page = upload(
        administrator,
        b"site,first_day,last_day\nNOORD,2026-07-01,2026-07-02\nCANAL,2026-07-01,yesterday\n",
    )
    text = html.unescape(page.text)
    assert page.status_code == 400
    assert "This line is of the site NOORD; only lines of CANAL are taken here." in text
    assert "Last day: “yesterday” is not a day" in text
    assert "2 lines are wrong, so nothing was stored." in text
    large = upload(administrator, b"site,holiday,open\n" + b"CANAL,2026-11-11,yes\n" * 30_000)
    assert "too large" in large.text


def test_a_table_of_months_says_what_it_holds(administrator: Browser, region: Engine) -> None:
    words = {"figure": "visits", "source": "old counter", "method": "door"}
    tried = upload(administrator, b"site,2024-1,2024-02\nCANAL,120,\n", **words)
    kept = dict(re.findall(r'name="(\w+)" value="([^"]*)"', tried.text.partition('enctype="multipart')[2]))
    administrator.client.post(f"{CANAL}/files/try", data=kept, files={"none": ("", b"")})
    with reading(region) as connection:
        (figure,) = entered_of(connection, site_id(region), 2024, 2024).monthly
    assert (figure.value, figure.source, figure.kind) == (120, "old counter", MonthlyKind.VISITS)
