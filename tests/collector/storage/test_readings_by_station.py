"""Migration 0002 moves every stored reading, and nothing else changes."""

import json
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Engine, text

from collector.storage.engine import create_engine, reading, writing
from collector.storage.queries.stations import latest_readings
from collector.storage.schema import configuration, migrate

HOUR = 1_762_992_000
MEMORY = {"total_bytes": 8_000, "available_bytes": 30}
OLDER = {"total_bytes": 8_000, "available_bytes": 20}
LINK: dict[str, Any] = {"reason": "é\n'"}


def insert(connection: Connection, table: str, **values: object) -> None:
    names = ", ".join(values)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES (:{', :'.join(values)})"), values)


@pytest.fixture
def old(empty_database_url: str) -> Any:
    """A database of version 0001 with two stations that said something and one that said nothing."""
    engine = create_engine(empty_database_url)
    with writing(engine) as connection:
        command.upgrade(configuration(connection), "0001")
        insert(connection, "site", site_id=1, code="A", name="A", created_at=0)
        for station_id in (1, 2, 3):
            mine = {"site_id": 1, "station_id": station_id}
            insert(connection, "station", **mine, label=f"PC{station_id}", installed_at=0)
            contact = {"received_at": HOUR + 4000, "last_envelope_id": "b" * 32, "envelope_id_before": "a" * 32}
            insert(
                connection,
                "station_contact",
                **mine,
                **contact,
                agent_version="0.1.0",
                clock_skew_seconds=-7 * station_id,
            )
        for station_id, probe, outcome, value, at in (
            (1, "memory", "ok", MEMORY, HOUR + 4000),
            (1, "network_link", "failed", LINK, HOUR + 60),
            (2, "memory", "ok", OLDER, HOUR + 60),
        ):
            said = {"site_id": 1, "station_id": station_id, "probe": probe, "outcome": outcome}
            insert(connection, "reading_latest", **said, value=json.dumps(value), received_at=at)
            insert(connection, "reading_history", **said, value=json.dumps(value), received_at=at - at % 3600)
        said = {"site_id": 1, "station_id": 1, "probe": "memory", "outcome": "ok"}
        insert(connection, "reading_history", **said, value=json.dumps(OLDER), received_at=HOUR)
    yield engine
    engine.dispose()


def test_the_last_readings_stand_beside_the_contact(old: Engine) -> None:
    migrate(old)

    with reading(old) as connection:
        found = latest_readings(connection, 1)
        skews = connection.execute(
            text("SELECT clock_skew_seconds, last_envelope_id, envelope_id_before FROM station_contact ORDER BY 1")
        ).all()
    assert {
        (station, probe, one.outcome, json.dumps(one.value), one.changed_at)
        for station, probes in found.items()
        for probe, one in probes.items()
    } == {
        (1, "memory", "ok", json.dumps(MEMORY), HOUR + 4000),
        (1, "network_link", "failed", json.dumps(LINK), HOUR + 60),
        (2, "memory", "ok", json.dumps(OLDER), HOUR + 60),
    }
    assert [tuple(row) for row in skews] == [(skew, "b" * 32, "a" * 32) for skew in (-21, -14, -7)]


def test_the_history_has_one_row_per_station_and_hour(old: Engine) -> None:
    migrate(old)

    with reading(old) as connection:
        rows = connection.execute(text("SELECT * FROM hourly_readings ORDER BY station_id, hour_at")).all()
    assert [(*row[:3], json.loads(row[3])) for row in rows] == [
        (1, 1, HOUR, {"memory": ["ok", OLDER], "network_link": ["failed", LINK]}),
        (1, 1, HOUR + 3600, {"memory": ["ok", MEMORY]}),
        (1, 2, HOUR, {"memory": ["ok", OLDER]}),
    ]
