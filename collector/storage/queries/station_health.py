"""What is known of the health of one station, and how some of it went over the last months; never its use."""

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from pydantic_core import from_json
from sqlalchemy import Connection, select

from collector.storage.models import hourly_readings, station_contact, station_health


class StationHealth(NamedTuple):
    state_since: int
    on_since: int | None
    memory: str
    """As JSON, for `collector.alerts.remembered`."""


class Change(NamedTuple):
    """What a probe said from `at` on."""

    at: int
    probe: str
    outcome: str
    """ok, no_data or failed."""
    value: Mapping[str, Any]


def station_health_of(connection: Connection, site_id: int, station_id: int) -> StationHealth | None:
    """None where nobody has looked at it yet."""
    columns = station_health.c
    row = connection.execute(
        select(columns.state_since, columns.on_since, columns.memory).where(
            columns.site_id == site_id, columns.station_id == station_id
        )
    ).one_or_none()
    return None if row is None else StationHealth(*row)


def said_of_hardware(connection: Connection, site_id: int, station_id: int, probes: Collection[str]) -> list[Change]:
    """What these probes said and when that changed, in order of time, as far back as it is kept.

    Within an hour the last change counts.
    """
    hourly, contact = hourly_readings.c, station_contact.c
    rows = connection.execute(
        select(hourly.hour_at, hourly.readings)
        .where(hourly.site_id == site_id, hourly.station_id == station_id)
        .order_by(hourly.hour_at)
    )
    found = [
        Change(row.hour_at, probe, said[0], said[1])
        for row in rows
        for probe, said in from_json(row.readings).items()
        if probe in probes
    ]
    latest = connection.execute(
        select(contact.readings).where(contact.site_id == site_id, contact.station_id == station_id)
    ).scalar()
    if latest is not None:
        found += [
            Change(said[2], probe, said[0], said[1]) for probe, said in from_json(latest).items() if probe in probes
        ]
    return sorted(found, key=lambda each: each.at)
