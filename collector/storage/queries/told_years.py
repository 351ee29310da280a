"""Years as the readers of the Region and the public are told of them, kept until what they come from changes."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import Connection, Integer, cast, delete, func, select

from collector.storage.models import (
    audit_entry,
    dirty_month,
    rolled_month,
    told_year,
    undated_month,
    undated_record,
    vintage,
)
from collector.storage.rows import insert_rows, insertion

CHANGES_NO_FIGURE = ("account", "token", "check", "download", "report")
"""Words of `collector.storage.changes.base.Subject`."""


_YEARS = insertion(told_year, ("site_id", "year", "audience", "rules_sha256", "state_sha256", "kept_at", "figures"))


class Kept(NamedTuple):
    """A year of one site, or of the Region."""

    rules_sha256: str
    state_sha256: str
    kept_at: int
    figures: bytes


def kept_year(connection: Connection, site_id: int, year: int, audience: str) -> Kept | None:
    columns = told_year.c
    row = connection.execute(
        select(columns.rules_sha256, columns.state_sha256, columns.kept_at, columns.figures).where(
            columns.site_id == site_id, columns.year == year, columns.audience == audience
        )
    ).one_or_none()
    return None if row is None else Kept(*row)


def kept_years(connection: Connection, year: int, audience: str) -> dict[int, Kept]:
    """By site, and the Region's."""
    columns = told_year.c
    rows = connection.execute(
        select(columns.site_id, columns.rules_sha256, columns.state_sha256, columns.kept_at, columns.figures).where(
            columns.year == year, columns.audience == audience
        )
    )
    return {site_id: Kept(*row) for site_id, *row in rows}


def keep_years(connection: Connection, year: int, audience: str, found: Mapping[int, Kept]) -> None:
    """In place of what was kept of this year for these readers."""
    connection.execute(delete(told_year).where(told_year.c.year == year, told_year.c.audience == audience))
    insert_rows(connection, _YEARS, [(site_id, year, audience, *each) for site_id, each in found.items()])


def forget_years_before(connection: Connection, year: int) -> None:
    connection.execute(delete(told_year).where(told_year.c.year < year))


def vintages_there(connection: Connection) -> tuple[int, int]:
    """How many there are, and when the last one was frozen."""
    count, last = connection.execute(select(func.count(), func.max(vintage.c.frozen_at)).select_from(vintage)).one()
    return int(count), int(last or 0)


def state_of_year(connection: Connection, year: int) -> str:
    """A checksum that is another one after anything changed that figures of a year are computed from.

    Those are what people write, every change of which stands in the audit, and the months as the roller stored them.
    """
    last = connection.execute(
        select(audit_entry.c.entry_id)
        .where(audit_entry.c.subject.not_in(CHANGES_NO_FIGURE))
        .order_by(audit_entry.c.entry_id.desc())
        .limit(1)
    ).scalar()
    state = rolled_month.c
    months = connection.execute(
        select(
            func.count(),
            func.sum(state.until_slot),
            func.sum(state.rolled_at),
            func.sum(cast(state.late_correction, Integer)),
            func.count(state.folded_at),
        ).where(state.month <= year * 100 + 12)
    ).one()
    marks = connection.execute(
        select(dirty_month.c.site_id, dirty_month.c.month, dirty_month.c.mark)
        .where(dirty_month.c.month <= year * 100 + 12)
        .order_by(dirty_month.c.site_id, dirty_month.c.month)
    ).all()
    received = undated_record.c.received_at
    undated = connection.execute(select(func.count(), func.max(received)).select_from(undated_record)).one()
    purged = connection.execute(select(func.sum(undated_month.c.records))).scalar()
    lines = [last, *months, *(number for mark in marks for number in mark), *undated, purged]
    return hashlib.sha256(" ".join(str(int(each or 0)) for each in lines).encode()).hexdigest()
