"""Recognises a PC that enrols again, by its hardware key, and ends old secrets and quarantines.

A key whose serial numbers are blank or shared recognises nobody. Where a station of the site has the same doubtful
key, or neither has a key and both have the same name, somebody must say whether it is the same PC: it waits. The same
key the first time at a site is no question.
"""

import hmac
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, Select, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from agent.wire.v1 import EnrolmentRequest
from collector.domain.clones import Clone
from collector.storage.engine import is_sqlite
from collector.storage.models import credential, enrolment_token, setting, station_contact

SALT_SECRET = "hardware_salt_secret"  # noqa: S105  # the name of a setting
ENDED_KEPT = 3
"""So many ended secrets of a station stay listed; with an image that enrols at each boot they would never end."""


class Known(NamedTuple):
    """An earlier enrolment of the PC that enrols; `station_id` is None while it waits."""

    public_id: str
    status: str
    site_id: int | None
    station_id: int | None


def salts(connection: Connection, site_id: int | None, random: Callable[[int], str]) -> tuple[str, ...]:
    """With which hardware keys are salted: that of the site, if there is one, then that of the Region."""
    dialect = sqlite if is_sqlite(connection) else postgresql
    made = dialect.insert(setting).values(name=SALT_SECRET, valid_from=0, value=random(32), changed_by="dps-collector")
    connection.execute(made.on_conflict_do_nothing())
    secret = connection.execute(select(setting.c.value).where(setting.c.name == SALT_SECRET)).scalar_one()
    scopes = ["region"] if site_id is None else [f"site {site_id}", "region"]
    return tuple(hmac.digest(secret.encode(), scope.encode(), "sha256").hex() for scope in scopes)


def tried_before(connection: Connection, token: str, request: EnrolmentRequest) -> Known | None:
    """The same enrolment of the same PC, whose answer got lost; None once its secret was shown."""
    return _first(
        connection,
        _known().where(
            credential.c.token_public_id == token,
            credential.c.enrolment_id == request.enrolment_id,
            credential.c.hardware_key.is_not_distinct_from(next(iter(request.hardware_keys), None)),
            credential.c.used_at.is_(None),
            credential.c.status.in_(("accepted", "waiting")),
        ),
    )


def known_hardware(connection: Connection, request: EnrolmentRequest, site_id: int | None) -> Known | None:
    """The latest enrolment of this PC: at the token's site, or with a regional token anywhere."""
    if request.hardware_doubtful or not request.hardware_keys:
        return None
    same = _known().where(
        credential.c.hardware_key.in_(request.hardware_keys), credential.c.hardware_doubtful.is_(False)
    )
    placed = same.where(credential.c.station_id.is_not(None))
    if site_id is not None:
        placed = placed.where(credential.c.site_id == site_id)
    token_of = credential.join(enrolment_token, credential.c.token_public_id == enrolment_token.c.public_id)
    waits = same.select_from(token_of).where(
        credential.c.status == "waiting", enrolment_token.c.site_id.is_not_distinct_from(site_id)
    )
    return _first(connection, placed) or _first(connection, waits)


def resembling_station(connection: Connection, request: EnrolmentRequest, site_id: int) -> int | None:
    """The station of the site that may be this PC, although no hardware key can tell."""
    columns = credential.c
    here = select(columns.station_id).where(columns.site_id == site_id, columns.station_id.is_not(None))
    if request.hardware_keys and request.hardware_doubtful:
        alike = here.where(columns.hardware_key.in_(request.hardware_keys), columns.hardware_doubtful.is_(True))
    elif not request.hardware_keys:
        alike = here.where(columns.hardware_key.is_(None), columns.tag == request.tag)
    else:
        return None
    number: int | None = connection.execute(alike.order_by(columns.created_at.desc()).limit(1)).scalar()
    return number


