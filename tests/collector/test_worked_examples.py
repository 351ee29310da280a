"""The months worked by hand in the definitions of the figures, from records of stations to figures.

Opening hours are not there yet: a station is installed for the hundred hours in which its site would be open.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select

from collector.domain import calendar
from collector.domain.calendar import Month
from collector.domain.cells import counted
from collector.domain.marks import Mark
from collector.domain.statistics import Figures, Rules
from collector.ingest.commit import commit
from collector.ingest.purging import Kept, purge
from collector.ingest.rebuilding import verify
from collector.ingest.roller import roll
from collector.storage.engine import reading, writing
from collector.storage.models import site, site_slot, station
from collector.storage.queries.site_statistics import figures_of_site
from collector.storage.queries.sites import site_of_code
from tests.collector.ingest import cast
from tests.collector.ingest.cast import arrival

RULES = Rules()
MONTH = calendar.month(Month(2026, 2), RULES.zone)
FIRST = MONTH.first_slot
OPEN = 400
"""Slots: a hundred hours."""
HOUR = 3600
LATER = MONTH.end() + 86_400


@pytest.fixture
def site_of_two(engine: Engine) -> Engine:
    with writing(engine) as connection:
        row = {"site_id": 1, "code": "EVERE", "name": "Evere", "created_at": 0, "demonstration": False}
        connection.execute(insert(site).values(row))
        for number in (1, 2):
            life = {"installed_at": FIRST * 900, "retired_at": (FIRST + OPEN) * 900}
            connection.execute(insert(station).values(site_id=1, station_id=number, label=str(number), **life))
    return engine


def seen(engine: Engine, number: int, slots: Sequence[int], used: int, **changes: Any) -> None:
    """A station that is observed in these slots and in use in the first `used` of them."""
    records = [
        cast.slot(slot, starts=int(place == 0), in_use=900 if place < used else 0, **changes)
        for place, slot in enumerate(slots)
    ]
    commit(engine, [arrival(number, station_id=number, slots=records)], number)


def told(engine: Engine) -> Figures:
    while roll(engine, LATER, "one", 500):
        pass
    assert list(verify(engine)) == []
    with reading(engine) as connection:
        found = site_of_code(connection, "EVERE")
        assert found is not None
        return figures_of_site(connection, found, [MONTH], LATER, RULES)[0]


def occupancy(row: Figures) -> Fraction:
    """B3: hours of use over the known hours."""
    assert row.coverage.value is not None
    assert row.seconds_offered.value is not None
    return Fraction(row.seconds_of_use.value or 0) / (row.coverage.value * row.seconds_offered.value)


def test_two_stations_of_which_one_is_silent(site_of_two: Engine) -> None:
    """One is seen for 90 of 100 hours and used for 36: coverage 45 %, occupancy 40 %, no slot is fully known."""
    seen(site_of_two, 1, range(FIRST, FIRST + 360), 144)

    row = told(site_of_two)

    assert row.seconds_offered == counted(200 * HOUR)
    assert row.coverage == counted(Fraction(45, 100))
    assert row.seconds_of_use == counted(36 * HOUR, at_least=True)
    assert occupancy(row) == Fraction(40, 100)
    assert row.seconds_unknown == counted(110 * HOUR)
    with reading(site_of_two) as connection:
        slots = connection.execute(select(site_slot)).all()
    assert len(slots) == 360
    assert not [slot for slot in slots if slot.stations_known_10 == slot.stations_in_service]
    assert max(slot.stations_taken_10 for slot in slots) == 1


def test_two_stations_of_which_one_was_put_away_after_a_clean_stop(site_of_two: Engine) -> None:
    """Its time is off, not free; it becomes known only when the next run names the one that stopped."""
    seen(site_of_two, 1, range(FIRST, FIRST + OPEN), 160)
    away, back = FIRST * 900 + 60, (FIRST + OPEN) * 900
    stopped = {"last_seen_at_seconds": away, "stopped_at_seconds": away, "stop_reason": "power_off"}
    commit(site_of_two, [arrival(2, station_id=2, runs=[cast.run("a" * 16, 1, started_at_seconds=away, **stopped)])], 5)
    before = told(site_of_two)
    assert (before.coverage, before.seconds_off) == (counted(Fraction(1, 2)), counted(0))

    later = cast.run("b" * 16, 1, previous_run_id="a" * 16, started_at_seconds=back, last_seen_at_seconds=back)
    commit(site_of_two, [arrival(3, station_id=2, runs=[later])], 6)

    row = told(site_of_two)
    assert row.seconds_off == counted(100 * HOUR - 60)
    assert row.seconds_unknown == counted(60)
    assert row.seconds_of_use == counted(40 * HOUR)
    assert row.seconds_free == counted(60 * HOUR)


def test_two_stations_that_are_always_logged_on_without_presence(site_of_two: Engine) -> None:
    for number in (1, 2):
        seen(site_of_two, number, range(FIRST, FIRST + OPEN), 0, method="activity", presence_readable=False)

    row = told(site_of_two)

    assert row.coverage == counted(Fraction(0))
    assert row.seconds_unknown == counted(200 * HOUR)


def test_figures_and_their_marks_are_the_same_after_the_purge(site_of_two: Engine) -> None:
    seen(site_of_two, 1, range(FIRST, FIRST + 360), 144, presence_readable=False)
    seen(site_of_two, 2, range(FIRST, FIRST + 100), 50, method="activity")
    row = told(site_of_two)
    assert Mark.UPPER_BOUND in row.marks
    assert row.methods == {"log_on", "activity"}
    assert row.sessions_by_rule[3] == counted(2, at_least=True)

    done = purge(site_of_two, LATER + 100 * 86_400, Kept(), RULES.zone)

    assert done.slot_records == 460
    assert told(site_of_two) == row
