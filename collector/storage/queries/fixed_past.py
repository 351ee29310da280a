"""Which past of a site can no longer follow what the register says of it."""

import datetime as dt
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, func, select

from collector.domain.calendar import SLOT_SECONDS, Month, local_date
from collector.storage.models import horizon, rolled_month
from collector.storage.queries.rolled_months import late_corrections, month_of_number


class FixedPast(NamedTuple):
    sealed_before: dt.date | None
    """On the days before this one the stations in service stay as they are; None: nothing is sealed."""
    folded_until: Month | None
    """Up to this month, itself included, the opening hours stay too."""
    could_not_follow: tuple[Month, ...]
    """Months that were corrected when they could no longer follow everywhere."""


def fixed_past(connection: Connection, site_id: int, zone: ZoneInfo) -> FixedPast:
    slot = connection.execute(select(horizon.c.slot).where(horizon.c.site_id == site_id)).scalar()
    folded = connection.execute(
        select(func.max(rolled_month.c.month)).where(
            rolled_month.c.site_id == site_id, rolled_month.c.folded_at.is_not(None)
        )
    ).scalar()
    return FixedPast(
        local_date(slot * SLOT_SECONDS, zone) if slot else None,
        month_of_number(folded) if folded else None,
        tuple(sorted(month for _, month in late_corrections(connection, [site_id]))),
    )
