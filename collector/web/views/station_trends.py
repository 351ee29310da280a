"""How some readings of one station went over the last 90 days, one value a day: pictures, and the same as tables."""

import datetime as dt
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from collector.charts.shapes import Chart, Label
from collector.charts.trends import trend
from collector.charts.words import Written, in_words
from collector.domain.calendar import SLOT_SECONDS, local_date, start_of_day
from collector.domain.cells import UNKNOWN, Cell, counted
from collector.i18n import Speech
from collector.storage.queries.station_health import Change

TREND_DAYS = 90
LABEL_DAYS = 30
"""A day on the axis has its name so often."""
WARM_CELSIUS = 70
"""The scale of temperatures reaches at least so far."""


class Trend(NamedTuple):
    chart: Chart
    rows: list[tuple[str, str]]
    """A day and the value from then on, the newest first."""


class Measure(NamedTuple):
    """What a probe tells of one thing; `top` is where its scale ends at least."""

    value: Fraction
    top: Fraction
    written: Written


Measures = Iterator[tuple[str, Measure]]
"""With the title of each."""


def trends_of(said: Sequence[Change], heard_at: int | None, now: int, zone: ZoneInfo, speech: Speech) -> list[Trend]:
    """One for each thing that was measured; `said` is in order of time.

    What did not change is as it was, up to the day on which the station was heard last.
    """
    if heard_at is None:
        return []
    today, last = local_date(now, zone), local_date(heard_at, zone)
    days = [today - dt.timedelta(days=ago) for ago in range(TREND_DAYS, -1, -1)]
    told = [{} if day > last else _told_on(day, said, zone, speech) for day in days]
    titles = dict.fromkeys(title for measures in reversed(told) for title in measures)
    return [
        _drawn(f"trend-{place}", title, days, [measures.get(title) for measures in told], speech)
        for place, title in enumerate(titles)
    ]


def _told_on(day: dt.date, said: Sequence[Change], zone: ZoneInfo, speech: Speech) -> dict[str, Measure]:
    """What was so at the end of a day, by title."""
    end = start_of_day(day + dt.timedelta(days=1), zone) * SLOT_SECONDS
    at_last = {each.probe: each for each in said[: bisect_left(said, end, key=lambda each: each.at)]}
    return {
        title: measure
        for probe, measures_of in MEASURES.items()
        if probe in at_last and at_last[probe].outcome == "ok"
        for title, measure in measures_of(at_last[probe].value, speech)
    }


def _of_volumes(value: Mapping[str, Any], speech: Speech) -> Measures:
    for each in value["fixed"]:
        if each["total_bytes"]:
            title = speech.gettext("Free space of %(volume)s") % {"volume": each["label"]}
            yield title, _space(each["free_bytes"], each["total_bytes"], speech)


def _of_memory(value: Mapping[str, Any], speech: Speech) -> Measures:
    if value["total_bytes"]:
        yield speech.gettext("Available memory"), _space(value["available_bytes"], value["total_bytes"], speech)


def _of_disks(value: Mapping[str, Any], speech: Speech) -> Measures:
    for each in value["disks"]:
        if each["temperature_celsius"] is not None:
            title = speech.gettext("Temperature of disk %(number)s") % {"number": each["number"]}
            # One that is colder than ice stands on the ground.
            warm = Fraction(max(0, each["temperature_celsius"]))
            yield (
                title,
                Measure(warm, max(warm, Fraction(WARM_CELSIUS)), lambda number: f"{speech.number(number)}\u00a0°C"),
            )


def _of_batteries(value: Mapping[str, Any], speech: Speech) -> Measures:
    for each in value["batteries"]:
        full, design = each["full_milliwatt_hours"], each["design_milliwatt_hours"]
        if design and full is not None:
            title = speech.gettext("What battery %(number)s holds of what it held when new")
            share = Fraction(full, design)
            yield title % {"number": each["number"]}, Measure(share, max(share, Fraction(1)), speech.percent)


def _space(part: int, whole: int, speech: Speech) -> Measure:
    return Measure(Fraction(part), Fraction(whole), lambda size_bytes: speech.size(int(size_bytes)))


MEASURES: Mapping[str, Callable[[Mapping[str, Any], Speech], Measures]] = {
    "volumes": _of_volumes,
    "memory": _of_memory,
    "disk_health": _of_disks,
    "battery": _of_batteries,
}
"""By probe, in the order of the pictures."""


def _drawn(name: str, title: str, days: Sequence[dt.date], measures: Sequence[Measure | None], speech: Speech) -> Trend:
    known = [each for each in measures if each is not None]
    written = known[-1].written
    cells = [UNKNOWN if each is None else counted(each.value) for each in measures]
    labels = [
        Label(speech.short_date(day), speech.short_date(day) if place % LABEL_DAYS == 0 else "")
        for place, day in enumerate(days)
    ]
    top = max(each.top for each in known)
    rows: list[tuple[str, str]] = []
    before: Cell | None = None
    for day, cell in zip(days, cells, strict=True):
        if cell != before:
            rows.append((speech.date(day), in_words(cell, speech, written)))
        before = cell
    return Trend(trend(name, speech, title, labels=labels, cells=cells, top=top, written=written), rows[::-1])
