"""Sites, tokens and stations, as the command line lists and changes them."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, func, insert, select, true

from collector.storage.models import credential, enrolment_token, site, station


class Token(NamedTuple):
    """An enrolment token, without its secret; `site_code` is None for a regional one."""

    public_id: str
    site_code: str | None
    stations_allowed: int
    stations_used: int
    valid_until: int
    revoked_at: int | None
    site_id: int | None
    created_at: int
    made_by: str
    """The account's name, or "command line"; empty where nobody noted it."""


class Enrolled(NamedTuple):
    """A station and the credential that it uses."""

    public_id: str
    tag: str
    status: str
    created_at: int


class Listed(NamedTuple):
    """A station with its latest secret, or one that waits; `site_code` is empty where nobody has placed it."""

    public_id: str
    site_code: str
    label: str
    status: str
    since: int
    enrolled_again_at: int | None
    quarantined_at: int | None
    resembles: str | None


def add_site(
    connection: Connection,
    code: str,
    name: str,
    municipality: str,
    now: int,
    *,
    name_nl: str = "",
    demonstration: bool = False,
) -> int:
    """The number of a new site."""
    added = connection.execute(
        insert(site).values(
            code=code,
            name=name,
            name_nl=name_nl,
            municipality=municipality,
            demonstration=demonstration,
            created_at=now,
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
            columns.site_id,
            columns.created_at,
            columns.made_by,
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


def stations(connection: Connection, site_id: int | None = None) -> list[Listed]:
    """The stations of a site, or of all, with the secrets that are not ended, then those that wait."""
    columns = credential.c
    here = enrolment_token.c.site_id
    of_site = site.c.site_id == func.coalesce(columns.site_id, here)
    alike = station.alias("alike")
    rows = connection.execute(
        select(
            columns.public_id,
            site.c.code,
            func.coalesce(station.c.label, columns.tag).label("label"),
            columns.status,
            columns.created_at,
            columns.replaces,
            columns.quarantined_at,
            alike.c.label.label("resembles"),
        )
        .select_from(credential)
        .outerjoin(enrolment_token, enrolment_token.c.public_id == columns.token_public_id)
        .outerjoin(site, of_site)
        .outerjoin(station, (station.c.site_id == columns.site_id) & (station.c.station_id == columns.station_id))
        .outerjoin(alike, (alike.c.site_id == here) & (alike.c.station_id == columns.resembles))
        .where(columns.status != "revoked", true() if site_id is None else site.c.site_id == site_id)
        .order_by(columns.status == "waiting", site.c.code, "label", columns.created_at)
    )
    return [
        Listed(
            row.public_id,
            row.code or "",
            row.label,
            row.status,
            row.created_at,
            row.created_at if row.replaces else None,
            row.quarantined_at,
            row.resembles if row.status == "waiting" else None,
        )
        for row in rows
    ]
