"""What technicians decide of, at sites of the seeded region: tokens, who waits, a clone, records that were lost."""

from sqlalchemy import Connection, insert

from collector.storage import models
from collector.storage.queries.sites import site_ids
from tests.collector.web.seeded_region import DAY, NOW, READINGS, add_readings

REGIONAL, OF_CANAL, REVOKED = "d" * 16, "e" * 16, "f" * 16
WAITING, DOUBTFUL, CLONE = "c" * 16, "b" * 16, "a" * 16


def add_token(
    connection: Connection, public_id: str, site_id: int | None, made_by: str, *, revoked: bool = False
) -> None:
    connection.execute(
        insert(models.enrolment_token).values(
            public_id=public_id,
            secret_sha256="0" * 64,
            site_id=site_id,
            stations_allowed=20,
            stations_used=3,
            valid_until=NOW + 20 * DAY,
            created_at=NOW - 10 * DAY,
            revoked_at=NOW - DAY if revoked else None,
            made_by=made_by,
        )
    )


def add_credential(connection: Connection, public_id: str, status: str, tag: str, token: str, **other: object) -> None:
    row = {"public_id": public_id, "secret_sha256": "0" * 64, "status": status, "tag": tag, "token_public_id": token}
    connection.execute(insert(models.credential).values(**row, created_at=NOW - 7200, **other))


def add_attempt(connection: Connection, tag: str, outcome: str, token: str | None) -> None:
    row = {"attempted_at": NOW - 7200, "token_public_id": token, "tag": tag, "outcome": outcome}
    connection.execute(insert(models.enrolment_attempt).values(row))


def seed_agents(connection: Connection) -> None:
    """UCCLE-1, which waits in the seeded region, came with the regional token."""
    sites = site_ids(connection)
    canal, noord = sites["CANAL"], sites["NOORD"]
    add_token(connection, REGIONAL, None, "command line")
    add_token(connection, OF_CANAL, canal, "administrator")
    add_token(connection, REVOKED, noord, "", revoked=True)
    add_credential(connection, DOUBTFUL, "waiting", "CANAL-02", OF_CANAL, resembles=2)
    add_credential(
        connection,
        CLONE,
        "quarantined",
        "CANAL-04",
        OF_CANAL,
        site_id=canal,
        station_id=4,
        quarantined_at=NOW - 3600,
        quarantined_because="runs",
    )
    add_attempt(connection, "UCCLE-1", "waiting", REGIONAL)
    add_attempt(connection, "CANAL-04", "accepted", OF_CANAL)
    add_attempt(connection, "NOORD-9", "revoked_token", REVOKED)
    add_attempt(connection, "", "unknown_token", "9" * 16)
    lost = READINGS["agent"] | {"records_set_aside": 2, "records_dropped": 1250}
    add_readings(connection, noord, 1, NOW - 900, agent=("ok", lost))
