"""Site slots added up by weekday, hour and kind of opening: what every figure of use is computed from.

One function makes the sums of a stored month, of a month that still runs, and of a single day. They are exact and cut
at the same slots, so that days sum to months and months to years. A slot that is not over yet counts with the seconds
that have passed. Slots with fewer than two stations stand apart (`Key.several`), so that disclosure control can leave
them out.

What the register says later of a slot whose facts are gone cannot change that slot: it keeps the stations in service
that it had, and these count as installed.
"""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from operator import add
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from collector.domain.calendar import SLOT_SECONDS
from collector.domain.disclosure import use_may_be_shown
from collector.domain.offer import SlotKind, Stretch
from collector.domain.site_slots import BANDS, NO_LENGTHS, RULES, SiteSlot

HOURS_OF_DAY = 24
HOURS_OF_WEEK = 7 * HOURS_OF_DAY
HOUR_SECONDS = 3600
THURSDAY = 3
SLOTS_LOOKED_AT = 96
"""No clock is moved twice within a day."""
_ALONE = 12
"""Sums that do not depend on the idle rule."""
_BY_RULE = 6 + BANDS
_RULE_PLACES = tuple((rule, _ALONE + rule * _BY_RULE) for rule in range(RULES))
"""Each idle rule, and where its numbers begin."""
NUMBERS = _ALONE + RULES * _BY_RULE + 1
"""Sums written flat have so many."""
_MOST_INSTALLED = 8
_LARGEST = (_MOST_INSTALLED, *(at + place for _, at in _RULE_PLACES for place in (4, 5)))
"""Of these numbers the largest counts, not the sum."""
_NOTHING = (0,) * RULES
_NO_LENGTHS = (NO_LENGTHS,) * RULES


class Key(NamedTuple):
    hour: int
    """Of the local week: 0 is Monday from 0 to 1 h."""
    kind: SlotKind
    several: bool
    """Whether enough stations were installed for their use to be shown."""


class RuleSums(NamedTuple):
    """What depends on the idle rule."""

    starts: int = 0
    seconds_in_use: int = 0
    slots_known: int = 0
    """Slots with a station in service, and every one of them known."""
    slots_saturated: int = 0
    """Of these, all taken."""
    longest: int = 0
    """The longest run of saturated slots of free access that ends in these slots; it is cut where a month begins."""
    most_taken: int = 0
    """In one slot."""
    lengths: tuple[int, ...] = (0,) * BANDS
    """Sessions that started here, by band; with those of unknown length they are the starts."""


_NO_RULES = (RuleSums(),) * RULES


class Sums(NamedTuple):
    seconds: int = 0
    """How long these slots last."""
    seconds_installed: int = 0
    """Over all stations, as the following."""
    seconds_in_service: int = 0
    seconds_observed: int = 0
    """In use or free."""
    seconds_off: int = 0
    records_log_on: int = 0
    records_activity: int = 0
    records_upper_bound: int = 0
    most_installed: int = 0
    """In one slot."""
    contacts_due: int = 0
    contacts_made: int = 0
    seconds_repaired: int = 0
    """On, as the systems' logs told while no agent ran."""
    by_rule: tuple[RuleSums, ...] = _NO_RULES
    """In ascending order of minutes."""
    records_capped: int = 0


AnyKey = TypeVar("AnyKey")
OfDay = dict[tuple[SlotKind, bool], list[int]]
"""The numbers of the sums of a day, flat, by kind and whether enough stations were installed."""


def roll_up(
    parts: Sequence[Stretch], rows: Mapping[int, SiteSlot], zone: ZoneInfo, now: int | None = None, *, since: int = 0
) -> dict[Key, Sums]:
    """The sums of stretches that follow each other; `rows` by slot, where anything is known of it.

    Nothing after `now` counts; None: all of it is over. Of the slots before `since` only the saturated ones right
    before it are looked at, for the run that goes on.
    """
    if not parts:
        return {}
    hours = hours_of_week(parts[0].first_slot, parts[-1].end_slot, zone)
    return {key: sums_of(cell) for key, cell in _cells(parts, rows, hours, now, since).items()}


