"""How power and contact of one station went over the last 30 days: a picture, and the same as a table."""

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector.charts.shapes import Chart
from collector.charts.strips import Strip, strips
from collector.domain.calendar import SLOT_SECONDS, Period, days_of, last_days
from collector.domain.opening_hours import openings
from collector.domain.power import Piece, Power, Span, Stretch, piece, seconds_of, timeline, within
from collector.i18n import Speech
from collector.storage.queries.calendars import calendar_of
from collector.storage.queries.station_power import power_of
from collector.storage.queries.stations import Station

TIMELINE_DAYS = 30


class Row(NamedTuple):
    """One day in words; empty where there is nothing to say."""

    day: str
    opened: str
    on: str
    off: str
    unknown: str
    unheard: str


class Timeline(NamedTuple):
    chart: Chart
    rows: list[Row]
    """The newest day first, as in the picture."""


def timeline_of(connection: Connection, station: Station, now: int, zone: ZoneInfo, speech: Speech) -> Timeline | None:
    """None where nothing is known of the last 30 days."""
    period = last_days(TIMELINE_DAYS, now, zone)
    start = max(period.start(), station.installed_at)
    told = power_of(connection, station.site_id, station.station_id, start)
    stretches = timeline(told.on, told.off, told.unheard, start, now)
    if all(each.power is Power.UNKNOWN for each in stretches):
        return None
    calendar = calendar_of(connection, station.site_id, period.first_day.year, period.last_day.year)
    opened = [
        (each.first_slot * SLOT_SECONDS, each.end_slot * SLOT_SECONDS) for each in openings(calendar, period, zone)
    ]
    rows, drawn = [], []
    for day in reversed(days_of(period, zone)):
        own = within(stretches, day.start(), day.end())
        hours = [piece(span, day, zone) for span in opened if span[0] < day.end() and day.start() < span[1]]
        row = _row(day, own, hours, zone, speech)
        rows.append(row)
        drawn.append(
            Strip(
                speech.short_date(day.first_day),
                _said(row, speech),
                [(each.power, piece((each.start, each.end), day, zone)) for each in own],
                hours,
            )
        )
    title = speech.gettext("Power and contact of the last 30 days")
    words = [
        (Power.ON, speech.gettext("switched on")),
        (Power.UNHEARD, speech.gettext("on, not heard in time")),
        (Power.OFF, speech.gettext("off, proved")),
        (Power.UNKNOWN, speech.gettext("unknown")),
    ]
    described = _described(stretches, opened, speech)
    return Timeline(
        strips("power", title, described, days=drawn, words=words, opened=speech.gettext("opening hours")), rows
    )


def _row(day: Period, own: Sequence[Stretch], hours: Sequence[Piece], zone: ZoneInfo, speech: Speech) -> Row:
    lit: list[Span] = []
    for each in own:
        if each.power in (Power.ON, Power.UNHEARD):
            if lit and lit[-1][1] == each.start:
                lit[-1] = (lit[-1][0], each.end)
            else:
                lit.append((each.start, each.end))

    def hours_of(power: Power) -> str:
        seconds = seconds_of(own, power)
        return speech.hours(seconds) if seconds else ""

    return Row(
        speech.date(day.first_day),
        ", ".join(map(_clock, hours)),
        ", ".join(_clock(piece(span, day, zone)) for span in lit),
        hours_of(Power.OFF),
        hours_of(Power.UNKNOWN),
        hours_of(Power.UNHEARD),
    )


def _said(row: Row, speech: Speech) -> str:
    on = row.on or "\u2013"
    return f"{row.day}: {speech.gettext('switched on')} {on}"


def _clock(of_day: Piece) -> str:
    first, last = (f"{minute // 60:02d}:{minute % 60:02d}" for minute in of_day)
    return f"{first}\u2013{last}"


def _described(stretches: Sequence[Stretch], opened: Sequence[Span], speech: Speech) -> str:
    dark = sum(seconds_of(within(stretches, *span), Power.UNKNOWN) for span in opened)
    return speech.gettext(
        "In these days it was on for %(on)s and off for %(off)s; %(unknown)s are unknown, %(dark)s of them within the"
        " opening hours. The table has all days."
    ) % {
        "on": speech.hours(seconds_of(stretches, Power.ON, Power.UNHEARD)),
        "off": speech.hours(seconds_of(stretches, Power.OFF)),
        "unknown": speech.hours(seconds_of(stretches, Power.UNKNOWN)),
        "dark": speech.hours(dark),
    }
