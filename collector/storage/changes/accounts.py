"""Changes of accounts, each with a line in the audit."""

from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import delete, insert, select

from collector.domain.access import Grant, Role, is_last_administrator
from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.base import Change, Subject, note
from collector.storage.models import account_identity, api_token, invitation
from collector.storage.queries.accounts import (
    Account,
    account_numbered,
    account_of_identity,
    add_grant,
    administrators,
    grants_of,
    identity_of,
    remove_grant,
    set_columns,
)
from collector.storage.queries.api_tokens import ApiToken, revoke_token
from collector.storage.queries.web_sessions import close_sessions_of, digest
from collector.storage.revocations import API_TOKEN, IDENTITY, NO_PASSWORD, PASSWORD, password_id

Revoke = Callable[[str, str], None]
"""Notes, before the commit, the kind and the public id of what no restored backup may bring back."""

MOST_GRANTS = 50


class Identity(NamedTuple):
    """Somebody at a provider of OpenID Connect, and the random name of the link with an account."""

    issuer: str
    subject: str
    public_id: str


class NewToken(NamedTuple):
    """Of a program; the secret itself is shown once and kept nowhere."""

    public_id: str
    secret_sha256: str
    name: str
    grant: Grant
    valid_until: int


def note_account(change: Change, account_id: int) -> None:
    """That there is a new one, with its grants."""
    grants = [_words(each) for each in grants_of(change.connection, account_id).values()]
    note(change, None, Subject.ACCOUNT, _name(change, account_id), None, {"grants": grants})


def give(change: Change, account: Account, grant: Grant) -> None:
    """Nothing changes where it is there already."""
    known = grants_of(change.connection, account.account_id).values()
    if grant in known:
        return
    if len(known) >= MOST_GRANTS:
        raise Mistake(N_("An account has at most %(number)s roles; take one away first."), number=MOST_GRANTS)
    add_grant(change.connection, account.account_id, grant)
    note(change, None, Subject.ACCOUNT, account.name, None, {"grant": _words(grant)})


def withdraw(change: Change, account: Account, grant_id: int) -> None:
    """Raises Mistake where nobody could manage accounts any more."""
    grant = grants_of(change.connection, account.account_id).get(grant_id)
    if grant is None:
        return
    if grant.role is Role.ADMINISTRATOR:
        _keep_an_administrator(change, account)
    remove_grant(change.connection, account.account_id, grant_id)
    note(change, None, Subject.ACCOUNT, account.name, {"grant": _words(grant)}, None)


def link(change: Change, account: Account, identity: Identity) -> None:
    """Somebody at a provider of OpenID Connect logs in as this account; invitations end.

    Raises Mistake where it is somebody else's account, or this one is linked with somebody else there.
    """
    number = account.account_id
    known = account_of_identity(change.connection, identity.issuer, identity.subject)
    if known is not None and known.account_id != number:
        raise Mistake(N_("Another account is linked with this log-in already; ask the administrator."))
    change.connection.execute(delete(invitation).where(invitation.c.account_id == number))
    if known is not None:
        return
    if identity_of(change.connection, number, identity.issuer) is not None:
        raise Mistake(N_("This account is linked with another log-in already; undo that first."))
    change.connection.execute(insert(account_identity).values(account_id=number, **identity._asdict()))
    note(change, None, Subject.ACCOUNT, account.name, None, {"linked": identity.issuer})


def unlink(change: Change, account: Account, issuer: str, revoke: Revoke) -> None:
    """Nothing happens where there is no link."""
    public_id = identity_of(change.connection, account.account_id, issuer)
    if public_id is None:
        return
    revoke(IDENTITY, public_id)
    change.connection.execute(delete(account_identity).where(account_identity.c.public_id == public_id))
    note(change, None, Subject.ACCOUNT, account.name, {"linked": issuer}, None)


def disable(change: Change, account: Account, revoke: Revoke) -> None:
    """Ends log-ins, invitations, the password and links with a provider; raises Mistake for the last administrator."""
    if account.disabled:
        return
    _keep_an_administrator(change, account)
    if account.password_hash != NO_PASSWORD:
        revoke(PASSWORD, password_id(account.password_hash))
    number = account.account_id
    mine = account_identity.c.account_id == number
    for public_id in change.connection.execute(select(account_identity.c.public_id).where(mine)).scalars().all():
        revoke(IDENTITY, public_id)
    change.connection.execute(delete(account_identity).where(mine))
    set_columns(change.connection, number, disabled_at=change.at, password_hash=NO_PASSWORD)
    change.connection.execute(delete(invitation).where(invitation.c.account_id == number))
    close_sessions_of(change.connection, number)
    note(change, None, Subject.ACCOUNT, account.name, {"disabled": False}, {"disabled": True})


def enable(change: Change, account: Account) -> None:
    """Whoever it is needs a new password, or an invitation."""
    if account.disabled:
        set_columns(change.connection, account.account_id, disabled_at=None)
        note(change, None, Subject.ACCOUNT, account.name, {"disabled": True}, {"disabled": False})


def invite(change: Change, account: Account, token: str, valid_until: int) -> None:
    """A link by which a password is set, once; earlier ones open nothing any more."""
    number = account.account_id
    change.connection.execute(delete(invitation).where(invitation.c.account_id == number))
    change.connection.execute(
        insert(invitation).values(token_sha256=digest(token), account_id=number, valid_until=valid_until)
    )
    note(change, None, Subject.ACCOUNT, account.name, None, {"invitation": True})


def replace_password(change: Change, account: Account, new_hash: str, revoke: Revoke, keep: str = "") -> None:
    """Ends the account's log-ins, but for the browser with the key `keep`, and its invitations."""
    if account.password_hash != NO_PASSWORD:
        revoke(PASSWORD, password_id(account.password_hash))
    number = account.account_id
    set_columns(change.connection, number, password_hash=new_hash)
    change.connection.execute(delete(invitation).where(invitation.c.account_id == number))
    close_sessions_of(change.connection, number, keep)
    note(change, None, Subject.ACCOUNT, account.name, None, {"password": True})


def add_token(change: Change, account: Account, token: NewToken) -> None:
    """A token for programs; it never does more than its account."""
    grant = token.grant
    change.connection.execute(
        insert(api_token).values(
            public_id=token.public_id,
            secret_sha256=token.secret_sha256,
            account_id=account.account_id,
            name=token.name,
            scope=grant.scope.value,
            municipality=grant.municipality,
            site_id=grant.site_id,
            created_at=change.at,
            valid_until=token.valid_until,
        )
    )
    said = {"valid_until": token.valid_until, "grant": _words(grant)}
    note(change, None, Subject.TOKEN, f"{account.name}: {token.name}"[:120], None, said)


def end_token(change: Change, account: Account, token: ApiToken, revoke: Revoke) -> None:
    revoke(API_TOKEN, token.public_id)
    revoke_token(change.connection, token.public_id, change.at)
    said = {"public_id": token.public_id}
    note(change, None, Subject.TOKEN, f"{account.name}: {token.name}"[:120], said, None)


def _keep_an_administrator(change: Change, account: Account) -> None:
    if is_last_administrator(account.account_id, administrators(change.connection)):
        raise Mistake(N_("This is the last administrator; make somebody else one first."))


def _name(change: Change, account_id: int) -> str:
    found = account_numbered(change.connection, account_id)
    return found.name if found else ""


def _words(grant: Grant) -> dict[str, object]:
    return {name: value for name, value in grant._asdict().items() if value}
