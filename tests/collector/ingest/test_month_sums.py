"""Beside the sums by hour of the week stand those over all hours; both say the same, whoever wrote them."""

from random import Random
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import Engine, update

from collector.domain.calendar import Month
from collector.domain.offer import SlotKind
from collector.domain.rollups import NUMBERS, Key, OfDay, Sums, sums_of
from collector.domain.tally import counts_of, parts_of_day, total
from collector.ingest.rebuilding import verify_months
from collector.storage.engine import reading, writing
from collector.storage.models import month_sum
from collector.storage.queries.rolled_months import fold, stored_counts, stored_parts, write_sums
from collector.storage.schema import configuration, migrate

ZONE = ZoneInfo("Europe/Brussels")
MONTH = Month(2025, 9)
TEN_MINUTES = 2
"""The place of that idle rule."""


def at_random() -> dict[Key, Sums]:
    random = Random(37)
    keys = [Key(hour, kind, several) for hour in (0, 9, 10, 167) for kind in SlotKind for several in (False, True)]
    return {key: sums_of([random.randrange(100_000) for _ in range(NUMBERS)]) for key in keys}


@pytest.fixture
def stored(region: Engine) -> Engine:
    with writing(region) as connection:
        write_sums(connection, 1, MONTH, 0, 100, 0, at_random())
    return region


def parts(engine: Engine) -> OfDay:
    with reading(engine) as connection:
        return stored_parts(connection, 1, MONTH)


def test_figures_are_made_from_the_sums_over_all_hours(stored: Engine) -> None:
    with reading(stored) as connection:
        found = dict(stored_counts(connection, [1], {MONTH: TEN_MINUTES})[1, MONTH].parts)
    assert found == dict(parts_of_day(parts(stored), TEN_MINUTES))
    for part, counts in found.items():
        by_hour = [some for key, some in at_random().items() if (key.kind, key.several) == part]
        assert counts == total(counts_of(some, TEN_MINUTES) for some in by_hour)


def test_a_database_from_before_gets_the_same_sums_by_its_migration(stored: Engine) -> None:
    before = parts(stored)
    assert len(before) == 2 * len(SlotKind)
    with writing(stored) as connection:
        command.downgrade(configuration(connection), "0035")
    migrate(stored)
    assert parts(stored) == before


def test_verify_names_a_month_whose_sums_over_all_hours_were_changed(stored: Engine) -> None:
    with writing(stored) as connection:
        fold(connection, 1, MONTH, 0)
    assert list(verify_months(stored, ZONE)) == []
    with writing(stored) as connection:
        connection.execute(update(month_sum).where(month_sum.c.kind == "training").values(longest_10=100_001))
    assert [each.sentence for each in verify_months(stored, ZONE)] == [
        "the stored month 2025-09 is wrong: the sums over its hours"
    ]
