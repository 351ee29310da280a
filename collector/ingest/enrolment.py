"""Exchanges enrolment tokens for station secrets, and approves and revokes stations.

A token is `dps1-<public id>-<secret>`; like a station's, its secret is stored as SHA-256. With a token of a site the
station is accepted at once; with a regional one it waits until somebody approves it for a site, and its envelopes are
kept meanwhile. A token whose secret is wrong is answered like an unknown one.

A PC that enrols again, recognised by its hardware key, is the same station with a new secret, and takes no place of
the token, which may be used up. The old secret is good until the new one is shown.
"""

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Literal, NamedTuple

from sqlalchemy import Connection, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from agent.wire.v1 import EnrolmentAnswer, EnrolmentRequest
from collector.domain.equipment import EquipmentKind
from collector.domain.mistakes import N_, Mistake
from collector.ingest import recognition, waiting
from collector.ingest.credentials import PUBLIC_ID_LENGTH, SECRET_LENGTH, Credential, digest, is_right
from collector.ingest.recognition import Known
from collector.storage import revocations
from collector.storage.engine import is_sqlite
from collector.storage.models import (
    credential,
    enrolment_attempt,
    enrolment_token,
    equipment,
    site,
    station,
    waiting_envelope,
)

DAY_SECONDS = 86_400
MOST_STATIONS, MOST_DAYS = 10_000, 366
"""Of one enrolment token."""
ATTEMPTS_KEPT = 10_000
ATTEMPTS_KEPT_SECONDS = 90 * DAY_SECONDS

Status = Literal["accepted", "waiting"]
RandomHex = Callable[[int], str]
"""So many random bytes, in hexadecimal: `secrets.token_hex`."""


class EnrolmentError(Mistake):
    """What a person asked for cannot be done."""


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


class Token(NamedTuple):
    """A token that is good; a regional one has no site."""

    public_id: str
    site_id: int | None


def issue_token(
    connection: Connection,
    site_id: int | None,
    *,
    stations: int,
    valid_days: int,
    now: int,
    random: RandomHex,
    made_by: str = "",
) -> str:
    """A new token; shown once, since only its digest is kept. Without a site it is a regional one."""
    if not 1 <= stations <= MOST_STATIONS:
        raise EnrolmentError(N_("A token is for 1 to %(most)s stations: give such a number."), most=MOST_STATIONS)
    if not 1 <= valid_days <= MOST_DAYS:
        raise EnrolmentError(N_("A token is valid for 1 to %(most)s days: give such a number."), most=MOST_DAYS)
    if (
        site_id is not None
        and connection.execute(select(site.c.site_id).where(site.c.site_id == site_id)).first() is None
    ):
        raise EnrolmentError(N_("There is no site %(number)s: create it first."), number=site_id)
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
            made_by=made_by,
        )
    )
    return f"dps1-{public_id}-{secret}"


def token_public_id(token: str) -> str:
    return token.split("-")[1]


def salts_for(connection: Connection, token: str, now: int, random: RandomHex) -> tuple[str, ...] | Rejection:
    """With which the hardware keys of an enrolment with this token are salted; a rejection is listed."""
    found = _token(connection, token, now)
    if isinstance(found, Rejection):
        note_attempt(connection, token_public_id(token), "", found.value, now)
        return found
    return recognition.salts(connection, found.site_id, random)


