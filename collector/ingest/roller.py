"""Derives site slots from facts: the only writer of `site_slot`.

Ingest marks a (site, slot) with a random number. The roller reads some marks, then the facts behind them, and derives.
In one transaction it deletes each mark that still is the one it read and writes the site slots of those marks only.
A commit that came in between has changed the mark: that slot stays marked and is done again. So even two rollers at
the same time, which the lease makes rare, never leave an old value behind a new one.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Engine, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from collector.domain.site_slots import Fact, SiteSlot, derive
from collector.storage.checkpoints import checkpoint
from collector.storage.engine import is_sqlite, reading, writing
from collector.storage.models import IDLE_RULES_MINUTES, dirty_slot, lease, site_slot, slot_record
from collector.storage.rows import Row, delete_by_keys, insert_rows, insertion, select_by_keys

LEASE = "roller"
LEASE_SECONDS = 30
IDLE_SECONDS = 1.0
ROLL_LIMIT = 2_000
REST_SHARE = 1.5
"""After a full roll it rests so many times as long as it worked: at most two fifths of one core. Otherwise it rests a
second, under load too: the stations of one site report the same slots, which are then derived once for all of them."""

_log = logging.getLogger(__name__)

_COUNTS = tuple(
    f"{kind}_{minutes}" for kind in ("starts", "seconds_in_use", "lengths") for minutes in IDLE_RULES_MINUTES
)
_FACTS = ("site_id", "slot", "station_id", "method", "seconds_observed", "seconds_on", *_COUNTS)
_KEY = ("site_id", "slot")
_SUMS = ("stations_observed", "stations_readable", "seconds_observed", "seconds_readable", "seconds_on")
_SITE_SLOTS = insertion(site_slot, ("site_id", "slot", *_SUMS, *_COUNTS))


class Difference(NamedTuple):
    """A site slot that is not what its facts say."""

    site_id: int
    slot: int
    stored: SiteSlot | None
    derived: SiteSlot


def roll(engine: Engine, now: int, holder: str, limit: int) -> bool:
    """Does up to `limit` marked site slots, oldest site and slot first; says whether there were any."""
    if not holds_lease(engine, now, holder):
        return False
    with reading(engine) as connection:
        marks = connection.execute(
            select(dirty_slot.c.site_id, dirty_slot.c.slot, dirty_slot.c.mark)
            .order_by(dirty_slot.c.site_id, dirty_slot.c.slot)
            .limit(limit)
        ).all()
        # The marks are read first: facts that are newer than their mark do no harm, older ones would.
        derived = _derived(connection, [(mark.site_id, mark.slot) for mark in marks])
    if not marks:
        return False
    with writing(engine) as connection:
        done = _deleted(connection, [tuple(mark) for mark in marks])
        insert_rows(connection, _SITE_SLOTS, [_row(*key, derived[key]) for key in done])
    return True


def holds_lease(engine: Engine, now: int, holder: str) -> bool:
    """Takes or renews the lease; renewed when half of it is over, so that most calls only read."""
    with reading(engine) as connection:
        row = connection.execute(select(lease).where(lease.c.name == LEASE)).one_or_none()
    if row is not None and row.holder == holder and row.valid_until >= now + LEASE_SECONDS // 2:
        return True
    # A lease far in the future is from a clock that was wrong.
    if row is not None and row.holder != holder and now <= row.valid_until <= now + LEASE_SECONDS:
        return False
    values = {"holder": holder, "valid_until": now + LEASE_SECONDS}
    with writing(engine) as connection:
        if row is None:
            insert = (sqlite if is_sqlite(connection) else postgresql).insert(lease)
            statement = insert.values(name=LEASE, **values).on_conflict_do_nothing().returning(lease.c.name)
            return connection.execute(statement).first() is not None
        same = and_(lease.c.name == LEASE, lease.c.holder == row.holder, lease.c.valid_until == row.valid_until)
        return connection.execute(update(lease).where(same).values(values)).rowcount == 1


def release(engine: Engine, holder: str) -> None:
    """Gives the lease back, so that the next roller need not wait."""
    with writing(engine) as connection:
        mine = and_(lease.c.name == LEASE, lease.c.holder == holder)
        connection.execute(update(lease).where(mine).values(valid_until=0))


def lag(engine: Engine) -> int:
    """How many site slots wait to be derived."""
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(dirty_slot)).scalar_one()


def rebuild(engine: Engine, now: int, holder: str, mark: int) -> int:
    """Derives again every site slot that has facts; returns how many. The lease must be free or held by `holder`."""
    count = 0
    for keys in _keys_with_facts(engine):
        with writing(engine) as connection:
            insert_rows(connection, insertion(dirty_slot, ("site_id", "slot", "mark")), [(*key, mark) for key in keys])
        count += len(keys)
        while roll(engine, now, holder, 500):
            pass
    return count


def verify(engine: Engine) -> Iterator[Difference]:
    """The site slots that differ from what their facts say; those that are marked are not due yet."""
    for keys in _keys_with_facts(engine):
        with reading(engine) as connection:
            marked = set(_marked(connection, keys))
            derived = _derived(connection, keys)
            stored = _stored(connection, keys)
        for key in keys:
            if key not in marked and stored.get(key) != derived[key]:
                yield Difference(*key, stored.get(key), derived[key])


class RollerThread:
    """A thin shell: rolls once per second, and without such a pause while more is marked than it does at once.

    The same thread empties SQLite's write-ahead log.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], float],
        holder: str,
        limit: int = ROLL_LIMIT,
        rest: float = REST_SHARE,
    ) -> None:
        self._engine = engine
        self._clock = clock
        self._holder = holder
        self._limit = limit
        self._rest = rest
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="roller", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            begun = time.monotonic()
            try:
                more = roll(self._engine, int(self._clock()), self._holder, self._limit)
                more = more and lag(self._engine) > self._limit
                checkpoint(self._engine)
            except Exception:  # noqa: BLE001  # top of a loop
                # The marks are still there; nothing is lost by trying again.
                _log.exception("The roller failed and will try again.")
                more = False
            worked = time.monotonic() - begun
            self._stopping.wait(worked * self._rest if more else IDLE_SECONDS)
        try:
            release(self._engine, self._holder)
        except Exception:  # noqa: BLE001  # the thread ends here anyway
            _log.exception("The roller could not give its lease back; it ends by itself in %d s.", LEASE_SECONDS)


