"""The Region: its sites side by side, under disclosure control, with the label, the reports and the coverage."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Annotated, Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.exceptions import NotFoundException
from litestar.params import FromQuery, QueryParameter
from sqlalchemy import Connection

from collector.domain import calendar
from collector.domain.calendar import EARLIEST_YEAR, LATEST_YEAR
from collector.domain.catalogue import Catalogue
from collector.domain.label import Criterion, criteria
from collector.domain.register import LabelStatus
from collector.domain.side_by_side import NAME, Beside, chosen, meets_all, ordered
from collector.domain.sites import both_names
from collector.i18n import Speech
from collector.storage.engine import reading
from collector.storage.queries.regional import decisions_of
from collector.storage.queries.sites import Operated, operated_sites
from collector.storage.queries.vintages import REGION_ID, frozen_reports
from collector.web.editing import note_download
from collector.web.region_years import RegionYear
from collector.web.shown_cells import signs_of
from collector.web.shown_tables import MEDIA_TYPES, Form, Row, Table, field, words
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.views.figure import sent
from collector.web.waiting import waiting
from collector.web.works import Work

FIGURES = ("A1", "A3", "B1", "B5", "B4", "B3", "C1", "D1.number", "A8")
PER_PAGE = 60
FALLING, RISING = "down", "up"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the address asks for."""

    year: int
    sort: str
    order: str
    municipality: str
    operator: str

    def link(self, **other: object) -> str:
        """The query of the same page with something else."""
        asked: dict[str, object] = {
            "year": self.year,
            "sort": self.sort,
            "order": self.order,
            "municipality": self.municipality,
            "operator": self.operator,
        }
        return urlencode({name: value for name, value in (asked | other).items() if value})

    def turned(self, column: str) -> str:
        """The order that a click on the head of a column asks for: figures fall first, names rise."""
        usual = RISING if column == NAME else FALLING
        return (FALLING if self.order == RISING else RISING) if self.sort == column else usual


@dataclass(frozen=True, slots=True)
class Seen:
    wish: Wish
    found: RegionYear
    sites: list[Beside]
    """All of the Region."""
    shown: list[Beside]
    """Those that are asked for, in their order."""
    criteria: tuple[Criterion, ...]
    region_frozen_at: int | None


def wish_of(
    around: Around,
    year: FromQuery[int] = 0,
    sort: FromQuery[str] = NAME,
    order: FromQuery[str] = RISING,
    municipality: FromQuery[str] = "",
    operator: FromQuery[str] = "",
) -> Wish:
    year = year or calendar.local_date(around.clock(), around.settings.rules.zone).year
    if not EARLIEST_YEAR <= year <= LATEST_YEAR or sort not in {NAME, *FIGURES} or order not in {RISING, FALLING}:
        raise NotFoundException
    return Wish(year, sort, order, municipality, operator)


ASKED = {"wish": Provide(wish_of, sync_to_thread=False)}
Asked = NamedDependency[Wish]


