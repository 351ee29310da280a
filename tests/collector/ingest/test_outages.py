"""What the register says is out of order leaves the stations in service, also when it is said months later."""

from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select

from collector.domain.equipment import Equipment, EquipmentKind, EquipmentOutage
from collector.ingest.rebuilding import verify
from collector.ingest.roller import lag, roll
from collector.storage.changes.base import Change
from collector.storage.changes.equipment import put_equipment, put_outage, remove_outage
from collector.storage.engine import reading, writing
from collector.storage.models import dirty_month, horizon, slot_record, station
from collector.storage.models import site_slot as stored
from collector.storage.queries.register import add_site

NOW = 1_790_000_100
FIRST = 1_789_999_200 // 900 - 8
ZONE = ZoneInfo("Europe/Brussels")
LENGTHS = "0 0 0 0 0 0 0"


def record(station_id: int, slot: int, in_use: int) -> dict[str, object]:
    counts = {
        f"{kind}_{n}": value for n in (3, 5, 10, 15) for kind, value in (("starts", 0), ("seconds_in_use", in_use))
    }
    lengths = {f"lengths_{n}": LENGTHS for n in (3, 5, 10, 15)}
    return {
        "site_id": 1,
        "slot": slot,
        "station_id": station_id,
        "run_id": "0" * 16,
        "revision": 1,
        "method": "log_on",
        "presence_readable": True,
        "seconds_observed": 900,
        "seconds_on": 900,
        **counts,
        **lengths,
    }


def rolled(engine: Engine) -> list[int]:
    """Stations in service, slot by slot."""
    while roll(engine, NOW, "me", 100):
        pass
    assert lag(engine) == 0
    assert list(verify(engine)) == []
    with reading(engine) as connection:
        return list(connection.execute(select(stored.c.stations_in_service).order_by(stored.c.slot)).scalars())


def test_an_outage_said_later_and_taken_back_changes_what_was_derived(engine: Engine) -> None:
    with writing(engine) as connection:
        assert add_site(connection, "EVERE", "Evere", "", 1) == 1
        for number in (1, 2):
            connection.execute(
                insert(station).values(site_id=1, station_id=number, label=f"PC-{number}", installed_at=1_700_000_000)
            )
        slots = range(FIRST, FIRST + 6)
        # Station 2 was used in the fourth slot, whatever the register says.
        rows = [
            record(number, slot, 60 if (number, slot) == (2, FIRST + 3) else 0) for number in (1, 2) for slot in slots
        ]
        connection.execute(insert(slot_record), rows)
    assert rolled(engine) == [2] * 6

    with writing(engine) as connection:
        change = Change(connection, "me", NOW, ZONE, lambda: 7)
        put_equipment(change, 1, Equipment(None, EquipmentKind.STATION, "Window", 2))
        begun = (FIRST + 1) * 900 - 60
        put_outage(change, 1, EquipmentOutage(1, begun, (FIRST + 5) * 900 + 60, "screen"))
        assert connection.execute(select(dirty_month.c.month)).scalars().all() == [202609]
    assert rolled(engine) == [2, 1, 1, 2, 1, 2]

    with writing(engine) as connection:
        connection.execute(horizon.update().where(horizon.c.site_id == 1).values(slot=FIRST + 3))
        remove_outage(Change(connection, "me", NOW, ZONE, lambda: 8), 1, 1, begun)
    while roll(engine, NOW, "me", 100):
        pass
    with reading(engine) as connection:
        kept = list(connection.execute(select(stored.c.stations_in_service).order_by(stored.c.slot)).scalars())
    assert kept == [2, 1, 1, 2, 2, 2], "what is sealed stays"
