"""Second factors of accounts: codes of a telephone, keys that are touched, codes on paper; with a line in the audit.

Codes on paper come with the first of the others and go with the last.
"""

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.accounts import Revoke
from collector.storage.changes.base import Change, Subject, note
from collector.storage.engine import is_sqlite
from collector.storage.models import recovery_code, security_key, used_challenge
from collector.storage.queries.accounts import Account, set_columns
from collector.storage.queries.security_keys import SecurityKey, keys_of
from collector.storage.queries.web_sessions import close_sessions_of, digest
from collector.storage.revocations import SECURITY_KEY

MOST_KEYS = 10


class NewKey(NamedTuple):
    """What a key said of itself when it was registered."""

    credential_id: bytes
    credential: bytes
    sign_count: int


def set_telephone(
    change: Change, account: Account, secret: str, step: int, codes: Sequence[str], keep: str = ""
) -> None:
    """Log-ins without a second factor end, but for the browser with the key `keep`."""
    set_columns(change.connection, account.account_id, totp_secret=secret, totp_step=step)
    _first(change, account, codes, keep)
    note(change, None, Subject.ACCOUNT, account.name, {"second_factor": False}, {"second_factor": True})


def remove_telephone(change: Change, account: Account, keep: str = "") -> None:
    """Keys stay."""
    if not account.totp_secret:
        return
    set_columns(change.connection, account.account_id, totp_secret="", totp_step=0)
    if not account.security_keys:
        set_recovery_codes(change, account, [])
    close_sessions_of(change.connection, account.account_id, keep)
    note(change, None, Subject.ACCOUNT, account.name, {"second_factor": True}, {"second_factor": False})


def add_key(
    change: Change, account: Account, key: NewKey, public_id: str, name: str, codes: Sequence[str], keep: str = ""
) -> None:
    """Log-ins without a second factor end, but for the browser with the key `keep`. Raises Mistake."""
    if len(keys_of(change.connection, account.account_id)) >= MOST_KEYS:
        raise Mistake(N_("You have %(number)s security keys; remove one first."), number=MOST_KEYS)
    known = hashlib.sha256(key.credential_id).hexdigest()
    same = select(security_key.c.public_id).where(security_key.c.credential_id_sha256 == known)
    if change.connection.execute(same).first() is not None:
        raise Mistake(N_("This security key is registered already."))
    change.connection.execute(
        insert(security_key).values(
            public_id=public_id,
            account_id=account.account_id,
            name=name,
            credential=key.credential,
            credential_id_sha256=known,
            sign_count=key.sign_count,
            created_at=change.at,
        )
    )
    _first(change, account, codes, keep)
    note(change, None, Subject.ACCOUNT, account.name, None, {"security_key": name})


def remove_key(change: Change, account: Account, key: SecurityKey, revoke: Revoke, keep: str = "") -> None:
    """Log-ins end, but for the browser with the key `keep`: one may have been opened with it."""
    revoke(SECURITY_KEY, key.public_id)
    change.connection.execute(delete(security_key).where(security_key.c.public_id == key.public_id))
    if not account.totp_secret and not keys_of(change.connection, account.account_id):
        set_recovery_codes(change, account, [])
    close_sessions_of(change.connection, account.account_id, keep)
    note(change, None, Subject.ACCOUNT, account.name, {"security_key": key.name}, None)


def remove_second_factor(change: Change, account: Account, revoke: Revoke) -> None:
    """All of it, for somebody who lost it; log-ins end."""
    if not account.has_second_factor:
        return
    keys = keys_of(change.connection, account.account_id)
    for key in keys:
        revoke(SECURITY_KEY, key.public_id)
    change.connection.execute(delete(security_key).where(security_key.c.account_id == account.account_id))
    set_columns(change.connection, account.account_id, totp_secret="", totp_step=0)
    set_recovery_codes(change, account, [])
    close_sessions_of(change.connection, account.account_id)
    before = {"second_factor": True} | ({"security_keys": [key.name for key in keys]} if keys else {})
    note(change, None, Subject.ACCOUNT, account.name, before, {"second_factor": False})


def set_recovery_codes(change: Change, account: Account, codes: Sequence[str]) -> None:
    """These and no others."""
    mine = recovery_code.c.account_id == account.account_id
    change.connection.execute(delete(recovery_code).where(mine))
    for code in codes:
        row = {"account_id": account.account_id, "code_sha256": digest(code)}
        change.connection.execute(insert(recovery_code).values(row))


def use_challenge(connection: Connection, challenge: str, valid_until: int, now: int) -> bool:
    """Whether this is the first time that it is answered; those that are too old are forgotten."""
    connection.execute(delete(used_challenge).where(used_challenge.c.valid_until <= now))
    dialect = sqlite if is_sqlite(connection) else postgresql
    row = {"challenge_sha256": digest(challenge), "valid_until": valid_until}
    first = dialect.insert(used_challenge).values(row).on_conflict_do_nothing()
    return connection.execute(first.returning(used_challenge.c.challenge_sha256)).first() is not None


def use_key(connection: Connection, key: SecurityKey, sign_count: int, now: int) -> bool:
    """Whether its count goes on (WebAuthn level 3, section 7.2, step 22); one that does not count says 0 for ever."""
    columns = security_key.c
    goes_on = columns.sign_count == 0 if sign_count == 0 else columns.sign_count < sign_count
    mine = (columns.public_id == key.public_id, goes_on)
    changed = update(security_key).where(*mine).values(sign_count=sign_count, last_used_at=now)
    return connection.execute(changed).rowcount == 1


def note_copy(change: Change, account: Account, key: SecurityKey) -> None:
    """That there seem to be two of a key: its count went back."""
    note(change, None, Subject.ACCOUNT, account.name, None, {"security_key_copied": key.name})


def _first(change: Change, account: Account, codes: Sequence[str], keep: str) -> None:
    if not account.has_second_factor:
        set_recovery_codes(change, account, codes)
        close_sessions_of(change.connection, account.account_id, keep)
