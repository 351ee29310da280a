"""Figures from real rows, checked against sums by hand."""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from collector.domain import calendar
from collector.domain.calendar import Month
from collector.domain.cells import CONFIDENTIAL, NOT_APPLICABLE, counted
from collector.domain.marks import Mark
from collector.domain.regional import Regional
from collector.domain.statistics import Rules
from collector.storage.engine import create_engine, reading, writing
from collector.storage.models import metadata, setting, site_slot, undated_month
from collector.storage.queries.site_statistics import figures_of_site, figures_of_sites
from collector.storage.queries.sites import all_sites, site_of_code
from collector.storage.queries.stations import latest_readings, stations_of, waiting_stations
from tests.collector.web.seeded_region import NOW, add_site, add_station, add_undated, seed, set_method, slot_row

RULES = Rules()
DAY = calendar.day(dt.date(2026, 11, 20), RULES.zone)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'figures.sqlite'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def two_sites(database: Engine) -> Engine:
    """Each with two stations since long ago; the first one used in two slots of the day."""
    with writing(database) as connection:
        first, second = add_site(connection, "A", "A"), add_site(connection, "B", "B")
        for site in (first, second):
            add_station(connection, site, 1, "1", DAY.start() - 86_400)
            add_station(connection, site, 2, "2", DAY.start() - 86_400)
        connection.execute(
            insert(site_slot),
            [
                slot_row(first, DAY.first_slot, 2, 3, 1200),
                slot_row(first, DAY.end_slot - 1, 2, 1, 300),
                slot_row(first, DAY.end_slot, 2, 9, 900),
                slot_row(first, DAY.first_slot - 1, 2, 9, 900),
                slot_row(second, DAY.first_slot, 1, 7, 700, silent=1),
            ],
        )
    return database


def test_a_day_is_the_sum_of_its_slots_and_of_no_other(two_sites: Engine) -> None:
    with reading(two_sites) as connection:
        sites = all_sites(connection)
        rows = figures_of_sites(connection, sites, [DAY], NOW, RULES)
    first, second = (rows[site.site_id][0] for site in sites)
    assert first.sessions == counted(4, at_least=True)
    assert first.seconds_of_use == counted(1500, at_least=True)
    assert first.seconds_free == counted(3600 - 1500, at_least=True)
    assert first.coverage == counted(Fraction(4 * 900, 2 * 86_400))
    assert second.sessions == counted(7, at_least=True)


def test_one_site_and_many_sites_give_the_same_figures(two_sites: Engine) -> None:
    with writing(two_sites) as connection:
        set_method(connection, 1, DAY.first_slot, records_log_on=2, records_upper_bound=1, records_capped=1)
    with reading(two_sites) as connection:
        sites = all_sites(connection)
        together = figures_of_sites(connection, sites, [DAY], NOW, RULES)
        assert [figures_of_site(connection, site, [DAY], NOW, RULES) for site in sites] == [
            together[site.site_id] for site in sites
        ]
    assert Mark.UPPER_BOUND in together[sites[0].site_id][0].marks
    assert Mark.UPPER_BOUND not in together[sites[1].site_id][0].marks
    assert Mark.CAPPED in together[sites[0].site_id][0].marks
    assert Mark.CAPPED not in together[sites[1].site_id][0].marks


def test_more_is_never_counted_than_was_offered_so_far(database: Engine) -> None:
    """The slot that is not over yet is offered in part; a station's clock may be a little ahead."""
    with writing(database) as connection:
        site = add_site(connection, "A", "A")
        for number in (1, 2):
            add_station(connection, site, number, str(number), DAY.start())
        connection.execute(insert(site_slot), [slot_row(site, DAY.first_slot, 1, 1, 900, off=1)])
    with reading(database) as connection:
        found = site_of_code(connection, "A")
        assert found is not None
        row = figures_of_site(connection, found, [DAY], DAY.start() + 600, RULES)[0]
    assert row.seconds_offered == counted(1200)
    assert (row.seconds_of_use, row.seconds_free, row.seconds_off) == (counted(900), counted(0), counted(300))
    assert (row.coverage, row.seconds_unknown) == (counted(Fraction(1)), counted(0))


