"""All devices of sites that are in place, with the days that decide how long they are maintained."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, and_, or_, select

from collector.domain.equipment import EquipmentKind, OutageKind
from collector.domain.lifetimes import Device
from collector.storage.models import equipment, outage, station


def devices_of(connection: Connection, site_ids: Sequence[int], today: dt.date) -> list[Device]:
    """In no order; with the stations of which the register says nothing yet."""
    columns = equipment.c
    same = and_(columns.site_id == station.c.site_id, columns.station_id == station.c.station_id)
    asked = select(
        columns.site_id,
        columns.kind,
        columns.label,
        columns.model,
        columns.serial,
        columns.supplied_on,
        columns.maintained_until,
        outage.c.kind.label("away"),
    )
    away = and_(
        outage.c.site_id == columns.site_id,
        outage.c.equipment_id == columns.equipment_id,
        outage.c.ended_at.is_(None),
    )
    asked = asked.select_from(equipment.outerjoin(outage, away)).where(
        columns.site_id.in_(site_ids), or_(columns.retired_on.is_(None), columns.retired_on > today)
    )
    found = [
        Device(row[0], EquipmentKind(row[1]), *row[2:-1], away=None if row.away is None else OutageKind(row.away))
        for row in connection.execute(asked)
    ]
    silent = (
        select(station.c.site_id, station.c.label)
        .select_from(station.outerjoin(equipment, same))
        .where(station.c.site_id.in_(site_ids), station.c.retired_at.is_(None), columns.equipment_id.is_(None))
    )
    return found + [Device(row.site_id, EquipmentKind.STATION, row.label) for row in connection.execute(silent)]
