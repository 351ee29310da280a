"""A year from real rows: what is counted, what the register says, what people entered, and what was imported."""

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from collector.catalogue import catalogue
from collector.domain import calendar
from collector.domain.calendar import Month
from collector.domain.cells import NOT_APPLICABLE, UNKNOWN, Status, counted
from collector.domain.marks import Mark
from collector.domain.regional import Regional
from collector.domain.statistics import Rules
from collector.domain.year import YearFigures, region_figures
from collector.storage.engine import create_engine, reading, writing
from collector.storage.models import (
    attendance,
    equipment,
    metadata,
    monthly_figure,
    outage,
    setting,
    site_slot,
    site_year,
    timetable,
    weekly_interval,
)
from collector.storage.queries.sites import all_sites
from collector.storage.queries.year_statistics import figures_of_years
from tests.collector.web.seeded_region import add_site, add_station, add_undated, slot_row

RULES = Rules()
ZONE = RULES.zone
MARCH = calendar.month(Month(2026, 3), ZONE)
NOW = calendar.month(Month(2026, 5), ZONE).start() + 10 * 86_400
MONDAY = calendar.day(dt.date(2026, 3, 2), ZONE)
TEN = MONDAY.first_slot + 40
OURS = catalogue()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'year.sqlite'}")
    metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def two_sites(database: Engine) -> Engine:
    """Since March each with two stations, open on Mondays from ten to twelve, and used on the first of them."""
    with writing(database) as connection:
        for code in ("A", "B"):
            site = add_site(connection, code, code)
            for number in (1, 2):
                add_station(connection, site, number, str(number), MARCH.start())
            connection.execute(insert(timetable).values(site_id=site, valid_from=MARCH.first_day))
            hours = {"weekday": 0, "from_minute": 600, "until_minute": 720, "kind": "free_access"}
            connection.execute(insert(weekly_interval).values(site_id=site, valid_from=MARCH.first_day, **hours))
            rows = [slot_row(site, TEN + at, 2, site, 900) for at in range(-1, 9)]
            connection.execute(insert(site_slot), rows)
    return database


def year_of(engine: Engine, number: int = 0, year: int = 2026, now: int = NOW) -> YearFigures:
    with reading(engine) as connection:
        site = all_sites(connection)[number]
        return figures_of_years(connection, [site], year, now, RULES, OURS)[site.site_id]


def test_a_year_has_every_figure_of_the_catalogue_in_twelve_months(two_sites: Engine) -> None:
    found = year_of(two_sites)
    expected = [figure.id for figure in OURS.cells()]
    assert [list(month.cells) for month in (*found.months, found.whole)] == [expected] * 13
    march = found.months[2].cells
    assert (march["A2"], march["A3"], march["A3.actual"]) == (counted(10 * 3600), counted(7200), counted(7200))
    assert (march["B1"], march["B1x"]) == (counted(9, at_least=True), counted(1, at_least=True))
    assert march["B2"] == counted(8 * 900, at_least=True)
    assert march["A8"] == counted(Fraction(1, 5))
    assert found.months[3].cells["B1"] == UNKNOWN
    assert found.whole.cells["B1"] == counted(9, at_least=True)
    assert found.whole.cells["B11"] == NOT_APPLICABLE


def test_months_before_the_site_began_and_those_to_come_are_not_applicable(two_sites: Engine) -> None:
    found = year_of(two_sites)
    for number in (0, 1, 5, 11):
        cells = found.months[number].cells
        assert {cells[name] for name in ("A2", "A3", "A5", "A8", "B1", "B3", "B8")} == {NOT_APPLICABLE}, number
    assert Mark.RUNNING in found.months[4].marks
    assert Mark.RUNNING not in found.months[3].marks
    assert {cell.status for cell in year_of(two_sites, year=2025).whole.cells.values()} <= {
        Status.NOT_APPLICABLE,
        Status.UNKNOWN,
        Status.VALUE,
    }


def test_the_week_profile_holds_each_hour_of_the_week(two_sites: Engine) -> None:
    week = year_of(two_sites).week
    assert len(week) == 168
    assert week[0, 10] == {"B1": counted(4), "B3": counted(Fraction(1, 2))}
    assert week[0, 9]["B1"] == counted(1)
    assert week[0, 12]["B1"].status is Status.CLOSED


