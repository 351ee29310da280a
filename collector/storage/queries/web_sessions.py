"""Who is logged in, from which browser.

Kept in the database, so that every worker knows it and a log-out counts everywhere at once. What stands there is the
SHA-256 of the browser's key.
"""

import hashlib
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select

from collector.storage.models import account, web_session
from collector.storage.queries.accounts import Account, account_columns, one_account


class WebSession(NamedTuple):
    """One browser that is logged in."""

    key_sha256: str
    opened_at: int
    browser: str


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def open_session(
    connection: Connection, key: str, account_id: int, now: int, valid_until: int, browser: str = ""
) -> None:
    row = {
        "key_sha256": digest(key),
        "account_id": account_id,
        "opened_at": now,
        "browser": browser,
        "valid_until": valid_until,
    }
    connection.execute(insert(web_session).values(row))


def account_of_session(connection: Connection, key: str, now: int) -> Account | None:
    """The account behind a browser's key: None when the session is over or the account is disabled."""
    wanted = (
        select(*account_columns())
        .join(web_session, web_session.c.account_id == account.c.account_id)
        .where(
            web_session.c.key_sha256 == digest(key), web_session.c.valid_until > now, account.c.disabled_at.is_(None)
        )
    )
    return one_account(connection, wanted)


def sessions_of(connection: Connection, account_id: int, now: int) -> list[WebSession]:
    """The newest first."""
    columns = web_session.c
    rows = connection.execute(
        select(columns.key_sha256, columns.opened_at, columns.browser)
        .where(columns.account_id == account_id, columns.valid_until > now)
        .order_by(columns.opened_at.desc(), columns.key_sha256)
    )
    return [WebSession(*row) for row in rows]


def close_session(connection: Connection, key: str) -> None:
    connection.execute(delete(web_session).where(web_session.c.key_sha256 == digest(key)))


def close_session_of(connection: Connection, account_id: int, key_sha256: str) -> None:
    """One of an account's own."""
    mine = (web_session.c.account_id == account_id, web_session.c.key_sha256 == key_sha256)
    connection.execute(delete(web_session).where(*mine))


def close_sessions_of(connection: Connection, account_id: int, but: str = "") -> None:
    """Log an account out everywhere, but for the browser with this key."""
    mine = (web_session.c.account_id == account_id, web_session.c.key_sha256 != digest(but))
    connection.execute(delete(web_session).where(*mine))


def remove_ended_sessions(connection: Connection, now: int) -> None:
    connection.execute(delete(web_session).where(web_session.c.valid_until <= now))
