"""What is taken in as tables is taken out the same, on both databases; and what a change of the past makes due."""

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, insert, select

from collector.domain.csv_files import write_sheet
from collector.domain.equipment import Equipment, EquipmentKind
from collector.domain.register import Closure, OpeningKind, WeeklyInterval
from collector.storage.changes.base import Change, Outcome
from collector.storage.changes.equipment import put_equipment, remove_equipment
from collector.storage.changes.opening_hours import put_closure, put_timetable, remove_closure
from collector.storage.engine import reading, writing
from collector.storage.files.entered import ENTRIES, entry_rows
from collector.storage.files.reading import Fate, FateWord, Intake, take_in
from collector.storage.files.register import REGISTER, register_rows
from collector.storage.models import audit_entry, dirty_month, station
from collector.storage.queries.register import add_site
from tests.collector.web.seeded_register import FILES

ZONE = ZoneInfo("Europe/Brussels")
NOW = 1_795_353_600
"""22 November 2026."""


def taken(engine: Engine, files: dict[str, str], *, dry: bool = False) -> list[Fate]:
    with writing(engine) as connection:
        change = Change(connection, "me", NOW, ZONE, lambda: 1)
        some = [(name, text.encode()) for name, text in files.items()]
        return take_in(Intake(change), [*REGISTER, *ENTRIES], some, dry=dry)


def written(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        tables = register_rows(connection, ZONE) | entry_rows(connection)
    return {f"{kind.word}.csv": write_sheet(kind.columns, rows) for kind, rows in tables.items()}


def test_what_was_taken_in_is_taken_out_and_changes_nothing_when_it_comes_back(engine: Engine) -> None:
    with writing(engine) as connection:
        add_site(connection, "CANAL", "Canal", "", 1)
    empty = written(engine)

    assert {fate.word for fate in taken(engine, FILES, dry=True)} == {FateWord.NEW}
    assert written(engine) == empty
    assert {fate.word for fate in taken(engine, FILES)} == {FateWord.NEW}
    once = written(engine)
    assert all(len(text.splitlines()) > 1 for name, text in once.items() if name != "holidays.csv")
    assert {fate.word for fate in taken(engine, once)} == {FateWord.SAME}
    assert written(engine) == once


def test_one_wrong_line_takes_back_all_others_of_all_files(engine: Engine) -> None:
    with writing(engine) as connection:
        add_site(connection, "CANAL", "Canal", "", 1)
    before = written(engine)

    fates = taken(engine, FILES | {"holidays.csv": "site,holiday,open\nCANAL,2026-11-11,perhaps\n"})

    assert [fate.file for fate in fates if fate.word is FateWord.WRONG] == ["holidays.csv"]
    assert written(engine) == before
    with reading(engine) as connection:
        assert connection.execute(select(audit_entry)).all() == []


def due(change: Change) -> list[int]:
    """The months that are due, which nobody has done yet; they are taken away."""
    months = list(change.connection.execute(select(dirty_month.c.month).order_by(dirty_month.c.month)).scalars())
    change.connection.execute(dirty_month.delete())
    return months


def test_a_timetable_mended_in_march_makes_january_due_and_nothing_after_the_next_one(engine: Engine) -> None:
    with writing(engine) as connection:
        site_id = add_site(connection, "CANAL", "Canal", "", 1)
        change = Change(connection, "me", NOW, ZONE, lambda: 1)
        monday = WeeklyInterval(0, 540, 720, OpeningKind.FREE_ACCESS)

        put_timetable(change, site_id, dt.date(2026, 10, 1), [monday])
        # With the quarter of an hour before an opening on the first.
        assert due(change) == [202609, 202610, 202611]
        put_timetable(change, site_id, dt.date(2026, 8, 15), [monday])
        assert due(change) == [202608, 202609, 202610]
        assert put_timetable(change, site_id, dt.date(2026, 8, 15), [monday]) is Outcome.SAME
        assert due(change) == []
        put_closure(change, site_id, Closure(dt.date(2026, 1, 30), dt.date(2026, 1, 31), ""))
        assert due(change) == [202601, 202602]
        put_closure(change, site_id, Closure(dt.date(2026, 1, 30), dt.date(2026, 1, 30), ""))
        assert due(change) == [202601, 202602]
        remove_closure(change, site_id, dt.date(2026, 1, 30))
        assert due(change) == [202601]
        put_closure(change, site_id, Closure(dt.date(2027, 1, 30), dt.date(2027, 1, 31), ""))
        assert due(change) == []


def test_the_life_of_a_station_ends_with_its_device_and_else_stays_as_it_is(engine: Engine) -> None:
    with writing(engine) as connection:
        site_id = add_site(connection, "CANAL", "Canal", "", 1)
        for number, retired_at in ((1, None), (2, 1_794_000_000)):
            connection.execute(
                insert(station).values(
                    site_id=site_id, station_id=number, label=f"PC-{number}", installed_at=1, retired_at=retired_at
                )
            )
        change = Change(connection, "me", NOW, ZONE, lambda: 1)

        def ends() -> list[int | None]:
            return list(connection.execute(select(station.c.retired_at).order_by(station.c.station_id)).scalars())

        one, two = (Equipment(None, EquipmentKind.STATION, f"PC-{number}", number) for number in (1, 2))
        put_equipment(change, site_id, one)
        put_equipment(change, site_id, two)
        assert ends() == [None, 1_794_000_000]
        put_equipment(change, site_id, one._replace(equipment_id=1, retired_on=dt.date(2026, 11, 1)))
        assert ends() == [1_793_487_600, 1_794_000_000]
        remove_equipment(change, site_id, 1)
        assert ends() == [None, 1_794_000_000]
