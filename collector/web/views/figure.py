"""One figure of a site in depth: by month, beside the year before, as a picture, as a table, and as files."""

from typing import Annotated, NamedTuple

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery, QueryParameter

from collector.charts import Chart
from collector.domain import calendar
from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR
from collector.domain.catalogue import Figure
from collector.domain.disclosure import Audience
from collector.reports.gathering import one_of, years_seen
from collector.storage.engine import reading
from collector.storage.queries.sites import Site
from collector.web.editing import found_site, note_download
from collector.web.figure_tables import PROFILE, choices, months_table, picture, seen_columns, week_table
from collector.web.shown_tables import MEDIA_TYPES, Form, Table, written
from collector.web.surroundings import Around, Surroundings, WebRequest

FIRST = "B1"
YEARS_OFFERED = 6


class Seen(NamedTuple):
    site: Site
    year: int
    figure: Figure
    table: Table
    chart: Chart | None
    explained: list[Figure]


@get("/sites/{code:str}/figures", sync_to_thread=True)
def show(
    request: WebRequest, around: Around, code: FromPath[str], figure: FromQuery[str] = FIRST, year: FromQuery[int] = 0
) -> Response[str]:
    seen = looked_at(request, around, code, figure, year)
    ours = around.settings.catalogue
    this_year = calendar.local_date(around.clock(), around.settings.rules.zone).year
    return around.pages.render(
        request,
        "figure.html",
        **seen._asdict(),
        this_year=this_year,
        years=range(this_year, this_year - YEARS_OFFERED, -1),
        choices=choices(ours),
        forms_offered=list(MEDIA_TYPES),
        signs={each.shown.bound for row in seen.table.rows for each in row.fields}
        | {str(each.shown.status) for row in seen.table.rows for each in row.fields},
    )


@get("/sites/{code:str}/figures/file", sync_to_thread=True)
def send(
    request: WebRequest,
    around: Around,
    code: FromPath[str],
    figure: FromQuery[str] = FIRST,
    year: FromQuery[int] = 0,
    form: Annotated[Form, QueryParameter(name="format")] = "csv",
) -> Response[bytes]:
    """What the page shows, as a file."""
    seen = looked_at(request, around, code, figure, year)
    note_download(request, around, seen.site.site_id, f"figure {seen.figure.id} {seen.year} {form}")
    return sent(seen.table, form, f"{seen.site.code}-{seen.figure.id}-{seen.year}", around, request)


def sent(table: Table, form: Form, name: str, around: Surroundings, request: WebRequest) -> Response[bytes]:
    content = written(table, form, around.pages.speech_of(request).gettext("Sign"))
    headers = {"Content-Disposition": f'attachment; filename="{name}.{form}"'}
    return Response(content, media_type=MEDIA_TYPES[form], headers=headers)


def looked_at(request: WebRequest, around: Surroundings, code: str, name: str, year: int) -> Seen:
    now, rules, ours = around.clock(), around.settings.rules, around.settings.catalogue
    figure = ours.figures.get(name)
    year = year or calendar.local_date(now, rules.zone).year
    if figure is None or figure not in choices(ours) or not EARLIEST_YEAR < year <= LATEST_YEAR:
        raise NotFoundException
    speech = around.pages.speech_of(request)
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        this, before = (
            one_of(years_seen(connection, site, Audience.SITE, each, now, rules, ours), site)
            for each in (year, year - 1)
        )
    under = f"{site.name_in(speech.language)} \u00b7 {year}"
    if figure.id == PROFILE:
        words = {each: ours.figures[each].words[speech.language].name for each in ("B1", "B3")}
        table = week_table(this.week, words, speech, under, figure.words[speech.language].name)
    else:
        table = months_table(figure, this, before, ours, speech, under)
    explained = seen_columns(figure, (this, before), ours) if figure.id != PROFILE else [figure]
    return Seen(site, year, figure, table, picture(figure, this, before, ours, speech), explained)
