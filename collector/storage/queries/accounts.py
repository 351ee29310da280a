"""Who may log in."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert, select, update

from collector.storage.models import account


@dataclass(frozen=True, slots=True)
class Account:
    account_id: int
    name: str
    role: str
    language: str
    """Empty when the person never chose one."""
    password_hash: str
    disabled: bool


def account_columns() -> list[ColumnElement[Any]]:
    return [
        account.c.account_id,
        account.c.name,
        account.c.role,
        account.c.language,
        account.c.password_hash,
        account.c.disabled_at.is_not(None).label("disabled"),
    ]


def account_named(connection: Connection, name: str) -> Account | None:
    row = connection.execute(select(*account_columns()).where(account.c.name == name)).mappings().one_or_none()
    return Account(**row) if row else None


def add_account(connection: Connection, name: str, password_hash: str, role: str, now: int) -> int:
    """The new account's number; raises IntegrityError when the name is taken."""
    row = insert(account).values(name=name, password_hash=password_hash, role=role, created_at=now)
    return int(connection.execute(row.returning(account.c.account_id)).scalar_one())


def set_password_hash(connection: Connection, account_id: int, password_hash: str) -> None:
    connection.execute(update(account).where(account.c.account_id == account_id).values(password_hash=password_hash))


def set_language(connection: Connection, account_id: int, language: str) -> None:
    connection.execute(update(account).where(account.c.account_id == account_id).values(language=language))


def all_accounts(connection: Connection) -> list[Account]:
    """Every account, by name."""
    rows = connection.execute(select(*account_columns()).order_by(account.c.name)).mappings()
    return [Account(**row) for row in rows]
