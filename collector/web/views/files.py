"""Tables of a site in and out: a file is tried first, and stored when somebody has seen the fate of its lines."""

import base64
import binascii
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import Body, FromPath, FromQuery

from collector.domain.access import Permission
from collector.domain.csv_files import write_sheet
from collector.domain.entered import MonthlyKind
from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.base import Outcome
from collector.storage.engine import reading, writing
from collector.storage.files.assets import ASSETS
from collector.storage.files.entered import ENTRIES, entry_rows
from collector.storage.files.foreign import MONTHS
from collector.storage.files.reading import Cells, Fate, FateWord, FileKind, Intake, take_in
from collector.storage.files.register import REGISTER, register_rows
from collector.storage.queries.sites import Site
from collector.web.editing import change_by, found_site, note_download
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.words import sentence_of

LARGEST_FILE_BYTES = 500_000
LARGEST_REQUEST_BYTES = 1_000_000
FATES_SHOWN = 500

RIGHTS = {
    "sites": Permission.LABEL,  # it says of the label what the Region decides
    "equipment": Permission.EQUIPMENT,
    "outages": Permission.EQUIPMENT,
    "assets": Permission.EQUIPMENT,
}
"""By table; for the others of the register it is that of the register."""

Upload = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]


@get("/sites/{code:str}/files", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str], stored: FromQuery[int] = 0) -> Response[str]:
    return page(request, around, code, stored=bool(stored))


@get("/sites/{code:str}/files/{table:str}", sync_to_thread=True)
def send(request: WebRequest, around: Around, code: FromPath[str], table: FromPath[str]) -> Response[str]:
    """One table of the site as CSV."""
    with reading(around.engine) as connection:
        site = found_site(connection, code)
        tables = register_rows(connection, around.settings.rules.zone, [site.code]) | entry_rows(
            connection, [site.code]
        )
    for kind, rows in tables.items():
        if table == f"{kind.word}.csv":
            note_download(request, around, site.site_id, table)
            name = f'attachment; filename="{site.code}-{table}"'
            return Response(
                write_sheet(kind.columns, rows), media_type="text/csv", headers={"Content-Disposition": name}
            )
    raise NotFoundException


@post("/sites/{code:str}/files/try", request_max_body_size=LARGEST_REQUEST_BYTES)
async def take(request: WebRequest, around: Around, code: FromPath[str], data: Upload) -> Response[str]:
    name, content = await file_of(data)
    return await sync_to_thread(tried, request, around, code, data, name, content)


def fates_of(intake: Intake, kinds: Sequence[FileKind], name: str, content: bytes, *, dry: bool) -> list[Fate]:
    if len(content) > LARGEST_FILE_BYTES:
        large = Mistake(
            N_("The file is too large for this page; at most %(size)s kB fit."), size=LARGEST_FILE_BYTES // 1000
        )
        return [Fate(name, None, FateWord.WRONG, "", (large,))]
    return take_in(intake, kinds, [(name[:100], content)], dry=dry)


async def file_of(data: Mapping[str, Any]) -> tuple[str, bytes]:
    """Name and content of a file that was chosen, or that a form brings again after it was tried."""
    file = data.get("file")
    if isinstance(file, UploadFile):
        return file.filename or "CSV", await file.read()
    return str(data.get("name", "CSV")), decoded(str(data.get("content", "")))


def kinds_for(request: WebRequest, site: Site) -> list[FileKind]:
    """All tables; those that somebody may not change refuse each line."""
    asked = {kind: RIGHTS.get(kind.word, Permission.REGISTER) for kind in (*REGISTER, ASSETS)}
    allowed = [kind if may(request.user, right, site) else kind._replace(apply=refuse) for kind, right in asked.items()]
    return [*allowed, *ENTRIES, MONTHS]


def refuse(_intake: Intake, _lines: Sequence[Cells]) -> Iterable[Outcome]:
    raise Mistake(N_("Your account may not change this table; ask whoever coordinates the site."))


def tried(
    request: WebRequest, around: Surroundings, code: str, data: Mapping[str, Any], name: str, content: bytes
) -> Response[str]:
    """The fate of each line; stored only where the form says that somebody has seen them."""
    words = {word: str(data.get(word, "")) for word in ("figure", "source", "method")}
    dry = not data.get("store")
    with writing(around.engine) as connection:
        site = found_site(connection, code)
        change = change_by(request, around, connection)
        intake = Intake(change, only=site.code, figure=words["figure"], source=words["source"], method=words["method"])
        fates = fates_of(intake, kinds_for(request, site), name, content, dry=dry)
    wrong = any(fate.word is FateWord.WRONG for fate in fates)
    if not dry and not wrong:
        return page(request, around, code, stored=True)
    kept = encoded(content) if dry and not wrong else ""
    return page(request, around, code, fates=fates, name=name, kept=kept, words=words)


def page(
    request: WebRequest,
    around: Surroundings,
    code: str,
    *,
    fates: list[Fate] | None = None,
    name: str = "",
    kept: str = "",
    words: Mapping[str, str] | None = None,
    stored: bool = False,
) -> Response[str]:
    with reading(around.engine) as connection:
        site = found_site(connection, code)
    told = fates_told(fates, name, kept, around.pages.speech_of(request).gettext)
    return around.pages.render(
        request,
        "files.html",
        status=400 if told["wrong"] else 200,
        site=site,
        tables=[kind.word for kind in (*REGISTER, *ENTRIES)],
        figures=list(MonthlyKind),
        **told,
        words=words or {},
        may_edit=may(request.user, Permission.ENTER, site),
        stored=stored,
    )


def fates_told(fates: list[Fate] | None, name: str, kept: str, translate: Callable[[str], str]) -> dict[str, Any]:
    """What a template says of the lines of a file; None where none was tried."""
    shown = [each for each in fates or () if each.word is not FateWord.SAME]
    counts = Counter(each.word for each in fates or ())
    return {
        "tried": fates is not None,
        "shown": shown[:FATES_SHOWN],
        "hidden": len(shown) - len(shown[:FATES_SHOWN]),
        "counts": [(word, counts[word]) for word in FateWord if counts[word]],
        "wrong": counts[FateWord.WRONG],
        "said": lambda fate: " ".join(sentence_of(each, translate) for each in fate.sentences),
        "name": name,
        "kept": kept,
    }


def encoded(content: bytes) -> str:
    """A file as a hidden field of the form that stores it."""
    return base64.b64encode(content).decode()


def decoded(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise ClientException from None
