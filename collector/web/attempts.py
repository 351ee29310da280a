"""Slows down whoever guesses passwords, without a way to lock others out.

Failures are counted per (client's network, name) and per client, never per name alone: nobody can shut an account from
elsewhere. A browser that has logged in as somebody before carries a signed mark and is counted apart, so that a
stranger behind the same address cannot shut it out either. Kept in memory, bounded.
"""

import hmac
import secrets
import threading
from collections import OrderedDict
from ipaddress import IPv6Address, ip_address, ip_network

from collector.web.signatures import signature

FAILURES_PER_NAME = 10
FAILURES_PER_CLIENT = 50
WINDOW_SECONDS = 900
MOST_KEYS = 20_000
KNOWN = "known browser"


class Attempts:
    """Failures of the last quarter of an hour."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], list[int]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, client: str, name: str, mark: str | None, now: int) -> int:
        """How long this browser must wait before it may try this name; 0 when it may."""
        with self._lock:
            return max(self._wait(key, most, now) for key, most in _keys(client, name, mark))

    def failed(self, client: str, name: str, mark: str | None, now: int) -> None:
        with self._lock:
            for key, most in _keys(client, name, mark):
                recent = [moment for moment in self._failures.pop(key, []) if moment > now - WINDOW_SECONDS]
                self._failures[key] = [*recent, now][-most:]
            while len(self._failures) > MOST_KEYS:
                self._failures.popitem(last=False)

    def succeeded(self, client: str, name: str, mark: str | None) -> None:
        """Forget the failures with this name; those of the client with other names stay."""
        with self._lock:
            for key, _ in _keys(client, name, mark)[:1]:
                self._failures.pop(key, None)

    def _wait(self, key: tuple[str, str], most: int, now: int) -> int:
        recent = [moment for moment in self._failures.get(key, []) if moment > now - WINDOW_SECONDS]
        return recent[-most] + WINDOW_SECONDS - now if len(recent) >= most else 0


def network_of(client: str) -> str:
    """An IPv6 client by its /64, of which one computer can have every address."""
    try:
        address = ip_address(client)
    except ValueError:
        return client
    return str(ip_network((address, 64), strict=False)) if isinstance(address, IPv6Address) else client


def _keys(client: str, name: str, mark: str | None) -> list[tuple[tuple[str, str], int]]:
    client = network_of(client)
    if mark is not None:
        return [((f"mark {mark}", name), FAILURES_PER_NAME)]
    return [((client, name), FAILURES_PER_NAME), ((client, ""), FAILURES_PER_CLIENT)]


def new_mark(name: str, secret: str) -> str:
    """What a browser keeps after a log-in; it opens nothing."""
    number = secrets.token_hex(16)
    return f"{number}.{signature(secret, KNOWN, name, number)}"


def known_mark(cookie: str, name: str, secret: str) -> str | None:
    """The number of a browser that has logged in with this name before; None for any other."""
    number, _, shown = cookie.partition(".")
    good = hmac.compare_digest(shown.encode(), signature(secret, KNOWN, name, number).encode())
    return number if good else None
