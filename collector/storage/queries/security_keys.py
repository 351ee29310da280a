"""Keys that people touch as their second factor."""

from typing import NamedTuple

from sqlalchemy import Connection, select

from collector.storage.models import security_key


class SecurityKey(NamedTuple):
    """One of an account's."""

    public_id: str
    name: str
    """As its owner calls it."""
    credential: bytes
    sign_count: int
    created_at: int
    last_used_at: int | None


def keys_of(connection: Connection, account_id: int) -> list[SecurityKey]:
    """The oldest first."""
    columns = security_key.c
    rows = connection.execute(
        select(*(columns[name] for name in SecurityKey._fields))
        .where(columns.account_id == account_id)
        .order_by(columns.created_at, columns.public_id)
    )
    return [SecurityKey(*row) for row in rows]
