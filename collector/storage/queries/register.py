"""Sites, tokens and stations, as the command line lists and changes them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from collector.storage.models import credential, enrolment_token, site


class Token(NamedTuple):
    """An enrolment token, without its secret; `site_code` is None for a regional one."""

    public_id: str
    site_code: str | None
    stations_allowed: int
    stations_used: int
    valid_until: int
    revoked_at: int | None


class Enrolled(NamedTuple):
    """A station and the credential that it uses."""

    public_id: str
    tag: str
    status: str
    created_at: int


def add_site(
    connection: Connection, code: str, name: str, municipality: str, now: int, *, demonstration: bool = False
) -> int:
    """The number of a new site."""
    added = connection.execute(
        insert(site).values(
            code=code, name=name, municipality=municipality, demonstration=demonstration, created_at=now
        )
    )
    return int(added.inserted_primary_key[0])  # type: ignore[index]


def tokens(connection: Connection) -> Sequence[Token]:
    """Every token, the newest first."""
    columns = enrolment_token.c
    rows = connection.execute(
        select(
            columns.public_id,
            site.c.code,
            columns.stations_allowed,
            columns.stations_used,
            columns.valid_until,
            columns.revoked_at,
        )
        .outerjoin_from(enrolment_token, site, columns.site_id == site.c.site_id)
        .order_by(columns.created_at.desc(), columns.public_id)
    )
    return [Token(*row) for row in rows]


def enrolled(connection: Connection, site_id: int) -> Sequence[Enrolled]:
    """The stations of a site with the public ids of their secrets, the newest first."""
    columns = credential.c
    rows = connection.execute(
        select(columns.public_id, columns.tag, columns.status, columns.created_at)
        .where(columns.site_id == site_id)
        .order_by(columns.created_at.desc(), columns.public_id)
    )
    return [Enrolled(*row) for row in rows]
