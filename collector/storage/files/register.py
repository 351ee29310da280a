"""The register as seven tables, in and out. Taking in what was taken out changes nothing."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector.domain.equipment import Equipment, EquipmentKind, EquipmentOutage
from collector.domain.fields import (
    of_column,
    read_clock,
    read_count,
    read_day,
    read_day_or_none,
    read_interval,
    read_moment,
    read_needed,
    read_word,
    read_yes,
    write_clock,
    write_day,
    write_moment,
)
from collector.domain.mistakes import N_, Mistake
from collector.domain.register import Calendar, Closure, Extra, HolidayChoice, LabelStatus, OpeningKind, WeeklyInterval
from collector.domain.register_rules import check_minutes
from collector.domain.sites import SiteDetails
from collector.storage.changes.base import Outcome
from collector.storage.changes.equipment import put_equipment, put_outage
from collector.storage.changes.opening_hours import put_closure, put_extra, put_holiday, put_timetable
from collector.storage.changes.sites import put_site
from collector.storage.files.reading import Cells, FileKind, Intake, WrongLines
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.equipment import equipment_of, equipment_outages_of
from collector.storage.queries.sites import every_site, site_ids

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
BETWEEN_NAMES = " | "
FOR_VISITORS = ("address_fr", "address_nl", "postal_code", "phone", "website", "quiet_shown")
NO_YEAR = 2000
"""For calendars of which only what the register says is of interest, not the holidays."""

Row = Sequence[str]


class Here(NamedTuple):
    """A site whose part of a table is written."""

    connection: Connection
    site_id: int
    details: SiteDetails
    calendar: Calendar
    zone: ZoneInfo


def at_site(*readers: tuple[str, Callable[[str], Hashable]]) -> Callable[[Intake, Cells], Hashable]:
    """A key: the site and some columns."""

    def key(intake: Intake, cells: Cells) -> Hashable:
        return (cells.read("site", intake.site)[0], *(cells.read(column, reader) for column, reader in readers))

    return key


def text(value: str) -> str:
    return value


def _site(intake: Intake, some: Sequence[Cells]) -> Iterable[Outcome]:
    cells = some[0]
    given = SiteDetails(
        cells.text("site"),
        cells.text("name_fr"),
        cells.text("name_nl"),
        cells.text("municipality"),
        cells.text("operator"),
        cells.text("contact"),
        of_column("label_status", read_word, cells.text("label"), LabelStatus)
        if cells.text("label")
        else LabelStatus.NONE,
        cells.read("label_since", read_day_or_none),
        tuple(cells.text("other_names").split("|")) if cells.text("other_names") else (),
    )
    # A file of an older version has none of these columns, and does not mean that they are empty.
    known = next((each for each in every_site(intake.change.connection) if each.code == given.code), given)
    wanted = given._replace(
        address=cells.cells.get("address_fr", known.address),
        address_nl=cells.cells.get("address_nl", known.address_nl),
        postal_code=cells.cells.get("postal_code", known.postal_code),
        phone=cells.cells.get("phone", known.phone),
        website=cells.cells.get("website", known.website),
        quiet_shown=cells.read("quiet_shown", read_yes) if cells.text("quiet_shown") else _kept(cells, known),
    )
    yield put_site(intake.change, wanted)


def _kept(cells: Cells, known: SiteDetails) -> bool:
    return known.quiet_shown and "quiet_shown" not in cells.cells


def _sites(here: Here) -> Iterator[Row]:
    site = here.details
    yield (
        site.code,
        site.name,
        site.name_nl,
        site.municipality,
        site.operator,
        site.contact,
        site.label.value,
        write_day(site.label_since),
        BETWEEN_NAMES.join(site.other_names),
        site.address,
        site.address_nl,
        site.postal_code,
        site.phone,
        site.website,
        "yes" if site.quiet_shown else "no",
    )


def _device(intake: Intake, some: Sequence[Cells]) -> Iterable[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    label = cells.read("label", read_needed)
    known = [each for each in equipment_of(intake.change.connection, site_id) if each.label == label]
    written = next((each for each in known if each.equipment_id is not None), None)
    wanted = Equipment(
        None if written is None else written.equipment_id,
        cells.read("kind", lambda word: read_word(word, EquipmentKind)),
        label,
        cells.read("station_number", read_count) if cells.text("station_number") else None,
        cells.read("installed_on", read_day_or_none),
        cells.read("supplied_on", read_day_or_none),
        cells.read("maintained_until", read_day_or_none),
        cells.read("retired_on", read_day_or_none),
        # A file of an older version has neither column, and does not mean that they are empty.
        model=cells.cells.get("model", "" if written is None else written.model),
        serial=cells.cells.get("serial", "" if written is None else written.serial),
    )
    yield put_equipment(intake.change, site_id, wanted)


def _equipment(here: Here) -> Iterator[Row]:
    for each in equipment_of(here.connection, here.site_id):
        if each.equipment_id is not None:
            yield (
                here.details.code,
                each.label,
                each.kind.value,
                "" if each.station_id is None else str(each.station_id),
                write_day(each.installed_on),
                write_day(each.supplied_on),
                write_day(each.maintained_until),
                write_day(each.retired_on),
                each.model,
                each.serial,
            )


def _outage(intake: Intake, some: Sequence[Cells]) -> Iterable[Outcome]:
    cells, zone = some[0], intake.change.zone
    site_id, code = intake.site(cells.text("site"))
    known = {each.label: each.equipment_id for each in equipment_of(intake.change.connection, site_id)}
    number = known.get(cells.text("equipment"))
    if number is None:
        mistake = Mistake(
            N_("The equipment of %(site)s has no “%(label)s”; write it there first."),
            site=code,
            label=cells.text("equipment")[:64],
        )
        mistake.column = "equipment"
        raise mistake
    wanted = EquipmentOutage(
        number,
        cells.read("from", lambda moment: read_moment(moment, zone)),
        cells.read("until", lambda moment: read_moment(moment, zone)) if cells.text("until") else None,
        cells.text("reason"),
    )
    yield put_outage(intake.change, site_id, wanted)


def _outages(here: Here) -> Iterator[Row]:
    labels = {each.equipment_id: each.label for each in equipment_of(here.connection, here.site_id)}
    found = equipment_outages_of(here.connection, here.site_id)
    for each in sorted(found, key=lambda each: (labels[each.equipment_id], each.start)):
        start, end = write_moment(each.start, here.zone), write_moment(each.end, here.zone)
        yield (here.details.code, labels[each.equipment_id], start, end, each.reason)


def read_weekday(word: str) -> int:
    if word.strip().casefold() in WEEKDAYS:
        return WEEKDAYS.index(word.strip().casefold())
    raise Mistake(
        N_("“%(text)s” is not one of these words: %(words)s."), text=word.strip()[:32], words=", ".join(WEEKDAYS)
    )


def _week(intake: Intake, some: Sequence[Cells]) -> Iterable[Outcome]:
    site_id, _ = intake.site(some[0].text("site"))
    yield put_timetable(intake.change, site_id, read_day(some[0].text("valid_from")), whole_week(some, _interval))


def whole_week(some: Sequence[Cells], read: Callable[[Cells], Iterable[WeeklyInterval]]) -> list[WeeklyInterval]:
    """What each line says of the week, together; raises WrongLines with every line that is wrong."""
    found: list[WeeklyInterval] = []
    wrong: dict[int, Mistake] = {}
    for cells in some:
        try:
            found += read(cells)
        except Mistake as mistake:
            wrong[cells.line] = mistake
    if wrong:
        raise WrongLines(wrong)
    return found


def _interval(cells: Cells) -> Iterator[WeeklyInterval]:
    """None of a line that only says that the week is empty."""
    if any(cells.text(column) for column in ("weekday", "from", "until", "kind")):
        weekday = cells.read("weekday", read_weekday)
        minutes = read_opening(cells)
        check_minutes(*minutes)
        yield WeeklyInterval(weekday, *minutes, cells.read("kind", lambda word: read_word(word, OpeningKind)))


def read_opening(cells: Cells) -> tuple[int, int]:
    cells.read("from", read_clock)
    return cells.read("until", lambda until: read_interval(cells.text("from"), until))


def _weeks(here: Here) -> Iterator[Row]:
    for each in here.calendar.timetables:
        start = (here.details.code, each.valid_from.isoformat())
        if not each.intervals:
            yield (*start, "", "", "", "")
        for weekday, first, last, kind in each.intervals:
            yield (*start, WEEKDAYS[weekday], write_clock(first), write_clock(last), kind.value)


def _closure(intake: Intake, some: Sequence[Cells]) -> Iterable[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    first, last = (cells.read(column, read_day) for column in ("first_day", "last_day"))
    yield put_closure(intake.change, site_id, Closure(first, last, cells.text("reason")))


def _closures(here: Here) -> Iterator[Row]:
    for first, last, reason in here.calendar.closures:
        yield (here.details.code, first.isoformat(), last.isoformat(), reason)


def _extra(intake: Intake, some: Sequence[Cells]) -> Iterable[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    minutes = read_opening(cells)
    kind = cells.read("kind", lambda word: read_word(word, OpeningKind))
    yield put_extra(intake.change, site_id, Extra(cells.read("day", read_day), *minutes, kind))


def _extras(here: Here) -> Iterator[Row]:
    for day, first, last, kind in here.calendar.extras:
        yield (here.details.code, day.isoformat(), write_clock(first), write_clock(last), kind.value)


def _holiday(intake: Intake, some: Sequence[Cells]) -> Iterable[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    choice = HolidayChoice(cells.read("holiday", read_day), cells.read("open", read_yes))
    yield put_holiday(intake.change, site_id, choice)


def _holidays(here: Here) -> Iterator[Row]:
    for day, is_open in here.calendar.choices:
        yield (here.details.code, day.isoformat(), "yes" if is_open else "no")


def _start_of_outage(intake: Intake, cells: Cells) -> Hashable:
    start = cells.read("from", lambda moment: read_moment(moment, intake.change.zone))
    return (cells.read("site", intake.site)[0], cells.text("equipment"), start)


def _code(intake: Intake, cells: Cells) -> Hashable:
    intake.check(cells.text("site"))
    return cells.text("site").casefold()


def read_start(clock: str) -> int:
    return read_interval(clock, "24:00")[0]


SITES = FileKind(
    "sites",
    (
        "site",
        "name_fr",
        "name_nl",
        "municipality",
        "operator",
        "contact",
        "label",
        "label_since",
        "other_names",
        *FOR_VISITORS,
    ),
    frozenset(("site", "name_fr")),
    ("site",),
    _code,
    _site,
)
EQUIPMENT = FileKind(
    "equipment",
    (
        "site",
        "label",
        "kind",
        "station_number",
        "installed_on",
        "supplied_on",
        "maintained_until",
        "retired_on",
        "model",
        "serial",
    ),
    frozenset(("site", "label", "kind")),
    ("site", "label"),
    at_site(("label", text)),
    _device,
)
OUTAGES = FileKind(
    "outages",
    ("site", "equipment", "from", "until", "reason"),
    frozenset(("site", "equipment", "from", "until")),
    ("site", "equipment", "from"),
    _start_of_outage,
    _outage,
)
OPENING_HOURS = FileKind(
    "opening_hours",
    ("site", "valid_from", "weekday", "from", "until", "kind"),
    frozenset(("site", "valid_from", "weekday", "from", "until", "kind")),
    ("site", "valid_from", "weekday", "from"),
    at_site(("valid_from", read_day)),
    _week,
    several=True,
)
CLOSURES = FileKind(
    "closures",
    ("site", "first_day", "last_day", "reason"),
    frozenset(("site", "first_day", "last_day")),
    ("site", "first_day"),
    at_site(("first_day", read_day)),
    _closure,
)
EXTRA_OPENINGS = FileKind(
    "extra_openings",
    ("site", "day", "from", "until", "kind"),
    frozenset(("site", "day", "from", "until", "kind")),
    ("site", "day", "from"),
    at_site(("day", read_day), ("from", read_start)),
    _extra,
)
HOLIDAYS = FileKind(
    "holidays",
    ("site", "holiday", "open"),
    frozenset(("site", "holiday", "open")),
    ("site", "holiday"),
    at_site(("holiday", read_day)),
    _holiday,
)

REGISTER: dict[FileKind, Callable[[Here], Iterator[Row]]] = {
    SITES: _sites,
    EQUIPMENT: _equipment,
    OUTAGES: _outages,
    OPENING_HOURS: _weeks,
    CLOSURES: _closures,
    EXTRA_OPENINGS: _extras,
    HOLIDAYS: _holidays,
}
"""In the order in which they are taken in, with what writes a site's part of each."""


def register_rows(
    connection: Connection, zone: ZoneInfo, codes: Sequence[str] | None = None
) -> dict[FileKind, list[Row]]:
    """The tables of some sites, or of all."""
    numbers = site_ids(connection)
    sites = [each for each in every_site(connection) if codes is None or each.code in codes]
    calendars = calendars_of(connection, [numbers[each.code] for each in sites], NO_YEAR, NO_YEAR)
    found: dict[FileKind, list[Row]] = {kind: [] for kind in REGISTER}
    for each in sites:
        number = numbers[each.code]
        here = Here(connection, number, each, calendars[number], zone)
        for kind, written in REGISTER.items():
            found[kind] += written(here)
    return found
