"""What the stations of the invented region do on a day, and what their agents say of it."""

import datetime as dt
import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from agent.wire.figures import LENGTH_BANDS_MINUTES, SLOT_SECONDS
from agent.wire.v1 import Envelope, IdleRule, RunRecord, SlotRecord
from collector import __version__
from collector.demo.readings import readings_of
from collector.demo.region import Place
from collector.demo.visits import SEASON, Session, sessions_of, visits_of
from collector.domain import calendar, opening_hours
from collector.domain.register import Calendar, Opening

ASLEEP_CHANCE = 0.04
"""That nobody switches a station on although the site is open."""
PLUG_CHANCE = 0.02
"""That a station ends its day without a word."""
LONGEST_SEARCH_DAYS = 60
_RULES: tuple[Literal[3, 5, 10, 15], ...] = (3, 5, 10, 15)
_BANDS = [60 * minutes for minutes in LENGTH_BANDS_MINUTES]


class Station(NamedTuple):
    """One PC of a place; `started_on` is the day of the demonstration's first start."""

    place: Place
    number: int
    seed: int
    started_on: dt.date

    def draw(self, day: dt.date, what: str) -> Random:
        return Random(f"{self.seed}/{self.place.code}/{self.number}/{day}/{what}")  # noqa: S311 nothing secret is drawn

    def run_id(self, day: dt.date) -> str:
        text = f"{self.seed}/{self.place.code}/{self.number}/{day}"
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def is_silent(self, day: dt.date) -> bool:
        """Whether nothing ever arrives of that day."""
        ago = (self.started_on - day).days
        return any(gap.from_days >= ago > gap.until_days for gap in self.place.gaps)

    def is_out(self, day: dt.date) -> bool:
        ago = (self.started_on - day).days
        return any(out.station == self.number and out.from_days >= ago > out.until_days for out in self.place.outages)

    def is_there(self, day: dt.date) -> bool:
        return all(
            number != self.number or day >= self.started_on - dt.timedelta(days=ago)
            for number, ago in self.place.newcomers
        )


class StationDay(NamedTuple):
    """A day on which a station was on, from `on_at` up to `off_at`, both seconds since 1970-01-01 UTC."""

    day: dt.date
    on_at: int
    off_at: int
    sessions: tuple[tuple[Session, ...], ...]
    """By idle rule."""


@dataclass(frozen=True, eq=False)  # known by identity: its calendar would take long to hash
class Site:
    """A place with its calendar."""

    place: Place
    opening: Calendar
    zone: ZoneInfo

    @lru_cache(maxsize=1000)  # noqa: B019 a demonstration has eight of them, for its whole life
    def openings(self, day: dt.date) -> tuple[Opening, ...]:
        return tuple(opening_hours.openings(self.opening, calendar.day(day, self.zone), self.zone))


def is_on(site: Site, station: Station, day: dt.date) -> bool:
    """Whether a station was switched on that day."""
    return (
        bool(site.openings(day))
        and station.is_there(day)
        and not station.is_out(day)
        and station.draw(day, "on").random() >= ASLEEP_CHANCE
    )


def station_day(site: Site, station: Station, day: dt.date, now: int) -> StationDay | None:
    """What the station did that day up to `now`; None when it was never on, or not yet."""
    if not is_on(site, station, day):
        return None
    openings = site.openings(day)
    random = station.draw(day, "day")
    on_at = openings[0].first_slot * SLOT_SECONDS - random.randint(300, 1500)
    off_at = openings[-1].end_slot * SLOT_SECONDS + random.randint(120, 1200)
    if on_at >= now:
        return None
    demand = min(0.95, station.place.demand * SEASON[day.month - 1] * random.uniform(0.75, 1.25))
    noon = dt.datetime.combine(day, dt.time(12), site.zone)
    ahead = int((noon.utcoffset() or dt.timedelta()).total_seconds()) // 3600
    visits = visits_of(random, openings, demand, station.place.minutes, ahead)
    by_activity = station.place.method == "activity"
    return StationDay(
        day,
        on_at,
        off_at,
        tuple(
            tuple(sessions_of(visits, by_activity=by_activity, rule_minutes=minutes, now=min(now, off_at)))
            for minutes in _RULES
        ),
    )