def test_sites_sum_to_the_region(two_sites: Engine) -> None:
    with reading(two_sites) as connection:
        sites = figures_of_years(connection, all_sites(connection), 2026, NOW, RULES, OURS)
    region = region_figures(2026, list(sites.values()), OURS, RULES.coverage_limit)
    assert region.whole.cells["B1"].value == 9 + 18
    assert region.months[2].cells["A5"].value == sum(site.months[2].cells["A5"].value or 0 for site in sites.values())
    assert region.months[2].cells["B3"] == counted(Fraction(1, 2))
    assert region.whole.cells["A1.measured"] == counted(4)


def test_imported_months_stand_beside_counted_ones_and_in_no_sum_of_theirs(two_sites: Engine) -> None:
    before = year_of(two_sites)
    with writing(two_sites) as connection:
        some = {"site_id": 1, "source": "old tool", "method": "log-ons"}
        kinds = {"sessions": 100, "hours": 3600, "visits": 250, "occupancy": 1234}
        rows = [
            {**some, "month": 202600 + month, "figure": kind, "value": value}
            for month in range(1, 13)
            for kind, value in kinds.items()
        ]
        connection.execute(insert(monthly_figure), rows)
    found = year_of(two_sites)
    assert found.whole.cells["B1.imported"] == counted(1200)
    assert found.whole.cells["B2.imported"] == counted(12 * 3600)
    assert found.whole.cells["C1.imported"] == counted(3000)
    assert found.months[0].cells["B3.imported"] == counted(Fraction(1234, 10_000))
    changed = {name for name, cell in found.whole.cells.items() if cell != before.whole.cells[name]}
    assert changed == {"B1.imported", "B2.imported", "C1.imported"}


def test_what_people_entered_is_passed_on(two_sites: Engine) -> None:
    with writing(two_sites) as connection:
        entry = {"site_id": 1, "first_day": MARCH.first_day, "last_day": MARCH.last_day, "visits": 321}
        connection.execute(insert(attendance).values(**entry, how="tally", persons=None))
        row = {
            "site_id": 1,
            "year": 2026,
            "facilitators": 3,
            "facilitators_fte": 150,
            "services": None,
            "narrative": "",
        }
        connection.execute(insert(site_year).values(row))
    found = year_of(two_sites)
    assert found.months[2].cells["C1"] == counted(321)
    assert found.whole.cells["C1"] == counted(321, at_least=True)
    assert (found.whole.cells["D4.heads"], found.whole.cells["D4.fte"]) == (counted(3), counted(Fraction(3, 2)))


def test_equipment_and_outages_come_from_the_register(two_sites: Engine) -> None:
    with writing(two_sites) as connection:
        connection.execute(
            insert(equipment),
            [
                {"site_id": 1, "equipment_id": 1, "kind": "printer", "label": "P", "supplied_on": dt.date(2026, 4, 1)},
                {"site_id": 1, "equipment_id": 2, "kind": "station", "label": "T", "supplied_on": dt.date(2020, 1, 1)},
            ],
        )
        start = MARCH.start() + 86_400
        connection.execute(
            insert(outage).values(site_id=1, equipment_id=2, started_at=start, ended_at=start + 2 * 86_400)
        )
    found = year_of(two_sites)
    assert [found.months[number].cells["E1.printers"].value for number in (1, 2, 3)] == [0, 0, 1]
    assert [found.months[number].cells["A1"].value for number in (1, 2)] == [1, 3]
    assert found.months[2].cells["E2.days"] == counted(2)
    assert found.whole.cells["E2.incidents"] == counted(1)
    assert found.whole.cells["E1.past"] == counted(1)


def test_undated_sessions_and_the_idle_rule_of_the_register(two_sites: Engine) -> None:
    with writing(two_sites) as connection:
        connection.execute(
            insert(setting).values(name=Regional.IDLE_RULE.value, valid_from=0, value="5", changed_by="anna")
        )
        add_undated(connection, 1, 1, MARCH.start() + 86_400, 4)
    found = year_of(two_sites)
    assert found.months[2].cells["B1u"] == counted(4)
    assert Mark.UNDATED in found.months[2].marks
    assert found.whole.idle_rules == {5}
