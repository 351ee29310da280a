import datetime as dt
from fractions import Fraction
from zoneinfo import ZoneInfo

from collector.domain import calendar
from collector.domain.calendar import Month
from collector.domain.cells import NOT_APPLICABLE, counted
from collector.domain.equipment import Equipment, EquipmentKind, EquipmentOutage, OutageKind
from collector.domain.inventory import (
    ages,
    inventory,
    last_day_of,
    months_after,
    out_of_order,
)

ZONE = ZoneInfo("Europe/Brussels")
OCTOBER = calendar.month(Month(2026, 10), ZONE)
LAST = OCTOBER.last_day
DAY = 86_400
STATION, PRINTER, PROJECTOR = EquipmentKind.STATION, EquipmentKind.PRINTER, EquipmentKind.PROJECTOR


def date(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


DEVICES = [
    Equipment(None, STATION, "enrolled", 1, measured_from=OCTOBER.start()),
    Equipment(None, STATION, "enrolled later", 2, measured_from=OCTOBER.end()),
    Equipment(None, STATION, "retired", 3, measured_from=0, measured_until=OCTOBER.end() - 1),
    Equipment(1, STATION, "tablet", supplied_on=date("2022-11-01")),
    Equipment(2, PRINTER, "past", supplied_on=date("2022-10-31")),
    Equipment(3, PROJECTOR, "ending", supplied_on=date("2020-01-01"), maintained_until=date("2027-04-30")),
    Equipment(4, PROJECTOR, "long", supplied_on=date("2023-06-15")),
    Equipment(5, PRINTER, "gone", supplied_on=date("2023-06-15"), retired_on=LAST),
    Equipment(6, PRINTER, "to come", installed_on=LAST + dt.timedelta(days=1)),
]


def test_what_stands_there_at_the_end_of_the_period_is_counted() -> None:
    found = inventory(DEVICES, LAST, ZONE)
    assert (found["A1"], found["A1.measured"]) == (counted(2), counted(1))
    assert (found["E1.stations"], found["E1.printers"], found["E1.projectors"]) == (counted(2), counted(1), counted(2))


def test_maintenance_lasts_four_years_and_its_last_six_months_are_told() -> None:
    found = inventory(DEVICES, LAST, ZONE)
    assert (found["E1.maintained"], found["E1.ending"], found["E1.past"]) == (counted(3), counted(2), counted(1))


def test_ages_are_whole_years_and_may_be_unknown() -> None:
    assert ages(DEVICES, LAST, ZONE) == {STATION: {None: 1, 3: 1}, PRINTER: {4: 1}, PROJECTOR: {6: 1, 3: 1}}


def test_half_a_year_after_the_last_of_august_is_the_last_of_february() -> None:
    assert [months_after(date(day), 6) for day in ("2026-08-31", "2026-06-30", "2027-08-31")] == [
        date("2027-02-28"),
        date("2026-12-30"),
        date("2028-02-29"),
    ]


def test_what_stands_in_storage_is_no_incident_and_waits_for_no_repair() -> None:
    stored = outage(3, 9)._replace(kind=OutageKind.IN_STORAGE)
    one = out_of_order([outage(3, 5)], OCTOBER, OCTOBER.end())
    assert out_of_order([outage(3, 5), stored], OCTOBER, OCTOBER.end()) == one
    assert one != out_of_order([], OCTOBER, OCTOBER.end())


def test_while_a_period_runs_things_are_counted_today() -> None:
    assert last_day_of(OCTOBER, OCTOBER.start() + 3 * DAY, ZONE) == date("2026-10-04")
    assert last_day_of(OCTOBER, OCTOBER.end() + DAY, ZONE) == LAST


def outage(start: float, end: float | None) -> EquipmentOutage:
    """Days after the first of October."""
    return EquipmentOutage(
        1, OCTOBER.start() + int(start * DAY), None if end is None else OCTOBER.start() + int(end * DAY), ""
    )


def test_outages_are_counted_where_they_begin_and_their_days_where_they_pass() -> None:
    some = [outage(-2, 1), outage(3, 4.5), outage(28, 50)]
    found = out_of_order(some, OCTOBER, OCTOBER.end() + 90 * DAY)
    # October has an hour more than 31 days.
    assert found["E2.days"] == counted(1 + Fraction(3, 2) + 3 + Fraction(1, 24))
    assert found["E2.incidents"] == counted(2)
    assert found["E2.mean_days"] == counted((3 + Fraction(3, 2)) / 2)


def test_an_outage_that_lasts_is_counted_up_to_now_and_has_no_time_to_repair() -> None:
    found = out_of_order([outage(3, None)], OCTOBER, OCTOBER.start() + 5 * DAY)
    assert (found["E2.incidents"], found["E2.days"], found["E2.mean_days"]) == (counted(1), counted(2), NOT_APPLICABLE)
    later = out_of_order([outage(3, None)], OCTOBER, OCTOBER.start())
    assert set(later.values()) == {NOT_APPLICABLE}
