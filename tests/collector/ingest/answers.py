"""What tests ask of an answer, and of the database behind it."""

from sqlalchemy import Engine, func, select

from collector.storage.engine import reading
from collector.storage.models import slot_record, station_contact
from tests.collector.ingest.calls import (
    Reply,
)


def stored(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.execute(select(func.count()).select_from(station_contact)).scalar_one()


def slots(engine: Engine) -> list[int]:
    with reading(engine) as connection:
        return list(connection.execute(select(slot_record.c.slot).order_by(slot_record.c.slot)).scalars())


def problem(reply: Reply) -> tuple[int, str]:
    assert reply.headers["content-type"] == "application/problem+json"
    content = reply.json()
    assert content["status"] == reply.status
    assert content["detail"].endswith(".")
    return reply.status, content["type"].removeprefix("urn:dps:problem:")
