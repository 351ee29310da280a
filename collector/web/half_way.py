"""Between the password and the second factor: a signed mark in the browser, for some minutes."""

import hmac

from collector.storage.queries.accounts import Account
from collector.web.signatures import signature

HALF_WAY_COOKIE = "half-way"
HALF_WAY_SECONDS = 600


def _signature(account: Account, until: int, secret: str) -> str:
    # A new password, or another second factor, makes it worthless.
    second = (account.totp_secret, str(account.security_keys))
    return signature(secret, "half way", str(account.account_id), str(until), account.password_hash, *second)


def new_half_way(account: Account, now: int, secret: str) -> str:
    until = now + HALF_WAY_SECONDS
    return f"{account.account_id}.{until}.{_signature(account, until, secret)}"


def half_way_number(cookie: str) -> int | None:
    """Of which account it speaks, not believed yet."""
    number = cookie.partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < len("1" * 18) else None


def is_half_way(cookie: str, account: Account, now: int, secret: str) -> bool:
    parts = cookie.split(".")
    if len(parts) != len(("number", "until", "signature")) or not (parts[1].isascii() and parts[1].isdigit()):
        return False
    until = int(parts[1][:12])
    good = hmac.compare_digest(parts[2].encode(), _signature(account, until, secret).encode())
    return good and now < until