def _known() -> Select[tuple[str, str, int | None, int | None]]:
    columns = credential.c
    return (
        select(columns.public_id, columns.status, columns.site_id, columns.station_id)
        .order_by(columns.created_at.desc(), columns.public_id)
        .limit(1)
    )


def _first(connection: Connection, query: Select[tuple[str, str, int | None, int | None]]) -> Known | None:
    row = connection.execute(query).first()
    return None if row is None else Known(row.public_id, row.status, row.site_id, row.station_id)


# --- secrets ------------------------------------------------------------------------------------------------------


def forget_unused(connection: Connection, known: Known) -> None:
    """Of the secrets of a station that were never shown, only the latest stays: they would never end."""
    unused = (
        *_of_station(known.site_id, known.station_id),
        credential.c.used_at.is_(None),
        credential.c.status == "accepted",
    )
    latest = connection.execute(
        select(credential.c.public_id).where(*unused).order_by(credential.c.created_at.desc()).limit(1)
    ).scalar()
    connection.execute(delete(credential).where(*unused, credential.c.public_id != latest))


def first_use(connection: Connection, public_id: str, now: int, note: Callable[[str], None]) -> list[str]:
    """Notes that a secret was shown, and revokes the earlier ones of its station, each noted first; gives them."""
    columns = credential.c
    changed = connection.execute(
        update(credential)
        .where(columns.public_id == public_id, columns.used_at.is_(None), columns.status == "accepted")
        .values(used_at=now)
    )
    if changed.rowcount != 1:
        return []
    mine = connection.execute(
        select(columns.site_id, columns.station_id, columns.created_at).where(columns.public_id == public_id)
    ).one()
    of_station = _of_station(mine.site_id, mine.station_id)
    earlier = (
        *of_station,
        columns.public_id != public_id,
        columns.created_at <= mine.created_at,
        columns.status.in_(("accepted", "quarantined")),
    )
    ended = list(connection.execute(select(columns.public_id).where(*earlier)).scalars())
    for each in ended:
        note(each)
    connection.execute(update(credential).where(*earlier).values(status="revoked", revoked_at=now))
    latest_first = (columns.revoked_at.desc(), columns.created_at.desc())
    gone = select(columns.public_id).where(*of_station, columns.status == "revoked").order_by(*latest_first)
    for each in list(connection.execute(gone.offset(ENDED_KEPT)).scalars()):
        connection.execute(delete(credential).where(columns.public_id == each))
    return ended


def _of_station(site_id: int | None, station_id: int | None) -> tuple[ColumnElement[bool], ...]:
    return (credential.c.site_id == site_id, credential.c.station_id == station_id)


# --- quarantine ---------------------------------------------------------------------------------------------------


def quarantine(connection: Connection, public_id: str, because: Clone, now: int) -> None:
    """From now on nothing is taken under this secret, until it is released or its station enrols again."""
    connection.execute(
        update(credential)
        .where(credential.c.public_id == public_id, credential.c.status == "accepted")
        .values(status="quarantined", quarantined_at=now, quarantined_because=because.value)
    )


def learn_hardware_key(connection: Connection, public_id: str, key: str) -> None:
    """Keeps the key of a station that had none yet when it enrolled."""
    connection.execute(
        update(credential)
        .where(credential.c.public_id == public_id, credential.c.hardware_key.is_(None))
        .values(hardware_key=key)
    )


def release(connection: Connection, public_id: str) -> bool:
    """Ends a quarantine and forgets what led to it; False where there is none."""
    columns = credential.c
    changed = connection.execute(
        update(credential)
        .where(columns.public_id == public_id, columns.status == "quarantined")
        .values(status="accepted", quarantined_at=None, quarantined_because=None)
    )
    if changed.rowcount != 1:
        return False
    mine = connection.execute(select(columns.site_id, columns.station_id).where(columns.public_id == public_id)).one()
    connection.execute(
        update(station_contact)
        .where(station_contact.c.site_id == mine.site_id, station_contact.c.station_id == mine.station_id)
        .values(trace="")
    )
    return True
