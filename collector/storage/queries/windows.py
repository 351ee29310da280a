"""Maintenance windows of a site: while one lasts, alerts of a station or of the whole site are muted."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, and_, select

from collector.storage.models import maintenance_window, station


class Window(NamedTuple):
    window_id: int
    station_id: int
    """0: the whole site."""
    begins_at: int
    ends_at: int
    reason: str


_COLUMNS = [maintenance_window.c[name] for name in Window._fields]


def windows_of(connection: Connection, site_id: int, ending_after: int) -> list[Window]:
    """Those of a site that end later than that, in order."""
    columns = maintenance_window.c
    rows = connection.execute(
        select(*_COLUMNS)
        .where(columns.site_id == site_id, columns.ends_at > ending_after)
        .order_by(columns.begins_at, columns.window_id)
    )
    return [Window(*row) for row in rows]


def windows_of_sites(
    connection: Connection, site_ids: Sequence[int], ending_after: int
) -> list[tuple[int, Window, str]]:
    """Those that end later than that, the earliest first: site, window, and the label of its station if it has one."""
    columns = maintenance_window.c
    same = and_(station.c.site_id == columns.site_id, station.c.station_id == columns.station_id)
    rows = connection.execute(
        select(columns.site_id, *_COLUMNS, station.c.label)
        .select_from(maintenance_window.outerjoin(station, same))
        .where(columns.site_id.in_(site_ids), columns.ends_at > ending_after)
        .order_by(columns.begins_at, columns.site_id, columns.window_id)
    )
    return [(row[0], Window(*row[1:-1]), row.label or "") for row in rows]


def window_of(connection: Connection, site_id: int, window_id: int) -> Window | None:
    columns = maintenance_window.c
    row = connection.execute(
        select(*_COLUMNS).where(columns.site_id == site_id, columns.window_id == window_id)
    ).one_or_none()
    return None if row is None else Window(*row)
