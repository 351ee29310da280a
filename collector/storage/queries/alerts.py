"""Alerts that have not ended, and those of before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pydantic_core import from_json
from sqlalchemy import ColumnElement, Connection, Row, and_, func, or_, select

from collector.domain.health.findings import Key, Level, Rule
from collector.storage.models import alert, alert_event, maintenance_window, station

SITE_ITSELF = 0
"""In the place of a station."""


class EventKind(StrEnum):
    """What happened to an alert."""

    RAISED = "raised"
    CHANGED = "changed"
    ENDED = "ended"
    TOLD = "told"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Alert:
    site_id: int
    alert_id: int
    station_id: int
    rule: Rule
    item: str
    level: Level
    started_at: int
    raised_at: int
    ended_at: int | None
    frozen_at: int | None
    facts: Mapping[str, Any]
    acknowledged_at: int | None
    acknowledged_by: str
    accepted_at: int | None
    told_at: int | None

    @property
    def key(self) -> Key:
        return Key(self.rule, self.item)


@dataclass(frozen=True, slots=True)
class Event:
    happened_at: int
    kind: EventKind
    level: str
    by: str
    note: str


def open_alerts(connection: Connection, site_ids: Sequence[int]) -> list[Alert]:
    """Those that have not ended, by site."""
    where = and_(alert.c.site_id.in_(site_ids), alert.c.ended_at.is_(None))
    return [_alert(row) for row in connection.execute(select(alert).where(where).order_by(alert.c.site_id))]


def needing_somebody(connection: Connection, levels: Sequence[Level]) -> list[tuple[Alert, str]]:
    """Those of all sites that have not ended and have one of these levels, with the label of the station."""
    same = and_(station.c.site_id == alert.c.site_id, station.c.station_id == alert.c.station_id)
    rows = connection.execute(
        select(alert, station.c.label)
        .select_from(alert.outerjoin(station, same))
        .where(alert.c.ended_at.is_(None), alert.c.level.in_([level.value for level in levels]))
    )
    return [(_alert(row), row.label or "") for row in rows]


def open_counts(connection: Connection) -> dict[tuple[int, str, str], int]:
    """How many have not ended, by site, rule and level; muted ones and those that somebody works on too."""
    keys = (alert.c.site_id, alert.c.rule, alert.c.level)
    counted = select(*keys, func.count().label("number")).where(alert.c.ended_at.is_(None)).group_by(*keys)
    return {(row.site_id, row.rule, row.level): row.number for row in connection.execute(counted)}


def alerts_of_station(connection: Connection, site_id: int, station_id: int, since: int) -> list[Alert]:
    """The open ones and those that ended since, the latest first."""
    where = and_(
        alert.c.site_id == site_id,
        alert.c.station_id == station_id,
        or_(alert.c.ended_at.is_(None), alert.c.ended_at >= since),
    )
    return [_alert(row) for row in connection.execute(select(alert).where(where).order_by(alert.c.raised_at.desc()))]


def alert_of(connection: Connection, site_id: int, alert_id: int) -> Alert | None:
    row = connection.execute(select(alert).where(mine(site_id, alert_id))).one_or_none()
    return None if row is None else _alert(row)


def mine(site_id: int, alert_id: int) -> ColumnElement[bool]:
    return and_(alert.c.site_id == site_id, alert.c.alert_id == alert_id)


def events_of(connection: Connection, site_id: int, alert_id: int) -> list[Event]:
    """In order."""
    columns = alert_event.c
    rows = connection.execute(
        select(alert_event)
        .where(columns.site_id == site_id, columns.alert_id == alert_id)
        .order_by(columns.happened_at, columns.event_id)
    )
    return [Event(row.happened_at, EventKind(row.kind), row.level, row.by, row.note) for row in rows]


def muted(connection: Connection, now: int) -> set[tuple[int, int]]:
    """The sites and stations that are in a maintenance window; station SITE_ITSELF is the whole site."""
    columns = maintenance_window.c
    rows = connection.execute(
        select(columns.site_id, columns.station_id).where(columns.begins_at <= now, columns.ends_at > now)
    )
    return {(row.site_id, row.station_id) for row in rows}


def is_muted(each: Alert, windows: set[tuple[int, int]]) -> bool:
    return (each.site_id, SITE_ITSELF) in windows or (each.site_id, each.station_id) in windows


def _alert(row: Row[Any]) -> Alert:
    return Alert(
        row.site_id,
        row.alert_id,
        row.station_id,
        Rule(row.rule),
        row.item,
        Level(row.level),
        row.started_at,
        row.raised_at,
        row.ended_at,
        row.frozen_at,
        from_json(row.facts),
        row.acknowledged_at,
        row.acknowledged_by,
        row.accepted_at,
        row.told_at,
    )
