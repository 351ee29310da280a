"""How long devices are maintained, and in which year the plan replaces them."""

import datetime as dt

import pytest

from collector.domain.equipment import EquipmentKind
from collector.domain.lifetimes import (
    OVERDUE,
    UNKNOWN,
    Device,
    Maintenance,
    due,
    in_order,
    maintenance,
    plan,
    plan_years,
)

TODAY = dt.date(2026, 11, 22)


def device(supplied: str = "", until: str = "", site_id: int = 1, label: str = "PC") -> Device:
    supplied_on, maintained = (dt.date.fromisoformat(day) if day else None for day in (supplied, until))
    return Device(site_id, EquipmentKind.STATION, label, supplied_on=supplied_on, maintained_until=maintained)


@pytest.mark.parametrize(
    ("supplied", "until", "word"),
    [
        ("2022-11-22", "", Maintenance.ENDED),
        ("2022-11-23", "", Maintenance.ENDING),
        ("2023-05-22", "", Maintenance.ENDING),
        ("2023-05-23", "", Maintenance.LASTING),
        ("2019-01-01", "2028-01-01", Maintenance.LASTING),
        ("", "2026-11-22", Maintenance.ENDED),
        ("", "", Maintenance.UNKNOWN),
    ],
)
def test_maintenance_lasts_four_years_unless_somebody_entered_another_day(
    supplied: str, until: str, word: Maintenance
) -> None:
    assert maintenance(device(supplied, until), TODAY) is word


@pytest.mark.parametrize(
    ("supplied", "year"), [("2021-12-31", OVERDUE), ("2022-01-01", 2026), ("2024-02-29", 2028), ("", UNKNOWN)]
)
def test_the_plan_goes_by_the_day_of_supply_whatever_was_agreed_on_maintenance(supplied: str, year: int) -> None:
    assert due(device(supplied, "2031-01-01"), TODAY) == year


def test_the_plan_counts_every_device_once_by_site() -> None:
    some = [device("2020-01-01"), device("2023-01-01"), device("2023-06-01", site_id=2), device()]
    planned = plan(some, TODAY)
    assert planned == {1: {OVERDUE: 1, 2027: 1, UNKNOWN: 1}, 2: {2027: 1}}
    assert plan_years([*some, device("2029-01-01")], TODAY) == [OVERDUE, 2026, 2027, 2028, 2029, 2030, 2033, UNKNOWN]
    assert set().union(*planned.values()) <= set(plan_years(some, TODAY))


def test_whose_maintenance_ends_first_comes_first_and_who_is_not_known_last() -> None:
    some = [device(label="c"), device("2024-01-01", label="b"), device("2020-01-01", label="a")]
    assert [each.label for each in in_order(some, {1: "Noord"})] == ["a", "b", "c"]
