"""What a value must be like to be used, and the sentence where it is not."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from collector.config.table import Setting

PATH = re.compile(r"(/[\w.-]+)*/?", re.ASCII)


class ConfigError(Exception):
    """A setting cannot be used; its text is one sentence: what, where, and how to mend it."""


def parsed(setting: Setting, text: str, source: str) -> Any:
    if isinstance(setting.default, bool):
        if text.lower() not in {"true", "false"}:
            raise ConfigError(f"{setting.name} from {source} is neither true nor false: write one of the two.")
        return text.lower() == "true"
    if isinstance(setting.default, int):
        try:
            return int(text)
        except ValueError:
            raise ConfigError(f"{setting.name} from {source} is not a whole number: write digits only.") from None
    if isinstance(setting.default, tuple):
        return text.replace(",", " ").split() if setting.commas else text.split()
    return text


def checked(setting: Setting, value: Any, source: str) -> Any:
    expected: type = list if isinstance(setting.default, tuple) else type(setting.default)
    # Not isinstance: true is a whole number to Python, and not to us.
    kind: type = type(value)
    if kind is not expected:
        raise ConfigError(f"{setting.name} from {source} is not a {_KINDS[expected]}: correct its value.")
    if setting.words and str(value) not in setting.words:
        raise ConfigError(f"{setting.name} from {source} is not one of {', '.join(setting.words)}: choose one of them.")
    if setting.most and not setting.least <= value <= setting.most:
        raise ConfigError(
            f"{setting.name} from {source} is {value}: choose a number from {setting.least} to {setting.most}."
        )
    check = _CHECKS.get(setting.name)
    if check is not None and value:
        try:
            check(value)
        except (ValueError, OSError, KeyError):
            raise ConfigError(f"{setting.name} from {source} cannot be used: {_HINTS[setting.name]}") from None
    return value


def _url(value: str) -> None:
    parts = urlsplit(value)
    _ = parts.port  # raises when it is not a number
    fine = PATH.fullmatch(parts.path)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not fine or parts.query or parts.fragment:
        raise ValueError(value)


def _database(value: str) -> None:
    if not value.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        raise ValueError(value)


def _networks(value: list[str]) -> None:
    for network in value:
        if not isinstance(network, str):
            raise ValueError(network)  # noqa: TRY004  # caught with the others, to become one sentence
        ip_network(network)


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what is said there: encrypted, or on this very computer."""
    parts = urlsplit(address)
    local = parts.hostname in {"127.0.0.1", "::1", "localhost"}
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and local))


def _issuer(value: str) -> None:
    parts = urlsplit(value)
    _ = parts.port
    if not is_safe(value) or parts.query or parts.fragment:
        raise ValueError(value)


def _webhook(value: str) -> None:
    parts = urlsplit(value)
    _ = parts.port
    if not is_safe(value) or not value.isprintable() or " " in value or parts.username is not None or parts.fragment:
        raise ValueError(value)


def _texts(value: list[str]) -> None:
    for text in value:
        if not isinstance(text, str):
            raise ValueError(text)  # noqa: TRY004  # caught with the others, to become one sentence


def _licence(value: str) -> None:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or any(each in value for each in ' <>"{}|\\^`'):
        raise ValueError(value)


def _sender(value: str) -> None:
    """An address, with a name before it or without one, as mail servers take it."""
    local, at, host = parseaddr(value)[1].rpartition("@")
    if not (local and at and host) or not (local + host).isascii() or not value.isprintable():
        raise ValueError(value)


_KINDS = {str: "text", int: "whole number", bool: "true or false", list: "list"}
_CHECKS: dict[str, Callable[[Any], object]] = {
    "public_url": _url,
    "open_data_licence": _licence,
    "oidc_issuer": _issuer,
    "mail_from": _sender,
    "webhook_url": _webhook,
    "apprise_urls": _texts,
    "database_url": _database,
    "time_zone": ZoneInfo,
    "trusted_proxies": _networks,
}
_HINTS = {
    "public_url": "write https:// and a host, and a path such as /dps where a proxy serves it below one.",
    "open_data_licence": "write the https:// address of a licence.",
    "oidc_issuer": "write the https:// address that the provider gives as its issuer.",
    "mail_from": "write an address such as dps@HOST, or NAME <dps@HOST>.",
    "webhook_url": "write an https:// address without a name and a password in it.",
    "apprise_urls": "list addresses such as msteams://….",
    "database_url": "begin it with sqlite:/// or postgresql://.",
    "time_zone": "write a name such as Europe/Brussels.",
    "trusted_proxies": "list addresses such as 10.0.0.1 or networks such as 10.0.0.0/24.",
}