def envelope(site: Site, station: Station, days: Sequence[dt.date], now: int) -> Envelope | None:
    """All that the station says of some days, at `now`; None when it has nothing to say."""
    runs: list[RunRecord] = []
    slots: list[SlotRecord] = []
    for day in days:
        done = None if station.is_silent(day) else station_day(site, station, day, now)
        if done is not None:
            runs.append(_run(site, station, done, now))
            slots += _slots(site.place, station.run_id(day), done, now)
    if not runs:
        return None
    name = hashlib.sha256(f"{station.run_id(days[0])}/{now}".encode()).hexdigest()[:32]
    return Envelope(
        schema=1,
        envelope_id=name,
        previous_envelope_id=None,
        current_run_id=runs[-1].run_id,
        composed_at_seconds=min(now, runs[-1].last_seen_at_seconds),
        clock_trusted=True,
        backlog=True,
        agent_version=__version__,
        runs=tuple(runs),
        slots=tuple(slots),
        undated=(),
        readings=readings_of(
            station.draw(station.started_on, "hardware"),
            station.draw(days[-1], "load"),
            linux=site.place.method == "activity",
            booted_at=runs[-1].started_at_seconds,
            now=min(now, runs[-1].last_seen_at_seconds),
            faults=[fault for number, fault in station.place.faults if number == station.number],
        ),
    )


def _run(site: Site, station: Station, done: StationDay, now: int) -> RunRecord:
    over = done.off_at <= now
    ended_well = station.draw(done.day, "plug").random() >= PLUG_CHANCE
    seen = min(done.off_at, now)
    return RunRecord(
        run_id=station.run_id(done.day),
        previous_run_id=_previous(site, station, done.day),
        revision=_revision(done, now),
        start_reason="boot",
        clock="trusted",
        started_at_seconds=done.on_at,
        last_seen_at_seconds=seen,
        stopped_at_seconds=seen if over and ended_well else None,
        stop_reason="power_off" if over and ended_well else None,
    )


def _previous(site: Site, station: Station, day: dt.date) -> str | None:
    for ago in range(1, LONGEST_SEARCH_DAYS):
        before = day - dt.timedelta(days=ago)
        if station.is_silent(before):
            # It was installed again after that.
            return None
        if is_on(site, station, before):
            return station.run_id(before)
    return None


def _revision(done: StationDay, now: int) -> int:
    return min(now, done.off_at) - done.on_at + 1


def _slots(place: Place, run_id: str, done: StationDay, now: int) -> list[SlotRecord]:
    until = min(done.off_at, now)
    first, end = done.on_at // SLOT_SECONDS, -(-until // SLOT_SECONDS)
    counts = [_counted(sessions, first, end) for sessions in done.sessions]
    records = []
    for index in range(end - first):
        start = (first + index) * SLOT_SECONDS
        seen = min(until, start + SLOT_SECONDS) - max(done.on_at, start)
        records.append(
            SlotRecord(
                run_id=run_id,
                slot=first + index,
                revision=_revision(done, now),
                method="activity" if place.method == "activity" else "log_on",
                presence_readable=place.presence,
                seconds_observed=seen,
                seconds_on=seen,
                idle_rules=tuple(
                    IdleRule(
                        minutes=minutes, starts=found[0][index], seconds_in_use=found[1][index], lengths=found[2][index]
                    )
                    for minutes, found in zip(_RULES, counts, strict=True)
                ),
            )
        )
    return records


_NO_LENGTHS = (0,) * len(_BANDS)


def _counted(sessions: Sequence[Session], first: int, end: int) -> tuple[list[int], list[int], list[tuple[int, ...]]]:
    """Starts, seconds in use and lengths by slot, from the slot `first` up to, and without, `end`."""
    starts, seconds = [0] * (end - first), [0] * (end - first)
    lengths = [_NO_LENGTHS] * (end - first)
    for session in sessions:
        place = session.start // SLOT_SECONDS - first
        starts[place] += 1
        if session.ended:
            band = bisect_right(_BANDS, session.seconds()) - 1
            lengths[place] = tuple(count + (number == band) for number, count in enumerate(lengths[place]))
        for begun, until in session.in_use:
            for slot in range(begun // SLOT_SECONDS, -(-until // SLOT_SECONDS)):
                border = slot * SLOT_SECONDS
                seconds[slot - first] += min(until, border + SLOT_SECONDS) - max(begun, border)
    return starts, seconds, lengths
