"""Log in, log out."""

import threading
from typing import Annotated
from urllib.parse import quote

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.enums import RequestEncodingType
from litestar.params import Body, FromQuery, QueryParameter
from litestar.response import Redirect

from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import Account
from collector.web.accounts import LONGEST_NAME, authenticate, needs_new_hash, renew_hash
from collector.web.attempts import known_mark, new_mark
from collector.web.browsers import described
from collector.web.half_way import HALF_WAY_COOKIE, HALF_WAY_SECONDS, new_half_way
from collector.web.log_in import browser_cookie, log_in, log_out
from collector.web.pages import local_path
from collector.web.surroundings import Around, Surroundings, WebRequest

BROWSER_COOKIE = "browser"
BROWSER_COOKIE_SECONDS = 180 * 86_400

# A password takes 64 MiB for a moment; a crowd at the door must not take all the memory.
AT_ONCE = threading.BoundedSemaphore(2)

Form = Annotated[dict[str, str], Body(media_type=RequestEncodingType.URL_ENCODED)]


# Two handlers of one path may not both say `sync_to_thread=True`: Litestar 2.25 then wraps them twice.
@get("/login", sync_to_thread=False)
def form(
    request: WebRequest,
    around: Around,
    wish: Annotated[str, QueryParameter(name="next")] = "/",
    chosen: FromQuery[int] = 0,
) -> Response[str] | Redirect:
    """`chosen` says that a password was chosen just now."""
    if request.user is not None:
        return Redirect(request.scope.get("root_path", "") + local_path(wish), status_code=303)
    return around.pages.render(request, "login.html", next=local_path(wish), name="", problem="", chosen=bool(chosen))


@post("/login")
async def enter(request: WebRequest, around: Around, data: Form) -> Response[str] | Redirect:
    return await sync_to_thread(enter_slowly, request, around, data)


def enter_slowly(request: WebRequest, around: Surroundings, data: dict[str, str]) -> Response[str] | Redirect:
    """Checks a password, which takes time on purpose."""
    name = data.get("name", "").strip()[:LONGEST_NAME]
    wish = local_path(data.get("next", "/"))
    client, mark, now = client_of(request), mark_of(request, around, name), around.clock()
    wait = around.attempts.wait_seconds(client, name, mark, now)
    if wait:
        return please_wait(request, around, "login.html", wait, next=wish, name=name)
    account = checked(around, name, data.get("password", ""))
    if account is None:
        around.attempts.failed(client, name, mark, now)
        return around.pages.render(request, "login.html", status=403, next=wish, name=name, problem="wrong")
    around.attempts.succeeded(client, name, mark)
    return first_step_taken(request, around, account, wish)


def please_wait(
    request: WebRequest, around: Surroundings, template: str, seconds: int, **values: object
) -> Response[str]:
    """The page of a form that was tried too often."""
    headers, minutes = {"Retry-After": str(seconds)}, -(-seconds // 60)
    return around.pages.render(
        request, template, status=429, headers=headers, problem="wait", minutes=minutes, **values
    )


def first_step_taken(request: WebRequest, around: Surroundings, account: Account, wish: str) -> Redirect:
    """On to the second step where the account has one, else in."""
    if account.has_second_factor:
        half = new_half_way(account, around.clock(), around.settings.csrf_secret)
        cookie = browser_cookie(around.settings, HALF_WAY_COOKIE, half, HALF_WAY_SECONDS)
        target = request.scope.get("root_path", "") + "/login/code?next=" + quote(wish, safe="")
        return Redirect(target, status_code=303, cookies=[cookie])
    return inside(request, around, account, wish)


def inside(request: WebRequest, around: Surroundings, account: Account, wish: str) -> Redirect:
    """Log somebody in who has shown all that is asked for."""
    secret = around.settings.csrf_secret
    cookies = [
        log_in(around, account, request.auth, described(request.headers.get("user-agent", ""))),
        browser_cookie(around.settings, BROWSER_COOKIE, new_mark(account.name, secret), BROWSER_COOKIE_SECONDS),
    ]
    return Redirect(request.scope.get("root_path", "") + wish, status_code=303, cookies=cookies)


def client_of(request: WebRequest) -> str:
    return request.client.host if request.client else ""


def mark_of(request: WebRequest, around: Surroundings, name: str) -> str | None:
    """Of a browser in which somebody has logged in with this name before."""
    kept = request.cookies.get(around.settings.cookie(BROWSER_COOKIE), "")
    return known_mark(kept, name, around.settings.csrf_secret)


def checked(around: Surroundings, name: str, password: str) -> Account | None:
    """The account of a name and its password."""
    # What cannot be a name is not looked up (a database refuses NUL), but costs the same.
    name = name if name.isprintable() else ""
    with AT_ONCE:
        with reading(around.engine) as connection:
            account = authenticate(connection, name, password)
        if account is not None and needs_new_hash(account):
            with writing(around.engine) as connection:
                renew_hash(connection, account, password)
    return account


@post("/logout", sync_to_thread=True)
def leave(request: WebRequest, around: Around) -> Redirect:
    cookie = log_out(around, request.auth)
    return Redirect(request.scope.get("root_path", "") + "/login", status_code=303, cookies=[cookie])