def test_undated_records_are_told_by_local_month_of_receipt(two_sites: Engine) -> None:
    november = calendar.month(Month(2026, 11), RULES.zone)
    october = calendar.month(Month(2026, 10), RULES.zone)
    with writing(two_sites) as connection:
        connection.exec_driver_sql("UPDATE station SET installed_at = 0")
        add_undated(connection, 1, 1, november.start(), 5)
        add_undated(connection, 1, 2, november.start() - 1, 3)
        add_undated(connection, 1, 2, november.end(), 9)
        purged = {f"{kind}_{minutes}": 2 for kind in ("starts", "seconds_in_use") for minutes in (3, 5, 10, 15)}
        row = {"site_id": 1, "month": 202610, "records": 1, "seconds_observed": 900, **purged}
        connection.execute(insert(undated_month).values(row))
    with reading(two_sites) as connection:
        first = all_sites(connection)[0]
        rows = figures_of_site(connection, first, [october, november, DAY], NOW, RULES)
    assert [row.undated_sessions for row in rows] == [counted(5), counted(5), NOT_APPLICABLE]
    assert rows[0].undated_seconds_of_use == counted(3 * 1200 + 2)


def test_a_site_whose_second_station_came_and_went_shows_only_the_time_of_both(database: Engine) -> None:
    with writing(database) as connection:
        site = add_site(connection, "A", "A")
        add_station(connection, site, 1, "1", DAY.start())
        add_station(connection, site, 2, "2", DAY.start() + 40 * 900)
        connection.exec_driver_sql(f"UPDATE station SET retired_at = {DAY.start() + 60 * 900} WHERE station_id = 2")
        connection.execute(
            insert(site_slot),
            [
                slot_row(site, DAY.first_slot + place, stations, starts, 100)
                for place, stations, starts in ((10, 1, 5), (50, 2, 2), (70, 1, 6))
            ],
        )
    with reading(database) as connection:
        found = site_of_code(connection, "A")
        assert found is not None
        day_after = calendar.day(dt.date(2026, 11, 21), RULES.zone)
        row, later = figures_of_site(connection, found, [DAY, day_after], NOW, RULES)
    assert row.sessions == counted(2, at_least=True)
    assert row.seconds_of_use == counted(100, at_least=True)
    assert Mark.PARTLY_CONFIDENTIAL in row.marks
    assert later.sessions == CONFIDENTIAL


def test_the_idle_rule_of_the_register_is_the_official_one(two_sites: Engine) -> None:
    with writing(two_sites) as connection:
        connection.execute(
            insert(setting).values(name=Regional.IDLE_RULE.value, valid_from=0, value="5", changed_by="anna")
        )
        connection.exec_driver_sql("UPDATE site_slot SET starts_5 = 11 WHERE site_id = 1")
    with reading(two_sites) as connection:
        row = figures_of_site(connection, all_sites(connection)[0], [DAY], NOW, RULES)[0]
    assert (row.idle_rule_minutes, row.sessions.value) == (5, 22)


def test_nothing_asked_is_nothing_found(database: Engine) -> None:
    with reading(database) as connection:
        assert figures_of_sites(connection, [], [DAY], NOW, RULES) == {}


def test_stations_come_with_contact_and_readings_and_without_use(database: Engine) -> None:
    with writing(database) as connection:
        seed(connection)
    with reading(database) as connection:
        canal = site_of_code(connection, "CANAL")
        assert canal is not None
        stations = stations_of(connection, [canal.site_id])
        readings = latest_readings(connection, canal.site_id)
        waiting = waiting_stations(connection)
    assert [station.label for station in stations] == [f"CANAL-{number:02d}" for number in range(1, 7)]
    assert stations[4].contact is not None
    assert stations[4].contact.stopped
    assert readings[6]["network_link"].outcome == "failed"
    assert [each.tag for each in waiting] == ["UCCLE-1"]
