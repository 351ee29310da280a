"""What is known of one station's hardware, for inventories of other programs."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Connection, and_, select

from collector.domain.glpi import Registered
from collector.storage.models import equipment, site, station, station_contact


def registered(
    connection: Connection, site_id: int, station_id: int | None = None
) -> list[tuple[Registered, Mapping[str, Sequence[Any]]]]:
    """The stations in place of a site, or that one, with their readings, by number."""

    def same(table: Any) -> Any:
        return and_(station.c.site_id == table.c.site_id, station.c.station_id == table.c.station_id)

    asked = (
        select(
            *(site.c.code, station.c.station_id, station.c.label, station_contact.c.agent_version),
            *(equipment.c.serial, equipment.c.model, station_contact.c.readings),
        )
        .select_from(station)
        .join(site, site.c.site_id == station.c.site_id)
        .outerjoin(station_contact, same(station_contact))
        .outerjoin(equipment, same(equipment))
        .where(station.c.site_id == site_id, station.c.retired_at.is_(None))
        .order_by(station.c.station_id)
    )
    if station_id is not None:
        asked = asked.where(station.c.station_id == station_id)
    return [
        (
            Registered(row.code, row.station_id, row.label, row.agent_version or "", row.serial or "", row.model or ""),
            from_json(row.readings) if row.readings else {},
        )
        for row in connection.execute(asked)
    ]
