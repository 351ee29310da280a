"""A site day by day: the last 30 days, for the people of the site only."""

from litestar import Response, get
from litestar.params import FromPath

from collector.charts import Label, Series, bars, states_bar
from collector.domain.calendar import Month, days_of, last_days, last_months, this_month, today
from collector.domain.marks import Mark
from collector.domain.statistics import Figures
from collector.storage.engine import reading
from collector.storage.queries.site_statistics import figures_of_site
from collector.web.editing import found_site
from collector.web.surroundings import Around, Surroundings, WebRequest

DAYS_SHOWN = 30
LABEL_EVERY = 7
MONTHS_SHOWN = 12
"""Months of receipt in which counts without a place are looked for."""


@get("/sites/{code:str}/days", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str]) -> Response[str]:
    now, rules = around.clock(), around.settings.rules
    stretch = last_days(DAYS_SHOWN, now, rules.zone)
    month = this_month(now, rules.zone)
    periods = [today(now, rules.zone), month, stretch, *days_of(stretch, rules.zone)]
    periods += last_months(MONTHS_SHOWN, now, rules.zone)
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        figures = figures_of_site(connection, site, periods, now, rules)
    days = figures[3 : 3 + DAYS_SHOWN]
    return around.pages.render(
        request,
        "days.html",
        site=site,
        today=figures[0],
        month=figures[1],
        whole=figures[2],
        days=days,
        charts=charts(around, request, days),
        states_bar=states_bar(figures[1]),
        undated=[row for row in figures[3 + DAYS_SHOWN :] if Mark.UNDATED in row.marks],
        month_word=str(Month(month.first_day.year, month.first_day.month)),
    )


def charts(around: Surroundings, request: WebRequest, days: list[Figures]) -> dict[str, str]:
    speech = around.pages.speech_of(request)
    labels = [
        Label(
            speech.weekday(row.period.first_day),
            speech.short_date(row.period.first_day) if (len(days) - 1 - place) % LABEL_EVERY == 0 else "",
        )
        for place, row in enumerate(days)
    ]
    sessions = [Series("", [row.sessions for row in days])]
    hours = [Series("", [row.seconds_of_use for row in days])]
    titles = speech.gettext("Sessions per day"), speech.gettext("Hours of use per day")
    return {
        "sessions": bars("sessions", speech, titles[0], labels=labels, series=sessions, written=speech.number).picture,
        "hours": bars("hours", speech, titles[1], labels=labels, series=hours, written=speech.hours, unit=3600).picture,
    }
