"""Who may log in, and what they may do."""

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, RowMapping, Select, delete, func, insert, or_, select, update

from collector.domain.access import Grant, Permission, Place, Rights, Role, Scope
from collector.domain.alert_mails import AlertMails
from collector.storage.models import account, account_grant, account_identity, security_key
from collector.storage.revocations import NO_PASSWORD


@dataclass(frozen=True, slots=True)
class Account:
    account_id: int
    name: str
    email: str
    """Empty: there is none."""
    alert_mails: AlertMails
    language: str
    """Empty when the person never chose one."""
    password_hash: str
    totp_secret: str
    """Empty: no telephone shows codes for it."""
    totp_step: int
    security_keys: int
    """How many can be touched."""
    disabled: bool
    rights: Rights

    @property
    def has_second_factor(self) -> bool:
        return bool(self.totp_secret) or self.security_keys > 0

    def may(self, permission: Permission, place: Place | None = None) -> bool:
        """In a place; None is the Region as a whole."""
        return self.rights.may(permission, place)


def account_columns() -> list[ColumnElement[Any]]:
    columns = account.c
    keys = select(func.count()).where(security_key.c.account_id == columns.account_id)
    return [
        *(columns.account_id, columns.name, columns.email, columns.alert_mails, columns.language),
        *(columns.password_hash, columns.totp_secret, columns.totp_step),
        keys.scalar_subquery().label("security_keys"),
        columns.disabled_at.is_not(None).label("disabled"),
    ]


def account_named(connection: Connection, name: str) -> Account | None:
    return one_account(connection, select(*account_columns()).where(account.c.name == name))


def account_numbered(connection: Connection, account_id: int) -> Account | None:
    return one_account(connection, select(*account_columns()).where(account.c.account_id == account_id))


def account_of_identity(connection: Connection, issuer: str, subject: str) -> Account | None:
    """Of somebody whom a provider of OpenID Connect knows."""
    mine = select(account_identity.c.account_id).where(
        account_identity.c.issuer == issuer, account_identity.c.subject == subject
    )
    number = connection.execute(mine).scalar_one_or_none()
    return None if number is None else account_numbered(connection, number)


def identity_of(connection: Connection, account_id: int, issuer: str) -> str | None:
    """The public id of what links an account with somebody at a provider; None where nothing does."""
    mine = (account_identity.c.account_id == account_id, account_identity.c.issuer == issuer)
    return connection.execute(select(account_identity.c.public_id).where(*mine)).scalars().first()


def one_account(connection: Connection, wanted: Select[Any]) -> Account | None:
    """With its grants."""
    row = connection.execute(wanted).mappings().one_or_none()
    if row is None:
        return None
    return _account(row, tuple(grants_of(connection, row["account_id"]).values()))


def grants_of(connection: Connection, account_id: int) -> dict[int, Grant]:
    """By their numbers, in the order in which they were given."""
    mine = _grants().where(account_grant.c.account_id == account_id)
    return {row.grant_id: _grant(row) for row in connection.execute(mine)}


def all_accounts(connection: Connection) -> list[Account]:
    """Every account, by name."""
    grants: dict[int, list[Grant]] = {}
    for row in connection.execute(_grants()):
        grants.setdefault(row.account_id, []).append(_grant(row))
    rows = connection.execute(select(*account_columns()).order_by(account.c.name)).mappings()
    return [_account(row, tuple(grants.get(row["account_id"], ()))) for row in rows]


def administrators(connection: Connection) -> set[int]:
    """Accounts that can log in and manage the others; they stay as they are until this transaction ends."""
    known = select(account_identity.c.account_id)
    wanted = (
        select(account.c.account_id)
        .join(account_grant, account_grant.c.account_id == account.c.account_id)
        .where(account_grant.c.role == Role.ADMINISTRATOR.value, account.c.disabled_at.is_(None))
        .where(or_(account.c.password_hash != NO_PASSWORD, account.c.account_id.in_(known)))
        .with_for_update()
    )
    return set(connection.execute(wanted).scalars())


def add_account(connection: Connection, name: str, password_hash: str, now: int, email: str = "") -> int:
    """The new account's number; raises IntegrityError when the name is taken."""
    row = insert(account).values(name=name, email=email, password_hash=password_hash, created_at=now)
    return int(connection.execute(row.returning(account.c.account_id)).scalar_one())


def add_grant(connection: Connection, account_id: int, grant: Grant) -> None:
    values = grant._asdict() | {"role": grant.role.value, "scope": grant.scope.value}
    connection.execute(insert(account_grant).values(account_id=account_id, **values))


def remove_grant(connection: Connection, account_id: int, grant_id: int) -> None:
    mine = (account_grant.c.account_id == account_id, account_grant.c.grant_id == grant_id)
    connection.execute(delete(account_grant).where(*mine))


def set_columns(connection: Connection, account_id: int, **values: object) -> None:
    connection.execute(update(account).where(account.c.account_id == account_id).values(**values))


def limited(found: Account, token: Grant) -> Account:
    """The account as a token for programs acts for it."""
    return replace(found, rights=found.rights._replace(token=token))


def _account(row: RowMapping, grants: tuple[Grant, ...]) -> Account:
    columns: dict[str, Any] = {**row, "alert_mails": AlertMails(row["alert_mails"])}
    return Account(**columns, rights=Rights(grants))


def _grants() -> Select[Any]:
    return select(account_grant).order_by(account_grant.c.grant_id)


def _grant(row: Row[Any]) -> Grant:
    return Grant(Role(row.role), Scope(row.scope), row.municipality, row.site_id)
