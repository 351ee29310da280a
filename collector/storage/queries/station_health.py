"""What is known of the health of one station, and how some of it went over the last months; never its use."""

import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic_core import from_json
from sqlalchemy import Connection, select

from collector.domain.calendar import local_date
from collector.storage.models import hourly_readings, station_contact, station_health


class StationHealth(NamedTuple):
    state_since: int
    on_since: int | None
    memory: str
    """As JSON, for `collector.alerts.remembered`."""


def station_health_of(connection: Connection, site_id: int, station_id: int) -> StationHealth | None:
    """None where nobody has looked at it yet."""
    columns = station_health.c
    row = connection.execute(
        select(columns.state_since, columns.on_since, columns.memory).where(
            columns.site_id == site_id, columns.station_id == station_id
        )
    ).one_or_none()
    return None if row is None else StationHealth(*row)


def fullest_by_day(
    connection: Connection, site_id: int, station_id: int, since: int, zone: ZoneInfo
) -> dict[dt.date, float]:
    """How full the fullest volume was at the end of each day on which that changed, from 0 to 1."""
    found: dict[dt.date, float] = {}
    hourly = hourly_readings.c
    rows = connection.execute(
        select(hourly.hour_at, hourly.readings)
        .where(hourly.site_id == site_id, hourly.station_id == station_id, hourly.hour_at >= since)
        .order_by(hourly.hour_at)
    )
    for row in rows:
        _note(found, local_date(row.hour_at, zone), from_json(row.readings).get("volumes"))
    contact = station_contact.c
    latest = connection.execute(
        select(contact.received_at, contact.readings).where(
            contact.site_id == site_id, contact.station_id == station_id
        )
    ).one_or_none()
    if latest is not None and latest.received_at >= since:
        _note(found, local_date(latest.received_at, zone), from_json(latest.readings).get("volumes"))
    return found


def _note(found: dict[dt.date, float], day: dt.date, held: list[object] | None) -> None:
    if held is None or held[0] != "ok" or not isinstance(held[1], dict):
        return
    shares = [1 - each["free_bytes"] / each["total_bytes"] for each in held[1]["fixed"] if each["total_bytes"]]
    if shares:
        found[day] = max(shares)