@get("/region", dependencies=ASKED, sync_to_thread=True)
def show(
    request: WebRequest,
    around: Around,
    wish: Asked,
    page: FromQuery[int] = 1,
) -> Response[str]:
    seen = looked_at(request, around, wish)
    if isinstance(seen, Work):
        return not_yet(request, around, seen)
    speech = around.pages.speech_of(request)
    ours, limit = around.settings.catalogue, around.settings.rules.coverage_limit
    pages = max(1, -(-len(seen.shown) // PER_PAGE))
    page = min(max(page, 1), pages)
    part = seen.shown[(page - 1) * PER_PAGE : page * PER_PAGE]
    met = {each.site_id: meets_all(each, seen.criteria) for each in seen.sites}
    busiest = max((each.cells["B5"].value or Fraction(0) for each in seen.shown), default=Fraction(0))
    return around.pages.render(
        request,
        "region.html",
        wish=wish,
        this_year=calendar.local_date(around.clock(), around.settings.rules.zone).year,
        found=seen.found,
        sites=seen.sites,
        shown=seen.shown,
        part=part,
        page=page,
        page_count=pages,
        columns=[(ours.figures[figure], names(ours, speech)[figure]) for figure in FIGURES],
        fields={each.site_id: fields_of(each, ours, speech) for each in part},
        region_fields=[field(seen.found.region[figure], ours.figures[figure].unit, speech) for figure in FIGURES],
        criteria=[(each, ours.figures[each.figure], named(each, speech)) for each in seen.criteria],
        met={each.site_id: met[each.site_id] for each in part},
        met_count=sum(each is True for each in met.values()),
        poorly_known=[each for each in seen.shown if (each.cells["A8"].value or 0) < limit],
        reported=sum(each.frozen_at is not None for each in seen.sites),
        region_frozen_at=seen.region_frozen_at,
        municipalities=sorted({each.municipality for each in seen.sites if each.municipality}),
        municipality_in=lambda name: both_names(name)[speech.language],
        operators=sorted({each.operator for each in seen.sites if each.operator}),
        share_of_busiest={
            each.site_id: round(60 * (each.cells["B5"].value or 0) / busiest) if busiest else 0 for each in part
        },
        signs=signs_of([each.cells[figure] for each in part for figure in FIGURES]),
        forms_offered=list(MEDIA_TYPES),
        controlled=True,
        NAME=NAME,
    )


@get("/region/file", dependencies=ASKED, sync_to_thread=True)
def send(
    request: WebRequest,
    around: Around,
    wish: Asked,
    form: Annotated[Form, QueryParameter(name="format")] = "csv",
) -> Response[Any]:
    """What the page shows, as a file: all sites that are chosen, in their order."""
    seen = looked_at(request, around, wish)
    if isinstance(seen, Work):
        return not_yet(request, around, seen)
    note_download(request, around, None, f"region {wish.year} {form}")
    speech = around.pages.speech_of(request)
    table = table_of(seen, around.settings.catalogue, speech, around.settings.rules.zone)
    return sent(table, form, f"region-{wish.year}", around, request)


def looked_at(request: WebRequest, around: Surroundings, wish: Wish) -> Seen | Work:
    rules = around.settings.rules
    with reading(around.engine) as connection:
        found = around.region_years.of(connection, wish.year, around.clock())
        if isinstance(found, Work):
            return found
        reports = frozen_reports(connection, wish.year)
        sites = sites_beside(connection, found, reports, around.pages.language_of(request))
        last_day = min(calendar.local_date(around.clock(), rules.zone), dt.date(wish.year, 12, 31))
        asked = criteria(decisions_of(connection, rules.zone), last_day)
    shown = ordered(chosen(sites, wish.municipality, wish.operator), wish.sort, falling=wish.order == FALLING)
    return Seen(wish, found, sites, shown, asked, reports.get(REGION_ID))


def sites_beside(connection: Connection, found: RegionYear, reports: Mapping[int, int], language: str) -> list[Beside]:
    """Those of which there are figures; a site that was added since comes with the next computation."""
    return [
        beside(each, found, reports, language) for each in operated_sites(connection) if each.site_id in found.sites
    ]


def beside(site: Operated, found: RegionYear, reports: Mapping[int, int], language: str) -> Beside:
    return Beside(
        site.site_id,
        site.code,
        site.name_nl if language == "nl" and site.name_nl else site.name,
        site.municipality,
        site.operator,
        LabelStatus(site.label_status),
        found.sites[site.site_id],
        reports.get(site.site_id),
    )


def not_yet(request: WebRequest, around: Surroundings, work: Work) -> Response[str]:
    sentence = around.pages.speech_of(request).gettext("The figures of all sites are being put together.")
    return waiting(request, around, work, sentence)


def names(ours: Catalogue, speech: Speech) -> dict[str, str]:
    """Short, for the heads of columns; parts by the name of their whole."""
    found = {figure: ours.figures[figure].words[speech.language].name for figure in FIGURES}
    return found | {"D1.number": ours.figures["D1"].words[speech.language].name}


def fields_of(site: Beside, ours: Catalogue, speech: Speech) -> list[Any]:
    return [field(site.cells[figure], ours.figures[figure].unit, speech) for figure in FIGURES]


def named(criterion: Criterion, speech: Speech) -> str:
    """Its limit in words."""
    text = speech.number(criterion.limit)
    return text if criterion.figure == "A1" else speech.hours(criterion.limit * 3600)


def table_of(seen: Seen, ours: Catalogue, speech: Speech, zone: ZoneInfo) -> Table:
    _ = speech.gettext
    titles = names(ours, speech)
    head = (
        _("Site"),
        _("Code"),
        _("Municipality"),
        _("Operator"),
        *(titles[figure] for figure in FIGURES),
        _("Criteria of the label"),
        _("Report frozen"),
    )
    rows = [
        Row(
            each.name,
            (
                words(each.code),
                words(both_names(each.municipality)[speech.language]),
                words(each.operator),
                *fields_of(each, ours, speech),
                words(told(meets_all(each, seen.criteria), speech)),
                words(frozen_day(each.frozen_at, zone)),
            ),
        )
        for each in seen.shown
    ]
    return Table(_("Sites side by side"), str(seen.wish.year), head, tuple(rows))


def told(met: bool | None, speech: Speech) -> str:  # the answer itself
    if met is None:
        return speech.gettext("not known")
    return speech.gettext("yes") if met else speech.gettext("no")


def frozen_day(seconds: int | None, zone: ZoneInfo) -> str:
    return "" if seconds is None else calendar.local_date(seconds, zone).isoformat()
