"""Opening hours and closures of a year on a calendar, which prints well."""

import datetime as dt

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR, local_date
from collector.domain.year_days import DayKind, YearDay, days_of_year
from collector.storage.engine import reading
from collector.storage.queries.calendars import calendar_of
from collector.web.editing import found_site
from collector.web.surroundings import Around, WebRequest

DAYS_OF_WEEK = 7


@get("/sites/{code:str}/calendar/{year:int}", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str], year: FromPath[int]) -> Response[str]:
    if not EARLIEST_YEAR < year < LATEST_YEAR:
        raise NotFoundException
    zone = around.settings.rules.zone
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        calendar = calendar_of(connection, site.site_id, year, year)
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    months = days_of_year(calendar, year, zone)
    return around.pages.render(
        request,
        "year_calendar.html",
        site=site,
        year=year,
        this_year=local_date(around.clock(), zone).year,
        months=[(days, weeks_of(days), sum(day.seconds for day in days)) for days in months],
        whole=sum(day.seconds for days in months for day in days),
        closures=[each for each in calendar.closures if each.first_day <= last and each.last_day >= first],
        extras=[each for each in calendar.extras if first <= each.day <= last],
        holidays=[day for day in calendar.holidays if day.year == year],
        open_holidays={each.day for each in calendar.choices if each.is_open},
        kinds={day.kind for days in months for day in days},
        DayKind=DayKind,
        weekdays=around.pages.speech_of(request).weekday_names(),
        clock=lambda minute: f"{minute // 60 % 24:02d}:{minute % 60:02d}",
    )


def weeks_of(days: tuple[YearDay, ...]) -> list[list[YearDay | None]]:
    """Rows of seven, Monday first; None beside the month."""
    cells: list[YearDay | None] = [*[None] * days[0].date.weekday(), *days]
    cells += [None] * (-len(cells) % DAYS_OF_WEEK)
    return [cells[at : at + DAYS_OF_WEEK] for at in range(0, len(cells), DAYS_OF_WEEK)]
