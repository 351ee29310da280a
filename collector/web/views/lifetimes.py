"""How long devices are maintained and when they are replaced, by year and site; and the asset list that says so."""

import datetime as dt
from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromQuery, QueryParameter

from collector.domain.access import Permission
from collector.domain.calendar import local_date
from collector.domain.csv_files import write_sheet
from collector.domain.equipment import EquipmentKind
from collector.domain.fields import write_day
from collector.domain.lifetimes import (
    OVERDUE,
    UNKNOWN,
    Device,
    Maintenance,
    due,
    in_order,
    maintenance,
    plan,
    plan_years,
)
from collector.domain.mistakes import N_
from collector.i18n import Speech
from collector.storage.engine import reading, writing
from collector.storage.files.assets import ASSETS, COLUMNS
from collector.storage.files.reading import Cells, Fate, FateWord, FileKind, Intake, UnknownSite
from collector.storage.queries.lifetimes import devices_of
from collector.storage.queries.sites import Site, all_sites
from collector.web.editing import change_by, note_download
from collector.web.permissions import may
from collector.web.shown_tables import plain
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.views.files import LARGEST_REQUEST_BYTES, Upload, encoded, fates_of, fates_told, file_of
from collector.web.words import name_of

PER_PAGE = 50
SITES_SHOWN = 100
DUE_WORDS = {"overdue": OVERDUE, "unknown": UNKNOWN}
HEADS = (N_("Site"), N_("Code"), N_("Tag"), N_("Kind"), N_("Model"), N_("Serial number"))
DAYS = (N_("Day of supply"), N_("Maintenance until"), N_("Maintenance"), N_("To be replaced in"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; words that are not ours ask for all."""

    kind: EquipmentKind | None
    site: str
    due: str
    """A year, or one of DUE_WORDS."""

    def link(self, **other: object) -> str:
        usual = {"kind": self.kind.value if self.kind else "", "site": self.site, "due": self.due}
        return urlencode({name: value for name, value in (usual | other).items() if value})

    def is_due(self, device: Device, today: dt.date) -> bool:
        if not self.due:
            return True
        return due(device, today) == (DUE_WORDS[self.due] if self.due in DUE_WORDS else int(self.due))


@dataclass(frozen=True, slots=True)
class Found:
    today: dt.date
    sites: list[Site]
    devices: list[Device]
    """Of the kind and the site."""
    listed: list[Device]
    """Those of them that are due when somebody asks."""


def asked_of(kind: str, site: str, when: str) -> Asked:
    is_year = when.isascii() and when.isdigit() and len(when) == len("2026")
    return Asked(
        EquipmentKind(kind) if kind in set(EquipmentKind) else None,
        site[:40],
        when if when in DUE_WORDS or is_year else "",
    )


def found_of(request: WebRequest, around: Surroundings, asked: Asked, language: str) -> Found:
    today = local_date(around.clock(), around.settings.rules.zone)
    with reading(around.engine) as connection:
        sites = [site for site in all_sites(connection) if may(request.user, Permission.MAINTAIN, site)]
        chosen = [site.site_id for site in sites if asked.site in {"", site.code}]
        every = devices_of(connection, chosen, today)
    names = {site.site_id: site.name_in(language) for site in sites}
    devices = [device for device in every if asked.kind in {None, device.kind}]
    return Found(today, sites, devices, in_order([each for each in devices if asked.is_due(each, today)], names))


@get("/equipment", sync_to_thread=True)
def show(
    request: WebRequest,
    around: Around,
    kind: FromQuery[str] = "",
    site: FromQuery[str] = "",
    when: Annotated[str, QueryParameter(name="due")] = "",
    page: FromQuery[int] = 1,
    stored: FromQuery[int] = 0,
) -> Response[str]:
    return shown(request, around, asked_of(kind, site, when), page=page, stored=bool(stored))


def shown(
    request: WebRequest,
    around: Surroundings,
    asked: Asked,
    *,
    page: int = 1,
    stored: bool = False,
    fates: list[Fate] | None = None,
    name: str = "",
    kept: str = "",
) -> Response[str]:
    speech = around.pages.speech_of(request)
    found = found_of(request, around, asked, speech.language)
    pages = max(1, -(-len(found.listed) // PER_PAGE))
    page = min(max(page, 1), pages)
    told = fates_told(fates, name, kept, speech.gettext)
    by_site = plan(found.devices, found.today)
    planned = [each for each in found.sites if each.site_id in by_site]
    return around.pages.render(
        request,
        "lifetimes.html",
        status=400 if told["wrong"] else 200,
        asked=asked,
        sites=found.sites,
        kinds=list(EquipmentKind),
        names={each.site_id: each.name_in(speech.language) for each in found.sites},
        codes={each.site_id: each.code for each in found.sites},
        counts_of=Counter(maintenance(each, found.today) for each in found.devices),
        all_devices=len(found.devices),
        years=plan_years(found.devices, found.today),
        plan=by_site,
        planned=planned[:SITES_SHOWN],
        hidden_sites=len(planned) - len(planned[:SITES_SHOWN]),
        totals=sum(by_site.values(), Counter()),
        devices=found.listed[(page - 1) * PER_PAGE : page * PER_PAGE],
        count=len(found.listed),
        page=page,
        page_count=pages,
        maintenance=lambda device: maintenance(device, found.today),
        due_word=due_word,
        year_name=lambda year: year_name(year, speech),
        Maintenance=Maintenance,
        asset_columns=COLUMNS,
        may_edit=any(may(request.user, Permission.EQUIPMENT, each) for each in found.sites),
        stored=stored,
        **told,
    )


def due_word(year: int) -> str:
    """As the address writes it."""
    return next((word for word, number in DUE_WORDS.items() if number == year), str(year))


def year_name(year: int, speech: Speech) -> str:
    names = {OVERDUE: speech.gettext("overdue"), UNKNOWN: speech.gettext("not known")}
    return names.get(year, str(year))


@get("/equipment/file", sync_to_thread=True)
def send(
    request: WebRequest,
    around: Around,
    kind: FromQuery[str] = "",
    site: FromQuery[str] = "",
    when: Annotated[str, QueryParameter(name="due")] = "",
    table: FromQuery[str] = "devices",
) -> Response[bytes]:
    """The devices that are listed, or the plan by site, as CSV."""
    speech = around.pages.speech_of(request)
    found = found_of(request, around, asked_of(kind, site, when), speech.language)
    name = "plan" if table == "plan" else "devices"
    note_download(request, around, None, f"equipment {name} csv")
    text = plan_csv(found, speech) if name == "plan" else devices_csv(found, speech)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.encode("utf-8-sig"), media_type="text/csv", headers=headers)


def plan_csv(found: Found, speech: Speech) -> str:
    years, by_site = plan_years(found.devices, found.today), plan(found.devices, found.today)
    head = [*(speech.gettext(each) for each in HEADS[:2]), *(year_name(year, speech) for year in years)]
    return write_sheet(
        head,
        [
            [plain(each.name_in(speech.language)), each.code, *(str(by_site[each.site_id][year]) for year in years)]
            for each in found.sites
            if each.site_id in by_site
        ],
    )


def devices_csv(found: Found, speech: Speech) -> str:
    sites = {each.site_id: each for each in found.sites}
    rows: list[Sequence[str]] = [
        [
            plain(sites[each.site_id].name_in(speech.language)),
            sites[each.site_id].code,
            plain(each.label),
            name_of(each.kind, speech.gettext),
            plain(each.model),
            plain(each.serial),
            write_day(each.supplied_on),
            write_day(each.maintenance_end()),
            name_of(maintenance(each, found.today), speech.gettext),
            year_name(due(each, found.today), speech),
        ]
        for each in found.listed
    ]
    return write_sheet([speech.gettext(each) for each in (*HEADS, *DAYS)], rows)


@post("/equipment/try", request_max_body_size=LARGEST_REQUEST_BYTES)
async def take(request: WebRequest, around: Around, data: Upload) -> Response[str]:
    """An asset list: tried first, and stored when somebody has seen the fate of its lines."""
    name, content = await file_of(data)
    return await sync_to_thread(tried, request, around, data, name, content)


def tried(
    request: WebRequest, around: Surroundings, data: Mapping[str, Any], name: str, content: bytes
) -> Response[str]:
    dry = not data.get("store")
    with writing(around.engine) as connection:
        mine = {site.site_id for site in all_sites(connection) if may(request.user, Permission.EQUIPMENT, site)}
        intake = Intake(change_by(request, around, connection))
        fates = fates_of(intake, [within(ASSETS, mine)], name, content, dry=dry)
    wrong = any(fate.word is FateWord.WRONG for fate in fates)
    everything = asked_of("", "", "")
    if not dry and not wrong:
        return shown(request, around, everything, stored=True)
    kept = encoded(content) if dry and not wrong else ""
    return shown(request, around, everything, fates=fates, name=name, kept=kept)


def within(kind: FileKind, site_ids: set[int]) -> FileKind:
    """The same table, of these sites alone: to whoever sends it, others are as if they were not there."""

    def key(intake: Intake, cells: Cells) -> Hashable:
        if cells.read("site", intake.site)[0] not in site_ids:
            raise UnknownSite(
                N_("No site is called “%(name)s”; write its code, or give that site this other name in the register."),
                name=cells.text("site")[:60],
            )
        return kind.key(intake, cells)

    return kind._replace(key=key)
