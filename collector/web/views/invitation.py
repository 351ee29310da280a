"""A link that opens once: whoever has it sets the password of one account."""

from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.params import FromPath
from litestar.response import Redirect
from sqlalchemy import Connection, select

from collector.storage.changes.base import Change
from collector.storage.engine import reading, writing
from collector.storage.models import invitation
from collector.storage.queries.accounts import Account, account_numbered
from collector.storage.queries.web_sessions import digest
from collector.web.accounts import AccountError, checked_password, set_password
from collector.web.editing import Form, revoking
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.views.login import AT_ONCE

LONGEST_TOKEN = 100


@get("/invitations/{token:str}", sync_to_thread=True)
def form(request: WebRequest, around: Around, token: FromPath[str]) -> Response[str]:
    with reading(around.engine) as connection:
        account = invited(connection, token, around.clock())
    return page(request, around, token, account, "")


@post("/invitations/{token:str}")
async def accept(request: WebRequest, around: Around, token: FromPath[str], data: Form) -> Response[str] | Redirect:
    return await sync_to_thread(accepted, request, around, token, data)


def accepted(request: WebRequest, around: Surroundings, token: str, data: dict[str, str]) -> Response[str] | Redirect:
    now = around.clock()
    with reading(around.engine) as connection:
        account = invited(connection, token, now)
    if account is None:
        return page(request, around, token, None, "")
    password = data.get("password", "")
    try:
        checked_password(password)
    except AccountError:
        return page(request, around, token, account, "short")
    if password != data.get("again", ""):
        return page(request, around, token, account, "different")
    with AT_ONCE, writing(around.engine) as connection:
        # Once more, in the transaction that uses it up.
        account = invited(connection, token, now)
        if account is not None:
            change = Change(connection, account.name, now, around.settings.rules.zone, lambda: 0)
            set_password(change, account.name, password, revoking(around))
    if account is None:
        return page(request, around, token, None, "")
    return Redirect(request.scope.get("root_path", "") + "/login?chosen=1", status_code=303)


def page(request: WebRequest, around: Surroundings, token: str, account: Account | None, problem: str) -> Response[str]:
    status = 404 if account is None else 400 if problem else 200
    return around.pages.render(request, "invitation.html", status=status, token=token, invited=account, problem=problem)


def invited(connection: Connection, token: str, now: int) -> Account | None:
    if len(token) > LONGEST_TOKEN:
        return None
    columns = invitation.c
    number = connection.execute(
        select(columns.account_id).where(columns.token_sha256 == digest(token), columns.valid_until > now)
    ).scalar_one_or_none()
    found = None if number is None else account_numbered(connection, number)
    return None if found is None or found.disabled else found
