"""A site: its stations with their last readings, and the use of the whole site, never of one station."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from sqlalchemy import Connection

from collector.charts import Label, Series, bars, states_bar
from collector.domain.access import Permission
from collector.domain.calendar import Month, days_of, last_days, last_months, this_month, today
from collector.domain.marks import Mark
from collector.domain.stations import State, state_of
from collector.domain.statistics import Figures
from collector.storage.engine import reading
from collector.storage.queries.identities import Identity, identities_of, waiting_at
from collector.storage.queries.site_statistics import figures_of_site
from collector.storage.queries.sites import Site, site_of_code
from collector.storage.queries.stations import Reading, Station, latest_readings, stations_of
from collector.web.permissions import may
from collector.web.surroundings import Around, Surroundings, WebRequest

DAYS_SHOWN = 30
LABEL_EVERY = 7
MONTHS_SHOWN = 12
"""Months of receipt in which counts without a place are looked for."""
NEWS_SECONDS = 30 * 86_400
SITE_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Card:
    station: Station
    state: State
    readings: dict[str, Reading]
    identity: Identity | None


@get("/sites/{code:str}", sync_to_thread=True)
def show(request: WebRequest, around: Around, code: FromPath[str]) -> Response[str]:
    now = around.clock()
    interval = around.settings.contact_interval_seconds
    with reading(around.engine) as connection:
        site = site_of_code(connection, code) if SITE_CODE.fullmatch(code) else None
        if site is None:
            raise NotFoundException
        health, use = (may(request.user, each, site) for each in (Permission.HEALTH, Permission.FIGURES))
        stations = stations_of(connection, [site.site_id])
        readings = latest_readings(connection, site.site_id) if health else {}
        identities = identities_of(connection, site.site_id)
        waiting = waiting_at(connection, site.site_id) if health else []
        figures = use_of(around, request, connection, site) if use else {}
    return around.pages.render(
        request,
        "site.html",
        site=site,
        cards=[
            Card(
                station,
                state_at(station, identities, now, interval),
                readings.get(station.station_id, {}),
                noted(identities.get(station.station_id), now),
            )
            for station in stations
        ],
        states=Counter(state_at(station, identities, now, interval) for station in stations),
        waiting=waiting,
        health=health,
        use=use,
        demonstration=site.demonstration,
        **figures,
    )


def use_of(around: Surroundings, request: WebRequest, connection: Connection, site: Site) -> dict[str, Any]:
    """What the page says of the use of the site."""
    now, rules = around.clock(), around.settings.rules
    stretch = last_days(DAYS_SHOWN, now, rules.zone)
    days = days_of(stretch, rules.zone)
    month = this_month(now, rules.zone)
    periods = [today(now, rules.zone), month, stretch, *days, *last_months(MONTHS_SHOWN, now, rules.zone)]
    figures = figures_of_site(connection, site, periods, now, rules)
    return {
        "today": figures[0],
        "month": figures[1],
        "whole": figures[2],
        "days": figures[3 : 3 + DAYS_SHOWN],
        "charts": charts(around, request, figures[3 : 3 + DAYS_SHOWN]),
        "states_bar": states_bar(figures[1]),
        "undated": [row for row in figures[3 + DAYS_SHOWN :] if Mark.UNDATED in row.marks],
        "month_word": str(Month(month.first_day.year, month.first_day.month)),
    }


def state_at(station: Station, identities: Mapping[int, Identity], now: int, interval: int) -> State:
    identity = identities.get(station.station_id)
    if identity is not None and identity.quarantined_at is not None:
        return State.QUARANTINED
    return state_of(station.contact, now, interval)


def noted(identity: Identity | None, now: int) -> Identity | None:
    """What technicians should read about who the station is; that it enrolled again is news for some weeks."""
    if identity is None or identity.quarantined_at is not None or identity.enrolled_again_at is None:
        return identity
    return identity if now - identity.enrolled_again_at < NEWS_SECONDS else None


def charts(around: Surroundings, request: WebRequest, days: list[Figures]) -> dict[str, str]:
    speech = around.pages.speech_of(request)
    labels = [
        Label(
            speech.weekday(row.period.first_day),
            speech.short_date(row.period.first_day) if (len(days) - 1 - place) % LABEL_EVERY == 0 else "",
        )
        for place, row in enumerate(days)
    ]
    sessions = [Series("", [row.sessions for row in days])]
    hours = [Series("", [row.seconds_of_use for row in days])]
    titles = speech.gettext("Sessions per day"), speech.gettext("Hours of use per day")
    return {
        "sessions": bars("sessions", speech, titles[0], labels=labels, series=sessions, written=speech.number).picture,
        "hours": bars("hours", speech, titles[1], labels=labels, series=hours, written=speech.hours, unit=3600).picture,
    }
