"""The second factor of a log-in: a code from the telephone, or one from paper."""

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
from collector.web.log_in import browser_cookie
from collector.web.pages import local_path
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.views.login import inside, mark_of, please_wait

LONGEST_CODE = 100


@get("/login/code", sync_to_thread=False)
def form(request: WebRequest, around: Around, wish: Annotated[str, QueryParameter(name="next")] = "/") -> Response[str]:
    return around.pages.render(request, "login_code.html", next=local_path(wish), problem="")


@post("/login/code")
async def enter(request: WebRequest, around: Around, data: Form) -> Response[str] | Redirect:
    return await sync_to_thread(enter_code, request, around, data)


def enter_code(request: WebRequest, around: Surroundings, data: dict[str, str]) -> Response[str] | Redirect:
    wish = local_path(data.get("next", "/"))
    account = account_half_way(request, around)
    if account is None:
        return Redirect(request.scope.get("root_path", "") + "/login", status_code=303)
    # By account: only somebody who knows the password comes so far, and could lock nobody else out.
    client, mark, now = f"account {account.account_id}", mark_of(request, around, account.name), around.clock()
    wait = around.attempts.wait_seconds(client, "code", mark, now)
    if wait:
        return please_wait(request, around, "login_code.html", wait, next=wish)
    with writing(around.engine) as connection:
        good = used(connection, account, data.get("code", "")[:LONGEST_CODE], now)
    if not good:
        around.attempts.failed(client, "code", mark, now)
        return around.pages.render(request, "login_code.html", status=403, next=wish, problem="wrong")
    around.attempts.succeeded(client, "code", mark)
    answer = inside(request, around, account, wish)
    answer.set_cookie(browser_cookie(around.settings, HALF_WAY_COOKIE, "", 0))
    return answer


def account_half_way(request: WebRequest, around: Surroundings) -> Account | None:
    """Whose password was right in this browser some minutes ago."""
    cookie = request.cookies.get(around.settings.cookie(HALF_WAY_COOKIE), "")
    number = half_way_number(cookie)
    if number is None:
        return None
    with reading(around.engine) as connection:
        account = account_numbered(connection, number)
    if account is None or account.disabled or not account.totp_secret:
        return None
    return account if is_half_way(cookie, account, around.clock(), around.settings.csrf_secret) else None


def used(connection: Connection, account: Account, code: str, now: int) -> bool:
    """Whether a code opens; it never does so again, also when it is sent twice at the same time."""
    step = step_of(account.totp_secret, code, now, account.totp_step)
    if step is not None:
        mine = (account_table.c.account_id == account.account_id, account_table.c.totp_step < step)
        return connection.execute(update(account_table).where(*mine).values(totp_step=step)).rowcount == 1
    written = digest(typed_recovery_code(code))
    mine = (recovery_code.c.account_id == account.account_id, recovery_code.c.code_sha256 == written)
    return connection.execute(delete(recovery_code).where(*mine)).rowcount == 1
