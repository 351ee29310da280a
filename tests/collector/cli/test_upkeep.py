"""rebuild, purge"""

import re
from collections.abc import Callable
from importlib import import_module

import pytest
from sqlalchemy import Connection, insert, update

from collector.ingest.commit import store
from collector.storage.models import site_slot, station
from tests.collector.cli.conftest import Run
from tests.collector.ingest import cast
from tests.collector.ingest.cast import NOW, SLOT, arrival

DAY = 86_400
Change = Callable[[Callable[[Connection], object]], None]


@pytest.fixture
def counted(ready: Run, database: Change) -> Run:
    """EVERE with one station and two counted slots, derived."""

    def count(connection: Connection) -> None:
        row = {"site_id": 1, "station_id": 1, "label": "PC1", "installed_at": NOW - DAY}
        connection.execute(insert(station).values(row))
        store(connection, [arrival(1, slots=[cast.slot(), cast.slot(SLOT - 1)])], 1)

    database(count)
    assert ready("rebuild").stdout.startswith("derived 2 site slots and added up ")
    return ready


def test_verify_finds_nothing_in_what_was_rebuilt(counted: Run) -> None:
    result = counted("rebuild", "--verify")
    assert result.exit_code == 0
    assert re.fullmatch(
        r"compared 2 site slots with their facts and 0 days \(0 site slots\) with their seals,"
        r" [1-9]\d* months with their sums, 1 sites: 0 differences\n",
        result.stdout,
    )


def test_verify_names_each_difference_and_ends_with_1(counted: Run, database: Change) -> None:
    database(lambda connection: connection.execute(update(site_slot).values(seconds_off=5)))

    result = counted("rebuild", "--verify")

    assert result.exit_code == 1
    assert result.stdout.count("EVERE 2025-11-13 0") == 2
    assert "seconds_off is 5, the facts say 0" in result.stdout
    assert result.stdout.endswith("1 sites: 2 differences\n")
    assert counted("rebuild").exit_code == 0
    assert counted("rebuild", "--verify").exit_code == 0


def test_purge_says_what_it_did_and_a_sealed_count_that_is_changed_is_found(
    counted: Run, database: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("collector.cli.purge"), "now", lambda: NOW + 91 * DAY)

    result = counted("purge")

    assert result.exit_code == 0
    assert result.stdout.startswith("sealed 1 days of sites; deleted 2 slot records (0 of them")
    assert counted("rebuild", "--verify").exit_code == 0
    database(lambda connection: connection.execute(update(site_slot).values(starts_5=9)))
    result = counted("rebuild", "--verify")
    assert result.exit_code == 1
    assert "starts is 2/18/2/2, the seal says 2/2/2/2" in result.stdout


def test_purge_leaves_alone_what_differs_and_says_what_to_do(
    counted: Run, database: Change, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("collector.cli.purge"), "now", lambda: NOW + 91 * DAY)
    database(lambda connection: connection.execute(update(site_slot).values(starts_5=9)))

    result = counted("purge")

    assert result.exit_code == 1
    assert "EVERE: nothing is purged from 2025-11-13 on" in result.stderr
    assert "dps-collector rebuild" in result.stderr
