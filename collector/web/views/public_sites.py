"""For everybody: the certified sites, with their opening hours and services; and whether it is quiet there.

How busy a site is stands on these pages alone: no file and no API tells it, it is stored nowhere, and no cache and no
archive may keep a page that says it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, FromQuery
from sqlalchemy import Connection

from collector.domain.calendar import local_date, today
from collector.domain.opening_hours import openings
from collector.domain.quiet import Quietness, how_busy, window
from collector.domain.register import Calendar
from collector.domain.sites import both_names
from collector.domain.statistics import Rules, idle_rule_of
from collector.domain.use import IDLE_RULES_MINUTES
from collector.domain.visiting_hours import Day, Now, at_moment, day_of, regular_hours, week_from
from collector.reports.asking import SITE_CODE
from collector.reports.leaflet import Entry, leaflet_pdf
from collector.storage.engine import reading
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.public_sites import PublicSite, certified_site, certified_sites, municipalities
from collector.storage.queries.site_slots import slots_between
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.words import name_of

MOST_AT_ONCE = 60
"""With more sites than that, a reader chooses a municipality first."""
LONGEST_MUNICIPALITY = 64


@dataclass(frozen=True, slots=True)
class Place:
    """A site as a visitor asks for it."""

    site: PublicSite
    today: Day
    now: Now
    busy: Quietness | None


@get("/public", sync_to_thread=True)
def show(request: WebRequest, around: Around, municipality: FromQuery[str] = "") -> Response[str]:
    """All certified sites, or those of a municipality."""
    with reading(around.engine) as connection:
        counts = municipalities(connection)
        if municipality and municipality not in counts:
            raise NotFoundException
        few = sum(counts.values()) <= MOST_AT_ONCE
        sites = certified_sites(connection, municipality or None) if municipality or few else []
        found = places(connection, around, sites)
    language = around.pages.language_of(request)
    names = {each: both_names(each)[language] for each in counts}
    return around.pages.render(
        request,
        "public/sites.html",
        places={each: [place for place in found if place.site.municipality == each] for each in counts},
        counts=counts,
        names=names,
        chosen=municipality,
    )


@get("/public/sites/{code:str}", sync_to_thread=True)
def show_one(request: WebRequest, around: Around, code: FromPath[str]) -> Response[str]:
    zone = around.settings.rules.zone
    date = local_date(around.clock(), zone)
    with reading(around.engine) as connection:
        site = certified_site(connection, code) if SITE_CODE.fullmatch(code) else None
        if site is None:
            raise NotFoundException
        place = places(connection, around, [site])[0]
        calendar = calendars_of(connection, [site.site_id], date.year, date.year + 1)[site.site_id]
    return around.pages.render(
        request,
        "public/site.html",
        place=place,
        site=site,
        municipality=both_names(site.municipality)[around.pages.language_of(request)],
        week=week_from(calendar, date, zone),
    )


@get("/public/leaflet.pdf", sync_to_thread=True)
def leaflet(request: WebRequest, around: Around, municipality: FromQuery[str]) -> Response[bytes]:
    """The certified sites of a municipality, to print, in the reader's language."""
    zone = around.settings.rules.zone
    date = local_date(around.clock(), zone)
    with reading(around.engine) as connection:
        sites = certified_sites(connection, municipality)
        calendars = calendars_of(connection, [site.site_id for site in sites], date.year, date.year)
    if not sites:
        raise NotFoundException
    speech = around.pages.speech_of(request)
    url = around.settings.public_url.partition("://")[2]
    content = leaflet_pdf(
        speech,
        both_names(municipality)[speech.language],
        [Entry(site, regular_hours(calendars[site.site_id], date)) for site in sites],
        made_at=today(around.clock(), zone).start(),
        day=speech.date(date),
        address=f"{url}/public" if url else "",
        name_of=name_of,
        demonstration=around.settings.demonstration,
    )
    headers = {"Content-Disposition": f'inline; filename="leaflet-{speech.language}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


def places(connection: Connection, around: Surroundings, sites: Sequence[PublicSite]) -> list[Place]:
    now, rules = around.clock(), around.settings.rules
    date = local_date(now, rules.zone)
    calendars = calendars_of(connection, [site.site_id for site in sites], date.year, date.year)
    busy = quietness(connection, [site for site in sites if site.quiet_shown], calendars, now, rules)
    return [
        Place(
            site,
            day_of(calendars[site.site_id], date, rules.zone),
            at_moment(calendars[site.site_id], now, rules.zone),
            busy.get(site.site_id),
        )
        for site in sites
    ]


def quietness(
    connection: Connection, sites: Sequence[PublicSite], calendars: Mapping[int, Calendar], now: int, rules: Rules
) -> dict[int, Quietness | None]:
    """By site; None where nothing may be said."""
    wanted, period = window(now), today(now, rules.zone)
    rule = IDLE_RULES_MINUTES.index(idle_rule_of(period, rules))
    slots = slots_between(connection, [(site.site_id, wanted.start, wanted.stop) for site in sites])
    return {
        site.site_id: how_busy(
            now,
            openings(calendars[site.site_id], period, rules.zone),
            slots[site.site_id],
            rule,
            rules.coverage_limit,
        )
        for site in sites
    }
