"""Accounts: names, passwords, roles."""

from collections.abc import Callable

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from collector.storage.queries import accounts as stored
from collector.storage.queries.accounts import Account
from collector.storage.queries.web_sessions import close_sessions_of
from collector.storage.revocations import NO_PASSWORD

ADMINISTRATOR = "administrator"
READER = "reader"
ROLES = (ADMINISTRATOR, READER)
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


def create_account(connection: Connection, name: str, password: str, role: str, now: int) -> int:
    """The new account's number; raises AccountError. The caller commits."""
    name, password = checked_name(name), checked_password(password)
    if role not in ROLES:
        raise AccountError(f"“{role}” is not a role; choose one of {', '.join(ROLES)}.")
    if stored.account_named(connection, name) is not None:
        raise AccountError(f"there is already an account named “{name}”; choose another name.")
    try:
        return stored.add_account(connection, name, HASHER.hash(password), role, now)
    except IntegrityError as error:
        raise AccountError(f"there is already an account named “{name}”; choose another name.") from error


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
    stored.set_password_hash(connection, account.account_id, HASHER.hash(password))


def set_password(connection: Connection, name: str, password: str, ended: Callable[[str], None]) -> None:
    """Change a password and end the account's log-ins; raises AccountError. The caller commits.

    `ended` is told the hash of the old one, to note that no backup may bring it back.
    """
    known = stored.account_named(connection, checked_name(name))
    if known is None:
        raise AccountError(f"there is no account named “{name}”; see `dps-collector user list`.")
    new = HASHER.hash(checked_password(password))
    if known.password_hash != NO_PASSWORD:
        ended(known.password_hash)
    stored.set_password_hash(connection, known.account_id, new)
    close_sessions_of(connection, known.account_id)
