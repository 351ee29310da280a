"""The watch as the settings want it."""

import secrets
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from collector import __version__
from collector.alerts.looking import How
from collector.alerts.watch import Watch
from collector.config import Settings


def watch_of(engine: Engine, settings: Settings) -> Watch:
    zone = ZoneInfo(settings.time_zone)
    how = How(zone, settings.contact_interval_seconds, __version__, lambda: secrets.randbits(62))
    return Watch(engine, how)
