"""The sums that figures are computed from, of any whole local days: stored months where these count, else site slots.

Nothing is ever stale: what the roller has not stored yet, or what a mark says has changed, is added up here, by the
function that also makes what is stored.
"""

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from collector.domain import calendar
from collector.domain.calendar import SLOT_SECONDS, Month, Period
from collector.domain.offer import Life, Stretch, slot_down, spans, stretches
from collector.domain.opening_hours import openings
from collector.domain.register import Calendar, Opening, OpeningKind, Outage
from collector.domain.rollups import Key, OfDay, Sums, roll_up
from collector.domain.site_slots import SiteSlot
from collector.domain.statistics import Rules, idle_rule_of
from collector.domain.tally import Counts, Part, Tally, counts_of, parts_of_day, tallied, tally
from collector.domain.use import IDLE_RULES_MINUTES
from collector.storage.models import station
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.equipment import outages_of_sites
from collector.storage.queries.rolled_days import days_stored
from collector.storage.queries.rolled_months import Stored, late_corrections, stored_counts
from collector.storage.queries.site_slots import slots_between
from collector.storage.queries.sites import Site


@dataclass(frozen=True, slots=True)
class Offer:
    """What the register says of one site over a stretch of time: all that decides what its slots are."""

    calendar: Calendar
    openings: Sequence[Opening]
    """Of that time and of the day after it, in order."""
    timed_from: int | None
    """The first slot of the first timetable."""
    lives: Sequence[Life]
    outages: Sequence[Outage]

    def begins(self) -> int | None:
        """The first slot in which the site offers anything; None before there is a station or a timetable."""
        firsts = [slot_down(life.start) for life in self.lives]
        if self.timed_from is not None:
            firsts.append(self.timed_from)
        return min(firsts, default=None)

    def stretches(self, first: int, end: int) -> list[Stretch]:
        if first >= end:
            return []
        begin = bisect_right([opening.end_slot for opening in self.openings], first)
        return stretches(list(spans(first, end, self.openings[begin:], self.timed_from)), self.lives, self.outages)


def offers_of(
    connection: Connection, site_ids: Sequence[int], first_day: dt.date, last_day: dt.date, zone: ZoneInfo
) -> dict[int, Offer]:
    """By site, for all days from the first to the last."""
    after = last_day + dt.timedelta(days=1)
    period = calendar.days(first_day, after, zone)
    calendars = calendars_of(connection, site_ids, first_day.year, after.year)
    outages = outages_of_sites(connection, site_ids)
    lives = lives_of_stations(connection, site_ids)
    found = {}
    for site_id in site_ids:
        mine = calendars[site_id]
        firsts = [each.valid_from for each in mine.timetables]
        found[site_id] = Offer(
            mine,
            _openings(mine, period, zone) if firsts else (),
            calendar.start_of_day(min(firsts), zone) if firsts else None,
            lives.get(site_id, []),
            outages[site_id],
        )
    return found


@lru_cache(maxsize=256)
def _openings(known: Calendar, period: Period, zone: ZoneInfo) -> tuple[Opening, ...]:
    """The same register gives the same openings; those of a year take some hundredths of a second."""
    return tuple(openings(known, period, zone))


def lives_of_stations(connection: Connection, site_ids: Sequence[int]) -> dict[int, list[Life]]:
    """By site, also of the stations that are no longer there."""
    rows = connection.execute(
        select(station.c.site_id, station.c.station_id, station.c.installed_at, station.c.retired_at).where(
            station.c.site_id.in_(site_ids)
        )
    )
    found: dict[int, list[Life]] = {}
    for row in rows:
        found.setdefault(row.site_id, []).append(Life(row.station_id, row.installed_at, row.retired_at))
    return found


class _Range(NamedTuple):
    lead: int
    """From here on, without a break, the site has free access: a run of saturated slots may have begun there."""
    first_slot: int
    end_slot: int


