"""Stored sums of days: written with those of their month, and gone with its site slots.

A day counts while its month does. Months that were stored before there were sums of days have none until they are
stored again: whoever asks for their days adds them up.
"""

import json
import zlib
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, select

from collector.domain.calendar import Month
from collector.domain.offer import SlotKind
from collector.domain.rollups import OfDay
from collector.storage.models import dirty_month, rolled_days, rolled_month
from collector.storage.queries.rolled_months import month_of_number, number_of
from collector.storage.rows import insert_rows, insertion

_DAYS = insertion(rolled_days, ("site_id", "month", "days"))


def write_days(connection: Connection, site_id: int, month: Month, days: Sequence[OfDay]) -> None:
    """`days` from the first of the month on."""
    insert_rows(connection, _DAYS, [(site_id, number_of(month), _written(days))])


def forget_days(connection: Connection, site_id: int, month: Month) -> None:
    mine = (rolled_days.c.site_id == site_id, rolled_days.c.month == number_of(month))
    connection.execute(delete(rolled_days).where(*mine))


def days_stored(
    connection: Connection, site_ids: Sequence[int], months: Iterable[Month]
) -> dict[tuple[int, Month], list[OfDay]]:
    """By site and month, where they count: from the first of the month on, as many days as are stored."""
    asked = {"sites": list(site_ids), "months": [number_of(each) for each in months]}
    rows = connection.execute(_days_that_count(), asked)
    return {(site_id, month_of_number(number)): _read(days) for site_id, number, days in rows}


@cache
def _days_that_count() -> Select[Any]:
    """Built once: to build it takes longer than to ask it."""
    state = rolled_month.c
    marked = [state[name] == dirty_month.c[name] for name in ("site_id", "month")]
    same = [state[name] == rolled_days.c[name] for name in ("site_id", "month")]
    return (
        select(state.site_id, state.month, rolled_days.c.days)
        .select_from(rolled_month.join(rolled_days, and_(*same)).outerjoin(dirty_month, and_(*marked)))
        .where(
            state.site_id.in_(bindparam("sites", expanding=True)),
            state.month.in_(bindparam("months", expanding=True)),
            dirty_month.c.mark.is_(None),
        )
    )


def days_of_month(connection: Connection, site_id: int, month: Month) -> list[OfDay] | None:
    """Whether they count or not; None where none are stored."""
    found = connection.execute(
        select(rolled_days.c.days).where(rolled_days.c.site_id == site_id, rolled_days.c.month == number_of(month))
    ).scalar()
    return None if found is None else _read(found)


def _written(days: Sequence[OfDay]) -> bytes:
    plain = [[[kind.value, several, *numbers] for (kind, several), numbers in sorted(day.items())] for day in days]
    return zlib.compress(json.dumps(plain, separators=(",", ":")).encode())


def _read(days: bytes) -> list[OfDay]:
    return [
        {(SlotKind(kind), several): numbers for kind, several, *numbers in day}
        for day in json.loads(zlib.decompress(days))
    ]
