"""The demonstration has something to do for a technician."""

from itertools import count
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from collector import __version__
from collector.alerts.looking import How, look
from collector.demo.region import PLACES
from collector.demo.year import region_of, store
from collector.domain.calendar import local_date
from collector.storage.engine import reading
from collector.storage.models import alert, station

BRUSSELS = ZoneInfo("Europe/Brussels")
TUESDAY = 1_795_510_800
"""24 November 2026, 10:00 in Brussels: every place is open."""


def test_a_full_disk_a_failing_one_and_an_empty_printer_are_told_and_nothing_else_is(engine: Engine) -> None:
    places = (PLACES[0]._replace(stations=3, outages=()), PLACES[1]._replace(stations=4, newcomers=()))
    how = How(BRUSSELS, 600, __version__, count(1).__next__)
    for now in (TUESDAY, TUESDAY + 600, TUESDAY + 1200):
        region = region_of(engine, BRUSSELS, now, places=places, months=1)
        store(engine, region, [local_date(now, BRUSSELS)], now, now)
        look(engine, now, how)
    with reading(engine) as connection:
        same = (station.c.site_id == alert.c.site_id) & (station.c.station_id == alert.c.station_id)
        rows = connection.execute(
            select(station.c.label, alert.c.rule, alert.c.level)
            .select_from(alert.join(station, same))
            .where(alert.c.ended_at.is_(None))
        )
        found = {(row.label, row.rule, row.level) for row in rows}
        assert {
            ("ALLEE-01", "printer", "warning"),
            ("ALLEE-03", "disk_space", "critical"),
            ("BASSIN-04", "disk_health", "critical"),
        } <= found
        assert {rule for _label, rule, _level in found} <= {"printer", "disk_space", "disk_health", "maintenance"}
