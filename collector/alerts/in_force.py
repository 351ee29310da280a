"""The watch as the settings want it."""

import secrets
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from collector import __version__
from collector.alerts.looking import How
from collector.alerts.telling import Teller
from collector.alerts.watch import Watch
from collector.config import Settings
from collector.i18n import load_languages
from collector.mail import Post


def watch_of(engine: Engine, settings: Settings) -> Watch:
    zone, post = ZoneInfo(settings.time_zone), post_of(settings)
    how = How(zone, settings.contact_interval_seconds, __version__, new_mark)
    teller = None
    if post is not None:
        teller = Teller(engine, zone, settings.public_url.rstrip("/"), post, load_languages(), new_mark)
    return Watch(engine, how, teller)


def new_mark() -> int:
    return secrets.randbits(62)


def post_of(settings: Settings) -> Post | None:
    """None where no mails are sent."""
    if not settings.smtp_host:
        return None
    return Post(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password,
        sender=settings.mail_from,
    )
