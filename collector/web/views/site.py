"""A site at a glance: how are we doing, can it be trusted, what is to be done."""

from typing import Any

from litestar import Response, get
from litestar.params import FromPath
from sqlalchemy import Connection

from collector.domain.access import Permission
from collector.domain.busy import Busy, Time, one_in
from collector.domain.calendar import MONTHS_OF_YEAR, Month, local_date, month
from collector.domain.cells import Cell, Status
from collector.domain.entered import Entered
from collector.domain.missing import Missing, missing
from collector.i18n import Speech
from collector.storage.engine import reading
from collector.storage.queries.calendars import calendar_of
from collector.storage.queries.equipment import equipment_of
from collector.storage.queries.site_trend import Trend, trend_of
from collector.storage.queries.sites import Site
from collector.storage.queries.vintages import last_number
from collector.web.editing import found_site
from collector.web.figure_tables import week_picture
from collector.web.permissions import may
from collector.web.shown_cells import signs_of
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.trend_lines import lines_of
from collector.web.views.stations import stations_seen

REPORTED_UNTIL = 6
"""The month until which the report of the year before is worked on, unless it is frozen."""
OFTEN, SELDOM = 0.9, 0.05
"""Shares of the time in which all stations are taken that are said in words of their own."""


@get("/sites/{code:str}", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str]) -> Response[str]:
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        use = may(request.user, Permission.FIGURES, site)
        stations = stations_seen(request, around, connection, site, readings=not use)
        told = glance(request, around, connection, site) if use else {}
    return around.pages.render(
        request,
        "site.html",
        site=site,
        use=use,
        may_enter=may(request.user, Permission.ENTER, site),
        **stations._asdict(),
        **told,
    )


def glance(request: WebRequest, around: Surroundings, connection: Connection, site: Site) -> dict[str, Any]:
    """What the page says of the use of the site, and of what is missing."""
    now, rules, ours = around.clock(), around.settings.rules, around.settings.catalogue
    speech = around.pages.speech_of(request)
    trend = trend_of(connection, site, now, rules, ours)
    today = local_date(now, rules.zone)
    year = year_of_report(connection, site, today.year, today.month)
    open_months = [not is_closed(trend, Month(year, number)) for number in range(1, MONTHS_OF_YEAR + 1)]
    lines = lines_of(trend, ours, speech)
    return {
        "trend": trend,
        "lines": lines,
        "sessions": lines[0],
        "today": today,
        "last_year": month(trend.months[MONTHS_OF_YEAR], rules.zone).first_day,
        "first_day": trend.months[MONTHS_OF_YEAR].first_day(),
        "first_day_before": trend.months[0].first_day(),
        "last_day": trend.months[-1].first_day(),
        "last_day_before": trend.months[MONTHS_OF_YEAR - 1].first_day(),
        "report_year": year,
        "missing": missing_of(connection, site, year, trend.entered, open_months, around),
        "week": week_picture(trend.year.week, speech, speech.gettext("Occupancy by weekday and hour, in per cent")),
        "busy": None if trend.busy is None else busy_words(trend.busy, speech),
        "signs": signs_of(cell for line in lines for cell in cells_of(line)),
        "words": ours.figures,
    }


def year_of_report(connection: Connection, site: Site, year: int, at_month: int) -> int:
    """The year whose report is the next to be made."""
    if at_month <= REPORTED_UNTIL and not last_number(connection, site.site_id, year - 1):
        return year - 1
    return year


def is_closed(trend: Trend, which: Month) -> bool:
    """Whether the site is known not to open in a month; of months to come nobody asks."""
    months = dict(zip(trend.months, (*trend.before.months, *trend.year.months), strict=True))
    return which in months and months[which].cells["A2"].status is Status.CLOSED


def missing_of(
    connection: Connection, site: Site, year: int, entered: Entered, open_months: list[bool], around: Surroundings
) -> Missing:
    today = local_date(around.clock(), around.settings.rules.zone)
    calendar = calendar_of(connection, site.site_id, year, year)
    return missing(year, entered, calendar, open_months, equipment_of(connection, site.site_id), today)


def cells_of(line: Any) -> list[Cell]:
    return [value.cell for pair in (line.month, line.year) for value in (pair.now, pair.then)]


def busy_words(busy: Busy, speech: Speech) -> tuple[str, str]:
    """A sentence on the busiest time, and one on the quietest."""
    _ = speech.gettext
    most = _("Trainings apart, the busiest time is %(time)s: %(share)s of the stations are in use on average.")
    least = _("The quietest is %(time)s: %(share)s on average.")
    sentences = []
    for sentence, time in ((most, busy.busiest), (least, busy.quietest)):
        when = _("%(day)s %(from)s–%(until)s h") % {
            "day": speech.weekday_name(time.weekday),
            "from": time.hour,
            "until": time.until,
        }
        sentences.append(sentence % {"time": when, "share": speech.percent(time.occupancy)})
    return " ".join(filter(None, [sentences[0], full_words(busy.busiest, speech)])), sentences[1]


def full_words(time: Time, speech: Speech) -> str:
    """How often no station is free; nothing where nobody knows."""
    if time.full is None:
        return ""
    if time.full >= OFTEN:
        return speech.gettext("All of them are then taken nearly all the time.")
    if time.full < SELDOM:
        return speech.gettext("Then too a station is nearly always free.")
    if one_in(time.full) == 1:
        return speech.gettext("More often than not, all of them are taken.")
    return speech.gettext("All of them are taken about one time in %(count)s.") % {
        "count": speech.number(one_in(time.full))
    }
