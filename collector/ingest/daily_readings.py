"""Readings of hours become one reading of their day, when nobody looks at hours any more."""

from collections.abc import Iterable
from itertools import groupby
from zoneinfo import ZoneInfo

from pydantic_core import from_json, to_json
from sqlalchemy import Connection, delete, select, update

from collector.domain.calendar import local_date
from collector.storage.models import hourly_readings


def fold_days(connection: Connection, site_id: int, before: int, zone: ZoneInfo) -> int:
    """How many rows of a site went into others; `before` is the start of a local day.

    What each probe said last on a day stands in the last row of that day, so that the value at its end stays.
    """
    columns = hourly_readings.c
    old = (columns.site_id == site_id, columns.hour_at < before)
    rows = connection.execute(
        select(columns.station_id, columns.hour_at).where(*old).order_by(columns.station_id, columns.hour_at)
    ).all()
    gone = 0
    for (station_id, _day), some in groupby(rows, lambda row: (row.station_id, local_date(row.hour_at, zone))):
        hours = [row.hour_at for row in some]
        if len(hours) > 1:
            _fold(connection, site_id, station_id, hours)
            gone += len(hours) - 1
    return gone


def _fold(connection: Connection, site_id: int, station_id: int, hours: list[int]) -> None:
    """`hours` are those of one day, in order."""
    columns = hourly_readings.c
    mine = (columns.site_id == site_id, columns.station_id == station_id)
    these = (*mine, columns.hour_at.between(hours[0], hours[-1]))
    told = connection.execute(select(columns.readings).where(*these).order_by(columns.hour_at)).scalars()
    last = (*mine, columns.hour_at == hours[-1])
    connection.execute(update(hourly_readings).where(*last).values(readings=merged(told)))
    connection.execute(delete(hourly_readings).where(*these, columns.hour_at != hours[-1]))


def merged(told: Iterable[str]) -> str:
    """What each probe said last."""
    whole: dict[str, object] = {}
    for readings in told:
        whole |= from_json(readings)
    return to_json(whole).decode()
