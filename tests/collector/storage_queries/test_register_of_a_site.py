"""What the register says of a site, read as the domain wants it."""

import datetime as dt

from sqlalchemy import Engine, insert

from collector.domain.equipment import Equipment, EquipmentKind, EquipmentOutage
from collector.domain.register import Closure, Extra, HolidayChoice, OpeningKind, Outage, Timetable, WeeklyInterval
from collector.storage.engine import reading, writing
from collector.storage.models import (
    closure,
    equipment,
    extra_opening,
    holiday_choice,
    outage,
    station,
    timetable,
    weekly_interval,
)
from collector.storage.queries.calendars import calendar_of, calendars_of
from collector.storage.queries.equipment import equipment_of, equipment_outages_of, outages_of
from collector.storage.queries.register import add_site

DAY = dt.date(2026, 3, 2)
FREE = OpeningKind.FREE_ACCESS


def test_the_calendar_of_a_site_holds_all_that_decides_when_it_is_open(engine: Engine) -> None:
    with writing(engine) as connection:
        mine, other = (add_site(connection, code, code, "", 1) for code in ("MINE", "OTHER"))
        here = {"site_id": mine}
        connection.execute(insert(timetable), [here | {"valid_from": dt.date(2024, 1, 1)}, here | {"valid_from": DAY}])
        hours = {"valid_from": DAY, "kind": "free_access"}
        connection.execute(
            insert(weekly_interval),
            [
                here | hours | {"weekday": 4, "from_minute": 1200, "until_minute": 1560},
                here | hours | {"weekday": 0, "from_minute": 540, "until_minute": 720},
            ],
        )
        connection.execute(insert(closure).values(**here, first_day=DAY, last_day=DAY, reason="works"))
        connection.execute(
            insert(extra_opening).values(**here, day=DAY, from_minute=600, until_minute=660, kind="training")
        )
        connection.execute(insert(holiday_choice).values(**here, day=dt.date(2026, 7, 21), is_open=True))

    with reading(engine) as connection:
        found = calendar_of(connection, mine, 2026, 2026)
        nothing = calendars_of(connection, [mine, other], 2026, 2026)[other]

    assert found.timetables == (
        Timetable(dt.date(2024, 1, 1), ()),
        Timetable(DAY, (WeeklyInterval(0, 540, 720, FREE), WeeklyInterval(4, 1200, 1560, FREE))),
    )
    assert found.closures == (Closure(DAY, DAY, "works"),)
    assert found.extras == (Extra(DAY, 600, 660, OpeningKind.TRAINING),)
    assert found.choices == (HolidayChoice(dt.date(2026, 7, 21), is_open=True),)
    assert {day.year for day in found.holidays} == {2025, 2026}
    assert dt.date(2026, 7, 21) in found.holidays
    assert dt.date(2026, 4, 6) in found.holidays
    assert (nothing.timetables, nothing.closures, nothing.holidays) == ((), (), found.holidays)


def test_equipment_names_stations_of_which_the_register_says_nothing(engine: Engine) -> None:
    with writing(engine) as connection:
        site_id = add_site(connection, "MINE", "Mine", "", 1)
        here = {"site_id": site_id}
        for number in (1, 2):
            connection.execute(
                insert(station).values(**here, station_id=number, label=f"PC-{number}", installed_at=1_700_000_000)
            )
        supplied = dt.date(2024, 2, 29)
        rows = [
            {"equipment_id": 1, "kind": "station", "label": "Window", "station_id": 2, "supplied_on": supplied},
            {"equipment_id": 2, "kind": "printer", "label": "Laser", "station_id": None, "supplied_on": None},
        ]
        connection.execute(insert(equipment), [here | row for row in rows])
        connection.execute(
            insert(outage),
            [
                here | {"equipment_id": 1, "started_at": 900, "ended_at": 1800, "reason": "screen"},
                here | {"equipment_id": 1, "started_at": 2700, "ended_at": None, "reason": "disk"},
                here | {"equipment_id": 2, "started_at": 900, "ended_at": None, "reason": "paper"},
            ],
        )

    with reading(engine) as connection:
        laser, unknown, window = equipment_of(connection, site_id)
        assert outages_of(connection, site_id) == [Outage(2, 900, 1800), Outage(2, 2700, None)]
        assert EquipmentOutage(2, 900, None, "paper") in equipment_outages_of(connection, site_id)

    assert laser == Equipment(2, EquipmentKind.PRINTER, "Laser")
    assert unknown == Equipment(None, EquipmentKind.STATION, "PC-1", 1, measured_from=1_700_000_000)
    assert (window.station_id, window.measured_from) == (2, 1_700_000_000)
    assert window.maintenance_end() == dt.date(2028, 2, 29)
    assert window.is_there(supplied)
    assert not window.is_there(supplied - dt.timedelta(days=1))
    assert laser.maintenance_end() is None
