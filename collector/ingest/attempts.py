"""Bounds how often one client may be rejected; in memory only, addresses are neither stored nor logged.

Only rejections count, so a room full of PCs behind one address can enrol in one go, and the buckets belong to the
client (and to the client with one token): nobody can use up somebody else's.
"""

from collections import OrderedDict
from ipaddress import IPv6Address, ip_address
from typing import NamedTuple

BUCKETS = 20_000
IPV6_PREFIX_BITS = 64
"""One household or room has at least a /64: fewer bits would let it choose a new address each time."""


class Rate(NamedTuple):
    """So many at once, then one per so many seconds."""

    burst: int
    seconds: float


PER_CLIENT = Rate(20, 30.0)
PER_CLIENT_AND_TOKEN = Rate(5, 60.0)


class RejectedAttempts:
    """Leaky buckets, bounded in number; the longest unused are forgotten first."""

    def __init__(self, *, most: int = BUCKETS) -> None:
        self._most = most
        self._levels: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def retry_after(self, address: str, token_public_id: str, now: float) -> int:
        """Seconds to wait before the next attempt; 0 when it may be made now."""
        waits = (
            self._wait((client(address), ""), PER_CLIENT, now),
            self._wait((client(address), token_public_id), PER_CLIENT_AND_TOKEN, now) if token_public_id else 0.0,
        )
        return int(-(-max(waits) // 1))

    def count(self, address: str, token_public_id: str, now: float) -> None:
        self._add((client(address), ""), PER_CLIENT, now)
        if token_public_id:
            self._add((client(address), token_public_id), PER_CLIENT_AND_TOKEN, now)

    def _level(self, key: tuple[str, str], rate: Rate, now: float) -> float:
        level, at = self._levels.get(key, (0.0, now))
        return max(0.0, level - max(0.0, now - at) / rate.seconds)

    def _wait(self, key: tuple[str, str], rate: Rate, now: float) -> float:
        return max(0.0, self._level(key, rate, now) - (rate.burst - 1)) * rate.seconds

    def _add(self, key: tuple[str, str], rate: Rate, now: float) -> None:
        self._levels[key] = (self._level(key, rate, now) + 1, now)
        self._levels.move_to_end(key)
        if len(self._levels) > self._most:
            self._levels.popitem(last=False)


def client(address: str) -> str:
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(int(parsed) >> (128 - IPV6_PREFIX_BITS))
    return str(parsed)
