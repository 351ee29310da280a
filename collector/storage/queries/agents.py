"""The agents of sites: which versions there are, and which of them could not hand over what they recorded."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from pydantic_core import from_json
from sqlalchemy import Connection, and_, func, or_, select

from collector.storage.models import station, station_contact

SAME = and_(station.c.site_id == station_contact.c.site_id, station.c.station_id == station_contact.c.station_id)
LOSSES = ("records_set_aside", "records_dropped")


class Loss(NamedTuple):
    """An agent whose records did not all arrive, as it said at its last contact."""

    site_id: int
    station_id: int
    label: str
    set_aside: int
    """Refused by the collector; the agent tries them again with the next version of the collector."""
    dropped: int
    """There was no room for them any more, or they had become too old."""


def versions_of(connection: Connection, site_ids: Sequence[int]) -> Counter[str]:
    """How many stations in place reported last with which version; empty for those that never did."""
    version = func.coalesce(station_contact.c.agent_version, "").label("version")
    rows = connection.execute(
        select(version, func.count().label("stations"))
        .select_from(station.outerjoin(station_contact, SAME))
        .where(station.c.site_id.in_(site_ids), station.c.retired_at.is_(None))
        .group_by(version)
    )
    return Counter({row.version: row.stations for row in rows})


def losses_of(connection: Connection, site_ids: Sequence[int]) -> list[Loss]:
    """By site and label. Only readings that name a loss are opened: nearly all say zero."""
    text = station_contact.c.readings
    named = or_(*(and_(text.like(f'%"{word}":%'), text.not_like(f'%"{word}":0%')) for word in LOSSES))
    rows = connection.execute(
        select(station.c.site_id, station.c.station_id, station.c.label, text)
        .select_from(station.join(station_contact, SAME))
        .where(station.c.site_id.in_(site_ids), station.c.retired_at.is_(None), named)
        .order_by(station.c.site_id, station.c.label)
    )
    found = []
    for row in rows:
        outcome, value, *_ = from_json(row.readings).get("agent", ("", {}))
        loss = Loss(row.site_id, row.station_id, row.label, *(value.get(word, 0) for word in LOSSES))
        if outcome == "ok" and (loss.set_aside or loss.dropped):
            found.append(loss)
    return found
