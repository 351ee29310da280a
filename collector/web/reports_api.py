"""Reports as files, for the address /api/v1/reports."""

from http import HTTPStatus
from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, FromQuery, QueryParameter

from collector.reports.asking import MEDIA_TYPES, NoSuchReport, asked, content
from collector.reports.editions import EDITIONS
from collector.reports.vintages import ReportError
from collector.storage.engine import reading
from collector.web.editing import note_download
from collector.web.errors import Problem
from collector.web.surroundings import Around, WebRequest


@get("/api/v1/reports/{code:str}/{year:int}", sync_to_thread=True)
def answer(
    request: WebRequest,
    around: Around,
    code: FromPath[str],
    year: FromPath[int],
    language: Annotated[str, QueryParameter(name="lang")] = "fr",
    form: Annotated[str, QueryParameter(name="format")] = "pdf",
    edition: FromQuery[str] = str(EDITIONS[0]),
    vintage: FromQuery[int | None] = None,
) -> Response[bytes]:
    """A draft, or with `vintage` the file as it was frozen."""
    try:
        with reading(around.engine) as connection:
            wanted = asked(connection, code, year, language, form, edition, vintage)
            settings = around.settings
            body = content(
                connection, wanted, around.clock(), settings.rules, settings.catalogue, around.pages.languages
            )
    except NoSuchReport as error:
        raise Problem(str(error), HTTPStatus.NOT_FOUND) from error
    except ReportError as error:
        raise Problem(str(error)) from error
    note_download(request, around, None if wanted.site is None else wanted.site.site_id, wanted.file_name())
    headers = {"Content-Disposition": f'attachment; filename="{wanted.file_name()}"'}
    return Response(body, media_type=MEDIA_TYPES[form], headers=headers)
