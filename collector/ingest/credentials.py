"""Recognises a station by `Authorization: Bearer <public id>.<secret>`.

The secret has 256 random bits, so one SHA-256 is enough: it cannot be guessed, and argon2 is for what people choose.
An unknown public id costs the same work and gets the same answer as a wrong secret.

What is found is remembered, in every worker by itself. Once per `POLL_SECONDS` a worker asks which credentials are
revoked or in quarantine, so that takes effect within that time everywhere. A credential that waits, or was never shown
before, is looked up each time.
"""

import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import NamedTuple

from sqlalchemy import Connection

POLL_SECONDS = 1.0
REMEMBERED = 50_000

PUBLIC_ID_LENGTH = 16
SECRET_LENGTH = 64
_BEARER = re.compile(rb"[Bb]earer ([0-9a-f]{16})\.([0-9a-f]{64})")
_NOBODY = "0" * SECRET_LENGTH
_LOOK_UP = (
    "SELECT secret_sha256, status, site_id, station_id, used_at FROM credential WHERE public_id = ?",
    "SELECT secret_sha256, status, site_id, station_id, used_at FROM credential WHERE public_id = %s",
)


class Credential(NamedTuple):
    """A row of the table `credential`, as far as ingest needs it."""

    public_id: str
    secret_sha256: str
    status: str
    site_id: int
    station_id: int
    used: bool = True
    """Whether the secret was shown before."""


def presented(header: bytes) -> tuple[str, bytes] | None:
    """Public id and secret of an Authorization header; None when it has another form."""
    match = _BEARER.fullmatch(header)
    return (match[1].decode("ascii"), match[2]) if match else None


def digest(secret: bytes) -> str:
    return sha256(secret).hexdigest()


def is_right(credential: Credential | None, secret: bytes) -> bool:
    """Whether the secret belongs to the credential; the same work where there is none."""
    expected = credential.secret_sha256 if credential is not None else _NOBODY
    return hmac.compare_digest(expected, digest(secret)) and credential is not None


def look_up(connection: Connection, public_id: str) -> Credential | None:
    cursor = connection.connection.cursor()
    try:
        cursor.execute(_LOOK_UP[connection.dialect.name != "sqlite"], (public_id,))
        row = cursor.fetchone()
    finally:
        cursor.close()
    if row is None:
        return None
    return Credential(public_id, row[0], row[1], row[2] or 0, row[3] or 0, row[4] is not None)


def revoked(connection: Connection) -> frozenset[str]:
    cursor = connection.connection.cursor()
    try:
        cursor.execute("SELECT public_id FROM credential WHERE status IN ('revoked', 'quarantined')")
        return frozenset(row[0] for row in cursor.fetchall())
    finally:
        cursor.close()


class Remembered:
    """The accepted credentials found lately, bounded in number; good as long as the poll is fresh."""

    def __init__(self, elapsed: Callable[[], float], *, seconds: float = POLL_SECONDS, most: int = REMEMBERED) -> None:
        self._elapsed = elapsed
        self._seconds = seconds
        self._most = most
        self._found: OrderedDict[str, Credential] = OrderedDict()
        self._fresh_until = float("-inf")

    def is_fresh(self) -> bool:
        return self._elapsed() < self._fresh_until

    def polled(self, asked_at: float, gone: frozenset[str]) -> None:
        """Takes the answer to a poll that was asked at this moment (`elapsed`)."""
        self._fresh_until = asked_at + self._seconds
        for public_id in gone & self._found.keys():
            del self._found[public_id]

    def forget(self, public_id: str) -> None:
        self._found.pop(public_id, None)

    def get(self, public_id: str) -> Credential | None:
        return self._found.get(public_id)

    def keep(self, credential: Credential) -> None:
        if credential.status != "accepted" or not credential.used:
            return
        self._found[credential.public_id] = credential
        if len(self._found) > self._most:
            self._found.popitem(last=False)
