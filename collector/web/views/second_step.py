"""The second factor of a log-in: a code from the telephone, one from paper, or a security key."""

import logging
from typing import Annotated

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import QueryParameter
from litestar.response import Redirect
from sqlalchemy import Connection, delete, update

from collector.domain.second_factor import step_of, typed_recovery_code
from collector.storage.engine import reading, writing
from collector.storage.models import account as account_table
from collector.storage.models import recovery_code
from collector.storage.queries.accounts import Account, account_numbered
from collector.storage.queries.web_sessions import digest
from collector.web.editing import Form
from collector.web.half_way import HALF_WAY_COOKIE, half_way_number, is_half_way
from collector.web.headers import WITH_SCRIPT
from collector.web.log_in import browser_cookie
from collector.web.pages import local_path
from collector.web.relying_party import NotTakenError
from collector.web.security_keys import check, to_log_in
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.views.login import inside, mark_of

log = logging.getLogger(__name__)

LONGEST_CODE = 100


@get("/login/code", sync_to_thread=True)
def form(request: WebRequest, around: Around, wish: Annotated[str, QueryParameter(name="next")] = "/") -> Response[str]:
    return page(request, around, account_half_way(request, around), local_path(wish))


@post("/login/code")
async def enter(request: WebRequest, around: Around, data: Form) -> Response[str] | Redirect:
    return await sync_to_thread(enter_code, request, around, data)


@post("/login/key", sync_to_thread=True)
def enter_key(request: WebRequest, around: Around, data: Form) -> Response[str] | Redirect:
    return entered(request, around, data, with_key=True)


def enter_code(request: WebRequest, around: Surroundings, data: dict[str, str]) -> Response[str] | Redirect:
    return entered(request, around, data, with_key=False)


def entered(
    request: WebRequest, around: Surroundings, data: dict[str, str], *, with_key: bool
) -> Response[str] | Redirect:
    wish = local_path(data.get("next", "/"))
    account = account_half_way(request, around)
    if account is None:
        return Redirect(request.scope.get("root_path", "") + "/login", status_code=303)
    # By account: only somebody who knows the password comes so far, and could lock nobody else out.
    client, mark, now = f"account {account.account_id}", mark_of(request, around, account.name), around.clock()
    wait = around.attempts.wait_seconds(client, "code", mark, now)
    if wait:
        return page(request, around, account, wish, status=429, problem="wait", wait=wait)
    if not (key_opens(request, around, account, data) if with_key else code_opens(around, account, data, now)):
        around.attempts.failed(client, "code", mark, now)
        return page(request, around, account, wish, status=403, problem="key" if with_key else "wrong")
    around.attempts.succeeded(client, "code", mark)
    answer = inside(request, around, account, wish)
    answer.set_cookie(browser_cookie(around.settings, HALF_WAY_COOKIE, "", 0))
    return answer


def page(
    request: WebRequest,
    around: Surroundings,
    account: Account | None,
    wish: str,
    *,
    status: int = 200,
    problem: str = "",
    wait: int = 0,
) -> Response[str]:
    """`wait` in seconds, where it was tried too often."""
    asks = to_log_in(request, around, account) if account else ""
    return around.pages.render(
        request,
        "login_code.html",
        status=status,
        headers=(WITH_SCRIPT if asks else {}) | ({"Retry-After": str(wait)} if wait else {}),
        next=wish,
        problem=problem,
        minutes=-(-wait // 60),
        asks=asks,
        telephone=account is None or bool(account.totp_secret),
    )


def key_opens(request: WebRequest, around: Surroundings, account: Account, data: dict[str, str]) -> bool:
    try:
        check(request, around, account, data.get("answer", ""))
    except NotTakenError as error:
        log.warning("A security key opened nothing: %s.", error)
        return False
    return True


def code_opens(around: Surroundings, account: Account, data: dict[str, str], now: int) -> bool:
    with writing(around.engine) as connection:
        return used(connection, account, data.get("code", "")[:LONGEST_CODE], now)


def account_half_way(request: WebRequest, around: Surroundings) -> Account | None:
    """Whose password was right in this browser some minutes ago."""
    cookie = request.cookies.get(around.settings.cookie(HALF_WAY_COOKIE), "")
    number = half_way_number(cookie)
    if number is None:
        return None
    with reading(around.engine) as connection:
        account = account_numbered(connection, number)
    if account is None or account.disabled or not account.has_second_factor:
        return None
    return account if is_half_way(cookie, account, around.clock(), around.settings.csrf_secret) else None


def used(connection: Connection, account: Account, code: str, now: int) -> bool:
    """Whether a code opens; it never does so again, also when it is sent twice at the same time."""
    # Without a telephone there is no secret, and a code of nothing would be known to everybody.
    step = step_of(account.totp_secret, code, now, account.totp_step) if account.totp_secret else None
    if step is not None:
        mine = (account_table.c.account_id == account.account_id, account_table.c.totp_step < step)
        return connection.execute(update(account_table).where(*mine).values(totp_step=step)).rowcount == 1
    written = digest(typed_recovery_code(code))
    mine = (recovery_code.c.account_id == account.account_id, recovery_code.c.code_sha256 == written)
    return connection.execute(delete(recovery_code).where(*mine)).rowcount == 1
