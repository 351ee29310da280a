"""From when on technicians are told, as administrators decided it."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from collector.domain.health.thresholds import Thresholds, thresholds_of
from collector.storage.models import setting

PREFIX = "health."
"""Before the name of a threshold among the settings."""


class Decided(NamedTuple):
    value: int
    at: int
    by: str


def decided_thresholds(connection: Connection) -> dict[str, Decided]:
    """The latest decision on each, by its name; nothing of what nobody decided."""
    columns = setting.c
    rows = connection.execute(
        select(columns.name, columns.value, columns.valid_from, columns.changed_by)
        .where(columns.name.startswith(PREFIX))
        .order_by(columns.name, columns.valid_from)
    )
    found = {row.name.removeprefix(PREFIX): Decided(int(row.value), row.valid_from, row.changed_by) for row in rows}
    return {name: each for name, each in found.items() if name in Thresholds._fields}


def thresholds_in_force(connection: Connection) -> Thresholds:
    return thresholds_of({name: each.value for name, each in decided_thresholds(connection).items()})