@dataclass(slots=True)
class _Wanted:
    """One site: what is stored of it, and the ranges of slots that must be added up now."""

    site: Site
    offer: Offer
    stored: dict[int, Stored] = field(default_factory=dict)
    """By the number of the period."""
    days: dict[int, list[OfDay]] = field(default_factory=dict)
    """By the number of the period, of the days in it that are stored."""
    ranges: dict[int, list[_Range]] = field(default_factory=dict)
    """By the number of the period, cut where any period or month begins or ends: what is shared is added once."""


@dataclass(frozen=True, slots=True)
class Tallies:
    """Of the periods asked, in their order."""

    tallies: list[Tally]
    late_correction: list[bool]
    added_now: list[list[Mapping[Key, Sums]]]
    """What was added up now of each period; the rest is stored, by month or by day."""
    stored: list[bool]
    offer: Offer


def tallies_of_sites(
    connection: Connection, sites: Sequence[Site], periods: Sequence[Period], now: int, rules: Rules
) -> dict[int, Tallies]:
    """By site. Periods are whole local days; nothing after `now` counts."""
    if not sites or not periods:
        return {}
    zone = rules.zone
    site_ids = [site.site_id for site in sites]
    first, last = min(each.first_day for each in periods), max(each.last_day for each in periods)
    offers = offers_of(connection, site_ids, first, last, zone)
    rule_of = [IDLE_RULES_MINUTES.index(idle_rule_of(period, rules)) for period in periods]
    months = {month: rule_of[at] for at, each in enumerate(periods) if (month := calendar.month_of(each, zone))}
    stored = stored_counts(connection, site_ids, months) if months else {}
    late = late_corrections(connection, site_ids) if months else set()
    whole = calendar.months_between(Month(first.year, first.month), Month(last.year, last.month))
    begins = [calendar.month(each, zone).first_slot for each in whole]
    edges = sorted({*begins, *(edge for each in periods for edge in (each.first_slot, each.end_slot))})
    days = _days(connection, site_ids, periods, stored, now, zone)
    wanted = []
    for site in sites:
        mine = _Wanted(site, offers[site.site_id])
        for at, period in enumerate(periods):
            _want(mine, at, period, edges, begins, stored, days, now, zone)
        wanted.append(mine)
    rows = slots_between(connection, [each for mine in wanted for each in _merged(mine)])
    return {mine.site.site_id: _tallies(mine, periods, rule_of, rows, late, now, zone) for mine in wanted}


