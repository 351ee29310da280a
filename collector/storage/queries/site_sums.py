"""What the slots of a site add up to, by stretch of time: range scans on (site_id, slot)."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, case, column, func, select, values

from collector.domain.statistics import IDLE_RULES_MINUTES, Stretch, Sums
from collector.storage.models import site_slot

ROWS_AT_ONCE = 500
"""Five parameters each; SQLite takes 32,766 of them."""
RECORDS = ("records_log_on", "records_activity", "records_upper_bound")


def sums_of_stretches(connection: Connection, asked: Sequence[tuple[int, Stretch]]) -> list[Sums]:
    """The sums of each asked (site, stretch), in the same order."""
    found: list[Sums] = []
    for first in range(0, len(asked), ROWS_AT_ONCE):
        found += _some_sums(connection, asked[first : first + ROWS_AT_ONCE])
    return found


def _some_sums(connection: Connection, asked: Sequence[tuple[int, Stretch]]) -> list[Sums]:
    wanted = (
        values(
            column("number", BigInteger),
            column("site_id", BigInteger),
            column("first_slot", BigInteger),
            column("end_slot", BigInteger),
            column("most", BigInteger),
            name="wanted",
        )
        .data(
            [
                (number, site_id, stretch.first_slot, stretch.end_slot, stretch.seconds_per_slot)
                for number, (site_id, stretch) in enumerate(asked)
            ]
        )
        .cte("wanted")
    )

    def clipped(name: str, most: ColumnElement[int]) -> ColumnElement[int]:
        """Nothing exceeds what was offered in the slot; the slot that is not over yet is offered in part."""
        seconds = site_slot.c[name]
        return case((seconds > most, most), else_=seconds)

    observed = clipped("seconds_observed", wanted.c.most)
    rows = connection.execute(
        select(
            wanted.c.number,
            func.sum(observed).label("seconds_observed"),
            func.sum(clipped("seconds_off", wanted.c.most - observed)).label("seconds_off"),
            *(func.sum(site_slot.c[name]).label(name) for name in RECORDS),
            *(func.sum(site_slot.c[f"starts_{minutes}"]).label(f"starts_{minutes}") for minutes in IDLE_RULES_MINUTES),
            *(
                func.sum(clipped(f"seconds_in_use_{minutes}", wanted.c.most)).label(f"seconds_in_use_{minutes}")
                for minutes in IDLE_RULES_MINUTES
            ),
        )
        .select_from(wanted)
        .join(
            site_slot,
            and_(
                site_slot.c.site_id == wanted.c.site_id,
                site_slot.c.slot >= wanted.c.first_slot,
                site_slot.c.slot < wanted.c.end_slot,
            ),
        )
        .group_by(wanted.c.number)
    )
    by_number = {
        row["number"]: Sums(
            seconds_observed=int(row["seconds_observed"]),
            seconds_off=int(row["seconds_off"]),
            **{name: int(row[name]) for name in RECORDS},
            starts={minutes: int(row[f"starts_{minutes}"]) for minutes in IDLE_RULES_MINUTES},
            seconds_in_use={minutes: int(row[f"seconds_in_use_{minutes}"]) for minutes in IDLE_RULES_MINUTES},
        )
        for row in rows.mappings()
    }
    return [by_number.get(number, Sums()) for number in range(len(asked))]
