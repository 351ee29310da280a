"""Tokens with which programs read for an account."""

import hashlib
import hmac
import re
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, select, update

from collector.domain.access import Grant, Role, Scope
from collector.storage.models import api_token
from collector.storage.queries.accounts import Account, account_numbered, limited

TOKEN = re.compile(r"([0-9a-f]{16})\.([0-9a-f]{64})")

DAY_SECONDS = 86_400


class ApiToken(NamedTuple):
    public_id: str
    name: str
    grant: Grant
    created_at: int
    valid_until: int
    revoked_at: int | None
    last_used_at: int | None
    """Within a day; None: never."""


def secret_digest(secret: str) -> str:
    """Enough for 256 random bits; passwords of people are another matter."""
    return hashlib.sha256(secret.encode()).hexdigest()


def tokens_of(connection: Connection, account_id: int) -> list[ApiToken]:
    """The newest first."""
    mine = select(api_token).where(api_token.c.account_id == account_id)
    rows = connection.execute(mine.order_by(api_token.c.created_at.desc(), api_token.c.public_id))
    return [
        ApiToken(
            *(row.public_id, row.name, _grant(row), row.created_at, row.valid_until, row.revoked_at, row.last_used_at)
        )
        for row in rows
    ]


class Bearer(NamedTuple):
    """For whom a program acts, and whether that is to be noted: once a day."""

    account: Account
    public_id: str
    first_today: bool


def bearer_of(connection: Connection, token: str, now: int) -> Bearer | None:
    """The account for which a program acts, bounded by its token; None for whatever is wrong or over."""
    parts = TOKEN.fullmatch(token)
    if parts is None:
        return None
    row = connection.execute(select(api_token).where(api_token.c.public_id == parts[1])).one_or_none()
    kept = row.secret_sha256 if row is not None else "0" * 64
    if not hmac.compare_digest(kept, secret_digest(parts[2])) or row is None:
        return None
    if row.revoked_at is not None or row.valid_until <= now:
        return None
    found = account_numbered(connection, row.account_id)
    if found is None or found.disabled:
        return None
    first_today = row.last_used_at is None or row.last_used_at <= now - DAY_SECONDS
    return Bearer(limited(found, _grant(row)), row.public_id, first_today)


def note_use(connection: Connection, public_id: str, now: int) -> None:
    connection.execute(update(api_token).where(api_token.c.public_id == public_id).values(last_used_at=now))


def revoke_token(connection: Connection, public_id: str, now: int) -> None:
    connection.execute(update(api_token).where(api_token.c.public_id == public_id).values(revoked_at=now))


def _grant(row: Row[Any]) -> Grant:
    return Grant(Role.READER, Scope(row.scope), row.municipality, row.site_id)
