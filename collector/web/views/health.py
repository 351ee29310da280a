"""Whether the process answers; says nothing else to anybody."""

from litestar import get

from collector.web.log_in import WITHOUT_ACCOUNT


@get("/health", opt=WITHOUT_ACCOUNT, sync_to_thread=False, media_type="text/plain")
def answer() -> str:
    return "ok\n"
