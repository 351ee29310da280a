"""Seals in the database: a site's days one after the other, each once.

The horizon of a site is the first slot that is not sealed. It moves by whole days, together with the seal of the day
and the deletion of what only the day's slot records needed: all in one transaction, which begins by moving the
horizon from the value that was read. So of two that seal the same day, one finds that it is done.
"""

from sqlalchemy import Connection, delete, insert, select, union, update

from collector.domain.coverage import SLOT_SECONDS, Off, slots_of
from collector.domain.seals import SLOTS_PER_DAY, Seal, seal
from collector.domain.site_slots import SiteSlot
from collector.ingest.derivation import Key, derived, stored
from collector.storage import models
from collector.storage.models import (
    IDLE_RULES_MINUTES,
    dirty_slot,
    horizon,
    off_stretch,
    run,
    site_slot,
    slot_record,
    station,
)
from collector.storage.queries.site_slots import SITE_SLOTS, site_slot_of


class NotNow(Exception):
    """The day has marks: the roller must come first."""


class Different(Exception):
    """The day's site slots are not what their facts say: those must be kept until somebody has looked."""


def first_unsealed(connection: Connection, site_id: int) -> tuple[int, int] | None:
    """The horizon of a site and the day that comes next; None while nothing has been heard of it."""
    row = connection.execute(select(horizon.c.slot).where(horizon.c.site_id == site_id)).one_or_none()
    if row is None:
        return None
    if row.slot:
        return row.slot, row.slot // SLOTS_PER_DAY
    keys = keys_of(connection, site_id, 0, 2**40)
    return (0, min(keys)[1] // SLOTS_PER_DAY) if keys else None


def seal_day(connection: Connection, site_id: int, before: int, day: int, now: int) -> int:
    """Seals the day and deletes its slot records; returns how many these were, 0 when the horizon is not `before`.

    Raises NotNow and Different; then the transaction must be rolled back.
    """
    first, end = day * SLOTS_PER_DAY, (day + 1) * SLOTS_PER_DAY
    moved = connection.execute(
        update(horizon).where(horizon.c.site_id == site_id, horizon.c.slot == before).values(slot=end)
    )
    if moved.rowcount != 1:
        return 0
    if _is_marked(connection, site_id, end):
        raise NotNow
    keys = keys_of(connection, site_id, first, end)
    facts = {key: value for key, value in derived(connection, keys).items() if value is not None}
    if facts != stored(connection, keys):
        raise Different
    values = _row(seal(site_id, day, [(slot, value) for (_, slot), value in facts.items()]))
    connection.execute(insert(models.seal).values(site_id=site_id, day=day, sealed_at=now, **values))
    gone = connection.execute(
        delete(slot_record).where(slot_record.c.site_id == site_id, slot_record.c.slot < end)
    ).rowcount
    connection.execute(
        delete(off_stretch).where(off_stretch.c.site_id == site_id, off_stretch.c.off_until <= end * SLOT_SECONDS)
    )
    return gone


def keys_of(connection: Connection, site_id: int, first: int, end: int) -> list[Key]:
    """The site slots from `first` to `end` that are stored, or of which facts say something."""
    tables = [
        select(table.c.slot).where(table.c.site_id == site_id, table.c.slot >= first, table.c.slot < end)
        for table in (site_slot, slot_record)
    ]
    slots = {row.slot for row in connection.execute(union(*tables))}
    offs = connection.execute(
        select(off_stretch.c.off_from, off_stretch.c.off_until).where(
            off_stretch.c.site_id == site_id,
            off_stretch.c.off_until > first * SLOT_SECONDS,
            off_stretch.c.off_from < end * SLOT_SECONDS,
        )
    )
    slots |= {slot for slot in slots_of([Off(row.off_from, row.off_until) for row in offs], first) if slot < end}
    return [(site_id, slot) for slot in sorted(slots)]


def stored_seals(connection: Connection, site_id: int) -> dict[int, Seal]:
    """By day."""
    rows = connection.execute(select(models.seal).where(models.seal.c.site_id == site_id)).mappings()
    return {
        row["day"]: Seal(
            row["site_slots"],
            row["seconds_in_service"],
            row["seconds_observed"],
            row["seconds_off"],
            tuple(row[f"starts_{minutes}"] for minutes in IDLE_RULES_MINUTES),
            tuple(row[f"seconds_in_use_{minutes}"] for minutes in IDLE_RULES_MINUTES),
            row["sha256"],
        )
        for row in rows
    }


def seal_of_stored(connection: Connection, site_id: int, day: int) -> Seal:
    """The seal that the day's site slots would get as they are now."""
    rows = connection.execute(
        select(*(site_slot.c[name] for name in SITE_SLOTS.columns)).where(
            site_slot.c.site_id == site_id,
            site_slot.c.slot >= day * SLOTS_PER_DAY,
            site_slot.c.slot < (day + 1) * SLOTS_PER_DAY,
        )
    )
    found: list[tuple[int, SiteSlot]] = [(row.slot, site_slot_of(tuple(row))) for row in rows]
    return seal(site_id, day, found)


def _is_marked(connection: Connection, site_id: int, end: int) -> bool:
    life = station.c
    marks = (
        select(dirty_slot.c.slot).where(dirty_slot.c.site_id == site_id, dirty_slot.c.slot < end),
        select(run.c.station_id).where(run.c.site_id == site_id, run.c.mark.is_not(None)),
        select(life.station_id).where(
            life.site_id == site_id,
            life.counted_from.is_distinct_from(life.installed_at)
            | life.counted_until.is_distinct_from(life.retired_at),
        ),
    )
    return any(connection.execute(mark.limit(1)).first() is not None for mark in marks)


def _row(made: Seal) -> dict[str, int | str]:
    by_rule = {
        f"{kind}_{minutes}": values[at]
        for kind, values in (("starts", made.starts), ("seconds_in_use", made.seconds_in_use))
        for at, minutes in enumerate(IDLE_RULES_MINUTES)
    }
    return {
        "site_slots": made.site_slots,
        "seconds_in_service": made.seconds_in_service,
        "seconds_observed": made.seconds_observed,
        "seconds_off": made.seconds_off,
        **by_rule,
        "sha256": made.sha256,
    }
