"""Tables as other networks and tools publish them: a month in each column, opening times by day, buildings.

A blank cell is not known, and nothing is stored for it; a zero is a zero.
"""

import datetime as dt
import re
from collections.abc import Hashable, Iterator, Sequence

from collector.domain.calendar import Month
from collector.domain.csv_files import Sheet
from collector.domain.entered import MonthlyFigure, MonthlyKind
from collector.domain.equipment import Equipment, EquipmentKind
from collector.domain.fields import read_clock, read_count, read_day, read_word
from collector.domain.mistakes import N_, Mistake
from collector.domain.register import OpeningKind, WeeklyInterval
from collector.domain.register_rules import check_minutes
from collector.domain.sites import SiteDetails
from collector.storage.changes.base import Outcome
from collector.storage.changes.entered import put_monthly
from collector.storage.changes.equipment import put_equipment
from collector.storage.changes.opening_hours import put_timetable
from collector.storage.changes.sites import put_site
from collector.storage.files.entered import READERS, read_month, read_year
from collector.storage.files.reading import Cells, FileKind, Intake, SeveralMistakes
from collector.storage.files.register import at_site, read_weekday, whole_week
from collector.storage.queries.equipment import equipment_of
from collector.storage.queries.sites import every_site

MONTH = re.compile(r"\d{4}-\d{1,2}|\d{1,2}/\d{4}", re.ASCII)


def _renamed(sheet: Sheet, names: dict[str, str]) -> Sheet:
    """The same with other names of columns; those that are not named are left out."""
    lines = [
        line._replace(
            cells={names[name.casefold()]: text for name, text in line.cells.items() if name.casefold() in names}
        )
        for line in sheet.lines
    ]
    return Sheet(tuple(names.values()), lines)


def _fit_months(sheet: Sheet) -> Sheet | None:
    """The first column names the site, all others a month, as 2023-1, 2023-01 or 01/2023."""
    if len(sheet.columns) < len(("site", "month")) or not all(MONTH.fullmatch(each) for each in sheet.columns[1:]):
        return None
    known: dict[Month, str] = {}
    for column in sheet.columns[1:]:
        month = read_month(column)
        if month in known:
            raise Mistake(
                N_("The columns “%(one)s” and “%(other)s” are the same month; remove one of them."),
                one=known[month],
                other=column,
            )
        known[month] = column
    return _renamed(
        sheet, {sheet.columns[0].casefold(): "site"} | {each.casefold(): each for each in sheet.columns[1:]}
    )


def _months(intake: Intake, some: Sequence[Cells]) -> Iterator[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    outcomes: set[Outcome] = set()
    mistakes: list[Mistake] = []
    for column, text in cells.cells.items():
        if column == "site" or not text:
            continue
        try:
            kind = MonthlyKind.OCCUPANCY if text.endswith("%") else _figure(intake)
            value = cells.read(column, READERS.get(kind, read_count))
            entry = MonthlyFigure(read_month(column), kind, value, intake.source, intake.method)
            outcomes.add(put_monthly(intake.change, site_id, entry))
        except Mistake as mistake:
            mistakes.append(mistake)
    if mistakes:
        raise SeveralMistakes(mistakes)
    yield next((each for each in (Outcome.NEW, Outcome.CHANGED) if each in outcomes), Outcome.SAME)


def _figure(intake: Intake) -> MonthlyKind:
    if not intake.figure:
        raise Mistake(
            N_("Nothing says what the numbers of this table are; choose one of these: %(words)s."),
            words=", ".join(MonthlyKind),
        )
    return read_word(intake.figure, MonthlyKind)


_TIMES = {
    "venue": "site",
    "dataset_date_key": "valid_from",
    "day": "weekday",
    "open_morning": "open_morning",
    "close_lunchtime": "close_lunchtime",
    "open_lunchtime": "open_lunchtime",
    "close_evening": "close_evening",
}


def _fit_times(sheet: Sheet) -> Sheet | None:
    """One line for each day of the week, with the times before and after lunch."""
    have = {column.casefold() for column in sheet.columns}
    return _renamed(sheet, _TIMES) if set(_TIMES) <= have else None


def read_start_of(text: str) -> dt.date:
    """The first day of a year, of a month, or the day itself."""
    if text.isdigit():
        return dt.date(read_year(text), 1, 1)
    return read_month(text).first_day() if MONTH.fullmatch(text) else read_day(text)


def _times(intake: Intake, some: Sequence[Cells]) -> Iterator[Outcome]:
    site_id, _ = intake.site(some[0].text("site"))
    since = read_start_of(some[0].text("valid_from"))
    yield put_timetable(intake.change, site_id, since, whole_week(some, _day))


def _day(cells: Cells) -> Iterator[WeeklyInterval]:
    """Open all day, or before lunch, or after it, or both. Nothing at all is closed, and so is 17:00 to 17:00."""
    weekday = cells.read("weekday", read_weekday)
    names = ("open_morning", "close_lunchtime", "open_lunchtime", "close_evening")
    times = [(name, cells.read(name, read_clock)) for name in names if cells.text(name)]
    openings = [name.startswith("open") for name, _ in times]
    if openings != [True, False] * (len(times) // 2):
        raise Mistake(
            N_("On %(day)s an opening has no end, or an end no beginning; fill in both or neither."),
            day=cells.text("weekday"),
        )
    for (_, first), (_, last) in zip(times[::2], times[1::2], strict=True):
        if first != last:
            check_minutes(first, last)
            yield WeeklyInterval(weekday, first, last, OpeningKind.FREE_ACCESS)


_BUILDINGS = {"library": "site", "no of pcs": "stations"}


def _fit_buildings(sheet: Sheet) -> Sheet | None:
    """The name of a building and how many computers it has; whatever else is said of it is left out."""
    have = {column.casefold() for column in sheet.columns}
    return _renamed(sheet, _BUILDINGS) if set(_BUILDINGS) <= have else None


def _building(intake: Intake, some: Sequence[Cells]) -> Iterator[Outcome]:
    """A site where none goes by that name, and as many stations without an agent."""
    cells = some[0]
    name, wanted = cells.text("site"), cells.read("stations", read_count)
    outcomes: set[Outcome] = set()
    if not any(each.is_called(name) for each in every_site(intake.change.connection)):
        outcomes.add(put_site(intake.change, SiteDetails(code_of(name), name)))
        intake.forget_sites()
    site_id, _ = intake.site(name)
    labels = {each.label for each in equipment_of(intake.change.connection, site_id)}
    for number in range(1, wanted + 1):
        label = f"PC {number:02d}"
        if label not in labels:
            outcomes.add(put_equipment(intake.change, site_id, Equipment(None, EquipmentKind.STATION, label)))
    yield Outcome.NEW if outcomes else Outcome.SAME


def code_of(name: str) -> str:
    """A code made of a name: "Denton Burn" gives DENTON-BURN."""
    return re.sub(r"[^A-Z0-9]+", "-", name.upper()).strip("-")[:32]


def _named(_intake: Intake, cells: Cells) -> Hashable:
    return cells.text("site").casefold()


BUILDINGS = FileKind(
    "buildings", tuple(_BUILDINGS.values()), frozenset(), ("site",), _named, _building, fits=_fit_buildings
)
OPENING_TIMES = FileKind(
    "opening_times",
    tuple(_TIMES.values()),
    frozenset(),
    ("site", "valid_from", "weekday"),
    at_site(("valid_from", read_start_of)),
    _times,
    several=True,
    fits=_fit_times,
)
MONTHS = FileKind("months", ("site",), frozenset(), ("site",), at_site(), _months, fits=_fit_months)
