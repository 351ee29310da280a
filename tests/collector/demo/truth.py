"""What the invented visitors did, added up second by second and not by slots: what the figures must say."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from agent.wire.figures import IDLE_RULES_MINUTES, SLOT_SECONDS
from collector.demo.stations import Site, Station, station_day


class Truth(NamedTuple):
    """Of one site in some days, under one idle rule."""

    sessions: int
    """Started while it was open, or in the quarter-hour before."""
    sessions_outside: int
    seconds: int
    """In use while it was open."""
    seconds_outside: int


def truth_of(site: Site, stations: Iterable[Station], days: Iterable[dt.date], rule_minutes: int, now: int) -> Truth:
    rule = IDLE_RULES_MINUTES.index(rule_minutes)
    inside = outside = seconds = all_seconds = 0
    stations = list(stations)
    for day in days:
        openings = [(each.first_slot * SLOT_SECONDS, each.end_slot * SLOT_SECONDS) for each in site.openings(day)]
        for station in stations:
            done = None if station.is_silent(day) else station_day(site, station, day, now)
            for session in done.sessions[rule] if done else ():
                counted = any(start - SLOT_SECONDS <= session.start < end for start, end in openings)
                inside, outside = inside + counted, outside + (not counted)
                for begun, until in session.in_use:
                    all_seconds += until - begun
                    seconds += sum(max(0, min(until, end) - max(begun, start)) for start, end in openings)
    return Truth(inside, outside, seconds, all_seconds - seconds)
