"""What only the facts of single stations tell about months of sites: for gates, never for a reader."""

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, and_, bindparam, func, select

from collector.domain.calendar import Period
from collector.domain.register import Opening, Outage
from collector.storage.models import site_slot, slot_record, station, station_contact
from collector.storage.rows import select_by_keys

SLOTS_OF_DAY = 96


class Presence(NamedTuple):
    """A measured station, and when it was last heard of."""

    installed_at: int
    retired_at: int | None
    received_at: int | None


def busiest_shares(
    connection: Connection, site_ids: Sequence[int], period: Period, idle_rule_minutes: int
) -> dict[int, Fraction]:
    """By site, the share of the sessions on the station that has most of them; no site of which none is kept."""
    asked = {"sites": list(site_ids), "first": period.first_slot, "end": period.end_slot}
    rows = connection.execute(_starts_by_station(idle_rule_minutes), asked)
    counts: dict[int, list[int]] = {}
    for site_id, count in rows:
        counts.setdefault(site_id, []).append(int(count))
    return {site_id: Fraction(max(some), sum(some)) for site_id, some in counts.items() if sum(some)}


@cache
def _starts_by_station(idle_rule_minutes: int) -> Select[Any]:
    """Built once: it is asked for each month of a year."""
    columns = slot_record.c
    return (
        select(columns.site_id, func.sum(columns[f"starts_{idle_rule_minutes}"]))
        .where(
            columns.site_id.in_(bindparam("sites", expanding=True)),
            columns.slot >= bindparam("first"),
            columns.slot < bindparam("end"),
        )
        .group_by(columns.site_id, columns.station_id)
    )


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


def presences(connection: Connection, site_ids: Sequence[int]) -> dict[int, list[Presence]]:
    """By site, also of the stations that are no longer there."""
    same = and_(station.c.site_id == station_contact.c.site_id, station.c.station_id == station_contact.c.station_id)
    rows = connection.execute(
        select(station.c.site_id, station.c.installed_at, station.c.retired_at, station_contact.c.received_at)
        .select_from(station.outerjoin(station_contact, same))
        .where(station.c.site_id.in_(site_ids))
    )
    found: dict[int, list[Presence]] = {site_id: [] for site_id in site_ids}
    for site_id, *times in rows:
        found[site_id].append(Presence._make(times))
    return found


def stations_missing(stations: Sequence[Presence], period: Period, now: int) -> int:
    """Measured all month, and not heard of since before it began."""
    if period.end() > now:
        return 0
    return sum(
        (each.received_at is None or each.received_at < period.start())
        for each in stations
        if each.installed_at < period.start() and (each.retired_at is None or each.retired_at > period.end())
    )


def days_without_station(connection: Connection, openings: Mapping[int, Sequence[Opening]]) -> dict[int, set[int]]:
    """By site, the days since 1970-01-01 UTC with an opening on which no station was on, and some was proved off.

    Most days tell by the middle of their opening that some station was on; only of the others are all slots read.
    """
    looked_at = sorted(
        {(site_id, (each.first_slot + each.end_slot) // 2) for site_id, some in openings.items() for each in some}
    )
    columns = ("site_id", "slot", "seconds_observed")
    seen = select_by_keys(connection, site_slot, columns, ("site_id", "slot"), looked_at)
    on = {(site_id, slot // SLOTS_OF_DAY) for site_id, slot, observed in seen if observed}
    opened = {(site_id, each.first_slot // SLOTS_OF_DAY) for site_id, some in openings.items() for each in some}
    asked = [
        (site_id, day * SLOTS_OF_DAY, (day + 1) * SLOTS_OF_DAY)
        for site_id, day in sorted(opened)
        if (site_id, day) not in on
    ]
    sums: dict[tuple[int, int], list[int]] = {}
    both = ("site_id", "slot", "seconds_observed", "seconds_off")
    rows = select_by_keys(connection, site_slot, both, ("site_id",), asked, bounds=("slot >=", "slot <"))
    for site_id, slot, observed, off in rows:
        of_day = sums.setdefault((site_id, slot // SLOTS_OF_DAY), [0, 0])
        of_day[0] += observed
        of_day[1] += off
    found: dict[int, set[int]] = {site_id: set() for site_id in openings}
    for (site_id, day), (observed, off) in sums.items():
        if off and not observed:
            found[site_id].add(day)
    return found


def openings_without_station(days: set[int], openings: Sequence[Opening], period: Period) -> tuple[dt.date, ...]:
    """Of the days found above, those with an opening that begins in the period, as days since 1970-01-01 UTC."""
    opened = {
        opening.first_slot // SLOTS_OF_DAY
        for opening in openings
        if period.first_slot <= opening.first_slot < period.end_slot
    }
    return tuple(dt.date(1970, 1, 1) + dt.timedelta(days=day) for day in sorted(opened & days))
