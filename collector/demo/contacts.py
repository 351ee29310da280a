"""When the invented stations reached the collector: every half hour, except while their site had no internet."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Sequence
from random import Random

from agent.wire.v1 import Envelope
from collector.demo.stations import Site
from collector.domain import calendar
from collector.domain.calendar import SLOT_SECONDS
from collector.domain.contacts import ON_SECONDS, contact_of
from collector.domain.stations import USUAL_INTERVAL_SECONDS
from collector.storage.rows import Row

AWAY_CHANCE = 0.04
"""That the internet of a site fails on a day."""
HOUR = 3600
NEVER = 2**40
Stretch = tuple[int, int]


def away(which: Site, seed: int, day: dt.date) -> Stretch | None:
    """From when to when a site had no internet that day, in seconds since 1970-01-01 UTC."""
    random = Random(f"{seed}/{which.place.code}/{day}/internet")  # noqa: S311 nothing secret is drawn
    if random.random() >= AWAY_CHANCE:
        return None
    start = calendar.start_of_day(day, which.zone) * SLOT_SECONDS + random.randint(9 * HOUR, 15 * HOUR)
    return start, start + random.randint(HOUR, 5 * HOUR)


def times(start: int, end: int, outs: Sequence[Stretch], *, last_word: bool) -> list[int]:
    """When a station that was on from `start` to `end` reached the collector; also when the internet came back."""
    tried = [*range(start, end, USUAL_INTERVAL_SECONDS), *([end] if last_word else [])]
    reached = [each for each in tried if not any(begin <= each < until for begin, until in outs)]
    return sorted(reached + [until for _, until in outs if start < until < end])


def with_contacts(rows: Sequence[Row], said: Envelope, outs: Sequence[Stretch]) -> list[Row]:
    """The rows of an envelope's slot records, with what became of the contact of each: the last column."""
    on = {(record.run_id, record.slot) for record in said.slots if record.seconds_on >= ON_SECONDS}
    reached = {
        each.run_id: times(
            each.started_at_seconds,
            each.last_seen_at_seconds,
            outs,
            # The day of the last run goes on: it speaks now.
            last_word=each.stopped_at_seconds is not None or each.last_seen_at_seconds == said.composed_at_seconds,
        )
        for each in said.runs
    }
    found = []
    for row, record in zip(rows, said.slots, strict=True):
        mine = reached[record.run_id]
        at = bisect_left(mine, record.slot * SLOT_SECONDS)
        received_at = mine[at] if at < len(mine) else NEVER
        found.append((*row[:-1], contact_of(record.slot, record.run_id, received_at, on).value))
    return found
