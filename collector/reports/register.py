"""What the register says of a site, as reports have it."""

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from collector.domain.cells import Cell, counted
from collector.domain.entered import Entered as People
from collector.domain.entered import MonthlyFigure, MonthlyKind, by_trait, figures_of
from collector.domain.equipment import EquipmentKind
from collector.domain.inventory import ages
from collector.domain.label import criteria
from collector.domain.public import public_of
from collector.domain.register import Calendar
from collector.domain.sites import both_names
from collector.reports.inputs import (
    Age,
    Closure,
    Criterion,
    Entered,
    Imported,
    Interval,
    Public,
    Subject,
    Timetable,
)
from collector.storage.models import site, station_contact
from collector.storage.queries.equipment import equipment_of_sites
from collector.storage.queries.regional import decisions_of

OCCUPANCY = MonthlyKind.OCCUPANCY


def subjects_of(connection: Connection, site_ids: Sequence[int]) -> dict[int, Subject]:
    rows = connection.execute(select(site).where(site.c.site_id.in_(site_ids)))
    return {
        row.site_id: Subject(
            row.code,
            {"fr": row.name, "nl": row.name_nl or row.name, "en": row.name},
            both_names(row.municipality),
            row.operator,
            row.contact,
            row.label_since.isoformat() if row.label_since else "",
        )
        for row in rows
    }


def entered_of(calendar: Calendar, told: People, year: int) -> Entered:
    """The timetables in force within a year, its closures, and what people told of it in words."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    timetables = []
    for place, timetable in enumerate(calendar.timetables):
        after = calendar.timetables[place + 1].valid_from if place + 1 < len(calendar.timetables) else dt.date.max
        if timetable.valid_from <= last and after > first:
            intervals = tuple(
                Interval(each.weekday, each.from_minute, each.until_minute, str(each.kind))
                for each in timetable.intervals
            )
            timetables.append(Timetable(timetable.valid_from.isoformat(), intervals))
    closures = tuple(
        Closure(each.first_day.isoformat(), each.last_day.isoformat(), each.reason)
        for each in calendar.closures
        if each.first_day <= last and each.last_day >= first
    )
    return Entered(
        tuple(timetables),
        closures,
        tuple(str(way) for way in figures_of(told, year).how_counted),
        tuple(str(service) for each in told.years if each.year == year for service in each.services or ()),
        "\n".join(each.narrative for each in told.years if each.year == year),
    )


def public(sites: Iterable[People], year: int, *, everything: bool) -> tuple[Public, ...]:
    """Who came to the activities of a year, of all these sites together."""
    persons = [by_trait(each for each in told.activities if each.last_day.year == year) for told in sites]
    return tuple(Public(trait.value, value, cell) for trait, value, cell in public_of(persons, everything=everything))


def ages_of(connection: Connection, site_ids: Sequence[int], day: dt.date, zone: ZoneInfo) -> tuple[Age, ...]:
    """How old the equipment is on a day: by kind, the youngest first, those of unknown age last."""
    devices = [each for some in equipment_of_sites(connection, site_ids).values() for each in some]
    found = ages(devices, day, zone)
    return tuple(
        Age(kind.value, years, found[kind][years])
        for kind in EquipmentKind
        for years in sorted(found.get(kind, ()), key=lambda years: (years is None, years))
    )


def criteria_of(connection: Connection, day: dt.date, zone: ZoneInfo) -> tuple[Criterion, ...]:
    """What the label asked for on a day."""
    return tuple(
        Criterion(each.figure, each.limit, each.since.isoformat())
        for each in criteria(decisions_of(connection, zone), day)
    )


IMPORTED = {
    MonthlyKind.SESSIONS: "B1.imported",
    MonthlyKind.HOURS: "B2.imported",
    MonthlyKind.VISITS: "C1.imported",
    MonthlyKind.OCCUPANCY: "B3.imported",
}
"""Which figure of the catalogue another tool counted."""


def imported_of(told: People, year: int) -> tuple[Imported, ...]:
    """Month by month, with source and method."""
    return tuple(
        Imported(str(each.month), IMPORTED[kind], cell_of(each), each.source, each.method)
        for month in figures_of(told, year).imported
        for kind, each in sorted(month.items())
    )


def cell_of(each: MonthlyFigure) -> Cell:
    return counted(Fraction(each.value, 10_000) if each.kind is MonthlyKind.OCCUPANCY else each.value)


def agent_versions(connection: Connection, site_ids: Sequence[int]) -> tuple[str, ...]:
    """Those that the stations said last."""
    version = station_contact.c.agent_version
    rows = connection.execute(select(version).where(station_contact.c.site_id.in_(site_ids)).distinct())
    return tuple(sorted(str(each) for each in rows.scalars()))
