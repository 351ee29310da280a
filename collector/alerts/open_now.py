"""What people are to be told of: alerts that need somebody and that no maintenance mutes."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from collector.alerts.wording import PLANNED
from collector.domain.calendar import day, local_date
from collector.domain.health.findings import Level, Rule
from collector.domain.opening_hours import openings
from collector.storage.queries.alerts import Alert, is_muted, muted, needing_somebody
from collector.storage.queries.calendars import calendars_of
from collector.storage.queries.sites import Site, sites_numbered

DIGEST_FROM, DIGEST_UNTIL = dt.time(7), dt.time(12)
"""By the clock on the wall; later, a digest would tell of a morning that is over."""
FOR_THE_SITE = frozenset({Rule.SITE_NOT_OPENED, Rule.SITE_UNREACHABLE})
"""What the people of a site are told too."""


class Found(NamedTuple):
    alert: Alert
    station: str
    """Its label; empty where it is about the site itself."""
    site: Site

    @property
    def is_news(self) -> bool:
        """Whether it is to be told at once, and nobody works on it."""
        each = self.alert
        is_urgent = each.level is Level.CRITICAL or each.rule in FOR_THE_SITE
        return is_urgent and each.frozen_at is None and each.acknowledged_at is None


def open_now(connection: Connection, now: int) -> list[Found]:
    some = needing_somebody(connection, (Level.WARNING, Level.CRITICAL))
    windows = muted(connection, now)
    sites = {each.site_id: each for each in sites_numbered(connection, sorted({a.site_id for a, _ in some}))}
    return [
        Found(a, label, sites[a.site_id]) for a, label in some if a.rule not in PLANNED and not is_muted(a, windows)
    ]


def opening_today(connection: Connection, site_ids: set[int], now: int, zone: ZoneInfo) -> set[int]:
    """Those of the sites that open today, and those of which nobody wrote down when."""
    today = day(local_date(now, zone), zone)
    calendars = calendars_of(connection, sorted(site_ids), today.first_day.year, today.first_day.year)
    return {
        site_id for site_id, calendar in calendars.items() if not calendar.timetables or openings(calendar, today, zone)
    }


def of_the_morning(found: Sequence[Found], now: int, zone: ZoneInfo) -> list[Found]:
    """What a digest tells of now: what was open when the morning began. What came later waits for the next one."""
    today = local_date(now, zone)
    begin, end = (dt.datetime.combine(today, clock, zone).timestamp() for clock in (DIGEST_FROM, DIGEST_UNTIL))
    return [each for each in found if each.alert.raised_at < begin] if begin <= now < end else []
