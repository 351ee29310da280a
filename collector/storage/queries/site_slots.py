"""Site slots as they are stored."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select

from collector.domain.site_slots import SiteSlot
from collector.storage.models import IDLE_RULES_MINUTES, site_slot
from collector.storage.rows import Row, insertion, select_by_keys

KEY = ("site_id", "slot")
COUNTS = tuple(
    f"{kind}_{minutes}" for kind in ("starts", "seconds_in_use", "lengths") for minutes in IDLE_RULES_MINUTES
)
_SINGLE = (
    "stations_in_service",
    "seconds_observed",
    "seconds_on",
    "seconds_off",
    "records_log_on",
    "records_activity",
    "records_upper_bound",
)
_STATIONS = tuple(f"stations_{kind}_{minutes}" for kind in ("known", "taken") for minutes in IDLE_RULES_MINUTES)
_LATER = ("contacts_due", "contacts_made", "records_capped", "seconds_repaired")
SITE_SLOTS = insertion(site_slot, (*KEY, *_SINGLE, *_STATIONS, *COUNTS, *_LATER))


def site_slot_of(row: Row) -> SiteSlot:
    """Of a row with the columns of SITE_SLOTS."""
    return SiteSlot._make((*row[2:9], row[9:13], row[13:17], row[17:21], row[21:25], row[25:29], *row[29:33]))


def row_of(key: tuple[int, int], value: SiteSlot) -> Row:
    """A row with the columns of SITE_SLOTS."""
    counts = (*value.stations_known, *value.stations_taken, *value.starts, *value.seconds_in_use, *value.lengths)
    return (*key, *value[:7], *counts, *value[12:])


def slots_between(connection: Connection, ranges: Sequence[tuple[int, int, int]]) -> dict[int, dict[int, SiteSlot]]:
    """By site and slot, of each (site, first slot, end slot)."""
    found: dict[int, dict[int, SiteSlot]] = {site_id: {} for site_id, _, _ in ranges}
    rows = select_by_keys(connection, site_slot, SITE_SLOTS.columns, ("site_id",), ranges, bounds=("slot >=", "slot <"))
    for row in rows:
        found[row[0]][row[1]] = site_slot_of(row)
    return found


def first_site_slot(connection: Connection, site_id: int) -> int | None:
    """The first slot of a site of which anything is stored."""
    found: int | None = connection.execute(
        select(func.min(site_slot.c.slot)).where(site_slot.c.site_id == site_id)
    ).scalar()
    return found
