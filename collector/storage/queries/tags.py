"""The labels with which stations enrolled, to match them with what else is known under the same tag."""

from sqlalchemy import Connection, and_, select

from collector.storage.models import site, station


def tagged_stations(connection: Connection) -> dict[str, list[tuple[int, str]]]:
    """Number and code of the sites at which a station in place has a label; by the label in small letters."""
    rows = connection.execute(
        select(station.c.label, site.c.site_id, site.c.code)
        .select_from(station.join(site, and_(station.c.site_id == site.c.site_id)))
        .where(station.c.retired_at.is_(None))
    )
    found: dict[str, list[tuple[int, str]]] = {}
    for label, site_id, code in rows:
        found.setdefault(label.casefold(), []).append((site_id, code))
    return found
