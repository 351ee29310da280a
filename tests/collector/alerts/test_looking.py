"""Alerts as they come and go, on both databases; 2026-11-23 is a Monday."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Barrier

import pytest
from sqlalchemy import Engine, func, insert, select, update

from collector.alerts.judging import Verdict
from collector.alerts.looking import look_at
from collector.alerts.recording import SiteRow, record
from collector.domain.equipment import OutageKind
from collector.domain.health.findings import Decision, Key, Level, Rule
from collector.storage import models
from collector.storage.engine import reading, writing
from tests.collector.alerts.town import GIGABYTE, Town, disk, how
from tests.collector.domain.health.town import at

FULL = disk(3 * GIGABYTE)


def test_a_full_disk_is_raised_by_the_second_report_and_ends_with_the_third_good_one(engine: Engine) -> None:
    town = Town(engine)
    town.hear("2026-11-23 09:00", volumes=FULL)
    assert town.look("2026-11-23 09:01") == []
    # Nothing new was heard: nothing is counted twice.
    assert town.look("2026-11-23 09:20") == []
    town.hear("2026-11-23 09:30", volumes=FULL)
    assert town.look("2026-11-23 09:31") == [(1, "disk_space", "C:", "critical")]
    for minute in (10, 11):
        town.hear(f"2026-11-23 {minute}:00", volumes=disk(40 * GIGABYTE))
        assert town.look(f"2026-11-23 {minute}:01") != []
    town.hear("2026-11-23 11:30", volumes=disk(40 * GIGABYTE))
    assert town.look("2026-11-23 11:31") == []
    assert town.events() == ["raised", "ended"]


def test_an_alert_of_a_station_that_is_off_is_frozen_and_neither_ends_nor_is_lost(engine: Engine) -> None:
    town = Town(engine)
    for minute in ("09:00", "09:30"):
        town.hear(f"2026-11-23 {minute}", volumes=FULL)
        town.look(f"2026-11-23 {minute}")
    assert [each.frozen_at for each in town.alerts()] == [None]
    town.hear("2026-11-23 10:00", stopped=True, volumes=FULL)
    town.look("2026-11-23 10:01")
    assert [each.frozen_at for each in town.alerts()] == [at("2026-11-23 10:01")]
    town.look("2026-11-24 03:00")
    town.hear("2026-11-24 09:00", volumes=FULL)
    town.look("2026-11-24 09:01")
    assert [each.frozen_at for each in town.alerts()] == [None]


def test_nothing_is_raised_because_a_site_is_closed_for_a_night_and_a_weekend(engine: Engine) -> None:
    town = Town(engine)
    town.hear("2026-11-20 17:50", (1, 2, 3))
    for day in ("20", "21", "22"):
        for hour in range(24):
            assert town.look(f"2026-11-{day} {hour:02}:59") == []
    assert town.look("2026-11-23 08:59") == []


def test_a_station_that_is_switched_on_before_its_site_opens_was_not_on_all_night(engine: Engine) -> None:
    town = Town(engine)
    town.hear("2026-11-20 17:50")
    town.look("2026-11-20 17:51")
    town.hear("2026-11-23 08:55")
    town.look("2026-11-23 08:56")
    assert town.states()[1] == "online"
    # One that is heard all night is told to be on.
    for hour in range(18, 24):
        for minute in ("00", "30"):
            town.hear(f"2026-11-23 {hour}:{minute}")
            town.look(f"2026-11-23 {hour}:{minute}")
    assert town.states()[1] == "on_while_closed"


def test_a_site_that_does_not_open_is_one_alert_that_lasts_until_it_does(engine: Engine) -> None:
    town = Town(engine, stations=12)
    everybody = range(1, 13)
    town.hear("2026-11-20 17:55", everybody, stopped=True)
    assert town.look("2026-11-23 09:29") == []
    assert town.look("2026-11-23 09:30") == [(0, "site_not_opened", "", "warning")]
    assert town.look("2026-11-23 20:00") == [(0, "site_not_opened", "", "warning")]
    assert [each.frozen_at for each in town.alerts()] == [at("2026-11-23 20:00")]
    # Seven open days without a word of any of the twelve, by day and by night: still one.
    for moment in ("2026-12-02 18:00", "2026-12-03 03:00", "2026-12-03 10:00"):
        assert town.look(moment) == [(0, "site_not_opened", "", "warning")]
    town.hear("2026-12-03 10:05", everybody)
    assert town.look("2026-12-03 10:06") == []


def test_a_site_that_is_cut_off_is_one_alert_and_not_twelve(engine: Engine) -> None:
    town = Town(engine, stations=12)
    town.hear("2026-11-23 09:45", range(1, 13))
    town.look("2026-11-23 09:46")
    assert town.look("2026-11-23 10:51") == [(0, "site_unreachable", "", "critical")]
    assert town.look("2026-12-03 10:51") == [(0, "site_unreachable", "", "critical")]
    town.hear("2026-12-03 11:00", range(1, 13))
    assert town.look("2026-12-03 11:01") == []


@pytest.mark.parametrize("kind", list(OutageKind))
def test_a_station_is_missed_after_seven_open_days_unless_somebody_set_it_aside(
    engine: Engine, kind: OutageKind
) -> None:
    town = Town(engine)
    town.hear("2026-11-23 17:50", (1,), stopped=True)
    for day in ("2026-12-02 17:59", "2026-12-02 18:00"):
        town.hear(day, (2, 3), stopped=True)
    assert town.look("2026-12-02 18:00") == [(1, "missing", "", "warning")]
    device = {"site_id": town.site_id, "equipment_id": 1}
    with writing(engine) as connection:
        connection.execute(insert(models.equipment).values(**device, kind="station", label="CANAL-1", station_id=1))
        connection.execute(insert(models.outage).values(**device, started_at=at("2026-12-02 19:00"), kind=kind.value))
    assert town.look("2026-12-02 20:30") == []
    with reading(engine) as connection:
        said = connection.execute(select(models.station_health.c.state).where(models.station_health.c.station_id == 1))
        assert said.scalar_one() == kind.value


def test_alerts_of_a_station_that_is_gone_end(engine: Engine) -> None:
    town = Town(engine)
    for minute in ("09:00", "09:30"):
        town.hear(f"2026-11-23 {minute}", volumes=FULL)
        town.look(f"2026-11-23 {minute}")
    with writing(engine) as connection:
        connection.execute(update(models.station).values(retired_at=at("2026-11-23 09:40")))
    assert town.look("2026-11-23 10:31") == []


def test_several_workers_that_look_at_once_raise_an_alert_once(engine: Engine) -> None:
    town = Town(engine)
    town.hear("2026-11-23 09:00", (1, 2, 3), volumes=FULL)
    town.look("2026-11-23 09:01")
    town.hear("2026-11-23 09:30", (1, 2, 3), volumes=FULL)
    workers, start = 4, Barrier(4)
    marks = count(1000)

    def work(_number: int) -> None:
        start.wait()
        look_at(engine, [town.site_id], at("2026-11-23 09:31"), how(marks.__next__))

    with ThreadPoolExecutor(workers) as threads:
        list(threads.map(work, range(workers)))

    assert town.open() == [(number, "disk_space", "C:", "critical") for number in (1, 2, 3)]
    with reading(engine) as connection:
        assert connection.execute(select(func.count()).select_from(models.alert)).scalar_one() == 3
    assert town.events() == ["raised"] * 3


def test_what_was_found_is_not_written_when_somebody_else_looked_meanwhile(engine: Engine) -> None:
    town = Town(engine)
    town.look("2026-11-23 09:01")
    verdict = Verdict(0, [Decision(Key(Rule.SITE_NOT_OPENED, ""), Level.WARNING, 0, {})])
    for revision, written in ((0, False), (1, True), (1, False)):
        row = SiteRow(town.site_id, revision, 0, "not_opened", 0, 0, "[]")
        with writing(engine) as connection:
            assert record(connection, row, [], [verdict], [], 0, town.how.mark) is written
        assert len(town.alerts()) == (revision > 0)


def test_the_maintenance_of_a_device_without_an_agent_is_told_too(engine: Engine) -> None:
    town = Town(engine)
    with writing(engine) as connection:
        connection.execute(
            insert(models.equipment).values(
                site_id=town.site_id, equipment_id=1, kind="printer", label="Laser", supplied_on=dt.date(2022, 11, 24)
            )
        )
    town.look("2026-11-23 09:01")
    assert [each.level.value for each in town.alerts()] == ["information"]
    assert town.look("2026-11-24 09:01") == [(0, "maintenance", "Laser", "warning")]
