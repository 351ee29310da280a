"""Keeps the envelopes of stations that wait to be approved, and stores them as facts once they are.

Both lock the credential first. So an envelope is either kept before the approval, which then finds it, or comes after
it and is told to come again, as a station that is not waiting any more.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from pydantic_core import to_json
from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from agent.wire.v1 import Envelope
from collector.ingest.commit import store
from collector.ingest.facts import Arrival, facts_of
from collector.ingest.payload import ENVELOPE
from collector.storage.engine import is_sqlite
from collector.storage.models import credential, waiting_envelope

BYTES_PER_STATION = 4 * 1024 * 1024
AT_ONCE = 100


class Kept(StrEnum):
    """What became of an envelope of a waiting station."""

    KEPT = "kept"
    FULL = "full"
    NOT_WAITING = "not_waiting"


class Answer(NamedTuple):
    """The outcome, and the envelope that was held before this one."""

    outcome: Kept
    envelope_id_before: str | None = None


def keep(connection: Connection, public_id: str, envelope: Envelope, now: int, limit: int) -> Answer:
    """Keeps one envelope, within `limit` envelopes and `BYTES_PER_STATION` per station."""
    if not is_waiting(connection, public_id):
        return Answer(Kept.NOT_WAITING)
    mine = waiting_envelope.c.public_id == public_id
    held = connection.execute(
        select(waiting_envelope.c.envelope_id)
        .where(mine, waiting_envelope.c.envelope_id != envelope.envelope_id)
        .order_by(waiting_envelope.c.received_at.desc())
        .limit(1)
    ).scalar()
    count, size = connection.execute(
        select(func.count(), func.coalesce(func.sum(func.length(waiting_envelope.c.body)), 0)).where(mine)
    ).one()
    body = to_json(envelope).decode()
    if count >= limit or size + len(body) > BYTES_PER_STATION:
        known = select(waiting_envelope.c.public_id).where(mine, waiting_envelope.c.envelope_id == envelope.envelope_id)
        if connection.execute(known).first() is None:
            return Answer(Kept.FULL)
    insert = (sqlite if is_sqlite(connection) else postgresql).insert(waiting_envelope)
    connection.execute(
        insert.values(
            public_id=public_id, envelope_id=envelope.envelope_id, received_at=now, body=body
        ).on_conflict_do_nothing()
    )
    return Answer(Kept.KEPT, held)


def is_waiting(connection: Connection, public_id: str) -> bool:
    """Locks the credential until the end of the transaction (on SQLite the transaction itself is the lock)."""
    status = select(credential.c.status).where(credential.c.public_id == public_id).with_for_update()
    return connection.execute(status).scalar() == "waiting"


def replay(connection: Connection, public_id: str, site_id: int, station_id: int, mark: Callable[[], int]) -> int:
    """Stores what was kept as if it had just been accepted; returns how many envelopes. The caller holds the lock."""
    mine = waiting_envelope.c.public_id == public_id
    rows = connection.execute(
        select(waiting_envelope.c.received_at, waiting_envelope.c.body)
        .where(mine)
        .order_by(waiting_envelope.c.received_at)
    ).all()
    kept = [facts_of(Arrival(site_id, station_id, row.received_at, ENVELOPE.validate_json(row.body))) for row in rows]
    kept.sort(key=lambda facts: (facts.received_at, facts.composed_at))
    for start in range(0, len(kept), AT_ONCE):
        store(connection, kept[start : start + AT_ONCE], mark())
    connection.execute(delete(waiting_envelope).where(mine))
    return len(kept)