def _derived(connection: Connection, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], SiteSlot]:
    facts: dict[tuple[int, int], list[Fact]] = {key: [] for key in keys}
    for row in select_by_keys(connection, slot_record, _FACTS, _KEY, keys):
        facts[row[0], row[1]].append(Fact(row[2], row[3], row[4], row[5], row[6:10], row[10:14], row[14:18]))
    return {key: derive(found) for key, found in facts.items()}


def _stored(connection: Connection, keys: Sequence[tuple[int, int]]) -> dict[tuple[int, int], SiteSlot]:
    rows = select_by_keys(connection, site_slot, _SITE_SLOTS.columns, _KEY, keys)
    return {
        (row[0], row[1]): SiteSlot._make((*row[2:7], tuple(row[7:11]), tuple(row[11:15]), tuple(row[15:19])))
        for row in rows
    }


def _row(site_id: int, slot: int, value: SiteSlot) -> Row:
    return (site_id, slot, *value[:5], *value.starts, *value.seconds_in_use, *value.lengths)


def _marked(connection: Connection, keys: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in select_by_keys(connection, dirty_slot, _KEY, _KEY, keys)]


def _deleted(connection: Connection, marks: Sequence[Row]) -> list[tuple[int, int]]:
    """Deletes the marks that have not changed; returns their keys."""
    present = delete_by_keys(connection, dirty_slot, (*_KEY, "mark"), marks)
    return [(row[0], row[1]) for row in present]


def _keys_with_facts(engine: Engine, at_once: int = 500) -> Iterator[list[tuple[int, int]]]:
    last = (-1, -1)
    while True:
        after = slot_record.c.site_id > last[0]
        same = and_(slot_record.c.site_id == last[0], slot_record.c.slot > last[1])
        with reading(engine) as connection:
            keys = connection.execute(
                select(slot_record.c.site_id, slot_record.c.slot)
                .where(after | same)
                .distinct()
                .order_by(slot_record.c.site_id, slot_record.c.slot)
                .limit(at_once)
            ).all()
        if not keys:
            return
        yield [(key.site_id, key.slot) for key in keys]
        last = (keys[-1].site_id, keys[-1].slot)
