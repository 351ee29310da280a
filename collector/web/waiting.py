"""The page that is shown while something is worked on: it looks again by itself, without a script."""

from http import HTTPStatus

from litestar import Response

from collector.web.pages import Connection
from collector.web.surroundings import Surroundings
from collector.web.works import Work

SECONDS_BETWEEN_LOOKS = 2


def waiting(request: Connection, around: Surroundings, work: Work, sentence: str) -> Response[str]:
    """`sentence` says what is done. A work that has failed is told once; whoever comes again tries again."""
    failed = work.failure is not None
    if failed:
        around.works.forget(work.subject)
    return around.pages.render(
        request,
        "waiting.html",
        status=HTTPStatus.INTERNAL_SERVER_ERROR if failed else HTTPStatus.OK,
        headers={} if failed else {"Refresh": str(SECONDS_BETWEEN_LOOKS)},
        work=work,
        sentence=sentence,
        failed=failed,
        seconds=max(0, around.clock() - work.started_at),
    )
