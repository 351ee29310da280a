"""The figures of the demonstration hold against what its visitors did."""

import datetime as dt
from fractions import Fraction

from sqlalchemy import Engine, select

from collector.catalogue import catalogue
from collector.domain.calendar import Month
from collector.domain.cells import Cell, Status
from collector.domain.statistics import Rules
from collector.storage.engine import reading
from collector.storage.models import alert
from collector.storage.queries.sites import all_sites
from collector.storage.queries.year_statistics import figures_of_years
from tests.collector.demo.test_year import NOW, days, filled
from tests.collector.demo.truth import contacts, truth_of


def value(cell: Cell) -> int | Fraction:
    assert cell.status is Status.VALUE
    assert cell.value is not None
    return cell.value


def mended(engine: Engine, site_id: int) -> tuple[int, int]:
    """How many faults there were this year, and how many there still are."""
    with reading(engine) as connection:
        columns = alert.c
        rows = connection.execute(
            select(columns.raised_at, columns.ended_at).where(columns.site_id == site_id, columns.raised_at < NOW)
        ).all()
    return len(rows), sum(row.ended_at is None for row in rows)


def test_the_computed_figures_of_each_month_are_what_the_visitors_did(engine: Engine) -> None:
    region = filled(engine)
    with reading(engine) as connection:
        years = figures_of_years(connection, all_sites(connection), 2026, NOW, Rules(), catalogue())
    for site_id, site in region.sites:
        for month in (Month(2026, 9), Month(2026, 10)):
            truth = truth_of(site, region.stations(site), days(month.first_day(), month.next().first_day()), 10, NOW)
            found = years[site_id].months[month.month - 1].cells
            assert value(found["B1"]) == truth.sessions > 0
            assert value(found["B2"]) == truth.seconds > 0
            assert value(found["B1x"]) == truth.sessions_outside
            assert value(found["B2x"]) == truth.seconds_outside
            if site.place.method == "activity":
                shorter = truth_of(
                    site, region.stations(site), days(month.first_day(), month.next().first_day()), 3, NOW
                )
                assert value(found["B1r.3"]) == shorter.sessions > truth.sessions
            assert value(found["B3"]) == Fraction(truth.seconds, truth.seconds_known)
            assert value(found["A2"]) == truth.seconds_open
            assert value(found["A8"]) == Fraction(truth.seconds_known, truth.seconds_available)
        first, last = region.first_day, dt.date(2026, 11, 22)
        made, due = contacts(site, region.stations(site), days(first, last), NOW)
        assert due > made > 0
        # Each quarter-hour stands for half a contact.
        assert abs(value(years[site_id].whole.cells["E4"]) - Fraction(made, due)) < Fraction(1, 200)
        begun, there_at_last = mended(engine, site_id)
        assert value(years[site_id].whole.cells["E3.begun"]) == begun
        assert value(years[site_id].whole.cells["E3.open"]) == there_at_last
    assert sum(mended(engine, site_id)[0] for site_id, _ in region.sites) > 0
    # Of the gap nothing is known, and it is said so.
    gap = years[region.sites[1][0]].months[9].cells
    assert gap["A8"].value is not None
    assert gap["A8"].value < Fraction(4, 5)
    assert gap["B1"].at_least
