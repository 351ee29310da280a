"""Log in through a provider of OpenID Connect."""

import logging
import secrets
from typing import Annotated

from litestar import Response, get
from litestar.exceptions import NotFoundException, PermissionDeniedException
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from collector.domain.mistakes import Mistake
from collector.storage.changes.accounts import Identity, link
from collector.storage.changes.base import Change
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import Account, account_numbered, account_of_identity
from collector.web.editing import back_to, change_by
from collector.web.log_in import browser_cookie
from collector.web.pages import local_path
from collector.web.provider import RETURN_PATH, Provider, ProviderError, Refusal
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.under_way import (
    UNDER_WAY_COOKIE,
    UNDER_WAY_SECONDS,
    Errand,
    errand_of,
    link_proof,
    signed_errand,
)
from collector.web.views.invitation import invited
from collector.web.views.login import client_of, first_step_taken, please_wait
from collector.web.words import sentence_of

log = logging.getLogger(__name__)


@get("/login/provider", sync_to_thread=True)
def leave_to_log_in(
    request: WebRequest, around: Around, wish: Annotated[str, QueryParameter(name="next")] = "/"
) -> Response[str] | Redirect:
    return leave(request, around, local_path(wish))


@get("/invitations/{token:str}/provider", sync_to_thread=True)
def leave_to_accept(request: WebRequest, around: Around, token: FromPath[str]) -> Response[str] | Redirect:
    with reading(around.engine) as connection:
        account = invited(connection, token, around.clock())
    if account is None:
        raise NotFoundException
    return leave(request, around, "/", invitation=token)


@get("/account/provider", sync_to_thread=True)
def leave_to_link(request: WebRequest, around: Around, proof: FromQuery[str] = "") -> Response[str] | Redirect:
    right = link_proof(str(request.auth), around.settings.csrf_secret)
    if request.user is None or not secrets.compare_digest(proof.encode(), right.encode()):
        raise PermissionDeniedException
    return leave(request, around, "/account", account_id=request.user.account_id)


def leave(
    request: WebRequest, around: Surroundings, wish: str, *, invitation: str = "", account_id: int = 0
) -> Response[str] | Redirect:
    """To the provider, with a mark of what for."""
    try:
        address, started = provider_of(around).start()
    except ProviderError as error:
        return not_in(request, around, wish, error)
    mark = signed_errand(Errand(started, wish, invitation, account_id), around.clock(), around.settings.csrf_secret)
    cookie = browser_cookie(around.settings, UNDER_WAY_COOKIE, mark, UNDER_WAY_SECONDS)
    return Redirect(address, status_code=303, cookies=[cookie])


@get(RETURN_PATH, sync_to_thread=True)
def come_back(request: WebRequest, around: Around) -> Response[str] | Redirect:
    answer = answered(request, around)
    answer.set_cookie(browser_cookie(around.settings, UNDER_WAY_COOKIE, "", 0))
    return answer


def answered(request: WebRequest, around: Surroundings) -> Response[str] | Redirect:
    provider, now = provider_of(around), around.clock()
    cookie = request.cookies.get(around.settings.cookie(UNDER_WAY_COOKIE), "")
    errand = errand_of(cookie, now, around.settings.csrf_secret)
    if errand is None:
        # Too late, or another browser: begun anew.
        return Redirect(request.scope.get("root_path", "") + "/login", status_code=303)
    client = client_of(request)
    wait = around.attempts.wait_seconds(client, RETURN_PATH, None, now)
    if wait:
        return please_wait(request, around, "login.html", wait, next=errand.wish, name="")
    try:
        subject = provider.subject(request.url.query, errand.started, now)
    except (ProviderError, Refusal) as error:
        around.attempts.failed(client, RETURN_PATH, None, now)
        return not_in(request, around, errand.wish, error)
    around.attempts.succeeded(client, RETURN_PATH, None)
    try:
        return done(request, around, errand, Identity(provider.issuer, subject, secrets.token_hex(8)))
    except Mistake as mistake:
        sentence = sentence_of(mistake, around.pages.speech_of(request).gettext)
        return around.pages.render(
            request, "login.html", status=403, next=errand.wish, name="", problem="sentence", sentence=sentence
        )


def done(request: WebRequest, around: Surroundings, errand: Errand, identity: Identity) -> Response[str] | Redirect:
    """What somebody went there for. Raises Mistake."""
    if errand.account_id:
        return linked(request, around, errand, identity)
    if errand.invitation:
        return accepted(request, around, errand, identity)
    with reading(around.engine) as connection:
        account = account_of_identity(connection, identity.issuer, identity.subject)
    return came_in(request, around, account, errand.wish)


def linked(request: WebRequest, around: Surroundings, errand: Errand, identity: Identity) -> Redirect:
    """The account of somebody who was logged in before and still is. Raises Mistake."""
    account = request.user
    if account is None or account.account_id != errand.account_id:
        raise PermissionDeniedException
    with writing(around.engine) as connection:
        link(change_by(request, around, connection), account, identity)
    return back_to(request, errand.wish)


def accepted(request: WebRequest, around: Surroundings, errand: Errand, identity: Identity) -> Response[str] | Redirect:
    """An invitation, which opens once. Raises Mistake."""
    now = around.clock()
    with writing(around.engine) as connection:
        account = invited(connection, errand.invitation, now)
        if account is not None:
            change = Change(connection, account.name, now, around.settings.rules.zone, lambda: 0)
            link(change, account, identity)
            account = account_numbered(connection, account.account_id)
    return came_in(request, around, account, errand.wish)


def came_in(request: WebRequest, around: Surroundings, account: Account | None, wish: str) -> Response[str] | Redirect:
    if account is None or account.disabled:
        return around.pages.render(request, "login.html", status=403, next=wish, name="", problem="nobody")
    return first_step_taken(request, around, account, wish)


def not_in(request: WebRequest, around: Surroundings, wish: str, error: Exception) -> Response[str]:
    log.warning("A log-in through the provider failed: %s.", error)
    problem = "refused" if isinstance(error, Refusal) else "provider"
    status = 403 if isinstance(error, Refusal) else 502
    return around.pages.render(request, "login.html", status=status, next=wish, name="", problem=problem)


def provider_of(around: Surroundings) -> Provider:
    if around.settings.provider is None:
        raise NotFoundException
    return around.settings.provider
