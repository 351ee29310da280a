"""Derives site slots from facts: the only writer of `site_slot`, beside the purge that seals them.

Ingest marks a (site, slot) with a random number. The roller reads marks, then the facts behind some of them at a time,
and derives. In one transaction, which is short because stations wait for it, it deletes each of these marks that still
is the one it read and writes the site slots of those marks only.
A commit that came in between has changed the mark: that slot stays marked and is done again. So even two rollers at
the same time, which the lease makes rare, never leave an old value behind a new one.

Before that it looks for runs that prove time off (`off_time`) and for changes of the register (`lives`), and marks the
slots that these touch.

**Sealed slots** never change. A mark before the horizon of its site is deleted and counted, nothing else. The marks
are read before the horizon, and a seal deletes the marks of its slots: so no mark that is younger than a seal can be
taken for one that is older.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Sequence

from sqlalchemy import Connection, Engine, and_, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from collector.domain.coverage import SLOT_SECONDS
from collector.ingest import lives, off_time
from collector.ingest.derivation import derived, horizons
from collector.storage.checkpoints import checkpoint
from collector.storage.engine import is_sqlite, reading, writing
from collector.storage.models import dirty_slot, horizon, lease, site_slot
from collector.storage.queries.rolled_months import mark_months, months_with_slots, note_late_corrections
from collector.storage.queries.site_slots import KEY, SITE_SLOTS, row_of
from collector.storage.rows import Row, delete_by_keys, insert_rows

LEASE = "roller"
LEASE_SECONDS = 30
IDLE_SECONDS = 1.0
ROLL_LIMIT = 2_000
AT_ONCE = 100
"""So many site slots share a transaction: the stations wait for a few milliseconds at most."""
REST_SHARE = 1.5
"""After a full roll it rests so many times as long as it worked: at most two fifths of one core. Otherwise it rests a
second, under load too: the stations of one site report the same slots, which are then derived once for all of them."""
DAY_SECONDS = 86_400
HOUR_SECONDS = 3_600
MINUTE_SECONDS = 60
LOCK_AFTER_SLOTS = 20 * 96
"""Younger slots are never sealed: the least that `slot_records_kept_days` can be is more."""

_log = logging.getLogger(__name__)


def new_mark() -> int:
    return secrets.randbits(62)


def ignore(_count: int) -> None:
    """Nobody counts."""


def nothing_to_do(_now: int) -> bool:
    """Nobody adds up months."""
    return False


def roll(
    engine: Engine,
    now: int,
    holder: str,
    limit: int,
    *,
    at_once: int = AT_ONCE,
    dropped: Callable[[int], None] = ignore,
    mark: Callable[[], int] = new_mark,
) -> bool:
    """Does up to `limit` marked site slots, oldest site and slot first; says whether there was anything to do.

    `at_once` share a transaction. `dropped` is told how many marks lay before a seal.
    """
    if not holds_lease(engine, now, holder):
        return False
    prepared = _prepare(engine, limit, mark)
    # The marks are read first: facts that are newer than their mark do no harm, older ones would.
    marks = _marks(engine, limit)
    sealed = sum(
        _roll_some(engine, now, marks[start : start + at_once], mark) for start in range(0, len(marks), at_once)
    )
    if sealed:
        dropped(sealed)
        _log.warning("%d site slots were reported again after they were sealed; nothing was changed.", sealed)
    return prepared or bool(marks)


def _marks(engine: Engine, limit: int) -> list[Row]:
    with reading(engine) as connection:
        rows = connection.execute(
            select(dirty_slot.c.site_id, dirty_slot.c.slot, dirty_slot.c.mark)
            .order_by(dirty_slot.c.site_id, dirty_slot.c.slot)
            .limit(limit)
        )
        return [tuple(row) for row in rows]


def _roll_some(engine: Engine, now: int, marks: Sequence[Row], mark: Callable[[], int]) -> int:
    """Does the site slots of these marks in one transaction; returns how many of the marks lay before a seal."""
    with reading(engine) as connection:
        first = horizons(connection, {key[0] for key in marks})
        found = derived(connection, [(site_id, slot) for site_id, slot, _ in marks if slot >= first[site_id]])
    with writing(engine) as connection:
        if not is_sqlite(connection):
            first = _locked(
                connection, {key[0] for key in marks if key[1] < now // SLOT_SECONDS - LOCK_AFTER_SLOTS}, first
            )
        done = [(row[0], row[1]) for row in delete_by_keys(connection, dirty_slot, (*KEY, "mark"), marks)]
        values = {key: found[key] for key in done if key in found and key[1] >= first[key[0]]}
        delete_by_keys(connection, site_slot, KEY, [key for key, value in values.items() if value is None])
        insert_rows(connection, SITE_SLOTS, [row_of(key, value) for key, value in values.items() if value is not None])
        touched = months_with_slots(connection, values)
        if touched:
            mark_months(connection, touched, mark())
        late = set(done) - values.keys()
        note_late_corrections(connection, months_with_slots(connection, late))
    return len(late)


def _locked(connection: Connection, sites: set[int], known: dict[int, int]) -> dict[int, int]:
    """The horizons, those of `sites` held where they are until the end of the transaction.

    SQLite has one writer at a time; elsewhere a purge could seal a slot between our look at the horizon and our write.
    """
    found = dict(known)
    for site_id in sorted(sites):
        mine = select(horizon.c.slot).where(horizon.c.site_id == site_id).with_for_update(read=True)
        found[site_id] = connection.execute(mine).scalar() or 0
    return found


def _prepare(engine: Engine, limit: int, mark: Callable[[], int]) -> bool:
    """Takes in changes of the register and of runs, of up to `limit` stations; whether there were any."""
    some = min(AT_ONCE, limit)
    done = 0
    while done < limit and _prepare_some(engine, some, mark):
        done += some
    return done > 0


def _prepare_some(engine: Engine, limit: int, mark: Callable[[], int]) -> bool:
    with reading(engine) as connection:
        changed = lives.find(connection, limit)
        found = off_time.find(connection, limit)
    if changed or found:
        with writing(engine) as connection:
            if changed:
                lives.write(connection, changed, mark())
            if found:
                off_time.write(connection, found, mark())
    return bool(changed or found)


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


def take_back(engine: Engine) -> None:
    """Ends a lease whose holder cannot run any more, after a kill: only where one process works with the database."""
    with writing(engine) as connection:
        connection.execute(delete(lease).where(lease.c.name == LEASE))


def lag(engine: Engine) -> int:
    """How many site slots, and runs that may prove time off, wait for the roller."""
    with reading(engine) as connection:
        slots: int = connection.execute(select(func.count()).select_from(dirty_slot)).scalar_one()
        return slots + off_time.waiting(connection)


class RollerThread:
    """A thin shell: rolls once per second, and without such a pause while more is marked than it does at once.

    The same thread empties SQLite's write-ahead log, and calls `daily` once a day and `hourly` once an hour when
    nothing is marked: so what is purged is derived, and of several processes only the one that holds the lease purges.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        clock: Callable[[], float],
        holder: str,
        limit: int = ROLL_LIMIT,
        at_once: int = AT_ONCE,
        rest: float = REST_SHARE,
        dropped: Callable[[int], None] = ignore,
        months: Callable[[int], bool] = nothing_to_do,
        daily: Callable[[int], None] = ignore,
        hourly: Callable[[int], None] = ignore,
        minutely: Callable[[int], None] = ignore,
    ) -> None:
        """Nothing runs until `start`.

        `months` is told the time whenever nothing is marked, and says whether it has more to do. `daily` is told the
        time when it has not, once on each UTC day, for the first time at once; then `hourly` in each hour.
        `minutely` is told the time in each minute, however much is marked.
        """
        self._engine = engine
        self._clock = clock
        self._holder = holder
        self._limit = limit
        self._at_once = at_once
        self._rest = rest
        self._dropped = dropped
        self._months = months
        self._daily = daily
        self._hourly = hourly
        self._minutely = minutely
        self._day = self._hour = self._minute = -1
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
                now = int(self._clock())
                more = roll(self._engine, now, self._holder, self._limit, at_once=self._at_once, dropped=self._dropped)
                if more:
                    more = lag(self._engine) > self._limit
                elif holds_lease(self._engine, now, self._holder):
                    more = self._months(now)
                    if not more:
                        self._do_now_and_then(now)
                self._look_each_minute(now)
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

    def _look_each_minute(self, now: int) -> None:
        if now // MINUTE_SECONDS != self._minute and holds_lease(self._engine, now, self._holder):
            self._minute = now // MINUTE_SECONDS
            self._minutely(now)

    def _do_now_and_then(self, now: int) -> None:
        if now // DAY_SECONDS != self._day and holds_lease(self._engine, now, self._holder):
            self._day = now // DAY_SECONDS
            self._daily(now)
        if now // HOUR_SECONDS != self._hour and holds_lease(self._engine, now, self._holder):
            self._hour = now // HOUR_SECONDS
            self._hourly(now)
