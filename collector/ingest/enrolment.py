"""Exchanges enrolment tokens for station secrets, and approves and revokes stations.

A token is `dps1-<public id>-<secret>`; like a station's, its secret is stored as SHA-256. With a token of a site the
station is accepted at once; with a regional one it waits until somebody approves it for a site, and its envelopes are
kept meanwhile. A token whose secret is wrong is answered like an unknown one.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from agent.wire.v1 import EnrolmentAnswer, EnrolmentRequest
from collector.ingest import waiting
from collector.ingest.credentials import PUBLIC_ID_LENGTH, SECRET_LENGTH, Credential, digest, is_right
from collector.storage import revocations
from collector.storage.engine import is_sqlite
from collector.storage.models import credential, enrolment_attempt, enrolment_token, site, station, waiting_envelope

DAY_SECONDS = 86_400
ATTEMPTS_KEPT = 10_000
ATTEMPTS_KEPT_SECONDS = 90 * DAY_SECONDS

RandomHex = Callable[[int], str]
"""So many random bytes, in hexadecimal: `secrets.token_hex`."""


class EnrolmentError(Exception):
    """What a person asked for cannot be done; the text is one sentence: what, where, how to mend it."""


class Rejection(StrEnum):
    """Why a token was not accepted; also the word in the list of attempts."""

    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105  # a word, not a password
    REVOKED_TOKEN = "revoked_token"  # noqa: S105  # the same
    EXPIRED_TOKEN = "expired_token"  # noqa: S105  # the same
    USED_UP_TOKEN = "used_up_token"  # noqa: S105  # the same


SENTENCES = {
    Rejection.UNKNOWN_TOKEN: "This enrolment token is not known: copy it again, whole.",
    Rejection.REVOKED_TOKEN: "This enrolment token was revoked: ask the coordination for a new one.",
    Rejection.EXPIRED_TOKEN: "This enrolment token has expired: ask the coordination for a new one.",
    Rejection.USED_UP_TOKEN: "This enrolment token was used for all its stations: ask the coordination for a new one.",
}


class WaitingStation(NamedTuple):
    """A station that somebody should approve; the proposed site is the one whose code its tag begins with."""

    public_id: str
    tag: str
    created_at: int
    envelopes: int
    proposed_site_id: int | None
    proposed_site_code: str | None


class Attempt(NamedTuple):
    """One attempt to enrol."""

    attempted_at: int
    token_public_id: str | None
    tag: str
    outcome: str


def issue_token(
    connection: Connection, site_id: int | None, *, stations: int, valid_days: int, now: int, random: RandomHex
) -> str:
    """A new token; shown once, since only its digest is kept. Without a site it is a regional one."""
    if stations < 1 or valid_days < 1:
        raise EnrolmentError("A token needs at least one station and one day: give larger numbers.")
    if (
        site_id is not None
        and connection.execute(select(site.c.site_id).where(site.c.site_id == site_id)).first() is None
    ):
        raise EnrolmentError(f"There is no site {site_id}: create it first.")
    public_id, secret = random(PUBLIC_ID_LENGTH // 2), random(SECRET_LENGTH // 2)
    connection.execute(
        insert(enrolment_token).values(
            public_id=public_id,
            secret_sha256=digest(secret.encode()),
            site_id=site_id,
            stations_allowed=stations,
            stations_used=0,
            valid_until=now + valid_days * DAY_SECONDS,
            created_at=now,
        )
    )
    return f"dps1-{public_id}-{secret}"


def token_public_id(token: str) -> str:
    return token.split("-")[1]


def exchange(
    connection: Connection, request: EnrolmentRequest, now: int, random: RandomHex
) -> EnrolmentAnswer | Rejection:
    """Takes one place of the token and makes a station or a waiting one; a rejection is listed."""
    _prefix, public_id, secret = request.token.split("-")
    rejection = _rejection(connection, public_id, secret, now)
    if rejection is not None:
        note_attempt(connection, public_id, request.tag, rejection.value, now)
        return rejection
    site_id = connection.execute(
        select(enrolment_token.c.site_id).where(enrolment_token.c.public_id == public_id)
    ).scalar_one()
    station_public_id, station_secret = random(PUBLIC_ID_LENGTH // 2), random(SECRET_LENGTH // 2)
    status = "waiting" if site_id is None else "accepted"
    connection.execute(
        insert(credential).values(
            public_id=station_public_id,
            secret_sha256=digest(station_secret.encode()),
            status=status,
            tag=request.tag,
            token_public_id=public_id,
            site_id=site_id,
            station_id=None if site_id is None else new_station(connection, site_id, request.tag, now),
            created_at=now,
        )
    )
    note_attempt(connection, public_id, request.tag, status, now)
    return EnrolmentAnswer(
        schema=1,
        station_public_id=station_public_id,
        station_secret=station_secret,
        status="waiting" if site_id is None else "accepted",
        time_seconds=now,
    )


def new_station(connection: Connection, site_id: int, label: str, now: int) -> int:
    """The next number of the site; two enrolments at once get two numbers."""
    dialect = sqlite if is_sqlite(connection) else postgresql
    while True:
        last = connection.execute(select(func.max(station.c.station_id)).where(station.c.site_id == site_id)).scalar()
        row = {"site_id": site_id, "station_id": (last or 0) + 1, "label": label, "installed_at": now}
        added = dialect.insert(station).values(row).on_conflict_do_nothing().returning(station.c.station_id)
        number = connection.execute(added).scalar()
        if number is not None:
            return int(number)


def note_attempt(connection: Connection, token: str | None, tag: str, outcome: str, now: int) -> None:
    """Adds to the list of attempts and forgets what is old or too much."""
    added = connection.execute(
        insert(enrolment_attempt)
        .values(attempted_at=now, token_public_id=token, tag=tag, outcome=outcome)
        .returning(enrolment_attempt.c.attempt_id)
    ).scalar_one()
    connection.execute(
        delete(enrolment_attempt).where(
            or_(
                enrolment_attempt.c.attempt_id <= added - ATTEMPTS_KEPT,
                enrolment_attempt.c.attempted_at < now - ATTEMPTS_KEPT_SECONDS,
            )
        )
    )


def attempts(connection: Connection, limit: int = 100) -> list[Attempt]:
    """The latest attempts, newest first."""
    columns = (getattr(enrolment_attempt.c, name) for name in Attempt._fields)
    rows = connection.execute(select(*columns).order_by(enrolment_attempt.c.attempt_id.desc()).limit(limit))
    return [Attempt._make(row) for row in rows]


def waiting_stations(connection: Connection) -> list[WaitingStation]:
    """The stations that wait, oldest first, each with the site that its tag proposes."""
    sites = [(row.site_id, row.code) for row in connection.execute(select(site.c.site_id, site.c.code))]
    count = (
        select(waiting_envelope.c.public_id, func.count().label("envelopes"))
        .group_by(waiting_envelope.c.public_id)
        .subquery()
    )
    rows = connection.execute(
        select(credential.c.public_id, credential.c.tag, credential.c.created_at, count.c.envelopes)
        .outerjoin(count, count.c.public_id == credential.c.public_id)
        .where(credential.c.status == "waiting")
        .order_by(credential.c.created_at, credential.c.public_id)
    ).all()
    return [
        WaitingStation(row.public_id, row.tag, row.created_at, row.envelopes or 0, *proposed_site(row.tag, sites))
        for row in rows
    ]


def proposed_site(tag: str, sites: list[tuple[int, str]]) -> tuple[int | None, str | None]:
    """The site with the longest code such that the tag begins with that code and a hyphen, in any case."""
    fitting = [(len(code), site_id, code) for site_id, code in sites if tag.lower().startswith(code.lower() + "-")]
    if not fitting:
        return None, None
    _length, site_id, code = max(fitting)
    return site_id, code


def approve(connection: Connection, public_id: str, site_id: int, now: int, mark: Callable[[], int]) -> int:
    """Makes a waiting station one of the site and stores what it sent meanwhile; returns its number."""
    if connection.execute(select(site.c.site_id).where(site.c.site_id == site_id)).first() is None:
        raise EnrolmentError(f"There is no site {site_id}: create it first.")
    if not waiting.is_waiting(connection, public_id):
        raise EnrolmentError(f"No station {public_id} waits to be approved: look at the list again.")
    mine = credential.c.public_id == public_id
    row = connection.execute(select(credential.c.tag, credential.c.created_at).where(mine)).one()
    station_id = new_station(connection, site_id, row.tag, min(now, row.created_at))
    connection.execute(update(credential).where(mine).values(status="accepted", site_id=site_id, station_id=station_id))
    waiting.replay(connection, public_id, site_id, station_id, mark)
    return station_id


def revoke(connection: Connection, public_id: str, now: int, file: Path) -> None:
    """Ends a station's credential, and notes it where a restored backup cannot undo it."""
    changed = connection.execute(
        update(credential)
        .where(credential.c.public_id == public_id, credential.c.status != "revoked")
        .values(status="revoked", revoked_at=now)
    )
    if changed.rowcount != 1:
        raise EnrolmentError(f"There is no station {public_id} to revoke: it is unknown or revoked already.")
    connection.execute(delete(waiting_envelope).where(waiting_envelope.c.public_id == public_id))
    _note_revocation(file, "station", public_id, now)


