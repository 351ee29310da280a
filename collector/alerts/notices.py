"""What is told at a certain time, such as this morning's digest: whoever writes its name first sends it."""

from sqlalchemy import Connection, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from collector.storage.engine import is_sqlite
from collector.storage.models import channel, notice

KEPT_SECONDS = 30 * 86_400
MAIL = "mail"
"""The channel that needs no setting of its own."""


def claim(connection: Connection, name: str, now: int) -> bool:
    """Whether nobody has claimed it before."""
    connection.execute(delete(notice).where(notice.c.claimed_at < now - KEPT_SECONDS))
    new = (sqlite if is_sqlite(connection) else postgresql).insert(notice)
    wanted = new.values(name=name, claimed_at=now).on_conflict_do_nothing().returning(notice.c.name)
    return connection.execute(wanted).first() is not None


def settle(connection: Connection, name: str, now: int, *, sent: bool) -> None:
    """Note that it was sent, or that it is to be tried again."""
    where = notice.c.name == name
    connection.execute(update(notice).where(where).values(sent_at=now) if sent else delete(notice).where(where))


def note_outcome(connection: Connection, key: str, now: int, reason: str) -> None:
    """For the page of those who look after messages; an empty `reason` is success."""
    values = {"failed_at": now, "reason": reason[:120]} if reason else {"sent_at": now}
    new = (sqlite if is_sqlite(connection) else postgresql).insert(channel)
    connection.execute(
        new.values(name=key, **values).on_conflict_do_update(index_elements=[channel.c.name], set_=values)
    )
