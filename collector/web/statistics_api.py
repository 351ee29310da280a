"""Statistics as JSON and CSV: for the address /api/v1/statistics and for the command alike."""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from http import HTTPStatus
from typing import Annotated, Any

from litestar import Response, get
from litestar.params import FromQuery, QueryParameter
from sqlalchemy import Connection

from collector.domain import calendar
from collector.domain.calendar import Period
from collector.domain.catalogue import Catalogue
from collector.domain.cells import Cell
from collector.domain.disclosure import Audience
from collector.domain.statistics import Figures, Rules, with_cells
from collector.domain.use import IDLE_RULES_MINUTES
from collector.reports.asking import SITE_CODE
from collector.reports.gathering import moment_of, one_of, years_seen
from collector.storage.engine import reading
from collector.storage.queries.site_statistics import figures_of_site
from collector.storage.queries.sites import Site, site_ids, site_of_code
from collector.web.editing import note_download
from collector.web.errors import Problem
from collector.web.permissions import audience_of
from collector.web.surroundings import Around, WebRequest

GRAINS = ("day", "month")
FORMATS = {"json": "application/json", "csv": "text/csv"}
MOST_MONTHS = {"day": 25, "month": 240}

FIELDS: Mapping[str, str] = {
    "site": "code of the site",
    "period": "a local day (YYYY-MM-DD) or month (YYYY-MM), Europe/Brussels unless the collector is set otherwise",
    "status": "of sessions and hours_of_use: value; closed (no opening hours); unknown (no data); confidential;"
    " not_applicable (no station in service). Only with value is there a number, and an empty field is never zero",
    "sessions": "sessions that started during opening hours or in the quarter of an hour before, under the official"
    " idle rule (B1)",
    "hours_of_use": "hours in which stations were in use during opening hours, under the official idle rule (B2)",
    "sessions_outside_opening_hours": "all other sessions, in no other field (B1x)",
    "hours_outside_opening_hours": "hours of use outside opening hours, in no other field (B2x)",
    "outside_status": "of the two fields before it; not_applicable where no opening hours are known",
    "idle_rule_minutes": "the official idle rule of the period",
    **{
        f"sessions_{minutes}_minutes": f"sessions under an idle rule of {minutes} minutes (B1r)"
        for minutes in IDLE_RULES_MINUTES
    },
    "sessions_by_rule_status": "of the four fields before it; not_applicable where each visitor logs on",
    "free_station_hours": "hours in which stations were on, observed and not in use; status as of hours_of_use",
    "off_station_hours": "hours in which stations were off or asleep, proved by what their agents recorded",
    "unknown_station_hours": "hours of which nothing is known: neither use, nor that there was none",
    "offered_station_hours": "opening hours of all installed stations, in whole quarter-hours, up to now (A5). Before"
    " the first timetable of a site all time counts as offered, with the mark untimed",
    "available_station_hours": "the same without stations out of order (A6). In use, free, off and unknown add up to"
    " it, where none of them is confidential",
    "coverage": "share of the available station-hours that is known: in use, free or off; 0 to 1 (A8)",
    "undated_sessions": "sessions received in this month of which nobody knows when they took place: not in sessions."
    " Empty for days",
    "undated_hours_of_use": "their hours: not in hours_of_use",
    "undated_status": "of the two fields before it",
    "marks": "words with spaces between: running (the period is not over), untimed (before the first timetable all time"
    " counts as offered), low_coverage (the true figures may be"
    " larger), partly_confidential (time with fewer than two stations is left out), upper_bound (hours_of_use are at"
    " most this), capped (some sessions lasted more than 12 hours, of which 12 count), undated (sessions without a"
    " place in time were received), late_correction (the register was corrected where nothing can be counted again)",
}


class ExportError(ValueError):
    """Its text is one sentence for the reader: what, where, and how to mend it."""


class UnknownSite(ExportError):
    """There is no such site."""


def periods_asked(first: str, last: str, grain: str, rules: Rules) -> list[Period]:
    """The days or months from the first to the last month; raises ExportError."""
    found = []
    for word, text in (("from", first), ("to", last)):
        try:
            found.append(calendar.parse_month(text))
        except calendar.NotAMonth as error:
            raise ExportError(f"“{word}”: {error}") from error
    if grain not in GRAINS:
        raise ExportError(f"“grain”: “{grain[:32]}” is not known; write day or month.")
    months = calendar.months_between(*found)
    if not months:
        raise ExportError(f"“to”: {last} lies before {first}; exchange the two.")
    if len(months) > MOST_MONTHS[grain]:
        raise ExportError(
            f"“to”: {len(months)} months are too many for the grain {grain}; ask for at most {MOST_MONTHS[grain]}."
        )
    wanted = [calendar.month(month, rules.zone) for month in months]
    if grain == "day":
        return [day for month in wanted for day in calendar.days_of(month, rules.zone)]
    return wanted


def rounded(cell: Cell, divisor: int, digits: int) -> float | None:
    return None if cell.value is None else round(float(Fraction(cell.value) / divisor), digits)


def whole(cell: Cell) -> int | None:
    return None if cell.value is None else int(cell.value)


