"""Computers that enrolled: those that wait for somebody, and the latest attempts."""

from typing import NamedTuple

from sqlalchemy import Connection, func, select

from collector.storage.models import credential, enrolment_attempt, enrolment_token, site, station, waiting_envelope

ADMITTED = ("accepted", "waiting", "enrolled_again")
"""The words in the list of attempts for those that were not rejected."""


class WaitingStation(NamedTuple):
    """A station that somebody should approve; the proposed site is its token's, else that of its tag."""

    public_id: str
    tag: str
    created_at: int
    envelopes: int
    proposed_site_id: int | None
    proposed_site_code: str | None
    resembles: str | None = None
    """Label of the station of that site that may be the same PC."""
    token_site_id: int | None = None
    """None: it enrolled with a token for the whole Region."""


class Attempt(NamedTuple):
    """One attempt to enrol."""

    attempted_at: int
    token_public_id: str | None
    tag: str
    outcome: str
    site_id: int | None = None
    """Of the token's site; None where it is regional or not known."""


def attempts(connection: Connection, limit: int = 100) -> list[Attempt]:
    """The latest attempts, newest first."""
    columns = enrolment_attempt.c
    rows = connection.execute(
        select(columns.attempted_at, columns.token_public_id, columns.tag, columns.outcome, enrolment_token.c.site_id)
        .outerjoin_from(enrolment_attempt, enrolment_token, enrolment_token.c.public_id == columns.token_public_id)
        .order_by(columns.attempt_id.desc())
        .limit(limit)
    )
    return [Attempt._make(row) for row in rows]


def waiting_stations(connection: Connection) -> list[WaitingStation]:
    """The stations that wait, oldest first, each with the site that its token or its tag proposes."""
    codes = {row.site_id: row.code for row in connection.execute(select(site.c.site_id, site.c.code))}
    count = (
        select(waiting_envelope.c.public_id, func.count().label("envelopes"))
        .group_by(waiting_envelope.c.public_id)
        .subquery()
    )
    same_station = (station.c.site_id == enrolment_token.c.site_id) & (station.c.station_id == credential.c.resembles)
    rows = connection.execute(
        select(
            credential.c.public_id,
            credential.c.tag,
            credential.c.created_at,
            count.c.envelopes,
            enrolment_token.c.site_id,
            station.c.label,
        )
        .outerjoin(count, count.c.public_id == credential.c.public_id)
        .outerjoin(enrolment_token, enrolment_token.c.public_id == credential.c.token_public_id)
        .outerjoin(station, same_station)
        .where(credential.c.status == "waiting")
        .order_by(credential.c.created_at, credential.c.public_id)
    ).all()
    found = []
    for row in rows:
        proposed = proposed_site(row.tag, list(codes.items()))
        if row.site_id is not None:
            proposed = (row.site_id, codes[row.site_id])
        found.append(
            WaitingStation(
                row.public_id, row.tag, row.created_at, row.envelopes or 0, *proposed, row.label, row.site_id
            )
        )
    return found


def proposed_site(tag: str, sites: list[tuple[int, str]]) -> tuple[int | None, str | None]:
    """The site with the longest code such that the tag begins with that code and a hyphen, in any case."""
    fitting = [(len(code), site_id, code) for site_id, code in sites if tag.lower().startswith(code.lower() + "-")]
    if not fitting:
        return None, None
    _length, site_id, code = max(fitting)
    return site_id, code
