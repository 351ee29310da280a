"""The states of stations and sites, from their last words and the opening hours."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from collector.domain.calendar import days, local_date
from collector.domain.equipment import OutageKind
from collector.domain.health.hours import OpenHours
from collector.domain.health.site_states import SiteState, Standing, site_state
from collector.domain.health.states import DAY_SECONDS, Life, Said, State, on_since, state_of
from collector.domain.health.thresholds import Thresholds
from collector.domain.opening_hours import openings
from collector.domain.register import Calendar
from collector.domain.stations import FORGETTING_SECONDS
from collector.storage.models import equipment, outage, station_health
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.identities import quarantined
from collector.storage.queries.stations import Station, stations_of

DAYS_BACK = 60
"""Seven open days lie within, even of a site that opens once a week."""
DAYS_AHEAD = 2
STATES = {OutageKind.OUT_OF_ORDER: State.OUT_OF_ORDER, OutageKind.IN_STORAGE: State.IN_STORAGE}


class Place(NamedTuple):
    """A site and its stations at one moment."""

    hours: OpenHours
    state: SiteState
    stations: list[Station]
    standings: Mapping[int, Standing]
    """By station."""


def places(
    connection: Connection,
    site_ids: Sequence[int],
    now: int,
    zone: ZoneInfo,
    limits: Thresholds,
    interval: int,
    *,
    whole: bool = False,
) -> dict[int, Place]:
    """By site; `interval` is how often stations are asked to report.

    The opening hours are `whole` back to DAYS_BACK, or only as far as the states of these stations need them.
    """
    stations: dict[int, list[Station]] = {site_id: [] for site_id in site_ids}
    for station in stations_of(connection, site_ids):
        stations[station.site_id].append(station)
    calendars = calendars_between(connection, site_ids, now, zone)
    apart = quarantined(connection)
    aside = set_aside(connection, site_ids, now)
    watched = _watched(connection, site_ids)
    found = {}
    for site_id in site_ids:
        hours = hours_of(calendars[site_id], now, zone, DAYS_BACK if whole else _days_back(stations[site_id], now))
        standings = {}
        for each in stations[site_id]:
            key = (site_id, each.station_id)
            life = _life_of(each, interval, *watched.get(key, (None, None)))
            state = state_of(life, Said(key in apart, aside.get(key)), now, hours, limits)
            standings[each.station_id] = Standing(life, state)
        of_site = site_state(list(standings.values()), now, hours, limits)
        found[site_id] = Place(hours, of_site, stations[site_id], standings)
    return found


def _life_of(station: Station, interval: int, heard_at: int | None, before: int | None) -> Life:
    """`before` is since when it was on at the contact that was seen last."""
    seconds = min(interval, FORGETTING_SECONDS) if station.forgets else interval
    since = on_since(station.contact, seconds, heard_at, before)
    return Life(station.installed_at, station.contact, since, seconds)


def calendars_between(connection: Connection, site_ids: Sequence[int], now: int, zone: ZoneInfo) -> dict[int, Calendar]:
    """With the holidays of all the days that count."""
    today = local_date(now, zone)
    first, last = today - dt.timedelta(days=DAYS_BACK), today + dt.timedelta(days=DAYS_AHEAD)
    return calendars_of(connection, site_ids, first.year, last.year)


def hours_of(calendar: Calendar, now: int, zone: ZoneInfo, days_back: int = DAYS_BACK) -> OpenHours:
    today = local_date(now, zone)
    stretch = days(today - dt.timedelta(days=days_back), today + dt.timedelta(days=DAYS_AHEAD), zone)
    written = any(timetable.valid_from <= today for timetable in calendar.timetables)
    return OpenHours(openings(calendar, stretch, zone), zone, written=written)


def set_aside(connection: Connection, site_ids: Sequence[int], now: int) -> dict[tuple[int, int], State]:
    """What people say is out of order or in storage now, by site and station."""
    same = (equipment.c.site_id == outage.c.site_id) & (equipment.c.equipment_id == outage.c.equipment_id)
    rows = connection.execute(
        select(outage.c.site_id, equipment.c.station_id, outage.c.kind)
        .select_from(outage.join(equipment, same))
        .where(
            outage.c.site_id.in_(site_ids),
            equipment.c.station_id.is_not(None),
            outage.c.started_at <= now,
            outage.c.ended_at.is_(None) | (outage.c.ended_at > now),
        )
    )
    return {(row.site_id, row.station_id): STATES[OutageKind(row.kind)] for row in rows}


def _watched(connection: Connection, site_ids: Sequence[int]) -> dict[tuple[int, int], tuple[int | None, int | None]]:
    """Which contact of each station was seen last, and since when it was on then."""
    columns = station_health.c
    wanted = select(columns.site_id, columns.station_id, columns.heard_at, columns.on_since)
    rows = connection.execute(wanted.where(columns.site_id.in_(site_ids)))
    return {(row.site_id, row.station_id): (row.heard_at, row.on_since) for row in rows}


def _days_back(stations: Sequence[Station], now: int) -> int:
    """No further than to the oldest last word, because little is cheaper than much."""
    oldest = min((now if each.contact is None else each.contact.received_at for each in stations), default=now)
    never = any(each.contact is None for each in stations)
    return DAYS_BACK if never else min(DAYS_BACK, (now - oldest) // DAY_SECONDS + 3)
