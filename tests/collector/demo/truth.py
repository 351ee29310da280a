"""What the invented visitors did, added up second by second and not by slots: what the figures must say."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from agent.wire.figures import IDLE_RULES_MINUTES, SLOT_SECONDS
from collector.demo.contacts import away
from collector.demo.stations import PLUG_CHANCE, Site, Station, StationDay, is_on, station_day

Stretch = tuple[int, int]


class Truth(NamedTuple):
    """Of one site in some days, under one idle rule."""

    sessions: int
    """Started while it was open, or in the quarter-hour before."""
    sessions_outside: int
    seconds: int
    """In use while it was open."""
    seconds_outside: int
    seconds_open: int
    seconds_available: int
    """Of all stations that were there and not out of order, while it was open."""
    seconds_known: int
    """Of those: on and heard of, or switched off well and on again with the next thing heard."""


def truth_of(site: Site, stations: Iterable[Station], days: Sequence[dt.date], rule_minutes: int, now: int) -> Truth:
    rule = IDLE_RULES_MINUTES.index(rule_minutes)
    openings = {
        day: [(each.first_slot * SLOT_SECONDS, each.end_slot * SLOT_SECONDS) for each in site.openings(day)]
        for day in days
    }
    every = [opening for each in openings.values() for opening in each]
    inside = outside = seconds = all_seconds = available = known = 0
    for station in stations:
        for day in days:
            if station.is_there(day) and not station.is_out(day):
                available += sum(end - start for start, end in openings[day])
            done = None if station.is_silent(day) else station_day(site, station, day, now)
            if done is None:
                continue
            known += overlap([(done.on_at, min(done.off_at, now))], openings[day])
            for session in done.sessions[rule]:
                counted = any(start - SLOT_SECONDS <= session.start < end for start, end in openings[day])
                inside, outside = inside + counted, outside + (not counted)
                all_seconds += session.seconds()
                seconds += overlap(session.in_use, openings[day])
        in_order = [opening for day in days if not station.is_out(day) for opening in openings[day]]
        known += overlap(off(site, station, days, now), in_order)
    opened = sum(end - start for start, end in every)
    return Truth(inside, outside, seconds, all_seconds - seconds, opened, available, known)


def off(site: Site, station: Station, days: Sequence[dt.date], now: int) -> list[Stretch]:
    """From a proper stop to the next start, where nothing was lost in between."""
    around = [days[0] + dt.timedelta(days=number) for number in range(-20, len(days) + 20)]
    found: list[Stretch] = []
    before: StationDay | None = None
    for day in around:
        if station.is_silent(day):
            before = None
            continue
        done = station_day(site, station, day, now) if is_on(site, station, day) else None
        if done is None:
            continue
        if before is not None and station.draw(before.day, "plug").random() >= PLUG_CHANCE:
            found.append((before.off_at, done.on_at))
        before = done
    return found


def contacts(site: Site, stations: Iterable[Station], days: Sequence[dt.date], now: int) -> tuple[int, int]:
    """How many contacts were due while the site was open, one each half hour, and how many came."""
    due = made = 0
    for station in stations:
        for day in days:
            done = None if station.is_silent(day) or station.is_out(day) else station_day(site, station, day, now)
            if done is None:
                continue
            out = away(site, station.seed, day) or (0, 0)
            opened = [(each.first_slot * SLOT_SECONDS, each.end_slot * SLOT_SECONDS) for each in site.openings(day)]
            tried = list(range(done.on_at, min(done.off_at, now), 1800))
            inside = [each for each in tried if any(start <= each < end for start, end in opened)]
            due += len(inside)
            made += sum(not out[0] <= each < out[1] for each in inside)
    return made, due


def overlap(some: Iterable[Stretch], others: Sequence[Stretch]) -> int:
    return sum(max(0, min(end, last) - max(start, first)) for start, end in some for first, last in others)
