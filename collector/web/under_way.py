"""While somebody is at the provider: a signed mark in the browser, for some minutes.

It says what the log-in there is for. The browser that comes back must be the one that went.
"""

import base64
import binascii
import hmac
import json
from typing import NamedTuple

from collector.web.provider import Started
from collector.web.signatures import signature

UNDER_WAY_COOKIE = "under-way"
UNDER_WAY = "under way"
UNDER_WAY_SECONDS = 600
LONGEST_COOKIE = 2_000
LONGEST_WISH = 500


class Errand(NamedTuple):
    """What somebody went to the provider for: to log in, to accept an invitation, or to link the own account."""

    started: Started
    wish: str
    """The page to open then."""
    invitation: str = ""
    account_id: int = 0


def signed_errand(errand: Errand, now: int, secret: str) -> str:
    said = [*errand.started, errand.wish[:LONGEST_WISH], errand.invitation, errand.account_id, now + UNDER_WAY_SECONDS]
    body = base64.urlsafe_b64encode(json.dumps(said).encode()).decode()
    return f"{body}.{signature(secret, UNDER_WAY, body)}"


def errand_of(cookie: str, now: int, secret: str) -> Errand | None:
    """None for what we did not sign, and for what is too old."""
    body, _, shown = cookie[:LONGEST_COOKIE].partition(".")
    if not hmac.compare_digest(shown.encode(), signature(secret, UNDER_WAY, body).encode()):
        return None
    try:
        state, nonce, verifier, wish, invitation, account_id, until = json.loads(base64.urlsafe_b64decode(body))
    except (ValueError, binascii.Error):
        return None
    return Errand(Started(state, nonce, verifier), wish, invitation, account_id) if now < until else None


def link_proof(key: str, secret: str) -> str:
    """In the address that links an account: no other page can make a browser go there."""
    return signature(secret, "link", key)
