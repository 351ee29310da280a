"""Who the stations of a site are: what technicians should know of their secrets; never a secret itself."""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, select

from collector.storage.models import credential, enrolment_token, station


@dataclass(frozen=True, slots=True)
class Identity:
    """What is to be said of the secrets of one station."""

    quarantined_at: int | None
    enrolled_again_at: int | None
    """Since when it has a secret beside or behind an earlier one; None where it enrolled once."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A computer that enrolled with the token of the site, and that may be a station of it already."""

    tag: str
    public_id: str
    since: int
    resembles: str | None


def identities_of(connection: Connection, site_id: int) -> dict[int, Identity]:
    """By station; of stations whose secrets have all ended there is nothing to say."""
    columns = credential.c
    rows = connection.execute(
        select(columns.station_id, columns.replaces, columns.created_at, columns.quarantined_at)
        .where(columns.site_id == site_id, columns.status.in_(("accepted", "quarantined")))
        .order_by(columns.created_at)
    )
    found: dict[int, Identity] = {}
    for row in rows:
        before = found.get(row.station_id, Identity(None, None))
        found[row.station_id] = Identity(
            row.quarantined_at or before.quarantined_at,
            row.created_at if row.replaces else before.enrolled_again_at,
        )
    return found


def quarantined(connection: Connection) -> set[tuple[int, int]]:
    """The stations, by site and number, of whose secret two computers make use."""
    mine = credential.c.status == "quarantined"
    return {tuple(row) for row in connection.execute(select(credential.c.site_id, credential.c.station_id).where(mine))}


def waiting_at(connection: Connection, site_id: int) -> list[Doubtful]:
    """What waits with a token of the site, the oldest first."""
    columns = credential.c
    same = and_(station.c.site_id == site_id, station.c.station_id == columns.resembles)
    rows = connection.execute(
        select(columns.tag, columns.public_id, columns.created_at, station.c.label)
        .select_from(credential)
        .join(enrolment_token, enrolment_token.c.public_id == columns.token_public_id)
        .outerjoin(station, same)
        .where(columns.status == "waiting", enrolment_token.c.site_id == site_id)
        .order_by(columns.created_at, columns.public_id)
    )
    return [Doubtful(row.tag, row.public_id, row.created_at, row.label) for row in rows]
