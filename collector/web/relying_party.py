"""For whom security keys sign: the public address of this collector ("relying party" in WebAuthn)."""

from ipaddress import ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from collector.config import is_safe

PORTS = {"http": 80, "https": 443}


class Party(NamedTuple):
    """Keys are registered for the host; an answer names the origin."""

    host: str
    origin: str
    """Scheme, host and port, as browsers write it."""


class NotTakenError(ValueError):
    """An answer that opens nothing; its text is for the log."""


def party_of(public_url: str) -> Party | None:
    """None where browsers use no keys: without an address, at a bare number, or unencrypted."""
    parts = urlsplit(public_url)
    if not is_safe(public_url) or parts.hostname is None:
        return None
    try:
        host = parts.hostname.encode("idna").decode()
    except UnicodeError:
        return None
    try:
        ip_address(host)
    except ValueError:
        usual = parts.port in {None, PORTS[parts.scheme]}
        return Party(host, f"{parts.scheme}://{host}" + ("" if usual else f":{parts.port}"))
    return None