def revoke_token(connection: Connection, public_id: str, now: int, file: Path) -> None:
    """Ends an enrolment token; the stations that it enrolled stay."""
    changed = connection.execute(
        update(enrolment_token)
        .where(enrolment_token.c.public_id == public_id, enrolment_token.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    if changed.rowcount != 1:
        raise EnrolmentError(f"There is no token {public_id} to revoke: it is unknown or revoked already.")
    _note_revocation(file, "token", public_id, now)


def _rejection(connection: Connection, public_id: str, secret: str, now: int) -> Rejection | None:
    row = connection.execute(select(enrolment_token).where(enrolment_token.c.public_id == public_id)).one_or_none()
    known = None if row is None else Credential(public_id, row.secret_sha256, "", 0, 0)
    if not is_right(known, secret.encode()) or row is None:
        return Rejection.UNKNOWN_TOKEN
    if row.revoked_at is not None:
        return Rejection.REVOKED_TOKEN
    if row.valid_until <= now:
        return Rejection.EXPIRED_TOKEN
    # Two stations may race for the last place: the count of changed rows tells who got it.
    taken = connection.execute(
        update(enrolment_token)
        .where(
            enrolment_token.c.public_id == public_id,
            enrolment_token.c.stations_used < enrolment_token.c.stations_allowed,
            enrolment_token.c.revoked_at.is_(None),
        )
        .values(stations_used=enrolment_token.c.stations_used + 1)
    )
    return None if taken.rowcount == 1 else Rejection.USED_UP_TOKEN


def _note_revocation(file: Path, kind: str, public_id: str, now: int) -> None:
    """On the disk before the caller commits."""
    try:
        revocations.note(file, [revocations.Revocation(kind, public_id, now)])
    except OSError as error:
        raise EnrolmentError(
            f"{file} cannot be written ({error.strerror}), so nothing was revoked: correct its permissions."
        ) from error