def roll_up_days(
    parts: Sequence[Stretch], rows: Mapping[int, SiteSlot], zone: ZoneInfo, days: Sequence[int]
) -> tuple[dict[Key, Sums], list[OfDay]]:
    """The same sums, and those of each day apart; `days` are the first slots of the days, which are over.

    A run of saturated slots that goes on over midnight counts at the day on which it ends, with all its slots.
    """
    whole: dict[Key, list[int]] = {}
    by_day: list[OfDay] = [{} for _ in days]
    if not parts:
        return {}, by_day
    origin, end = parts[0].first_slot, parts[-1].end_slot
    hours = hours_of_week(origin, end, zone)
    buckets: list[int] = []
    for day, (first, until) in enumerate(pairwise([*days, end])):
        buckets += [day * HOURS_OF_WEEK + hour for hour in hours[first - origin : until - origin]]
    for (bucket, kind, several), cell in _cells(parts, rows, buckets, None, 0).items():
        day, hour = divmod(bucket, HOURS_OF_WEEK)
        _merge(whole, Key(hour, kind, several), cell)
        _merge(by_day[day], (kind, several), cell)
    return {key: sums_of(cell) for key, cell in whole.items()}, by_day


def sums_of_parts(sums: Mapping[Key, Sums]) -> OfDay:
    """The sums of all hours together, flat as those of a day."""
    found: OfDay = {}
    for key, some in sums.items():
        _merge(found, (key.kind, key.several), flat(some))
    return found


def _merge(found: dict[AnyKey, list[int]], key: AnyKey, cell: list[int]) -> None:
    """Adds numbers to those of a key."""
    have = found.get(key)
    if have is None:
        found[key] = cell
        return
    both = list(map(add, have, cell))
    for at in _LARGEST:
        both[at] = max(have[at], cell[at])
    found[key] = both


