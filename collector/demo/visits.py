"""Visitors of one station on one day, and the sessions that they make under an idle rule."""

import math
from collections.abc import Iterable, Sequence
from random import Random
from typing import NamedTuple

from collector.domain.register import Opening, OpeningKind

SHORTEST_SECONDS = 25
LONGEST_SECONDS = 4 * 3600
SPREAD = 0.85
"""Of the logarithm of a visit's length: a few stay long, one in fifty leaves within a minute or two."""
MEAN_TO_MEDIAN = 1.4
"""Of the lengths that are drawn so, after they are cut."""
BUSIEST = {9: 0.7, 10: 1.1, 11: 1.15, 12: 0.8, 13: 0.9, 14: 1.3, 15: 1.35, 16: 1.1, 17: 0.8}
QUIET = 0.6
SEASON = (0.95, 1.0, 1.05, 1.0, 1.0, 0.9, 0.65, 0.6, 1.15, 1.15, 1.1, 0.85)
"""By month: school holidays are quiet, the tax declaration and the return to school are not."""
PAUSE_CHANCE = 0.22
MEAN_PAUSE_SECONDS = 380.0


class Visit(NamedTuple):
    """From log-on to log-off, with the stretches in which keyboard or mouse were moved; seconds since 1970 UTC."""

    start: int
    end: int
    inputs: tuple[tuple[int, int], ...]


class Session(NamedTuple):
    """As a rule counts it: its start and the stretches in use."""

    start: int
    ended: bool
    in_use: tuple[tuple[int, int], ...]

    def seconds(self) -> int:
        return sum(end - start for start, end in self.in_use)


def visits_of(
    random: Random, openings: Sequence[Opening], demand: float, median_minutes: float, hours_ahead: int
) -> list[Visit]:
    """Draws the visits of a day on which the station works; local time is `hours_ahead` of UTC."""
    found: list[Visit] = []
    for opening in openings:
        now, until = opening.first_slot * 900, opening.end_slot * 900
        # In a training everybody sits down together; else stations are free for a while.
        training = opening.kind is OpeningKind.TRAINING
        now += random.randint(60, 600) if training else _free(random, demand, median_minutes, now // 3600 + hours_ahead)
        while now < until - 60:
            wanted = median_minutes * 60 * math.exp(random.gauss(0, SPREAD))
            if training:
                wanted = until - now - random.randint(0, 900)
            end = min(now + int(min(max(wanted, SHORTEST_SECONDS), LONGEST_SECONDS)), until + random.randint(-120, 0))
            if end <= now + SHORTEST_SECONDS:
                break
            found.append(Visit(now, end, tuple(_inputs(random, now, end))))
            now = end + 20 + _free(random, demand, median_minutes, end // 3600 + hours_ahead)
    return found


def sessions_of(visits: Iterable[Visit], *, by_activity: bool, rule_minutes: int, now: int) -> list[Session]:
    """The sessions of a station's day up to `now` under an idle rule, as statistics.md tells them."""
    gap = rule_minutes * 60
    if not by_activity:
        return [
            Session(visit.start, visit.end <= now, tuple(_without_pauses(visit, gap, now)))
            for visit in visits
            if visit.start < now
        ]
    runs: list[list[int]] = []
    for visit in visits:
        for start, end in visit.inputs:
            if start >= now:
                break
            if runs and start - runs[-1][1] < gap:
                runs[-1][1] = min(end, now)
            else:
                runs.append([start, min(end, now)])
    return [Session(start, end + gap <= now, ((start, end),)) for start, end in runs]


def _without_pauses(visit: Visit, gap: int, now: int) -> Iterable[tuple[int, int]]:
    start, end = visit.start, min(visit.end, now)
    for (_, before), (after, _) in zip(visit.inputs, visit.inputs[1:], strict=False):
        if after - before >= gap and after < end:
            yield start, before
            start = after
    yield start, end


def _inputs(random: Random, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Stretches of input from the first second to the last, with pauses of minutes between some."""
    begun = start
    while True:
        until = begun + random.randint(120, 1500)
        if until >= end - 60:
            break
        if random.random() < PAUSE_CHANCE:
            pause = int(random.expovariate(1 / MEAN_PAUSE_SECONDS)) + 60
            if until + pause >= end - 30:
                break
            yield begun, until
            begun = until + pause
        else:
            # Hardly a pause: the stretch goes on.
            yield begun, until
            begun = until + 30
    yield begun, end


def _free(random: Random, demand: float, median_minutes: float, hour: int) -> int:
    """Seconds until somebody sits down at a free station."""
    wish = min(demand * BUSIEST.get(hour % 24, QUIET), 0.93)
    return int(random.expovariate(wish / (median_minutes * 60 * MEAN_TO_MEDIAN * (1 - wish))))
