"""The watch as the settings want it, and the ways out that it has."""

import secrets
from collections.abc import Callable
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from collector import __version__
from collector.alerts.channels import Channel
from collector.alerts.channels.webhook import key_of
from collector.alerts.channels.webhook import post as post_to
from collector.alerts.looking import How
from collector.alerts.passing_on import Courier
from collector.alerts.telling import Teller
from collector.alerts.watch import Watch
from collector.config import ConfigError, Settings
from collector.i18n import load_languages
from collector.mail import Post


def watch_of(engine: Engine, settings: Settings) -> Watch:
    """Raises ConfigError where a channel cannot be used."""
    zone, post = ZoneInfo(settings.time_zone), post_of(settings)
    how = How(zone, settings.contact_interval_seconds, __version__, new_mark)
    address, languages = settings.public_url.rstrip("/"), load_languages()
    speech = languages[settings.channel_language]
    tellers: list[Callable[[int], None]] = []
    if post is not None:
        tellers.append(Teller(engine, zone, address, post, languages, new_mark))
    tellers += [Courier(engine, zone, address, each, speech, new_mark) for each in channels_of(settings)]
    return Watch(engine, how, tellers)


def new_mark() -> int:
    return secrets.randbits(62)


def channels_of(settings: Settings) -> tuple[Channel, ...]:
    """Raises ConfigError, without an address."""
    found = []
    if settings.webhook_url:
        try:
            key = key_of(settings.webhook_secret)
        except ValueError:
            raise ConfigError(
                "webhook_secret cannot be used: write whsec_ and what `openssl rand -base64 32` says."
            ) from None
        address = settings.webhook_url
        found.append(Channel("webhook", "Webhook", lambda message, at: post_to(address, key, message, at)))
    if settings.apprise_urls:
        try:
            from collector.alerts.channels.by_apprise import channel  # noqa: PLC0415  # not everybody has "channels"
        except ImportError as error:
            raise ConfigError(
                f"apprise_urls is set, and {error.name} is missing: install the collector with its extra “channels”."
            ) from error
        for number, each in enumerate(settings.apprise_urls, 1):
            try:
                found.append(channel(each))
            except ValueError:
                raise ConfigError(
                    f"Apprise does not understand address {number} of apprise_urls: correct its spelling."
                ) from None
    return tuple({each.key: each for each in found}.values())


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