def _cells(
    parts: Sequence[Stretch], rows: Mapping[int, SiteSlot], hours: Sequence[int], now: int | None, since: int
) -> dict[Key, list[int]]:
    """The numbers of sums, flat, by what `hours` says of each slot from that of the first part."""
    origin, end = parts[0].first_slot, parts[-1].end_slot
    if now is not None:
        end = min(end, -(-now // SLOT_SECONDS))
    if not rows and since <= origin and (now is None or end * SLOT_SECONDS <= now):
        return _unknown(parts, hours, end)
    found: dict[Key, list[int]] = {}
    unwanted = [0] * NUMBERS
    runs = [0] * RULES
    before = 0
    for part in parts:
        several = use_may_be_shown(part.installed, demonstration=False)
        by_hour: dict[int, list[int]] = {}
        for slot in range(part.first_slot, min(part.end_slot, end)):
            row = rows.get(slot)
            if row is not None and before != slot - 1:
                runs = [0] * RULES
            before = before if row is None else slot
            hour = hours[slot - origin]
            cell = unwanted if slot < since else by_hour.get(hour)
            if cell is None:
                cell = found.setdefault(Key(hour, part.kind, several), [0] * NUMBERS)
                by_hour[hour] = cell
            length = SLOT_SECONDS if now is None else min(SLOT_SECONDS, now - slot * SLOT_SECONDS)
            if row is None:
                _offer(cell, part, length)
                continue
            _add(cell, row, part, length, runs)
    return found


def _unknown(parts: Sequence[Stretch], hours: Sequence[int], end: int) -> dict[Key, list[int]]:
    """The numbers of slots up to `end` of which nothing is known; `hours` tells of each from the first on."""
    found: dict[Key, list[int]] = {}
    origin = parts[0].first_slot
    for part in parts:
        several = use_may_be_shown(part.installed, demonstration=False)
        of_part = hours[part.first_slot - origin : max(min(part.end_slot, end) - origin, 0)]
        for hour, count in Counter(of_part).items():
            cell = found.setdefault(Key(hour, part.kind, several), [0] * NUMBERS)
            _offer(cell, part, count * SLOT_SECONDS)
    return found


def _offer(cell: list[int], part: Stretch, seconds: int) -> None:
    """Adds time of which nothing is known."""
    cell[0] += seconds
    cell[1] += seconds * part.installed
    cell[2] += seconds * part.in_service
    cell[8] = max(cell[8], part.installed)


def _add(cell: list[int], row: SiteSlot, part: Stretch, length: int, runs: list[int]) -> None:
    """Adds one slot to the numbers of its cell; `runs` are the saturated slots right before it, by idle rule.

    A year of a site has 35,000 slots, so this is written for speed: no calls of min and max, and a short way through
    the nights, in which nobody can have used anything.
    """
    (stations, observed, _, off, log_on, activity, upper_bound,
     known, all_taken, starts, in_use, lengths, due, made, capped, repaired) = row  # fmt: skip
    installed = max(stations, part.installed)
    offered = stations * length
    observed = min(observed, offered)
    cell[0] += length
    cell[1] += length * installed
    cell[2] += offered
    cell[3] += observed
    cell[4] += min(offered - observed, off)
    cell[5] += log_on
    cell[6] += activity
    cell[7] += upper_bound
    cell[8] = max(cell[8], installed)
    cell[9] += due
    cell[10] += made
    cell[11] += repaired
    cell[-1] += capped
    known_stations = stations if length == SLOT_SECONDS and stations else -1
    if not observed and all_taken == _NOTHING == starts and lengths == _NO_LENGTHS:
        for rule, at in _RULE_PLACES:
            cell[at + 2] += known[rule] == known_stations
            runs[rule] = 0
        return
    free = part.kind is SlotKind.FREE_ACCESS
    for rule, at in _RULE_PLACES:
        taken = all_taken[rule]
        run = 0
        if known[rule] == known_stations:
            cell[at + 2] += 1
            if taken == stations:
                cell[at + 3] += 1
                run = runs[rule] + 1 if free else 0
                cell[at + 4] = max(cell[at + 4], run)
        runs[rule] = run
        cell[at] += starts[rule]
        cell[at + 1] += min(observed, in_use[rule])
        cell[at + 5] = max(cell[at + 5], taken)
        if lengths[rule] != NO_LENGTHS:
            for band, count in _bands(lengths[rule]):
                cell[at + band] += count


@lru_cache(maxsize=4096)  # a slot has few sessions, so few words come again and again
def _bands(lengths: str) -> tuple[tuple[int, int], ...]:
    """Where in the numbers of a rule the sessions of a slot are added, and how many."""
    return tuple((at, int(count)) for at, count in enumerate(lengths.split(), 6) if count != "0")


def sums_of(cell: Sequence[int]) -> Sums:
    """The flat numbers in the order of the fields."""
    rules = (cell[at : at + _BY_RULE] for at in range(_ALONE, len(cell) - 1, _BY_RULE))
    by_rule = tuple(RuleSums._make((*each[:6], tuple(each[6:]))) for each in rules)
    return Sums._make((*cell[:_ALONE], by_rule, cell[-1]))


def flat(sums: Sums) -> list[int]:
    """What `sums_of` takes."""
    alone: Sequence[Any] = sums[:_ALONE]
    by_rule: Iterable[Any] = (number for rule in sums.by_rule for number in (*rule[:6], *rule.lengths))
    return [*alone, *by_rule, sums.records_capped]


@lru_cache(maxsize=64)
def hours_of_week(first: int, end: int, zone: ZoneInfo) -> Sequence[int]:
    """The hour of the local week of each slot from `first` up to `end`."""
    found: list[int] = []
    offset = _offset(first, zone)
    for begin in range(first, end, SLOTS_LOOKED_AT):
        until = min(begin + SLOTS_LOOKED_AT, end)
        before, offset = offset, _offset(until, zone)
        if before == offset:
            found += [(slot * SLOT_SECONDS + offset) // HOUR_SECONDS % HOURS_OF_WEEK for slot in range(begin, until)]
        else:
            found += [
                (slot * SLOT_SECONDS + _offset(slot, zone)) // HOUR_SECONDS % HOURS_OF_WEEK
                for slot in range(begin, until)
            ]
    return found


def _offset(slot: int, zone: ZoneInfo) -> int:
    """How far the local week of a slot is ahead of the seconds since 1970-01-01 UTC, which was a Thursday."""
    offset = dt.datetime.fromtimestamp(slot * SLOT_SECONDS, zone).utcoffset()
    assert offset is not None
    return int(offset.total_seconds()) + THURSDAY * HOURS_OF_DAY * HOUR_SECONDS