def _days(
    connection: Connection,
    site_ids: Sequence[int],
    periods: Sequence[Period],
    stored: Mapping[tuple[int, Month], Stored],
    now: int,
    zone: ZoneInfo,
) -> dict[tuple[int, Month], list[OfDay]]:
    """What is stored of the days of periods that are no months, and of months that are not wanted to their end."""
    months: set[Month] = set()
    at = -(-now // SLOT_SECONDS)
    midnight = calendar.today(now, zone).first_slot
    for each in periods:
        month = calendar.month_of(each, zone)
        if each.first_slot >= midnight:
            continue
        if month is None:
            first, last = each.first_day, each.last_day
            months |= set(calendar.months_between(Month(first.year, first.month), Month(last.year, last.month)))
        elif any(stored[key].until_slot > at for site_id in site_ids if (key := (site_id, month)) in stored):
            months.add(month)
    return days_stored(connection, site_ids, months) if months else {}


def _want(
    mine: _Wanted,
    at: int,
    period: Period,
    edges: Sequence[int],
    months: Sequence[int],
    stored: Mapping[tuple[int, Month], Stored],
    days: Mapping[tuple[int, Month], list[OfDay]],
    now: int,
    zone: ZoneInfo,
) -> None:
    month = calendar.month_of(period, zone)
    there = None if month is None else stored.get((mine.site.site_id, month))
    first, end = period.first_slot, min(period.end_slot, -(-now // SLOT_SECONDS))
    if there is not None and there.until_slot <= max(end, first):
        mine.stored[at] = there
        first = there.until_slot
    begins = mine.offer.begins()
    if first >= end or begins is None or begins >= end:
        mine.ranges[at] = []
        return
    gaps = [(first, end)]
    # A month that does not count is added up whole: its hours of the week are asked too, and days have none.
    if first == period.first_slot and (month is None or there is not None):
        mine.days[at], gaps = _of_days(mine, period, end, days, zone)
    mine.ranges[at] = [
        _Range(_lead(mine.offer.openings, begin, months[bisect_right(months, begin) - 1]), begin, until)
        for gap, after in gaps
        for begin, until in pairwise([gap, *edges[bisect_right(edges, gap) : bisect_left(edges, after)], after])
    ]


def _of_days(
    mine: _Wanted, period: Period, end: int, days: Mapping[tuple[int, Month], list[OfDay]], zone: ZoneInfo
) -> tuple[list[OfDay], list[tuple[int, int]]]:
    """The days of a period that are stored and lie before `end`, and the slots between them."""
    found, gaps, at = [], [], period.first_slot
    for day in calendar.days_of(period, zone):
        date = day.first_day
        known = days.get((mine.site.site_id, Month(date.year, date.month)), [])
        if day.end_slot > end or date.day > len(known):
            continue
        if at < day.first_slot:
            gaps.append((at, day.first_slot))
        found.append(known[date.day - 1])
        at = day.end_slot
    return found, [*gaps, *([(at, end)] if at < end else [])]


def _lead(opened: Sequence[Opening], first: int, lowest: int) -> int:
    """Where the free access that goes on at `first` began, in the same month; `first` where none does."""
    number = bisect_left(opened, first, key=attrgetter("first_slot"))
    for opening in reversed(opened[:number]):
        if opening.end_slot < first or opening.kind is not OpeningKind.FREE_ACCESS or first <= lowest:
            break
        first = max(opening.first_slot, lowest)
    return first


def _merged(mine: _Wanted) -> list[tuple[int, int, int]]:
    """Each slot that is wanted once, as ranges."""
    found: list[tuple[int, int, int]] = []
    for first, end in sorted({(each.lead, each.end_slot) for some in mine.ranges.values() for each in some}):
        if found and found[-1][2] >= first:
            found[-1] = (mine.site.site_id, found[-1][1], max(end, found[-1][2]))
        else:
            found.append((mine.site.site_id, first, end))
    return found


def _tallies(
    mine: _Wanted,
    periods: Sequence[Period],
    rule_of: Sequence[int],
    rows: Mapping[int, Mapping[int, SiteSlot]],
    late: set[tuple[int, Month]],
    now: int,
    zone: ZoneInfo,
) -> Tallies:
    known = rows.get(mine.site.site_id, {})
    demonstration = mine.site.demonstration
    rolls: dict[tuple[int, int], dict[Key, Sums]] = {}
    counted: dict[tuple[int, int, int], Tally] = {}
    done: list[Tally] = []
    added_now: list[list[Mapping[Key, Sums]]] = []
    for at in range(len(periods)):
        some = [tally(mine.stored[at].parts, demonstration=demonstration)] if at in mine.stored else []
        some += [tally(parts_of_day(each, rule_of[at]), demonstration=demonstration) for each in mine.days.get(at, ())]
        added_now.append([])
        for lead, first, end in mine.ranges[at]:
            if (first, end) not in rolls:
                rolls[first, end] = roll_up(mine.offer.stretches(lead, end), known, zone, now, since=first)
            roll = rolls[first, end]
            added_now[-1].append(roll)
            if (first, end, rule_of[at]) not in counted:
                counted[first, end, rule_of[at]] = tally(_parts(roll, rule_of[at]), demonstration=demonstration)
            some.append(counted[first, end, rule_of[at]])
        done.append(tallied(some))
    months = [calendar.month_of(period, zone) for period in periods]
    late_here = [month is not None and (mine.site.site_id, month) in late for month in months]
    return Tallies(done, late_here, added_now, [at in mine.stored for at in range(len(periods))], mine.offer)


def _parts(roll: Mapping[Key, Sums], rule: int) -> Iterable[tuple[Part, Counts]]:
    return ((Part(key.kind, key.several), counts_of(sums, rule)) for key, sums in roll.items())
