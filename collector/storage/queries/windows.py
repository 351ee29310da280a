"""Maintenance windows of a site: while one lasts, alerts of a station or of the whole site are muted."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from collector.storage.models import maintenance_window


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


def window_of(connection: Connection, site_id: int, window_id: int) -> Window | None:
    columns = maintenance_window.c
    row = connection.execute(
        select(*_COLUMNS).where(columns.site_id == site_id, columns.window_id == window_id)
    ).one_or_none()
    return None if row is None else Window(*row)
