"""What a security key signs: random, good for some minutes, for one thing, in one browser that is logged in (half way).

A challenge carries its own proof, so that nothing is stored before it is answered; that it was answered is.
"""

import hmac
import re
from collections.abc import Callable
from enum import StrEnum

from collector.web.signatures import signature

CHALLENGE_SECONDS = 600
RANDOM_BYTES = 32
CHALLENGE = re.compile(r"(\d{1,12})\.([0-9a-f]{64})\.([0-9a-f]{64})", re.ASCII)


class Purpose(StrEnum):
    """What for; an answer to one serves for no other."""

    REGISTER = "register"
    LOG_IN = "log in"


def new_challenge(purpose: Purpose, bound_to: str, now: int, secret: str, random_hex: Callable[[int], str]) -> str:
    """`bound_to` is what only this browser has: the key of its session, or its mark of being half way."""
    until, number = str(now + CHALLENGE_SECONDS), random_hex(RANDOM_BYTES)
    return f"{until}.{number}.{_signature(purpose, bound_to, until, number, secret)}"


def valid_until(challenge: str, purpose: Purpose, bound_to: str, now: int, secret: str) -> int | None:
    """Until when a challenge is good; None for one that is over, or not made by us for this browser and purpose."""
    parts = CHALLENGE.fullmatch(challenge)
    if parts is None:
        return None
    until, number, shown = parts.groups()
    if not hmac.compare_digest(shown, _signature(purpose, bound_to, until, number, secret)):
        return None
    return int(until) if now < int(until) else None


def _signature(purpose: Purpose, bound_to: str, until: str, number: str, secret: str) -> str:
    return signature(secret, "challenge", purpose.value, bound_to, until, number)
