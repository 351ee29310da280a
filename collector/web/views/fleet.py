"""The computers of all sites that somebody looks after: searched, sorted, in pages, as CSV; never their use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from litestar import Response, get
from litestar.datastructures import MultiDict
from sqlalchemy import Connection

from collector.domain.access import Permission
from collector.domain.fields import of_column, read_count
from collector.domain.fleet import (
    FROM_HARDWARE,
    LABEL,
    USUAL_COLUMNS,
    Column,
    Computer,
    Wish,
    fits,
    ordered,
)
from collector.domain.health.states import State
from collector.domain.mistakes import Mistake
from collector.i18n import Speech
from collector.storage.engine import reading
from collector.storage.queries.fleet import computers_of, counts_by_site, with_hardware, with_states
from collector.storage.queries.sites import Site, all_sites
from collector.storage.queries.thresholds import thresholds_in_force
from collector.web.editing import note_download
from collector.web.fleet_table import as_csv
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.words import sentence_of

PER_PAGE = 50
LONGEST_WORD = 100
NUMBERS = ("memory_below", "memory_above", "free_below", "supplied")
FALLING, RISING = "down", "up"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for."""

    wish: Wish
    site: str
    municipality: str
    columns: tuple[Column, ...]
    sort: str
    order: str
    page: int
    typed: Mapping[str, str]
    refused: Mistake | None

    def link(self, **other: object) -> str:
        """The query of the same page with something else."""
        given = {name: text for name, text in self.typed.items() if text}
        usual = {"column": list(self.columns), "sort": self.sort, "order": self.order, **given}
        return urlencode({name: value for name, value in (usual | other).items() if value}, doseq=True)

    def turned(self, column: str) -> str:
        """The order that a click on the head of a column asks for."""
        return FALLING if self.sort == column and self.order == RISING else RISING


@dataclass(frozen=True, slots=True)
class Found:
    sites: list[Site]
    """All that the reader looks after."""
    count: int
    """Of all computers that are asked for."""
    part: list[Computer]


def asked_of(query: MultiDict[str]) -> Asked:
    """Words that are not ours ask for what is usual; a number that is none is said to be so."""
    typed = {name: query.get(name, "").strip()[:LONGEST_WORD] for name in ("system", "model", "version", *NUMBERS)}
    typed |= {name: query.get(name, "").strip()[:LONGEST_WORD] for name in ("site", "municipality", "state")}
    refused: Mistake | None = None
    numbers: dict[str, int | None] = dict.fromkeys(NUMBERS)
    for name in NUMBERS:
        try:
            numbers[name] = of_column(name, read_count, typed[name]) if typed[name] else None
        except Mistake as mistake:
            refused = refused or mistake
    state = State(typed["state"]) if typed["state"] in set(State) else None
    chosen = set(query.getall("column", []))
    sort, page = query.get("sort", ""), query.get("page", "")
    return Asked(
        Wish(typed["system"], typed["model"], typed["version"], state, **numbers),
        typed["site"],
        typed["municipality"],
        tuple(each for each in Column if each in chosen) or USUAL_COLUMNS,
        sort if sort in {LABEL, *Column} else Column.SITE,
        FALLING if query.get("order") == FALLING else RISING,
        int(page) if page.isascii() and page.isdigit() and len(page) < len("1000000") else 1,
        typed,
        refused,
    )