def row_of(site: Site, figures: Figures) -> dict[str, Any]:
    """One row, with the keys of FIELDS in their order."""
    by_rule = figures.sessions_by_rule
    return {
        "site": site.code,
        "period": figures.period.name,
        "status": str(figures.sessions.status),
        "sessions": whole(figures.sessions),
        "hours_of_use": rounded(figures.seconds_of_use, 3600, 2),
        "sessions_outside_opening_hours": whole(figures.sessions_outside),
        "hours_outside_opening_hours": rounded(figures.seconds_outside, 3600, 2),
        "outside_status": str(figures.sessions_outside.status),
        "idle_rule_minutes": figures.idle_rule_minutes,
        **{f"sessions_{minutes}_minutes": whole(by_rule[minutes]) for minutes in IDLE_RULES_MINUTES},
        "sessions_by_rule_status": str(by_rule[IDLE_RULES_MINUTES[0]].status),
        "free_station_hours": rounded(figures.seconds_free, 3600, 2),
        "off_station_hours": rounded(figures.seconds_off, 3600, 2),
        "unknown_station_hours": rounded(figures.seconds_unknown, 3600, 2),
        "offered_station_hours": rounded(figures.seconds_offered, 3600, 2),
        "available_station_hours": rounded(figures.seconds_available, 3600, 2),
        "coverage": rounded(figures.coverage, 1, 4),
        "undated_sessions": whole(figures.undated_sessions),
        "undated_hours_of_use": rounded(figures.undated_seconds_of_use, 3600, 2),
        "undated_status": str(figures.undated_sessions.status),
        "marks": " ".join(figures.marks),
    }


def as_csv(rows: list[dict[str, Any]]) -> str:
    """RFC 4180; an empty field where there is no value."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(FIELDS))
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def as_json(site: Site, grain: str, rules: Rules, now: int, rows: list[dict[str, Any]]) -> str:
    document = {
        "schema": 1,
        "site": site.code,
        "demonstration": site.demonstration,
        "grain": grain,
        "time_zone": rules.zone.key,
        "computed_at_seconds": now,
        "fields": FIELDS,
        "rows": rows,
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def export_statistics(
    connection: Connection,
    site_code: str,
    first: str,
    last: str,
    grain: str,
    form: str,
    now: int,
    rules: Rules,
    catalogue: Catalogue,
    audience_of: Callable[[Site], Audience] = lambda _: Audience.SITE,
) -> str:
    """The statistics of a site from a month to a month (YYYY-MM), as JSON or CSV; raises ExportError.

    `audience_of` says to whom they go: outside the site months are the finest grain.
    """
    if form not in FORMATS:
        raise ExportError(f"“format”: “{form[:32]}” is not known; write json or csv.")
    periods = periods_asked(first, last, grain, rules)
    site = site_of_code(connection, site_code) if SITE_CODE.fullmatch(site_code) else None
    if site is None:
        raise UnknownSite(f"“site”: there is no site with the code “{site_code[:32]}”; check its spelling.")
    audience = audience_of(site)
    now = moment_of(site, audience, now, rules.zone)
    found = figures_of_site(connection, site, periods, now, rules)
    if audience is not Audience.SITE:
        if grain != "month":
            raise ExportError("“grain”: outside the site months are the finest grain; write month.")
        found = seen_outside(connection, site, audience, found, now, rules, catalogue)
    rows = [row_of(site, figures) for figures in found]
    return as_csv(rows) if form == "csv" else as_json(site, grain, rules, now, rows)


def seen_outside(
    connection: Connection,
    site: Site,
    audience: Audience,
    found: Sequence[Figures],
    now: int,
    rules: Rules,
    catalogue: Catalogue,
) -> list[Figures]:
    """Rows of months with the cells of the page of the year and of reports."""
    years = {
        year: one_of(years_seen(connection, site, audience, year, now, rules, catalogue), site)
        for year in sorted({row.period.first_day.year for row in found})
    }
    months = [years[row.period.first_day.year].months[row.period.first_day.month - 1] for row in found]
    return [with_cells(row, month.cells) for row, month in zip(found, months, strict=True)]


@get("/api/v1/statistics", sync_to_thread=True)
def answer(
    request: WebRequest,
    around: Around,
    site: FromQuery[str] = "",
    first: Annotated[str, QueryParameter(name="from")] = "",
    last: Annotated[str, QueryParameter(name="to")] = "",
    grain: FromQuery[str] = "month",
    form: Annotated[str, QueryParameter(name="format")] = "json",
) -> Response[str]:
    try:
        with reading(around.engine) as connection:
            text = export_statistics(
                *(connection, site, first, last, grain, form, around.clock()),
                *(around.settings.rules, around.settings.catalogue),
                lambda asked: audience_of(request.user, asked),
            )
            site_id = site_ids(connection)[site]
    except UnknownSite as error:
        raise Problem(str(error), HTTPStatus.NOT_FOUND) from error
    except ExportError as error:
        raise Problem(str(error)) from error
    note_download(request, around, site_id, f"statistics {first} {last} {grain} {form}")
    name = f"{site}-{first}-{last}-{grain}.{form}"
    return Response(text, media_type=FORMATS[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})