def exchange(
    connection: Connection, request: EnrolmentRequest, now: int, random: RandomHex
) -> EnrolmentAnswer | Rejection:
    """Makes a station or a waiting one, or gives a known PC a new secret; a rejection is listed."""
    token = _token(connection, request.token, now)
    if isinstance(token, Rejection):
        note_attempt(connection, token_public_id(request.token), request.tag, token.value, now)
        return token
    known = recognition.tried_before(connection, token.public_id, request)
    tried = known is not None
    known = known or recognition.known_hardware(connection, request, token.site_id)
    if known is None and not _take_place(connection, token.public_id):
        note_attempt(connection, token.public_id, request.tag, Rejection.USED_UP_TOKEN.value, now)
        return Rejection.USED_UP_TOKEN
    secret = random(SECRET_LENGTH // 2)
    status: Status
    if known is not None and (tried or known.status == "waiting"):
        # Nobody has shown this secret, or the PC lost it: what was kept for the station stays under its public id.
        public_id, status = known.public_id, "waiting" if known.status == "waiting" else "accepted"
        renewed = {"secret_sha256": digest(secret.encode()), "enrolment_id": request.enrolment_id}
        connection.execute(update(credential).where(credential.c.public_id == public_id).values(renewed))
    else:
        public_id = random(PUBLIC_ID_LENGTH // 2)
        status = _add(connection, request, token, known, public_id, digest(secret.encode()), now)
    note_attempt(connection, token.public_id, request.tag, "enrolled_again" if known else status, now)
    return EnrolmentAnswer(
        schema=1,
        station_public_id=public_id,
        station_secret=secret,
        status=status,
        salt=recognition.salts(connection, token.site_id, random)[0],
        time_seconds=now,
    )


def _add(
    connection: Connection,
    request: EnrolmentRequest,
    token: Token,
    known: Known | None,
    public_id: str,
    secret_sha256: str,
    now: int,
) -> Status:
    """A new credential: of a known station, of a new one, or of one that waits."""
    site_id, station_id, resembles = token.site_id, None, None
    if known is not None:
        recognition.forget_unused(connection, known)
        site_id, station_id = known.site_id, known.station_id
    elif site_id is not None:
        resembles = recognition.resembling_station(connection, request, site_id)
        if resembles is None:
            station_id = new_station(connection, site_id, request.tag, now)
    status: Status = "waiting" if station_id is None else "accepted"
    connection.execute(
        insert(credential).values(
            public_id=public_id,
            secret_sha256=secret_sha256,
            status=status,
            tag=request.tag,
            token_public_id=token.public_id,
            site_id=None if station_id is None else site_id,
            station_id=station_id,
            created_at=now,
            enrolment_id=request.enrolment_id,
            hardware_key=next(iter(request.hardware_keys), None),
            hardware_doubtful=request.hardware_doubtful,
            replaces=None if known is None else known.public_id,
            resembles=resembles,
        )
    )
    return status


def new_station(connection: Connection, site_id: int, label: str, now: int) -> int:
    """The next number of the site; two enrolments at once get two numbers."""
    dialect = sqlite if is_sqlite(connection) else postgresql
    while True:
        last = connection.execute(select(func.max(station.c.station_id)).where(station.c.site_id == site_id)).scalar()
        row = {"site_id": site_id, "station_id": (last or 0) + 1, "label": label, "installed_at": now}
        added = dialect.insert(station).values(row).on_conflict_do_nothing().returning(station.c.station_id)
        number = connection.execute(added).scalar()
        if number is not None:
            _match_asset(connection, site_id, int(number), label)
            return int(number)


def _match_asset(connection: Connection, site_id: int, station_id: int, label: str) -> None:
    """The device of the register with the same tag is this station, when it waits for one."""
    columns = equipment.c
    mine = (columns.site_id == site_id, columns.kind == EquipmentKind.STATION.value, columns.station_id.is_(None))
    rows = connection.execute(select(columns.equipment_id, columns.label).where(*mine, columns.retired_on.is_(None)))
    alike = sorted((row.label != label, row.equipment_id) for row in rows if row.label.casefold() == label.casefold())
    if alike:
        one = (columns.site_id == site_id, columns.equipment_id == alike[0][1])
        connection.execute(update(equipment).where(*one).values(station_id=station_id))


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


def approve(
    connection: Connection,
    public_id: str,
    site_id: int,
    now: int,
    mark: Callable[[], int],
    same_as: str | None = None,
) -> int:
    """Makes a waiting station one of the site and stores what it sent meanwhile; returns its number.

    It is a new one, or the one whose label is `same_as`, which keeps its label and its history.
    """
    if connection.execute(select(site.c.site_id).where(site.c.site_id == site_id)).first() is None:
        raise EnrolmentError(N_("There is no site %(number)s: create it first."), number=site_id)
    if not waiting.is_waiting(connection, public_id):
        raise EnrolmentError(N_("No station %(id)s waits to be approved: look at the list again."), id=public_id)
    mine = credential.c.public_id == public_id
    row = connection.execute(select(credential.c.tag, credential.c.created_at).where(mine)).one()
    if same_as is None:
        station_id = new_station(connection, site_id, row.tag, min(now, row.created_at))
    else:
        station_id = _station_of_label(connection, site_id, same_as)
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
        raise EnrolmentError(
            N_("There is no station %(id)s to revoke: it is unknown or revoked already."), id=public_id
        )
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
        raise EnrolmentError(N_("There is no token %(id)s to revoke: it is unknown or revoked already."), id=public_id)
    _note_revocation(file, "token", public_id, now)


def use(connection: Connection, public_id: str, now: int, file: Path) -> None:
    """A secret is shown for the first time: the earlier ones of its station end, also after a restore."""
    recognition.first_use(connection, public_id, now, lambda ended: _note_revocation(file, "station", ended, now))


def release(connection: Connection, public_id: str) -> None:
    """Ends the quarantine of a station's secret: somebody has seen to it that one computer has it."""
    if not recognition.release(connection, public_id):
        raise EnrolmentError(N_("No station %(id)s is in quarantine: look at the list again."), id=public_id)


def _station_of_label(connection: Connection, site_id: int, label: str) -> int:
    here = (station.c.site_id == site_id, station.c.label == label)
    found = list(connection.execute(select(station.c.station_id).where(*here)).scalars())
    if not found:
        raise EnrolmentError(N_("There is no station %(label)s at this site: look at its stations again."), label=label)
    if len(found) > 1:
        raise EnrolmentError(
            N_("There is more than one station %(label)s at this site: look at its stations again."), label=label
        )
    return int(found[0])


def _token(connection: Connection, token: str, now: int) -> Token | Rejection:
    """What a token is for; locks it, so that two enrolments of one PC at once make one station."""
    _prefix, public_id, secret = token.split("-")
    row = connection.execute(
        select(enrolment_token).where(enrolment_token.c.public_id == public_id).with_for_update()
    ).one_or_none()
    known = None if row is None else Credential(public_id, row.secret_sha256, "", 0, 0)
    if not is_right(known, secret.encode()) or row is None:
        return Rejection.UNKNOWN_TOKEN
    if row.revoked_at is not None:
        return Rejection.REVOKED_TOKEN
    if row.valid_until <= now:
        return Rejection.EXPIRED_TOKEN
    return Token(public_id, row.site_id)


def _take_place(connection: Connection, public_id: str) -> bool:
    """Whether there was a place left; two may race for the last one, and the count of changed rows tells who got it."""
    taken = connection.execute(
        update(enrolment_token)
        .where(
            enrolment_token.c.public_id == public_id,
            enrolment_token.c.stations_used < enrolment_token.c.stations_allowed,
            enrolment_token.c.revoked_at.is_(None),
        )
        .values(stations_used=enrolment_token.c.stations_used + 1)
    )
    return taken.rowcount == 1


def _note_revocation(file: Path, kind: str, public_id: str, now: int) -> None:
    """On the disk before the caller commits."""
    try:
        revocations.note(file, [revocations.Revocation(kind, public_id, now)])
    except OSError as error:
        raise EnrolmentError(
            N_("%(file)s cannot be written (%(why)s), so nothing was revoked: correct its permissions."),
            file=file,
            why=error.strerror,
        ) from error