@get("/fleet", sync_to_thread=True)
def show(request: WebRequest, around: Around) -> Response[str]:
    asked = asked_of(request.query_params)
    speech = around.pages.speech_of(request)
    with reading(around.engine) as connection:
        found = found_of(request, around, connection, asked, speech.language, whole=False)
    pages = max(1, -(-found.count // PER_PAGE))
    return around.pages.render(
        request,
        "fleet.html",
        status=400 if asked.refused else 200,
        asked=asked,
        refused=None if asked.refused is None else sentence_of(asked.refused, speech.gettext),
        sites=found.sites,
        names=names_of(found.sites, speech),
        codes={site.site_id: site.code for site in found.sites},
        municipalities=sorted({site.municipality for site in found.sites if site.municipality}),
        municipality_in={site.municipality: site.municipality_in(speech.language) for site in found.sites},
        computers=found.part,
        count=found.count,
        page=min(asked.page, pages),
        page_count=pages,
        columns=list(Column),
        states=list(State),
        LABEL=LABEL,
        Column=Column,
    )


@get("/fleet/file", sync_to_thread=True)
def send(request: WebRequest, around: Around) -> Response[bytes]:
    """All computers that are asked for, with the columns that are shown, as CSV."""
    asked = asked_of(request.query_params)
    speech = around.pages.speech_of(request)
    with reading(around.engine) as connection:
        found = found_of(request, around, connection, asked, speech.language, whole=True)
    note_download(request, around, None, "fleet csv")
    text = as_csv(found.part, asked.columns, names_of(found.sites, speech), speech, around.settings.rules.zone)
    headers = {"Content-Disposition": 'attachment; filename="fleet.csv"'}
    return Response(text.encode("utf-8-sig"), media_type="text/csv", headers=headers)


def names_of(sites: Sequence[Site], speech: Speech) -> dict[int, str]:
    return {site.site_id: site.name_in(speech.language) for site in sites}


def found_of(
    request: WebRequest,
    around: Surroundings,
    connection: Connection,
    asked: Asked,
    language: str,
    *,
    whole: bool,
) -> Found:
    """The page that is asked for, or the `whole` list."""
    sites = [site for site in all_sites(connection) if may(request.user, Permission.MAINTAIN, site)]
    if asked.refused is not None:
        return Found(sites, 0, [])
    chosen = [site for site in sites if asked.site in {"", site.code} and asked.municipality in {"", site.municipality}]
    names = {site.site_id: site.name_in(language) for site in chosen}
    if not whole and not asked.wish.asks() and asked.sort == Column.SITE:
        count, part = by_site(connection, names, asked)
        return Found(sites, count, stated(around, connection, part))
    hardware = whole or asked.wish.reads_hardware() or asked.sort in FROM_HARDWARE
    every = computers_of(connection, list(names), hardware=hardware)
    early = asked.wish.state is not None or asked.sort == Column.STATE
    if early:
        every = stated(around, connection, every)
    placed = ordered([one for one in every if fits(one, asked.wish)], asked.sort, names, falling=asked.order == FALLING)
    page = min(max(asked.page, 1), max(1, -(-len(placed) // PER_PAGE)))
    part = placed if whole else placed[(page - 1) * PER_PAGE : page * PER_PAGE]
    if not early and Column.STATE in asked.columns:
        part = stated(around, connection, part)
    return Found(sites, len(placed), part if hardware else with_hardware(connection, part))


def stated(around: Surroundings, connection: Connection, computers: Sequence[Computer]) -> list[Computer]:
    settings = around.settings
    interval, limits = settings.contact_interval_seconds, thresholds_in_force(connection)
    return with_states(connection, computers, around.clock(), settings.rules.zone, limits, interval)


def by_site(connection: Connection, names: Mapping[int, str], asked: Asked) -> tuple[int, list[Computer]]:
    """How many there are, and one page of them in the order of sites: only the sites on it are looked at."""
    counts = {number: count for number, count in counts_by_site(connection).items() if number in names}
    total, falling = sum(counts.values()), asked.order == FALLING
    first = (min(max(asked.page, 1), max(1, -(-total // PER_PAGE))) - 1) * PER_PAGE
    before, skipped, shown = 0, 0, list[int]()
    for number in sorted(counts, key=lambda each: (names[each].casefold(), each), reverse=falling):
        if before + counts[number] > first and before < first + PER_PAGE:
            skipped = skipped if shown else before
            shown.append(number)
        before += counts[number]
    placed = ordered(computers_of(connection, shown, hardware=False), Column.SITE, names, falling=falling)
    return total, with_hardware(connection, placed[first - skipped : first - skipped + PER_PAGE])
