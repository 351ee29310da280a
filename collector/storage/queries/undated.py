"""Counts without a place in time, by site and local month of receipt."""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from collector.domain.calendar import Month, local_date
from collector.domain.statistics import Undated
from collector.domain.use import IDLE_RULES_MINUTES
from collector.storage.models import undated_month, undated_record

_COUNTS = [f"{kind}_{minutes}" for kind in ("starts", "seconds_in_use") for minutes in IDLE_RULES_MINUTES]


def undated_by_month(
    connection: Connection, site_ids: Sequence[int], zone: ZoneInfo
) -> dict[tuple[int, Month], Undated]:
    """The sums of the records that are there and of those that were purged."""
    sums: dict[tuple[int, Month], list[int]] = {}

    def add(site_id: int, month: Month, counts: Sequence[int]) -> None:
        known = sums.setdefault((site_id, month), [0] * len(_COUNTS))
        sums[site_id, month] = [a + b for a, b in zip(known, counts, strict=True)]

    table = undated_record.c
    columns = (table.site_id, table.received_at, *(table[name] for name in _COUNTS))
    for site_id, received_at, *counts in connection.execute(select(*columns).where(table.site_id.in_(site_ids))):
        date = local_date(received_at, zone)
        add(site_id, Month(date.year, date.month), counts)
    table = undated_month.c
    columns = (table.site_id, table.month, *(table[name] for name in _COUNTS))
    for site_id, month, *counts in connection.execute(select(*columns).where(table.site_id.in_(site_ids))):
        add(site_id, Month(*divmod(month, 100)), counts)
    rules = len(IDLE_RULES_MINUTES)
    return {
        key: Undated(
            dict(zip(IDLE_RULES_MINUTES, some[:rules], strict=True)),
            dict(zip(IDLE_RULES_MINUTES, some[rules:], strict=True)),
        )
        for key, some in sums.items()
    }
