"""Who is logged in, from which browser.

Kept in the database, so that every worker knows it and a log-out counts everywhere at once. What stands there is the
SHA-256 of the browser's key.
"""

import hashlib
import json

from sqlalchemy import Connection, delete, insert, select

from collector.storage.models import account, web_session
from collector.storage.queries.accounts import Account, account_columns


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def data_of(account_id: int) -> str:
    return json.dumps({"account_id": account_id})


def open_session(connection: Connection, key: str, account_id: int, valid_until: int) -> None:
    row = {"key_sha256": digest(key), "data": data_of(account_id), "valid_until": valid_until}
    connection.execute(insert(web_session).values(row))


def account_of_session(connection: Connection, key: str, now: int) -> Account | None:
    """The account behind a browser's key: None when the session is over or the account is disabled."""
    found = select(web_session.c.data).where(web_session.c.key_sha256 == digest(key), web_session.c.valid_until > now)
    data = connection.execute(found).scalar_one_or_none()
    if data is None:
        return None
    who = select(*account_columns()).where(
        account.c.account_id == json.loads(data)["account_id"], account.c.disabled_at.is_(None)
    )
    row = connection.execute(who).mappings().one_or_none()
    return Account(**row) if row else None


def close_session(connection: Connection, key: str) -> None:
    connection.execute(delete(web_session).where(web_session.c.key_sha256 == digest(key)))


def close_sessions_of(connection: Connection, account_id: int) -> None:
    """Log an account out everywhere."""
    connection.execute(delete(web_session).where(web_session.c.data == data_of(account_id)))


def remove_ended_sessions(connection: Connection, now: int) -> None:
    connection.execute(delete(web_session).where(web_session.c.valid_until <= now))
