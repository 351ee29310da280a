"""All figures of a site and year: the catalogue by month, with definitions, coverage and method."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from collector.domain import calendar
from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR, Month
from collector.domain.catalogue import Catalogue, Figure, Unit
from collector.domain.cells import Cell, Status
from collector.domain.disclosure import Audience
from collector.domain.equipment import EquipmentKind
from collector.domain.week import Week
from collector.domain.year import YearFigures
from collector.reports.disclosing import THRESHOLDS
from collector.reports.gathering import one_of, region_seen, years_seen
from collector.reports.shown import shown_value, written
from collector.storage.engine import reading
from collector.web.beside import beside_of, beside_region
from collector.web.editing import found_site
from collector.web.permissions import audience_of
from collector.web.shown_cells import signs_of
from collector.web.surroundings import Around, Surroundings, WebRequest

DAYS_OF_WEEK = 7


@dataclass(frozen=True, slots=True)
class Row:
    """A figure with its cells: the year, then its twelve months. A heading has none."""

    figure: Figure
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """One letter of the catalogue."""

    letter: str
    rows: tuple[Row, ...]


@get("/sites/{code:str}/statistics/{year:int}", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str], year: FromPath[int]) -> Response[str]:
    return page(request, around, code, year)


@get("/region/statistics/{year:int}", sync_to_thread=True)
def show_region(request: WebRequest, around: Around, year: FromPath[int]) -> Response[str]:
    """All sites together, under disclosure control."""
    return page(request, around, None, year)


def page(request: WebRequest, around: Surroundings, code: str | None, year: int) -> Response[str]:
    now, rules = around.clock(), around.settings.rules
    ours = around.settings.catalogue
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise NotFoundException
    with reading(around.engine) as connection:
        site = None if code is None else found_site(connection, code)
        audience = audience_of(request.user, site)
        if site is None:
            told = region_seen(connection, audience, year, now, rules, ours)
            figures, beside = told.region, beside_region(connection, told, now, rules, ours)
        else:
            figures = one_of(years_seen(connection, site, audience, year, now, rules, ours), site)
            everything = audience is Audience.SITE
            beside = beside_of(connection, site, figures, now, rules, ours, everything=everything)
    return around.pages.render(
        request,
        "statistics.html",
        site=site,
        year=year,
        this_year=calendar.local_date(now, rules.zone).year,
        first_year=EARLIEST_YEAR,
        months=[Month(year, number).first_day() for number in range(1, 13)],
        sections=sections(ours, figures),
        whole=figures.whole,
        columns=[figures.whole, *figures.months],
        bands=bands(ours),
        weekdays=around.pages.speech_of(request).weekday_names(),
        week=week_rows(figures.week),
        catalogue=ours,
        words=ours.figures,
        signs=signs_of(cell for each in (*figures.months, figures.whole) for cell in each.cells.values()),
        Unit=Unit,
        controlled=audience is not Audience.SITE,
        thresholds=THRESHOLDS,
        beside=beside,
        EquipmentKind=EquipmentKind,
        demonstration=site.demonstration if site else False,
        repaired=written(
            shown_value(figures.whole.seconds_repaired, Unit.SECONDS),
            Unit.SECONDS,
            around.pages.speech_of(request),
        ),
    )


def sections(ours: Catalogue, figures: YearFigures) -> list[Section]:
    """By letter; a heading stands before its parts, and what never has a cell is left out."""
    columns = [figures.whole, *figures.months]
    found: dict[str, list[Row]] = {}
    for figure in ours.figures.values():
        if figure.unit in {Unit.TEXT, Unit.PROFILE}:
            continue
        some = tuple(column.cells[figure.id] for column in columns) if figure.has_cell() else ()
        found.setdefault(figure.letter(), []).append(Row(figure, some))
    return [Section(letter, tuple(rows)) for letter, rows in found.items()]


def bands(ours: Catalogue) -> list[Figure]:
    """The classes of lengths, in the order of their numbers."""
    return [each for each in ours.figures.values() if each.whole() == "B6" and each.unit is Unit.COUNT][:-1]


def week_rows(week: Week) -> list[tuple[int, Sequence[Mapping[str, Cell]]]]:
    """By hour, the seven days; hours in which the site never opens are left out."""
    found: list[tuple[int, Sequence[Mapping[str, Cell]]]] = []
    for hour in range(24):
        days = [week[day, hour] for day in range(DAYS_OF_WEEK) if (day, hour) in week]
        if any(day["B1"].status is not Status.CLOSED for day in days):
            found.append((hour, days))
    return found
