"""Alerts that have ended are kept for 25 whole months, with what happened to them."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select

from collector.ingest.purging import Kept, purge
from collector.storage.engine import reading, writing
from collector.storage.models import alert, alert_event, maintenance_window

ZONE = ZoneInfo("Europe/Brussels")
LONG_AGO = int(dt.datetime(2024, 1, 1, tzinfo=ZONE).timestamp())
FIRST_KEPT = int(dt.datetime(2024, 10, 1, tzinfo=ZONE).timestamp())
"""On any day of November 2026."""
NOW = int(dt.datetime(2026, 11, 22, 14, tzinfo=ZONE).timestamp())


def seed(engine: Engine, site_id: int, alert_id: int, ended_at: int | None) -> None:
    mine = {"site_id": site_id, "alert_id": alert_id}
    row = {"station_id": alert_id, "rule": "clock", "item": "", "level": "warning", "started_at": LONG_AGO}
    with writing(engine) as connection:
        connection.execute(insert(alert).values(**mine, **row, raised_at=LONG_AGO, ended_at=ended_at, facts="{}"))
        for number, kind in enumerate(("raised", "acknowledged")):
            event = {"happened_at": LONG_AGO, "event_id": number, "kind": kind, "by": "tom"}
            connection.execute(insert(alert_event).values(**mine, **event))


def test_an_alert_goes_with_its_events_25_months_after_it_ended_and_an_open_one_stays(region: Engine) -> None:
    for site_id in (1, 2):
        seed(region, site_id, 1, FIRST_KEPT - 1)
        seed(region, site_id, 2, FIRST_KEPT)
        seed(region, site_id, 3, None)
    # Of the same number as one that goes, at the other site.
    seed(region, 1, 4, FIRST_KEPT)
    seed(region, 2, 4, FIRST_KEPT - 1)

    assert purge(region, NOW, Kept(), ZONE).alerts == 3

    with reading(region) as connection:
        left = connection.execute(select(alert.c.site_id, alert.c.alert_id).order_by("site_id", "alert_id")).all()
        events = connection.execute(select(alert_event.c.site_id, alert_event.c.alert_id)).all()
    assert left == [(1, 2), (1, 3), (1, 4), (2, 2), (2, 3)]
    assert sorted(events) == sorted(2 * left)
    assert purge(region, NOW, Kept(), ZONE).alerts == 0


def test_a_maintenance_window_goes_when_it_is_over_for_as_long(region: Engine) -> None:
    with writing(region) as connection:
        for number, ends_at in enumerate((FIRST_KEPT - 1, FIRST_KEPT, NOW + 60)):
            row = {"site_id": 1, "window_id": number, "station_id": 0, "begins_at": LONG_AGO, "ends_at": ends_at}
            connection.execute(insert(maintenance_window).values(row))
    purge(region, NOW, Kept(), ZONE)
    with reading(region) as connection:
        assert connection.execute(select(maintenance_window.c.window_id).order_by("window_id")).scalars().all() == [
            1,
            2,
        ]
