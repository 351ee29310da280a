"""Accounts: names, passwords, roles."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from collector.domain.access import SCOPES, Grant, Role, Scope, is_sensible
from collector.storage.changes.accounts import Revoke, replace_password
from collector.storage.changes.base import Change
from collector.storage.queries import accounts as stored
from collector.storage.queries.accounts import Account
from collector.storage.revocations import NO_PASSWORD

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
LONGEST_NAME = 120

HASHER = PasswordHasher()

# Verified when nobody has the name, so that an answer takes as long as for a name that exists.
NOBODY = HASHER.hash("nobody has this password")


class AccountError(ValueError):
    """Its text is one sentence for the reader: what, and how to mend it."""


def checked_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise AccountError(f"an account's name must have 1 to {LONGEST_NAME} printable characters.")
    return name


def checked_password(password: str) -> str:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountError(
            f"the password must have {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters; several words are easiest."
        )
    return password


def checked_grant(role: str, municipality: str, site_id: int | None) -> Grant:
    """In a site or a municipality where one is given, else in the whole Region."""
    if role not in set(Role):
        raise AccountError(f"“{role}” is not a role; choose one of {', '.join(Role)}.")
    scope = Scope.SITE if site_id is not None else Scope.MUNICIPALITY if municipality else Scope.REGION
    grant = Grant(Role(role), scope, "" if site_id is not None else municipality, site_id)
    if not is_sensible(grant):
        where = " or ".join(each for each in Scope if each in SCOPES[grant.role])
        raise AccountError(f"the role “{role}” is had in a {where}, not in a {scope}; choose another.")
    return grant


def create_account(
    connection: Connection,
    name: str,
    password: str,
    role: str,
    now: int,
    *,
    municipality: str = "",
    site_id: int | None = None,
) -> int:
    """The new account's number, with its first grant; raises AccountError. The caller commits."""
    name, password = checked_name(name), checked_password(password)
    grant = checked_grant(role, municipality, site_id)
    if stored.account_named(connection, name) is not None:
        raise AccountError(f"there is already an account named “{name}”; choose another name.")
    try:
        number = stored.add_account(connection, name, HASHER.hash(password), now)
    except IntegrityError as error:
        raise AccountError(f"there is already an account named “{name}”; choose another name.") from error
    stored.add_grant(connection, number, grant)
    return number


def authenticate(connection: Connection, name: str, password: str) -> Account | None:
    """The account of a name and its password; None for whatever is wrong, after the same work."""
    known = stored.account_named(connection, name.strip()[:LONGEST_NAME])
    try:
        kept = known.password_hash if known else NO_PASSWORD
        HASHER.verify(kept if kept != NO_PASSWORD else NOBODY, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return None
    if known is None or known.disabled or kept == NO_PASSWORD:
        return None
    return known


def needs_new_hash(account: Account) -> bool:
    """Whether the hash was made with weaker parameters than those of today."""
    return HASHER.check_needs_rehash(account.password_hash)


def renew_hash(connection: Connection, account: Account, password: str) -> None:
    stored.set_columns(connection, account.account_id, password_hash=HASHER.hash(password))


def set_password(change: Change, name: str, password: str, revoke: Revoke, keep: str = "") -> None:
    """Change a password and end the account's log-ins, but for the browser with the key `keep`; raises AccountError.

    The caller commits. `revoke` notes the old one, so that no backup brings it back.
    """
    known = stored.account_named(change.connection, checked_name(name))
    if known is None:
        raise AccountError(f"there is no account named “{name}”; see `dps-collector user list`.")
    replace_password(change, known, hashed(password), revoke, keep)


def hashed(password: str) -> str:
    """Takes time on purpose; raises AccountError."""
    return HASHER.hash(checked_password(password))
