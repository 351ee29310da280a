"""Site slots as their facts say, and as they are stored: what the roller writes and what others compare.

A site slot follows from five kinds of facts: slot records, the runs that a system's log made good, stretches proved
off, the lives of the stations at the site, and when they were out of order. Nothing else goes into it, so deriving it
again gives the same.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select, text

from collector.domain.coverage import SLOT_SECONDS, seconds_off
from collector.domain.outages import slots_of_outage
from collector.domain.site_slots import Fact, SiteSlot, derive
from collector.storage.models import horizon, off_stretch, run, site_slot, slot_record, station
from collector.storage.queries.equipment import outages_of_sites
from collector.storage.queries.site_slots import COUNTS, KEY, SITE_SLOTS, site_slot_of
from collector.storage.rows import select_by_keys

Key = tuple[int, int]
"""site_id, slot"""

_FACTS = (
    *KEY,
    "station_id",
    "method",
    "presence_readable",
    "seconds_observed",
    "seconds_on",
    *COUNTS,
    "contact",
    "capped",
    "run_id",
)


def derived(connection: Connection, keys: Sequence[Key]) -> dict[Key, SiteSlot | None]:
    """What the facts say of each of these site slots; None where they say nothing."""
    facts: dict[Key, list[Fact]] = {key: [] for key in keys}
    repaired = repaired_runs(connection, {site_id for site_id, _ in keys})
    for row in select_by_keys(connection, slot_record, _FACTS, KEY, keys):
        told = bool(repaired) and (row[0], row[2], row[21]) in repaired
        facts[row[0], row[1]].append(Fact._make((*row[2:7], row[7:11], row[11:15], row[15:19], *row[19:21], told)))
    slots: dict[int, list[int]] = {}
    for site_id, slot in sorted(keys):
        slots.setdefault(site_id, []).append(slot)
    lives: dict[int, list[tuple[int, int, int | None]]] = {site_id: [] for site_id in slots}
    life = ("site_id", "station_id", "installed_at", "retired_at")
    for site_id, number, installed_at, retired_at in select_by_keys(
        connection, station, life, ("site_id",), [(site_id,) for site_id in slots]
    ):
        lives[site_id].append((number, *slots_of_life(installed_at, retired_at)))
    off = _off(connection, slots)
    broken = _out_of_order(connection, slots)
    return {
        (site_id, slot): derive(
            facts[site_id, slot],
            off.get((site_id, slot), {}),
            {number for number, first, end in lives[site_id] if first <= slot and (end is None or slot < end)},
            broken.get((site_id, slot), ()),
        )
        for site_id, slot in keys
    }


def slots_of_life(installed_at: int, retired_at: int | None) -> tuple[int, int | None]:
    """The first slot that a station's life at its site touches, and the first that it no longer does."""
    return installed_at // SLOT_SECONDS, None if retired_at is None else -(-retired_at // SLOT_SECONDS)


def repaired_runs(connection: Connection, sites: Iterable[int]) -> set[tuple[int, int, str]]:
    """Site, station and run, of the runs that were made from a system's log."""
    rows = connection.execute(
        # In the words of the index.
        select(run.c.site_id, run.c.station_id, run.c.run_id).where(
            run.c.site_id.in_(sites), text("start_reason = 'system_log'")
        )
    )
    return {(row.site_id, row.station_id, row.run_id) for row in rows}


def stored(connection: Connection, keys: Sequence[Key]) -> dict[Key, SiteSlot]:
    rows = select_by_keys(connection, site_slot, SITE_SLOTS.columns, KEY, keys)
    return {(row[0], row[1]): site_slot_of(row) for row in rows}


def horizons(connection: Connection, sites: Iterable[int]) -> dict[int, int]:
    """For each of the sites, the first slot that is not sealed; 0 where nothing is."""
    found = dict.fromkeys(sites, 0)
    for site_id, slot in select_by_keys(connection, horizon, KEY, ("site_id",), [(site_id,) for site_id in found]):
        found[site_id] = slot
    return found


def _out_of_order(connection: Connection, slots: dict[int, list[int]]) -> dict[Key, set[int]]:
    """The stations out of order, for each of the sites' slots (in ascending order) that has any."""
    found: dict[Key, set[int]] = {}
    for site_id, outages in outages_of_sites(connection, list(slots)).items():
        some = slots[site_id]
        for outage in outages:
            first, end = slots_of_outage(outage)
            for slot in some[bisect_left(some, first) : None if end is None else bisect_left(some, end)]:
                found.setdefault((site_id, slot), set()).add(outage.station_id)
    return found


def _off(connection: Connection, slots: dict[int, list[int]]) -> dict[Key, dict[int, int]]:
    """The seconds proved off by station, for each of the sites' slots (in ascending order) that has any."""
    asked = [(site_id, some[0] * SLOT_SECONDS, (some[-1] + 1) * SLOT_SECONDS) for site_id, some in slots.items()]
    rows = select_by_keys(
        connection,
        off_stretch,
        ("site_id", "station_id", "off_from", "off_until"),
        ("site_id",),
        asked,
        bounds=("off_until >", "off_from <"),
    )
    found: dict[Key, dict[int, int]] = {}
    for site_id, number, start, end in rows:
        some = slots[site_id]
        for slot in some[bisect_left(some, start // SLOT_SECONDS) : bisect_left(some, -(-end // SLOT_SECONDS))]:
            by_station = found.setdefault((site_id, slot), {})
            by_station[number] = by_station.get(number, 0) + seconds_off(start, end, slot)
    return found
