"""When a station was on, off, or nobody knows; and when it was on without being heard. Nothing of its use.

It was *on* while a run with a datable clock lived, but for the sleeps within it; *off* where
`collector.domain.coverage` proves it; on wins where both are said. Everything else is *unknown*: silence may be
anything. While it was on, a quarter-hour that no envelope told of in time was *unheard* (`collector.domain.contacts`).

Minutes of a day are those that a clock on the wall shows. On the day on which it shows an hour twice, the second of the
two lies over the first; on the one that has an hour less, that hour stays empty.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from enum import Enum
from itertools import pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from collector.domain.calendar import Period

MINUTES_OF_DAY = 1440

Span = tuple[int, int]
"""From the first up to, and without, the second; seconds since 1970-01-01 UTC."""


class Power(Enum):
    ON = "on"
    UNHEARD = "unheard"
    """On, and a contact that was due did not come."""
    OFF = "off"
    UNKNOWN = "unknown"


class Stretch(NamedTuple):
    """From `start` up to, and without, `end`."""

    start: int
    end: int
    power: Power


class Piece(NamedTuple):
    """What of something lies on one local day, in minutes since midnight."""

    from_minute: int
    until_minute: int


def alive(started_at: int, ended_at: int, sleeps: Iterable[Span]) -> list[Span]:
    """When a run was awake."""
    found, start = [], started_at
    for asleep, awake in sorted(sleeps):
        if start < asleep:
            found.append((start, min(asleep, ended_at)))
        start = max(start, awake)
    return [*found, (start, ended_at)] if start < ended_at else found


def timeline(on: Iterable[Span], off: Iterable[Span], unheard: Iterable[Span], start: int, end: int) -> list[Stretch]:
    """Every second from `start` up to, and without, `end`: in order, neighbours differ."""
    told = {Power.UNHEARD: _joined(unheard), Power.ON: _joined(on), Power.OFF: _joined(off)}
    edges = {edge for spans in told.values() for span in spans for edge in span if start < edge < end}
    found: list[Stretch] = []
    places = [start, *sorted(edges), end]
    for first, after in pairwise(places):
        if first >= after:
            continue
        power = _power_at(first, told)
        if found and found[-1].power is power:
            found[-1] = found[-1]._replace(end=after)
        else:
            found.append(Stretch(first, after, power))
    return found


def seconds_of(stretches: Iterable[Stretch], *powers: Power) -> int:
    return sum(each.end - each.start for each in stretches if each.power in powers)


def within(stretches: Iterable[Stretch], start: int, end: int) -> list[Stretch]:
    """What of them lies between two moments."""
    cut = (each._replace(start=max(each.start, start), end=min(each.end, end)) for each in stretches)
    return [each for each in cut if each.start < each.end]


def piece(span: Span, day: Period, zone: ZoneInfo) -> Piece:
    """Of a span that touches a local day."""
    start, end = max(span[0], day.start()), min(span[1], day.end())
    until = MINUTES_OF_DAY if end == day.end() else _minute(end, zone)
    return Piece(_minute(start, zone), until)


def _power_at(moment: int, told: dict[Power, list[Span]]) -> Power:
    if not _lies_in(moment, told[Power.ON]):
        return Power.OFF if _lies_in(moment, told[Power.OFF]) else Power.UNKNOWN
    return Power.UNHEARD if _lies_in(moment, told[Power.UNHEARD]) else Power.ON


def _lies_in(moment: int, spans: Sequence[Span]) -> bool:
    place = bisect_right(spans, moment, key=lambda span: span[0])
    return place > 0 and moment < spans[place - 1][1]


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _minute(moment: int, zone: ZoneInfo) -> int:
    shown = dt.datetime.fromtimestamp(moment, zone)
    return shown.hour * 60 + shown.minute
