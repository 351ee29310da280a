"""A site of a few stations, made by hand or at random, from facts to figures; used by the tests of figures."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random
from zoneinfo import ZoneInfo

from collector.domain import calendar as local
from collector.domain.calendar import SLOT_SECONDS, Period
from collector.domain.cells import Cell
from collector.domain.marks import Mark
from collector.domain.offer import Life, Stretch, slot_down, slot_up, spans, stretches
from collector.domain.opening_hours import openings
from collector.domain.operation import operation
from collector.domain.outages import slots_of_outage
from collector.domain.register import (
    Calendar,
    Closure,
    Extra,
    OpeningKind,
    Outage,
    Timetable,
    WeeklyInterval,
)
from collector.domain.rollups import Key, Sums, roll_up
from collector.domain.site_slots import NO_LENGTHS, Fact, SiteSlot, derive
from collector.domain.tally import Part, Tally, counts_of, tally
from collector.domain.use import use
from collector.domain.year import Material

ZONE = ZoneInfo("Europe/Brussels")
LIMIT = Fraction(4, 5)
OFFICIAL = 2
"""Ten minutes."""
WORKDAYS = range(5)
FREE, ACCOMPANIED, TRAINING = OpeningKind


def timetable(
    since: int, until: int, *, days: Sequence[int] = WORKDAYS, kind: OpeningKind = FREE, valid_from: str = "2020-01-01"
) -> Timetable:
    """The same hours on each of some weekdays."""
    intervals = tuple(WeeklyInterval(day, since * 60, until * 60, kind) for day in days)
    return Timetable(dt.date.fromisoformat(valid_from), intervals)


@dataclass(frozen=True)
class SmallSite:
    calendar: Calendar
    lives: tuple[Life, ...]
    outages: tuple[Outage, ...] = ()
    facts: Mapping[int, Sequence[Fact]] = field(default_factory=dict)
    """By slot."""
    off: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    """Seconds proved off by slot and station."""

    def timed_from(self) -> int | None:
        firsts = [each.valid_from for each in self.calendar.timetables]
        return local.start_of_day(min(firsts), ZONE) if firsts else None

    def stretches(self, period: Period) -> list[Stretch]:
        after = local.days(period.first_day, period.last_day + dt.timedelta(days=1), ZONE)
        opened = openings(self.calendar, after, ZONE)
        cut = spans(period.first_slot, period.end_slot, opened, self.timed_from())
        return stretches(list(cut), self.lives, self.outages)

    def rows(self) -> dict[int, SiteSlot]:
        found = {}
        for slot in sorted({*self.facts, *self.off}):
            installed = {each.station_id for each in self.lives if slot_down(each.start) <= slot < slot_up(each.end)}
            broken = set()
            for outage in self.outages:
                first, end = slots_of_outage(outage)
                if first <= slot and (end is None or slot < end):
                    broken.add(outage.station_id)
            row = derive(self.facts.get(slot, ()), self.off.get(slot, {}), installed, broken)
            if row is not None:
                found[slot] = row
        return found

    def rolled(self, period: Period, now: int | None = None) -> dict[Key, Sums]:
        return roll_up(self.stretches(period), self.rows(), ZONE, now)

    def tally(self, period: Period, now: int | None = None, *, demonstration: bool = False) -> Tally:
        parts = [
            (Part(key.kind, key.several), counts_of(sums, OFFICIAL)) for key, sums in self.rolled(period, now).items()
        ]
        return tally(parts, demonstration=demonstration)

    def figures(self, period: Period, now: int | None = None, *, demonstration: bool = False) -> dict[str, Cell]:
        found = self.tally(period, now, demonstration=demonstration)
        return operation(found) | use(found, LIMIT)

    def material(self, period: Period, *marks: Mark) -> Material:
        return Material(self.tally(period), {}, 10, frozenset(marks))


def fact(station: int, in_use: int = 0, starts: int = 0, *, observed: int = 900, band: int | None = None) -> Fact:
    """A slot in which a station was seen; `band` is where the lengths of its sessions lie, None: unknown."""
    lengths = NO_LENGTHS if band is None else " ".join(str(starts if each == band else 0) for each in range(7))
    return Fact(station, "activity", True, observed, observed, (starts,) * 4, (in_use,) * 4, (lengths,) * 4)


def random_site(random: Random, first_day: dt.date, days: int, *, slots_known: float = 0.5) -> SmallSite:
    """Up to four stations over some days: lunch breaks, nights past midnight, closures, outages, gaps, use at night."""
    first = local.start_of_day(first_day, ZONE) * SLOT_SECONDS
    last = first + days * 86_400

    def moment() -> int:
        return random.randrange(first - 5 * 86_400, last + 5 * 86_400)

    lives = []
    for number in range(1, random.randint(0, 4) + 1):
        start = moment() if random.random() < 0.4 else 0
        end = moment() if random.random() < 0.4 else None
        lives.append(Life(number, start, None if end is None else max(start + 1, end)))
    outages = []
    for life in lives:
        if random.random() < 0.4:
            start = moment()
            outages.append(
                Outage(life.station_id, start, random.choice([None, start + random.randrange(1, 10 * 86_400)]))
            )
    site = SmallSite(_random_calendar(random, first_day, days), tuple(lives), tuple(outages))
    facts: dict[int, list[Fact]] = {}
    off: dict[int, dict[int, int]] = {}
    for slot in range(first // SLOT_SECONDS, last // SLOT_SECONDS):
        for life in lives:
            if random.random() > slots_known:
                continue
            if random.random() < 0.3:
                off.setdefault(slot, {})[life.station_id] = random.choice([900, 450])
            else:
                observed = random.choice([900, 900, 300])
                in_use = random.choice([0, observed // 2, observed])
                band = random.choice([None, 0, 3, 6])
                facts.setdefault(slot, []).append(
                    fact(life.station_id, in_use, random.randrange(3), observed=observed, band=band)
                )
    return SmallSite(site.calendar, site.lives, site.outages, facts, off)


def _random_calendar(random: Random, first_day: dt.date, days: int) -> Calendar:
    def day() -> dt.date:
        return first_day + dt.timedelta(days=random.randrange(days))

    if random.random() < 0.1:
        return Calendar(())
    timetables = []
    for valid_from in [random.choice([first_day - dt.timedelta(days=9), day()]), day()][: random.randint(1, 2)]:
        intervals = []
        for weekday in random.sample(range(7), random.randint(0, 7)):
            intervals += [
                WeeklyInterval(weekday, 9 * 60, 12 * 60 + 15, random.choice(list(OpeningKind))),
                WeeklyInterval(weekday, 13 * 60, random.choice([17 * 60, 26 * 60]), random.choice(list(OpeningKind))),
            ]
        timetables.append(Timetable(valid_from, tuple(intervals)))
    closures = [
        Closure(each := day(), each + dt.timedelta(days=random.randrange(40)), "") for _ in range(random.randint(0, 1))
    ]
    extras = [Extra(day(), 18 * 60, 30 * 60, random.choice(list(OpeningKind))) for _ in range(random.randint(0, 2))]
    return Calendar(tuple(timetables), tuple(closures), tuple(extras))
