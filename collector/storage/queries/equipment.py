"""Stations and other equipment of sites, and what was out of order."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, select

from collector.domain.equipment import Equipment, EquipmentKind, EquipmentOutage, OutageKind
from collector.domain.register import Outage
from collector.storage.models import equipment, outage, station


def equipment_of(connection: Connection, site_id: int) -> list[Equipment]:
    """By label; with the stations that enrolled and of which the register says nothing yet."""
    return equipment_of_sites(connection, [site_id])[site_id]


def equipment_of_sites(connection: Connection, site_ids: Sequence[int]) -> dict[int, list[Equipment]]:
    """By site and label."""
    same = and_(equipment.c.site_id == station.c.site_id, equipment.c.station_id == station.c.station_id)
    found: dict[int, list[Equipment]] = {site_id: [] for site_id in site_ids}
    written = select(equipment, station.c.installed_at, station.c.retired_at).select_from(
        equipment.outerjoin(station, same)
    )
    for row in connection.execute(written.where(equipment.c.site_id.in_(site_ids))):
        found[row.site_id].append(
            Equipment(
                row.equipment_id,
                EquipmentKind(row.kind),
                row.label,
                row.station_id,
                row.installed_on,
                row.supplied_on,
                row.maintained_until,
                row.retired_on,
                row.installed_at,
                row.retired_at,
                row.model,
                row.serial,
            )
        )
    silent = select(station).select_from(station.outerjoin(equipment, same))
    for row in connection.execute(silent.where(station.c.site_id.in_(site_ids), equipment.c.equipment_id.is_(None))):
        found[row.site_id].append(
            Equipment(
                None,
                EquipmentKind.STATION,
                row.label,
                row.station_id,
                measured_from=row.installed_at,
                measured_until=row.retired_at,
            )
        )
    return {
        site_id: sorted(some, key=lambda each: (each.label, each.station_id or 0)) for site_id, some in found.items()
    }


def outages_of(connection: Connection, site_id: int) -> list[Outage]:
    """Those of measured stations, by station and start."""
    return outages_of_sites(connection, [site_id])[site_id]


def outages_of_sites(connection: Connection, site_ids: Sequence[int]) -> dict[int, list[Outage]]:
    """By site; those of measured stations, by station and start."""
    same = and_(equipment.c.site_id == outage.c.site_id, equipment.c.equipment_id == outage.c.equipment_id)
    rows = connection.execute(
        select(outage.c.site_id, equipment.c.station_id, outage.c.started_at, outage.c.ended_at)
        .select_from(outage.join(equipment, same))
        .where(outage.c.site_id.in_(site_ids), equipment.c.station_id.is_not(None))
        .order_by(outage.c.site_id, equipment.c.station_id, outage.c.started_at)
    )
    found: dict[int, list[Outage]] = {site_id: [] for site_id in site_ids}
    for row in rows:
        found[row.site_id].append(Outage(row.station_id, row.started_at, row.ended_at))
    return found


def equipment_outages_of(connection: Connection, site_id: int) -> list[EquipmentOutage]:
    """Those of all equipment, by device and start; also what stands in storage."""
    rows = connection.execute(
        select(outage.c.equipment_id, outage.c.started_at, outage.c.ended_at, outage.c.reason, outage.c.kind)
        .where(outage.c.site_id == site_id)
        .order_by(outage.c.equipment_id, outage.c.started_at)
    )
    return [EquipmentOutage(*row[:-1], OutageKind(row.kind)) for row in rows]
