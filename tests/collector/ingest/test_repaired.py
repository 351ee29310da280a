"""What a system's log told instead of the agent stays told apart, in whatever order it comes."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, select, update

from collector.catalogue import catalogue
from collector.domain.statistics import Rules
from collector.ingest.commit import commit
from collector.ingest.months import MonthRoller
from collector.ingest.purging import Kept, purge
from collector.ingest.rebuilding import rebuild, verify
from collector.ingest.roller import roll
from collector.storage.engine import reading, writing
from collector.storage.models import roll_up, run, site_slot, station
from collector.storage.queries.sites import site_of_code
from collector.storage.queries.year_statistics import figures_of_years
from tests.collector.ingest import cast
from tests.collector.ingest.cast import NOW, SLOT, arrival

GAP, LIVE = "a" * 16, "b" * 16
ZONE = ZoneInfo("Europe/Brussels")
RULES = Rules()


def gap_run(revision: int = 1, **changes: Any) -> dict[str, Any]:
    times = {"started_at_seconds": (SLOT - 4) * 900, "last_seen_at_seconds": SLOT * 900}
    return cast.run(GAP, revision, **{**times, "start_reason": "system_log", "stopped_at_seconds": None, **changes})


GAP_SLOTS = [cast.slot(SLOT - back, run=GAP, presence_readable=False) for back in (4, 3, 2)]
LIVE_SLOTS = [cast.slot(SLOT - 2, run=LIVE, observed=200, in_use=100), cast.slot(SLOT - 1, run=LIVE)]
EXPECTED = {SLOT - 4: 900, SLOT - 3: 900, SLOT - 2: 900, SLOT - 1: 0}


def told(engine: Engine) -> dict[int, int]:
    while roll(engine, NOW, "one", 50):
        pass
    with reading(engine) as connection:
        return {row.slot: row.seconds_repaired for row in connection.execute(select(site_slot))}


@pytest.mark.parametrize("last", ["run", "slots"])
def test_the_seconds_of_a_repaired_run_are_summed_apart(region: Engine, last: str) -> None:
    parts: list[dict[str, Any]] = [{"runs": [gap_run()]}, {"slots": [*GAP_SLOTS, *LIVE_SLOTS]}]
    for number, part in enumerate(parts if last == "slots" else parts[::-1], 1):
        commit(region, [arrival(number, **part)], number)
        told(region)
    assert told(region) == EXPECTED
    commit(region, [arrival(number, **part) for number, part in enumerate(parts, 3)], 3)
    assert told(region) == EXPECTED, "sent again"
    assert list(verify(region)) == []


def test_a_rebuild_finds_the_same_and_misses_a_run_that_is_gone(region: Engine) -> None:
    commit(region, [arrival(1, runs=[gap_run()], slots=[*GAP_SLOTS, *LIVE_SLOTS])], 1)
    told(region)
    with writing(region) as connection:
        connection.execute(update(site_slot).values(seconds_repaired=1))
    assert len(list(verify(region))) == 4
    rebuild(region, lambda: NOW, "one")
    assert told(region) == EXPECTED
    with writing(region) as connection:
        connection.execute(delete(run))
    assert any("seconds_repaired" in each.sentence for each in verify(region))


def test_what_a_run_was_made_from_never_changes(region: Engine) -> None:
    commit(region, [arrival(1, runs=[gap_run()], slots=GAP_SLOTS)], 1)
    told(region)
    commit(region, [arrival(2, runs=[gap_run(2, start_reason="restart")])], 2)
    assert set(told(region).values()) == {900}
    assert list(verify(region)) == []


def test_a_repaired_run_outlives_its_slots(region: Engine) -> None:
    """A station may say that it was made from a log that ends before its slots."""
    month = 30 * 86_400
    old = gap_run(started_at_seconds=NOW - month - 900, last_seen_at_seconds=NOW - month)
    commit(region, [arrival(1, runs=[old, cast.run(LIVE)], slots=GAP_SLOTS)], 1)
    told(region)
    kept = Kept(slot_records_days=20)
    purge(region, NOW, kept, ZONE)
    assert list(verify(region)) == []
    purged = purge(region, NOW + month, kept, ZONE)
    assert (purged.different, purged.slot_records, purged.runs) == ([], 3, 1)


def test_the_year_says_how_much_was_made_good(region: Engine) -> None:
    commit(region, [arrival(1, runs=[gap_run()], slots=[*GAP_SLOTS, *LIVE_SLOTS])], 1)
    told(region)
    with writing(region) as connection:
        connection.execute(update(station).values(installed_at=NOW - 90_000, counted_from=NOW - 90_000))
    later = NOW + 40 * 86_400
    year = dt.datetime.fromtimestamp(NOW, ZONE).year
    for stored in (False, True):
        if stored:
            roller = MonthRoller(region, ZONE)
            while roller(later):
                pass
            with reading(region) as connection:
                assert sum(connection.execute(select(roll_up.c.seconds_repaired)).scalars()) == 2700
        with reading(region) as connection:
            site = site_of_code(connection, "JETTE")
            assert site is not None
            figures = figures_of_years(connection, [site], year, later, RULES, catalogue())[site.site_id]
        assert figures.whole.seconds_repaired == 2700
        assert sorted(month.seconds_repaired for month in figures.months)[-2:] == [0, 2700]
