"""Twelve days of power of one station of the seeded region: on by day, off by night, one cut, and one bad line."""

from sqlalchemy import Connection, insert

from collector.storage import models
from tests.collector.web.seeded_region import DAY, NOW

DAYS = 12
MORNING = NOW // DAY * DAY + 8 * 3600
"""Nine o'clock of today in Brussels."""
LONG = 9 * 3600
CUT_DAY, UNHEARD_DAY = 3, 5
"""So many days ago it ended without a stop, and was not heard for an hour from noon on."""


def seed_power(connection: Connection, site_id: int, station_id: int) -> None:
    for ago in range(DAYS, -1, -1):
        began = MORNING - ago * DAY
        ended = began + LONG if ago else NOW - 800
        stopped = None if ago in (0, CUT_DAY) else ended
        row = {
            "site_id": site_id,
            "station_id": station_id,
            "run_id": f"{ago:016x}",
            "previous_run_id": f"{ago + 1:016x}" if ago < DAYS else None,
            "revision": 1,
            "start_reason": "boot",
            "clock": "trusted",
            "started_at": began,
            "last_seen_at": ended,
            "stopped_at": stopped,
            "stop_reason": "power_off" if stopped else None,
            "sleeps": f"[[{began + 3600}, {began + 7200}]]" if ago == 1 else "[]",
            "received_at": ended,
        }
        connection.execute(insert(models.run).values(row))
        if ago not in (0, CUT_DAY):
            off = {"site_id": site_id, "station_id": station_id, "off_from": ended, "off_until": began + DAY}
            connection.execute(insert(models.off_stretch).values(off))
    slept = {"site_id": site_id, "station_id": station_id}
    slept |= {"off_from": MORNING - DAY + 3600, "off_until": MORNING - DAY + 7200}
    connection.execute(insert(models.off_stretch).values(slept))
    noon = MORNING - UNHEARD_DAY * DAY + 3 * 3600
    for place in range(4):
        record = {
            "site_id": site_id,
            "slot": noon // 900 + place,
            "station_id": station_id,
            "run_id": f"{UNHEARD_DAY:016x}",
            "revision": 1,
            "method": "not_readable",
            "presence_readable": False,
            "seconds_observed": 900,
            "seconds_on": 900,
            "contact": 1,
        }
        for minutes in (3, 5, 10, 15):
            record |= {f"starts_{minutes}": 0, f"seconds_in_use_{minutes}": 0, f"lengths_{minutes}": "0 0 0 0 0 0 0"}
        connection.execute(insert(models.slot_record).values(record))
