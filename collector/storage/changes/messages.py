"""Where mails go to, and which of them somebody wants."""

from enum import Enum, auto

from sqlalchemy import delete, insert, select, update

from collector.domain.alert_mails import AlertMails
from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.base import Change, Subject, note
from collector.storage.models import new_email
from collector.storage.queries.accounts import Account, set_columns
from collector.storage.queries.web_sessions import digest

CODE_SECONDS = 3_600
BETWEEN_SECONDS = 300
"""From one mail with a code to the next: whoever knows a password must not flood somebody else's letter box."""
MOST_TRIES = 5


class Confirmed(Enum):
    YES = auto()
    WRONG = auto()
    OVER = auto()
    """There is no code any more that could be right."""


def set_alert_mails(change: Change, account: Account, wanted: AlertMails) -> None:
    if account.alert_mails != wanted:
        set_columns(change.connection, account.account_id, alert_mails=wanted.value)
        said = {"alert_mails": account.alert_mails}, {"alert_mails": wanted.value}
        note(change, None, Subject.ACCOUNT, account.name, *said)


def set_email(change: Change, account: Account, email: str) -> None:
    """At once; empty is none. The log tells that it changed, not what it was."""
    change.connection.execute(delete(new_email).where(new_email.c.account_id == account.account_id))
    if account.email != email:
        set_columns(change.connection, account.account_id, email=email)
        note(change, None, Subject.ACCOUNT, account.name, None, {"email": "changed" if email else "removed"})


def ask_email(change: Change, account: Account, email: str, code: str) -> None:
    """The address holds when its holder has told the code; raises Mistake."""
    mine = new_email.c.account_id == account.account_id
    asked_at = change.connection.execute(select(new_email.c.asked_at).where(mine)).scalar_one_or_none()
    if asked_at is not None and change.at < asked_at + BETWEEN_SECONDS:
        raise Mistake(N_("A code was sent just now. Wait five minutes, then ask for another."))
    change.connection.execute(delete(new_email).where(mine))
    row = {"account_id": account.account_id, "email": email, "code_sha256": digest(code), "asked_at": change.at}
    change.connection.execute(insert(new_email).values(**row))


def email_asked(change: Change, account_id: int) -> str:
    """The address that waits for its code; empty where there is none."""
    columns = new_email.c
    alive = (columns.account_id == account_id, columns.asked_at > change.at - CODE_SECONDS, columns.tries < MOST_TRIES)
    return change.connection.execute(select(columns.email).where(*alive)).scalar_one_or_none() or ""


def confirm_email(change: Change, account: Account, code: str) -> Confirmed:
    """Each call is a try, which the caller commits."""
    email = email_asked(change, account.account_id)
    if not email:
        return Confirmed.OVER
    mine = new_email.c.account_id == account.account_id
    tried = update(new_email).where(mine, new_email.c.tries < MOST_TRIES).values(tries=new_email.c.tries + 1)
    kept = change.connection.execute(tried.returning(new_email.c.code_sha256)).scalar_one_or_none()
    if kept != digest(code):
        return Confirmed.WRONG
    set_email(change, account, email)
    return Confirmed.YES
