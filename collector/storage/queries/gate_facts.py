"""What only the facts of single stations tell about a month: for gates, never for a reader."""

from collections.abc import Sequence
from fractions import Fraction

from sqlalchemy import Connection, and_, func, select

from collector.domain.calendar import Period
from collector.domain.register import Opening, Outage
from collector.storage.models import site_slot, slot_record, station, station_contact

SLOTS_OF_DAY = 96


def busiest_share(connection: Connection, site_id: int, period: Period, idle_rule_minutes: int) -> Fraction | None:
    """The share of the sessions on the station that has most of them; None where none is kept any more."""
    starts = func.sum(slot_record.c[f"starts_{idle_rule_minutes}"])
    counts = [
        int(count)
        for count in connection.execute(
            select(starts)
            .where(
                slot_record.c.site_id == site_id,
                slot_record.c.slot >= period.first_slot,
                slot_record.c.slot < period.end_slot,
            )
            .group_by(slot_record.c.station_id)
        ).scalars()
    ]
    return Fraction(max(counts), sum(counts)) if sum(counts) else None


def seconds_used_while_broken(
    connection: Connection, site_id: int, period: Period, outages: Sequence[Outage], idle_rule_minutes: int
) -> int:
    """Of stations that the register says were out of order then."""
    used = slot_record.c[f"seconds_in_use_{idle_rule_minutes}"]
    found = 0
    for outage in outages:
        first = max(period.first_slot, -(-outage.start // 900))
        end = min(period.end_slot, period.end_slot if outage.end is None else outage.end // 900)
        if first < end:
            found += int(
                connection.execute(
                    select(func.coalesce(func.sum(used), 0)).where(
                        slot_record.c.site_id == site_id,
                        slot_record.c.slot >= first,
                        slot_record.c.slot < end,
                        slot_record.c.station_id == outage.station_id,
                    )
                ).scalar_one()
            )
    return found


def stations_missing(connection: Connection, site_id: int, period: Period, now: int) -> int:
    """Measured all month, and not heard of since before it began."""
    if period.end() > now:
        return 0
    same = and_(station.c.site_id == station_contact.c.site_id, station.c.station_id == station_contact.c.station_id)
    rows = connection.execute(
        select(station_contact.c.received_at)
        .select_from(station.outerjoin(station_contact, same))
        .where(station.c.site_id == site_id, station.c.installed_at < period.start())
        .where(station.c.retired_at.is_(None) | (station.c.retired_at > period.end()))
    )
    return sum(received_at is None or received_at < period.start() for received_at in rows.scalars())


def days_observed(connection: Connection, site_id: int, period: Period) -> dict[int, tuple[int, int]]:
    """Seconds observed and seconds proved off, by day since 1970-01-01 UTC."""
    day = (site_slot.c.slot - site_slot.c.slot % SLOTS_OF_DAY).label("day")
    rows = connection.execute(
        select(day, func.sum(site_slot.c.seconds_observed), func.sum(site_slot.c.seconds_off))
        .where(
            site_slot.c.site_id == site_id,
            site_slot.c.slot >= period.first_slot,
            site_slot.c.slot < period.end_slot,
        )
        .group_by(day)
    )
    return {int(first) // SLOTS_OF_DAY: (int(observed), int(off)) for first, observed, off in rows}


def openings_without_station(days: dict[int, tuple[int, int]], openings: Sequence[Opening], period: Period) -> int:
    """Days with an opening on which no station was on, and some was proved off."""
    opened = {
        opening.first_slot // SLOTS_OF_DAY
        for opening in openings
        if period.first_slot <= opening.first_slot < period.end_slot
    }
    return sum(1 for day in opened if day in days and days[day][0] == 0 and days[day][1] > 0)
