"""Programs read the open alerts of the sites that their token reaches, and who works on one is nobody's business."""

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, insert, update

from collector.alerts.rows import ALERT_FIELDS
from collector.domain.health.findings import Rule
from collector.storage.engine import writing
from collector.storage.models import alert, maintenance_window
from collector.storage.queries.sites import site_ids
from tests.collector.web.browser import Browser
from tests.collector.web.seeded_alerts import number_of, seed_alerts
from tests.collector.web.seeded_region import NOW
from tests.collector.web.test_stations_api import programs as programs  # noqa: PLC0414  # the same fixture


@pytest.fixture(autouse=True)
def alerts(region: Engine) -> int:
    """Of every rule at CANAL; the fans' readings have ended."""
    with writing(region) as connection:
        site_id = site_ids(connection)["CANAL"]
        seed_alerts(connection, site_id)
        ended = update(alert).where(alert.c.rule == Rule.AGENT_READINGS.value).values(ended_at=NOW)
        connection.execute(ended)
        window = {"window_id": 1, "station_id": 2, "begins_at": NOW - 9, "ends_at": NOW + 9}
        connection.execute(insert(maintenance_window).values(site_id=site_id, **window))
    return site_id


def test_the_open_ones_come_the_most_urgent_first_and_without_a_name(programs: Callable[..., Browser]) -> None:
    said = programs().get("/api/v1/alerts").json()
    assert said["fields"] == dict(ALERT_FIELDS)
    rows = said["rows"]
    assert len(rows) == len(Rule) - 1
    assert [row["level"] for row in rows[:4]] == ["critical", "critical", "critical", "warning"]
    assert "agent_readings" not in {row["rule"] for row in rows}
    assert "bram" not in str(said)
    (clock,) = (row for row in rows if row["rule"] == "clock")
    assert clock == {
        **clock,
        "site": "CANAL",
        "alert": str(number_of(Rule.CLOCK)),
        "station": 2,
        "label": "CANAL-02",
        "item": None,
        "taken_on": True,
        "last_known": False,
        "muted": True,
        "address": None,
    }
    (line,) = (row for row in rows if row["rule"] == "site_unreachable")
    assert (line["station"], line["label"], line["muted"]) == (None, None, False)


def test_the_sentences_come_in_the_language_asked_for(programs: Callable[..., Browser]) -> None:
    program = programs()
    rows = program.get("/api/v1/alerts?site=CANAL&lang=nl").json()["rows"]
    assert "Schijf C: is bijna vol" in str(rows)
    wrong = program.get("/api/v1/alerts?lang=de")
    assert (wrong.status_code, "write en, fr, nl" in wrong.json()["detail"].replace("fr, nl, en", "en, fr, nl")) == (
        400,
        True,
    )


def test_the_same_as_csv(programs: Callable[..., Browser]) -> None:
    answer = programs().get("/api/v1/alerts?format=csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert answer.headers["content-type"].startswith("text/csv")
    assert tuple(rows[0]) == tuple(ALERT_FIELDS)
    assert {row["muted"] for row in rows} == {"true", "false"}


def test_a_token_of_one_site_reaches_no_other(programs: Callable[..., Browser]) -> None:
    program = programs("HELMET")
    assert program.get("/api/v1/alerts").json()["rows"] == []
    assert program.get("/api/v1/alerts?site=CANAL").status_code == 404
    assert program.get("/api/v1/alerts?station=2").status_code == 400
