"""The stations of sites, their last contact and their last readings; never their use."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, case, func, select

from collector.domain.clones import HEAD_LETTERS, is_forgetful
from collector.domain.stations import Contact
from collector.storage.models import credential, station, station_contact


@dataclass(frozen=True, slots=True)
class Station:
    site_id: int
    station_id: int
    label: str
    installed_at: int
    contact: Contact | None
    agent_version: str
    forgets: bool = False
    """Whether it forgets at each reboot what it did not send."""


@dataclass(frozen=True, slots=True)
class Reading:
    outcome: str
    """ok, no_data or failed; the last two say why in `value["reason"]`."""
    value: Mapping[str, Any]
    changed_at: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A computer that enrolled and that nobody has placed yet."""

    public_id: str
    tag: str
    since: int


def stations_of(connection: Connection, site_ids: Sequence[int]) -> list[Station]:
    """The stations in place, by site and label."""
    joined = station.outerjoin(
        station_contact,
        and_(station.c.site_id == station_contact.c.site_id, station.c.station_id == station_contact.c.station_id),
    )
    rows = connection.execute(
        select(
            station.c.site_id,
            station.c.station_id,
            station.c.label,
            station.c.installed_at,
            station_contact.c.received_at,
            station_contact.c.stopped_at,
            station_contact.c.agent_version,
            func.substr(station_contact.c.trace, 1, HEAD_LETTERS).label("trace"),
        )
        .select_from(joined)
        .where(station.c.site_id.in_(site_ids), station.c.retired_at.is_(None))
        .order_by(station.c.site_id, station.c.label, station.c.station_id)
    )
    return [
        Station(
            site_id=row.site_id,
            station_id=row.station_id,
            label=row.label,
            installed_at=row.installed_at,
            contact=None if row.received_at is None else Contact(row.received_at, row.stopped_at is not None),
            agent_version=row.agent_version or "",
            forgets=is_forgetful(row.trace or ""),
        )
        for row in rows
    ]


def heard_since(connection: Connection, site_ids: Sequence[int] | None, since: int) -> tuple[int, int]:
    """How many stations are on and have reported since a moment, and how many there are; None: of all sites."""
    received, stopped = station_contact.c.received_at, station_contact.c.stopped_at
    same = [station.c[name] == station_contact.c[name] for name in ("site_id", "station_id")]
    heard = case((and_(received >= since, stopped.is_(None)), 1), else_=0)
    asked = (
        select(func.coalesce(func.sum(heard), 0), func.count())
        .select_from(station.outerjoin(station_contact, and_(*same)))
        .where(station.c.retired_at.is_(None))
    )
    if site_ids is not None:
        asked = asked.where(station.c.site_id.in_(site_ids))
    counted, there = connection.execute(asked).one()
    return int(counted), int(there)


def label_of(connection: Connection, site_id: int, station_id: int) -> str:
    """Empty where there is no such station."""
    where = and_(station.c.site_id == site_id, station.c.station_id == station_id)
    return connection.execute(select(station.c.label).where(where)).scalar() or ""


def latest_readings(connection: Connection, site_id: int) -> dict[int, dict[str, Reading]]:
    """By station and probe."""
    rows = connection.execute(
        select(station_contact.c.station_id, station_contact.c.readings).where(station_contact.c.site_id == site_id)
    )
    return {row.station_id: {probe: Reading(*held) for probe, held in json.loads(row.readings).items()} for row in rows}


def waiting_stations(connection: Connection) -> list[Waiting]:
    """The oldest first."""
    rows = connection.execute(
        select(credential.c.public_id, credential.c.tag, credential.c.created_at)
        .where(credential.c.status == "waiting")
        .order_by(credential.c.created_at, credential.c.public_id)
    )
    return [Waiting(row.public_id, row.tag, row.created_at) for row in rows]
