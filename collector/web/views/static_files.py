"""The style sheet, the icon, and the one script."""

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from collector.web.log_in import WITHOUT_ACCOUNT
from collector.web.pages import STATIC

MEDIA_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}


def file(name: str, cache: str) -> Response[bytes]:
    if name not in STATIC:
        raise NotFoundException
    media_type = MEDIA_TYPES[name.rpartition(".")[2]]
    return Response(STATIC[name], media_type=media_type, headers={"Cache-Control": cache})


@get("/static/{version:str}/{name:str}", opt=WITHOUT_ACCOUNT, sync_to_thread=False)
def send(version: FromPath[str], name: FromPath[str]) -> Response[bytes]:  # noqa: ARG001 - it makes the address new when a file changes
    return file(name, "public, max-age=31536000, immutable")


@get("/favicon.ico", opt=WITHOUT_ACCOUNT, sync_to_thread=False)
def favicon() -> Response[bytes]:
    """Browsers ask for it also where a page names another."""
    return file("icon.svg", "public, max-age=86400")
