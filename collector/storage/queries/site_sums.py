"""What the slots of a site add up to, by stretch of time: range scans on (site_id, slot)."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ColumnElement, Connection, and_, case, column, func, select, values

from collector.domain.statistics import IDLE_RULES_MINUTES, Stretch, Sums
from collector.storage.models import site_slot

ROWS_AT_ONCE = 500
"""Five parameters each; SQLite takes 32,766 of them."""


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

    def clipped(name: str) -> ColumnElement[int]:
        """Nothing exceeds what was offered in the slot, whatever the stations said of the time before they enrolled."""
        seconds = site_slot.c[name]
        return func.sum(case((seconds > wanted.c.most, wanted.c.most), else_=seconds)).label(name)

    rows = connection.execute(
        select(
            wanted.c.number,
            clipped("seconds_observed"),
            clipped("seconds_readable"),
            *(func.sum(site_slot.c[f"starts_{minutes}"]).label(f"starts_{minutes}") for minutes in IDLE_RULES_MINUTES),
            *(clipped(f"seconds_in_use_{minutes}") for minutes in IDLE_RULES_MINUTES),
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
            seconds_readable=int(row["seconds_readable"]),
            starts={minutes: int(row[f"starts_{minutes}"]) for minutes in IDLE_RULES_MINUTES},
            seconds_in_use={minutes: int(row[f"seconds_in_use_{minutes}"]) for minutes in IDLE_RULES_MINUTES},
        )
        for row in rows.mappings()
    }
    return [by_number.get(number, Sums()) for number in range(len(asked))]
