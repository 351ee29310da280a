"""Derives everything again that can be, and compares everything with what is stored."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, select

from collector.domain.coverage import SLOT_SECONDS, Off, proved_off
from collector.domain.rollups import sums_of_parts
from collector.domain.seals import SLOTS_PER_DAY
from collector.domain.site_slots import SiteSlot
from collector.ingest import lives, off_time
from collector.ingest.derivation import Key, derived, horizons, stored
from collector.ingest.facts import MARKS
from collector.ingest.months import sums_of
from collector.ingest.roller import lag, new_mark, roll
from collector.ingest.seals import keys_of, seal_of_stored, stored_seals
from collector.storage.engine import is_sqlite, reading, writing
from collector.storage.models import dirty_slot, run, site
from collector.storage.queries.rolled_days import days_of_month
from collector.storage.queries.rolled_months import rolled_months, sha256_of, stored_parts, stored_sums
from collector.storage.rows import insert_rows

AT_ONCE = 500
_EVER = 2**40


class Difference(NamedTuple):
    """Something that is not stored as the facts, or a seal, say. `slot` is where it begins."""

    site_id: int
    slot: int
    sentence: str

    def moment(self) -> str:
        """The beginning of the slot, in UTC."""
        return dt.datetime.fromtimestamp(self.slot * SLOT_SECONDS, dt.UTC).strftime("%Y-%m-%d %H:%M UTC")


@dataclass(slots=True)
class Seen:
    """What was compared."""

    sites: int = 0
    site_slots: int = 0
    days_sealed: int = 0
    site_slots_sealed: int = 0
    months: int = 0
    """Stored sums."""


def rebuild(engine: Engine, clock: Callable[[], int], holder: str, mark: Callable[[], int] = new_mark) -> int:
    """Derives every site slot again that is not sealed; returns how many there are.

    Where another process holds the roller's lease, that one does it; `lag` tells when.
    """
    with reading(engine) as connection:
        sites = [row.site_id for row in connection.execute(select(site.c.site_id).order_by(site.c.site_id))]
    count = 0
    for site_id in sites:
        with writing(engine) as connection:
            first = horizons(connection, [site_id])[site_id]
            keys = keys_of(connection, site_id, first, _EVER)
            off_time.start_over(connection, site_id, mark())
            value = mark()
            insert_rows(connection, MARKS, [(*key, value) for key in keys])
        count += len(keys)
        while roll(engine, clock(), holder, AT_ONCE, mark=mark):
            pass
    return count


def verify(engine: Engine, seen: Seen | None = None) -> Iterator[Difference]:
    """What differs; what is marked is not due yet and left out. Changes nothing."""
    seen = Seen() if seen is None else seen
    with _one_moment(engine) as connection:
        rows = connection.execute(select(site.c.site_id).order_by(site.c.site_id)).all()
    for row in rows:
        seen.sites += 1
        with _one_moment(engine) as connection:
            first = horizons(connection, [row.site_id])[row.site_id]
            yield from _wrong_stretches(connection, row.site_id, first)
            yield from _wrong_site_slots(connection, row.site_id, first, seen)
            yield from _broken_seals(connection, row.site_id, first, seen)


def verify_months(engine: Engine, zone: ZoneInfo, seen: Seen | None = None) -> Iterator[Difference]:
    """Where the stored sums of a month are not those of its site slots, or of a folded month not what they were."""
    seen = Seen() if seen is None else seen
    with _one_moment(engine) as connection:
        sites = [row.site_id for row in connection.execute(select(site.c.site_id).order_by(site.c.site_id))]
        stored = rolled_months(connection, sites)
    for site_id, months in stored.items():
        for month, rolled in months.items():
            with _one_moment(engine) as connection:
                now = rolled_months(connection, [site_id])[site_id].get(month)
                if now is None or (now.mark is not None and now.sha256 is None):
                    continue
                have = stored_sums(connection, site_id, month)
                seen.months += 1
                if now.sha256 is not None:
                    wrong = [] if sha256_of(site_id, month, have) == now.sha256 else ["the sums of a folded month"]
                else:
                    right, days = sums_of(connection, site_id, month, now.until_slot, zone)
                    wrong = sorted(
                        f"{key.kind} in hour {key.hour} of the week"
                        for key in right.keys() | have.keys()
                        if right.get(key) != have.get(key)
                    )
                    kept = days_of_month(connection, site_id, month)
                    if kept is not None and kept != days:
                        wrong.append("the sums of its days")
                if not wrong and stored_parts(connection, site_id, month) != sums_of_parts(have):
                    wrong.append("the sums over its hours")
            if wrong:
                more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
                yield Difference(site_id, rolled.first_slot, f"the stored month {month} is wrong: {wrong[0]}{more}")


def is_done(engine: Engine) -> bool:
    """Whether nothing waits for the roller."""
    with reading(engine) as connection:
        changed = bool(lives.find(connection, 1))
    return not changed and lag(engine) == 0


@contextmanager
def _one_moment(engine: Engine) -> Iterator[Connection]:
    """A connection that sees everything as it was at one moment; on SQLite every transaction does."""
    if is_sqlite(engine):
        with reading(engine) as connection:
            yield connection
        return
    with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        yield connection


def _wrong_stretches(connection: Connection, site_id: int, first: int) -> Iterator[Difference]:
    marked = {
        row.station_id
        for row in connection.execute(select(run.c.station_id).where(run.c.site_id == site_id, run.c.mark.is_not(None)))
    }
    runs = off_time.runs_of(connection, site_id)
    have: dict[int, set[Off]] = {}
    for number, off in off_time.stretches_of_site(connection, site_id):
        have.setdefault(number, set()).add(off)
    for number in sorted((runs.keys() | have.keys()) - marked):
        proved = {off for off in proved_off(runs.get(number, ())) if off.end > first * SLOT_SECONDS}
        for off in sorted(proved ^ have.get(number, set())):
            what = "proved by its runs but not stored" if off in proved else "stored but not proved by its runs"
            sentence = f"{off.end - off.start} s off of station {number} are {what}"
            yield Difference(site_id, off.start // SLOT_SECONDS, sentence)


def _wrong_site_slots(connection: Connection, site_id: int, first: int, seen: Seen) -> Iterator[Difference]:
    keys = keys_of(connection, site_id, first, _EVER)
    marked = {
        (site_id, row.slot)
        for row in connection.execute(select(dirty_slot.c.slot).where(dirty_slot.c.site_id == site_id))
    }
    changing = lives.due(connection, site_id, first)
    seen.site_slots += len(keys)
    for start in range(0, len(keys), AT_ONCE):
        some = [
            key
            for key in keys[start : start + AT_ONCE]
            if key not in marked and not any(begin <= key[1] < end for begin, end in changing)
        ]
        yield from _compared(some, derived(connection, some), stored(connection, some))


def _compared(keys: list[Key], facts: dict[Key, SiteSlot | None], have: dict[Key, SiteSlot]) -> Iterator[Difference]:
    for key in keys:
        right, kept = facts[key], have.get(key)
        if right is None and kept is not None:
            yield Difference(*key, "it is stored, and no fact says anything of it")
        elif right is not None and kept is None:
            yield Difference(*key, "it is missing, and facts say something of it")
        elif right is not None and kept is not None and right != kept:
            changed = [
                f"{name} is {_words(had)}, the facts say {_words(said)}"
                for name, had, said in zip(SiteSlot._fields, kept, right, strict=True)
                if had != said
            ]
            yield Difference(*key, "; ".join(changed))


def _broken_seals(connection: Connection, site_id: int, first: int, seen: Seen) -> Iterator[Difference]:
    seals = stored_seals(connection, site_id)
    days = range(min(seals, default=first // SLOTS_PER_DAY), first // SLOTS_PER_DAY)
    before = keys_of(connection, site_id, 0, days.start * SLOTS_PER_DAY)
    for _, slot in before if first else ():
        yield Difference(site_id, slot, "it lies before the first day that was sealed")
    for day in sorted({*days, *seals}):
        found = seal_of_stored(connection, site_id, day)
        kept = seals.get(day)
        seen.days_sealed += 1
        seen.site_slots_sealed += found.site_slots
        if kept is None:
            yield Difference(site_id, day * SLOTS_PER_DAY, "the seal of this day is missing")
        elif found != kept:
            changed = [
                f"{name} is {_words(had)}, the seal says {_words(said)}"
                for name, had, said in zip(kept._fields, found, kept, strict=True)
                if had != said and name != "sha256"
            ]
            yield Difference(
                site_id, day * SLOTS_PER_DAY, "; ".join(changed) or "a site slot of this day was changed (SHA-256)"
            )


def _words(value: object) -> str:
    return "/".join(map(str, value)) if isinstance(value, tuple) else str(value)
