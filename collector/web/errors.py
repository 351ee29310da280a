"""What a person or a program reads when something cannot be done."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import quote

from litestar import Request, Response
from litestar.exceptions import HTTPException, NotAuthorizedException
from litestar.response import Redirect

from collector.web.log_in import browser_cookie
from collector.web.pages import CSRF_COOKIE, Pages, local_path

log = logging.getLogger(__name__)

CSRF_REFUSED = "CSRF token verification failed"
"""What Litestar says; it is the only reason for 403 that a new page mends."""
PROBLEM_JSON = "application/problem+json"
WITH_A_PAGE = {403, 404, 405, 500}

Handler = Callable[[Request[object, object, object], Exception], Response[object]]  # type: ignore[type-var]


class Problem(Exception):
    """Bad input to the API: one sentence for its reader."""

    def __init__(self, sentence: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> None:
        super().__init__(sentence)
        self.status = status


def problem(sentence: str, status: int) -> Response[dict[str, object]]:
    """RFC 9457."""
    body: dict[str, object] = {"title": HTTPStatus(status).phrase, "status": status, "detail": sentence}
    return Response(body, status_code=status, media_type=PROBLEM_JSON)


def error_handler(pages: Pages) -> Handler:
    """One handler for everything that is raised; programs get problem+json, people get a page."""

    def answer(request: Request, error: Exception) -> Response:  # type: ignore[type-arg]
        if isinstance(error, Problem):
            return problem(str(error), error.status)
        status = error.status_code if isinstance(error, HTTPException) else 500
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            log.error("a request failed: %s %s", request.method, request.scope["path"], exc_info=error)
        if request.scope["path"].startswith(request.scope.get("root_path", "") + "/api/"):
            return problem(sentence_for_programs(status), status)
        if isinstance(error, NotAuthorizedException):
            return to_log_in(request)
        csrf = isinstance(error, HTTPException) and error.detail == CSRF_REFUSED
        page = pages.render(
            request,
            "error.html",
            status=status,
            kind="csrf" if csrf else str(status) if status in WITH_A_PAGE else "400",
        )
        if csrf:
            # A browser keeps its token for ever, also one that an older secret has signed.
            page.set_cookie(browser_cookie(pages.settings, CSRF_COOKIE, "", 0))
        return page

    return answer


def to_log_in(request: Request) -> Redirect:  # type: ignore[type-arg]
    root = request.scope.get("root_path", "")
    path = request.scope["path"].removeprefix(root)
    query = request.scope["query_string"].decode("ascii", "replace")
    wish = local_path(path + ("?" + query if query else "")) if request.method == "GET" else "/"
    return Redirect(f"{root}/login" + ("" if wish == "/" else "?next=" + quote(wish, safe="")), status_code=303)


def sentence_for_programs(status: int) -> str:
    return {
        401: "this address needs a bearer token that is not over; make one on the page of your account.",
        403: "the account or the token has not the right to this; ask the administrator of this collector.",
        404: "there is nothing at this address; the statistics are at /api/v1/statistics.",
        405: "this address does not know that method; use GET.",
        500: "the collector made a mistake; its log says more.",
    }.get(status, "the request cannot be understood; check its parameters.")
