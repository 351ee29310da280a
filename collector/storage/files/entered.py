"""What people enter, as four tables, in and out. Taking in what was taken out changes nothing."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import partial

from sqlalchemy import Connection

from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR, Month
from collector.domain.entered import (
    VALUES,
    Activity,
    ActivityKind,
    Attendance,
    Entered,
    HowCounted,
    MonthlyFigure,
    MonthlyKind,
    Service,
    SiteYear,
    Trait,
)
from collector.domain.fields import (
    read_count,
    read_day,
    read_hours,
    read_share,
    read_word,
    write_hours,
    write_share,
)
from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.base import Outcome
from collector.storage.changes.entered import put_activity, put_attendance, put_monthly, put_year
from collector.storage.files.reading import Cells, FileKind, Intake
from collector.storage.files.register import Row, at_site
from collector.storage.queries.entered import entered_of_sites
from collector.storage.queries.sites import every_site, site_ids


def read_month(text: str) -> Month:
    """A month as 2026-03 or 2026-3, or as people write it here: 03/2026."""
    year, _, month = text.strip().replace("/", "-").partition("-")
    if len(month) == len("2026"):
        year, month = month, year
    if (
        len(year) == len("2026")
        and 0 < len(month) <= len("12")
        and (year + month).isascii()
        and (year + month).isdigit()
    ):
        found = Month(int(year), int(month))
        if 1 <= found.month <= 12 and EARLIEST_YEAR <= found.year < LATEST_YEAR:  # noqa: PLR2004 - months of a year
            return found
    raise Mistake(N_("“%(text)s” is not a month; write it as 2026-03 or 03/2026."), text=text.strip()[:32])


def read_year(text: str) -> int:
    if text.isascii() and text.isdigit() and EARLIEST_YEAR <= int(text) < LATEST_YEAR:
        return int(text)
    raise Mistake(N_("“%(text)s” is not a year; write it as 2026."), text=text.strip()[:32])


def read_fte(text: str) -> int:
    """Hundredths, from 1,5 or 0.75."""
    whole, _, rest = text.strip().replace(",", ".").partition(".")
    if whole.isascii() and (whole + rest).isdigit() and whole and len(rest) <= len("00") and len(whole) <= len("999"):
        return int(whole) * 100 + int(rest.ljust(2, "0"))
    raise Mistake(N_("“%(text)s” is not a number of full-time equivalents; write it as 1,5."), text=text.strip()[:32])


def write_fte(hundredths: int | None) -> str:
    if hundredths is None:
        return ""
    return f"{hundredths // 100}.{hundredths % 100:02d}".rstrip("0").rstrip(".")


def read_public(text: str) -> tuple[tuple[Trait, str, int], ...]:
    """Counts such as "age:26_54=3 gender:women=5"."""
    found = []
    for word in text.split():
        name, _, count = word.partition("=")
        trait, _, value = name.partition(":")
        found.append((read_word(trait, Trait), read_value(value, VALUES[read_word(trait, Trait)]), read_count(count)))
    return tuple(sorted(found))


def read_value(text: str, words: Sequence[str]) -> str:
    """One of some words; 26-54 is 26_54."""
    found = text.casefold().replace("-", "_")
    if found not in words:
        raise Mistake(N_("“%(text)s” is not one of these words: %(words)s."), text=text[:32], words=", ".join(words))
    return found


def write_public(public: Iterable[tuple[Trait, str, int]]) -> str:
    return " ".join(f"{trait}:{value}={persons}" for trait, value, persons in public)


def check_span(intake: Intake, site_id: int, entry: Attendance, line: int) -> None:
    """Raises Mistake where another line of the table tells of some of the same days."""
    if entry.last_day < entry.first_day:
        return
    known = intake.spans.setdefault(site_id, [])
    # In order, and without a common day, so that only its neighbours can have one.
    at = bisect_right(known, (entry.last_day, dt.date.max, 0))
    if at and known[at - 1][1] >= entry.first_day:
        raise Mistake(
            N_("Line %(line)s tells of some of the same days; correct one of the two."), line=known[at - 1][2]
        )
    known.insert(at, (entry.first_day, entry.last_day, line))


READERS: dict[MonthlyKind, Callable[[str], int]] = {
    MonthlyKind.HOURS: read_hours,
    MonthlyKind.OCCUPANCY: read_share,
}
WRITERS: dict[MonthlyKind, Callable[[int], str]] = {
    MonthlyKind.HOURS: write_hours,
    MonthlyKind.OCCUPANCY: write_share,
}


def _or_none(cells: Cells, column: str, reader: Callable[[str], int]) -> int | None:
    return cells.read(column, reader) if cells.text(column) else None


def _written(value: int | None) -> str:
    return "" if value is None else str(value)


def _attendance(intake: Intake, some: Sequence[Cells]) -> Iterator[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    entry = Attendance(
        cells.read("first_day", read_day),
        cells.read("last_day", read_day),
        cells.read("visits", read_count),
        cells.read("how_counted", lambda word: read_word(word, HowCounted)),
        _or_none(cells, "persons", read_count),
    )
    check_span(intake, site_id, entry, cells.line)
    yield put_attendance(intake.change, site_id, entry)


def _attendances(code: str, entered: Entered) -> Iterator[Row]:
    for each in entered.attendances:
        yield (
            code,
            each.first_day.isoformat(),
            each.last_day.isoformat(),
            str(each.visits),
            _written(each.persons),
            each.how.value,
        )


def _activity(intake: Intake, some: Sequence[Cells]) -> Iterator[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    number = _or_none(cells, "activity", read_count)
    entry = Activity(
        number,
        cells.read("kind", lambda word: read_word(word, ActivityKind)),
        cells.read("first_day", read_day),
        cells.read("last_day" if cells.text("last_day") else "first_day", read_day),
        cells.read("number", read_count) if cells.text("number") else 1,
        _or_none(cells, "hours", read_hours),
        _or_none(cells, "attendances", read_count),
        _or_none(cells, "recurrent", read_count),
        cells.text("title"),
        cells.read("public", read_public),
    )
    yield put_activity(intake.change, site_id, entry)


def _activities(code: str, entered: Entered) -> Iterator[Row]:
    for each in entered.activities:
        yield (
            code,
            str(each.activity_id),
            each.kind.value,
            each.first_day.isoformat(),
            each.last_day.isoformat(),
            each.title,
            str(each.number),
            "" if each.seconds is None else write_hours(each.seconds),
            _written(each.attendances),
            _written(each.recurrent),
            write_public(each.public),
        )


def _activity_key(intake: Intake, cells: Cells) -> Hashable:
    """One without a number is a line of its own."""
    site_id, _ = cells.read("site", intake.site)
    return site_id, cells.text("activity") or ("line", cells.line)


def read_services(text: str) -> tuple[Service, ...] | None:
    """Words with blanks between them; "none" where the site offers nothing of the list."""
    if not text:
        return None
    return () if text == "none" else tuple(sorted({read_word(word, Service) for word in text.split()}))


def _year(intake: Intake, some: Sequence[Cells]) -> Iterator[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    entry = SiteYear(
        cells.read("year", read_year),
        _or_none(cells, "facilitators", read_count),
        _or_none(cells, "facilitators_fte", read_fte),
        cells.read("services", read_services),
        cells.text("narrative"),
    )
    yield put_year(intake.change, site_id, entry)


def _years(code: str, entered: Entered) -> Iterator[Row]:
    for each in entered.years:
        services = "" if each.services is None else " ".join(each.services) or "none"
        yield (
            code,
            str(each.year),
            _written(each.facilitators),
            write_fte(each.facilitators_fte),
            services,
            each.narrative,
        )


def _monthly(intake: Intake, some: Sequence[Cells]) -> Iterator[Outcome]:
    cells = some[0]
    site_id, _ = intake.site(cells.text("site"))
    kind = cells.read("figure", lambda word: read_word(word, MonthlyKind))
    entry = MonthlyFigure(
        cells.read("month", read_month),
        kind,
        cells.read("value", READERS.get(kind, read_count)),
        cells.text("source") or intake.source,
        cells.text("method") or intake.method,
    )
    yield put_monthly(intake.change, site_id, entry)


def _monthlies(code: str, entered: Entered) -> Iterator[Row]:
    for each in entered.monthly:
        value = WRITERS.get(each.kind, str)(each.value)
        yield (code, str(each.month), each.kind.value, value, each.source, each.method)


ATTENDANCE = FileKind(
    "attendance",
    ("site", "first_day", "last_day", "visits", "persons", "how_counted"),
    frozenset(("site", "first_day", "last_day", "visits", "how_counted")),
    ("site", "first_day"),
    at_site(("first_day", read_day)),
    _attendance,
)
ACTIVITIES = FileKind(
    "activities",
    (
        "site",
        "activity",
        "kind",
        "first_day",
        "last_day",
        "title",
        "number",
        "hours",
        "attendances",
        "recurrent",
        "public",
    ),
    frozenset(("site", "kind", "first_day", "attendances")),
    ("site", "first_day", "kind"),
    _activity_key,
    _activity,
)
YEARS = FileKind(
    "years",
    ("site", "year", "facilitators", "facilitators_fte", "services", "narrative"),
    frozenset(("site", "year", "facilitators")),
    ("site", "year"),
    at_site(("year", read_year)),
    _year,
)
MONTHLY_FIGURES = FileKind(
    "monthly_figures",
    ("site", "month", "figure", "value", "source", "method"),
    frozenset(("site", "month", "figure", "value")),
    ("site", "month", "figure"),
    at_site(("month", read_month), ("figure", partial(read_word, words=MonthlyKind))),
    _monthly,
)

ENTRIES: dict[FileKind, Callable[[str, Entered], Iterator[Row]]] = {
    ATTENDANCE: _attendances,
    ACTIVITIES: _activities,
    YEARS: _years,
    MONTHLY_FIGURES: _monthlies,
}


def entry_rows(connection: Connection, codes: Sequence[str] | None = None) -> dict[FileKind, list[Row]]:
    """The tables of some sites, or of all."""
    numbers = site_ids(connection)
    chosen = [each.code for each in every_site(connection) if codes is None or each.code in codes]
    entered = entered_of_sites(connection, [numbers[code] for code in chosen], EARLIEST_YEAR, LATEST_YEAR)
    found: dict[FileKind, list[Row]] = {kind: [] for kind in ENTRIES}
    for code in chosen:
        for kind, written in ENTRIES.items():
            found[kind] += written(code, entered[numbers[code]])
    return found
