"""What is stored of single days is what their quarter-hours say, and counts only while its month does."""

import json
import zlib

import pytest
from sqlalchemy import Engine, delete, select, update

from collector.domain import calendar
from collector.domain.calendar import Month, Period
from collector.domain.tally import Tally
from collector.ingest.purging import Kept, purge
from collector.storage.engine import reading, writing
from collector.storage.models import rolled_days, rolled_month
from collector.storage.queries.rolled_days import days_of_month
from collector.storage.queries.rolled_months import mark_months
from collector.storage.queries.sites import site_of_code
from collector.storage.queries.tallies import tallies_of_sites
from tests.collector.ingest.test_months import (
    DAY,
    FOLD_NOW,
    MOMENT,
    NOVEMBER,
    RULES,
    ZONE,
    code_of,
    grow_old,
    rolled,
    use,
    wrong,
)

PERIODS = [
    *calendar.days_of(calendar.month(Month(2025, 10), ZONE), ZONE),
    *calendar.days_of(NOVEMBER, ZONE),
    calendar.last_days(30, MOMENT, ZONE),
    calendar.last_days(70, MOMENT, ZONE),
    calendar.today(MOMENT, ZONE),
    NOVEMBER,
]
"""October has a day of 25 hours."""


@pytest.fixture
def used(region: Engine) -> Engine:
    use(region)
    return region


def tallies(engine: Engine, now: int = MOMENT, periods: list[Period] = PERIODS) -> list[Tally]:
    with reading(engine) as connection:
        site = site_of_code(connection, code_of(engine))
        assert site is not None
        return tallies_of_sites(connection, [site], periods, now, RULES)[1].tallies


def alter(engine: Engine, month: int) -> None:
    """Stores one second more of the first day of a month than there was."""
    of_site = (rolled_days.c.site_id == 1, rolled_days.c.month == month)
    with writing(engine) as connection:
        days = json.loads(zlib.decompress(connection.execute(select(rolled_days.c.days).where(*of_site)).scalar_one()))
        days[0][0][2] += 1
        changed = update(rolled_days).where(*of_site).values(days=zlib.compress(json.dumps(days).encode()))
        connection.execute(changed)


def test_days_that_are_stored_are_those_of_their_quarter_hours(used: Engine) -> None:
    before = tallies(used)
    assert any(each.has_begun() for each in before)
    rolled(used)
    with reading(used) as connection:
        stored = days_of_month(connection, 1, Month(2025, 11))
    assert stored is not None
    assert len(stored) == calendar.local_date(MOMENT, ZONE).day - 1
    assert tallies(used) == before


def test_a_month_up_to_a_moment_in_it_is_read_from_its_days(used: Engine) -> None:
    then = calendar.month(Month(2025, 10), ZONE).start() + 12 * DAY + 5 * 3600 + 100
    october = [calendar.month(Month(2025, 10), ZONE)]
    before = tallies(used, then, october)
    rolled(used)
    assert tallies(used, then, october) == before
    alter(used, 202510)
    assert tallies(used, then, october) != before


def test_days_of_a_month_that_is_marked_are_added_up_from_their_quarter_hours(used: Engine) -> None:
    rolled(used)
    before = tallies(used)
    alter(used, 202511)
    assert tallies(used) != before
    with writing(used) as connection:
        mark_months(connection, [(1, 202511)], 1)
    assert tallies(used) == before


def test_verify_names_a_month_whose_days_were_changed(used: Engine) -> None:
    rolled(used)
    assert wrong(used) == []
    alter(used, 202510)
    assert wrong(used) == ["the stored month 2025-10 is wrong: the sums of its days"]


def test_months_that_were_stored_without_days_are_added_up(used: Engine) -> None:
    rolled(used)
    before = tallies(used)
    with writing(used) as connection:
        connection.execute(delete(rolled_days))
    assert tallies(used) == before
    assert wrong(used) == []


def test_no_day_is_left_of_a_month_that_is_folded(used: Engine) -> None:
    rolled(used)
    grow_old(used)
    purge(used, FOLD_NOW, Kept(), ZONE)
    with reading(used) as connection:
        folded = select(rolled_month.c.month).where(rolled_month.c.folded_at.is_not(None))
        assert set(connection.execute(folded).scalars()) == {202509, 202510}
        assert set(connection.execute(select(rolled_days.c.month)).scalars()) == {202511}
