"""Who is behind a request: somebody who logged in, or a program with a token.

What a stranger may ask for stands in `collector.web.permissions`. A new key is made at every log-in, and a key that
the browser made up is never adopted; Litestar's own session middleware would do so and would write at every answer.
"""

import secrets

from litestar.concurrency import sync_to_thread
from litestar.datastructures import Cookie
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp
from sqlalchemy import Engine

from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import Account
from collector.storage.queries.api_tokens import bearer_of, note_use
from collector.storage.queries.web_sessions import (
    account_of_session,
    close_session,
    open_session,
    remove_ended_sessions,
)
from collector.web.pages import Connection
from collector.web.settings import WebSettings
from collector.web.surroundings import Clock, Surroundings

WITHOUT_ACCOUNT = {"without_account": True, "exclude_from_csrf": True}
"""Answers that are the same for everybody: nobody is looked up for them, and no cookie goes with them."""
SESSION_COOKIE = "session"
KEY_BYTES = 32
LONGEST_KEY = 100


class WhoIsIt(AbstractAuthenticationMiddleware):
    """Puts the account into the request, or None for a stranger."""

    def __init__(self, app: ASGIApp, engine: Engine, settings: WebSettings, clock: Clock) -> None:
        super().__init__(app, exclude_from_auth_key="without_account")
        self.engine = engine
        self.cookie = settings.cookie(SESSION_COOKIE)
        self.clock = clock

    async def authenticate_request(self, connection: Connection) -> AuthenticationResult:
        bearer = connection.headers.get("authorization", "")
        if bearer.lower().startswith("bearer "):
            # Whoever shows a token is not somebody else besides.
            return AuthenticationResult(user=await sync_to_thread(self._of_token, bearer[7:].strip()), auth="")
        key = connection.cookies.get(self.cookie, "")
        account = None
        if 0 < len(key) <= LONGEST_KEY and key.isascii():
            account = await sync_to_thread(self._account, key)
        return AuthenticationResult(user=account, auth=key if account else "")

    def _of_token(self, token: str) -> Account | None:
        with reading(self.engine) as connection:
            found = bearer_of(connection, token, self.clock())
        if found is None:
            return None
        if found.first_today:
            with writing(self.engine) as connection:
                note_use(connection, found.public_id, self.clock())
        return found.account

    def _account(self, key: str) -> Account | None:
        with reading(self.engine) as connection:
            return account_of_session(connection, key, self.clock())


def log_in(around: Surroundings, account: Account, old_key: str, browser: str) -> Cookie:
    """Open a session under a new key; the old one of this browser ends."""
    key = secrets.token_urlsafe(KEY_BYTES)
    now = around.clock()
    with writing(around.engine) as connection:
        remove_ended_sessions(connection, now)
        if old_key:
            close_session(connection, old_key)
        open_session(connection, key, account.account_id, now, now + around.settings.session_seconds, browser)
    return session_cookie(around.settings, key, around.settings.session_seconds)


def log_out(around: Surroundings, key: str) -> Cookie:
    with writing(around.engine) as connection:
        close_session(connection, key)
    return session_cookie(around.settings, "", 0)


def session_cookie(settings: WebSettings, key: str, seconds: int) -> Cookie:
    return browser_cookie(settings, SESSION_COOKIE, key, seconds)


def browser_cookie(settings: WebSettings, name: str, value: str, seconds: int) -> Cookie:
    """Sent by the browser to this host alone, hidden from scripts."""
    return Cookie(
        key=settings.cookie(name),
        value=value,
        path="/",
        max_age=seconds,
        httponly=True,
        samesite="lax",
        secure=settings.behind_tls,
    )
