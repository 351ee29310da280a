"""Rules over parts of a station, printers and projectors, as worked examples."""

from typing import Any

import pytest

from collector.domain.health.findings import Level, Rule
from tests.collector.domain.health.reporting import Station
from tests.collector.domain.health.town import at


def ssd(number: int = 1, **values: Any) -> dict[str, Any]:
    usual = {"reallocated_sectors": 5, "pending_sectors": 0, "power_on_hours": 1000, "cable_errors": 40}
    return (
        {"number": number, "model": "ACME 500", "kind": "solid_state", "size_bytes": 500, "verdict": "passed"}
        | usual
        | values
    )


def disks(*some: dict[str, Any]) -> dict[str, Any]:
    return {"source": "smartctl", "read_at_seconds": 0, "disks": list(some)}


def test_what_a_used_disk_brought_with_it_is_no_news_but_its_growth_is() -> None:
    pc = Station(Rule.DISK_HEALTH)
    assert pc.report(disk_health=disks(ssd())) == ""
    assert pc.report(disk_health=disks(ssd(reallocated_sectors=9))) == "1:warning"
    assert pc.found[0].facts["why"] == "growth"
    # Not worse since: it stays a warning until somebody accepts it.
    assert pc.report(later=5 * 86_400, disk_health=disks(ssd(reallocated_sectors=9))) == "1:warning"
    assert pc.report(accept=True, disk_health=disks(ssd(reallocated_sectors=9))) == ""


def test_growth_on_a_second_day_within_a_month_is_critical() -> None:
    pc = Station(Rule.DISK_HEALTH)
    pc.report(disk_health=disks(ssd()))
    assert pc.report(later=86_400, disk_health=disks(ssd(pending_sectors=1))) == "1:warning"
    assert pc.report(disk_health=disks(ssd(pending_sectors=2))) == "1:critical"
    assert pc.found[0].facts["why"] == "growth_again"


@pytest.mark.parametrize(
    ("values", "level", "why"),
    [
        ({"verdict": "failed"}, "1:critical", "verdict"),
        ({"critical_warning": 4}, "1:critical", "critical_warning"),
        ({"available_spare_percent": 9, "available_spare_threshold_percent": 10}, "1:critical", "spare"),
        ({"used_percent": 90}, "1:warning", "used"),
        ({"used_percent": 89, "available_spare_percent": 10, "available_spare_threshold_percent": 10}, "", ""),
    ],
)
def test_what_a_disk_says_of_itself(values: dict[str, Any], level: str, why: str) -> None:
    pc = Station(Rule.DISK_HEALTH)
    assert pc.report(disk_health=disks(ssd(**values))) == level
    assert pc.found[0].facts["why"] == why


def test_old_cable_errors_are_forgotten_a_week_after_the_last_new_one() -> None:
    pc = Station(Rule.DISK_HEALTH)
    pc.report(disk_health=disks(ssd()))
    assert pc.report(later=7 * 86_400, disk_health=disks(ssd(cable_errors=41))) == "1:warning"
    assert pc.found[0].facts["why"] == "cable"
    assert pc.report(later=86_400, disk_health=disks(ssd(cable_errors=41))) == "1:warning"
    assert pc.report(disk_health=disks(ssd(cable_errors=41))) == ""


def test_timeouts_count_by_the_hour() -> None:
    pc = Station(Rule.DISK_HEALTH)
    pc.report(disk_health=disks(ssd(command_timeouts=0)))
    assert pc.report(disk_health=disks(ssd(command_timeouts=100, power_on_hours=1001))) == ""
    assert pc.report(disk_health=disks(ssd(command_timeouts=350, power_on_hours=1002))) == "1:warning"


def test_another_disk_in_the_same_place_begins_anew_and_a_sleeping_one_is_not_failing() -> None:
    pc = Station(Rule.DISK_HEALTH)
    pc.report(disk_health=disks(ssd()))
    assert pc.report(disk_health=disks(ssd(model="OTHER", reallocated_sectors=900))) == ""
    asleep = {"number": 1, "model": "OTHER", "kind": "hard_disk", "not_readable": "asleep"}
    assert pc.report(disk_health=disks(asleep)) == ""
    assert pc.found[0].level is Level.NOT_READABLE
    assert pc.report(disk_health=disks(ssd(model="OTHER", reallocated_sectors=901))) == "1:warning"


def test_a_hot_disk_cools_down_below_fifty_before_it_is_well() -> None:
    pc = Station(Rule.DISK_TEMPERATURE)
    said = [pc.report(disk_health=disks(ssd(temperature_celsius=each))) for each in (56, 56, 66, 66, 52, 52, 49, 49)]
    assert [each.removeprefix("1:") for each in said] == [
        "",
        "warning",
        "warning",
        "critical",
        "critical",
        "warning",
        "warning",
        "",
    ]


def test_a_sensor_that_never_changes_is_not_readable() -> None:
    pc = Station(Rule.PROCESSOR_TEMPERATURE)
    hot = {"processor_celsius": 100, "processor_maximum_celsius": 100}
    assert [pc.report(temperatures=hot) for _ in range(2)] == ["", "warning"]
    frozen = Station(Rule.PROCESSOR_TEMPERATURE)
    for _ in range(24):
        frozen.report(temperatures={"processor_celsius": 28, "processor_maximum_celsius": 100})
    assert frozen.found[0].level is Level.NOT_READABLE


def test_a_worn_battery_a_reader_that_is_gone_and_an_antivirus_that_is_off() -> None:
    pc = Station(Rule.BATTERY)
    worn = {"batteries": [{"number": 1, "full_milliwatt_hours": 29_000, "design_milliwatt_hours": 50_000}]}
    assert [pc.report(battery=worn) for _ in range(2)] == ["", "1:warning"]
    pc = Station(Rule.CARD_READER)
    assert pc.report(card_readers={"count": 1}) == ""
    assert [pc.report(card_readers={"count": 0}) for _ in range(2)] == ["", "warning"]
    assert Station(Rule.CARD_READER).report(card_readers={"count": 0}) == ""
    pc = Station(Rule.PROTECTION)
    off = {"antivirus_on": False, "signatures_at_seconds": None, "firewall_on": True}
    assert [pc.report(protection=off) for _ in range(4)] == ["", "", "", "warning"]


def test_signatures_are_old_by_open_days() -> None:
    pc = Station(Rule.PROTECTION)
    value = {"antivirus_on": True, "signatures_at_seconds": at("2026-11-13 08:00"), "firewall_on": True}
    pc.now = at("2026-11-24 18:00")
    # From Friday the 13th on: eight open days on Tuesday the 24th, seven on the evening before.
    assert [pc.report(later=60, protection=value) for _ in range(4)][-1] == "warning"
    pc = Station(Rule.PROTECTION)
    pc.now = at("2026-11-23 18:00")
    assert [pc.report(later=60, protection=value) for _ in range(4)][-1] == ""


def test_three_crashes_within_seven_open_days_are_told_and_cut_power_is_not() -> None:
    pc = Station(Rule.CRASHES)

    def stops(*some: tuple[str, str]) -> dict[str, Any]:
        return {"crashes": 0, "unclean": 5, "last": [{"kind": kind, "at_seconds": at(when)} for kind, when in some]}

    pc.now = at("2026-11-23 12:00")
    cut = [("unclean", f"2026-11-{day} 10:00") for day in (17, 18, 19)]
    assert pc.report(stops=stops(*cut, ("crash", "2026-11-13 10:00"), ("crash", "2026-11-16 10:00"))) == ""
    assert pc.report(stops=stops(("crash", "2026-11-23 11:00"))) == "warning"
    pc.now = at("2026-11-26 12:00")
    assert pc.report(stops=stops()) == ""


def test_a_printer_is_told_by_its_own_low_mark() -> None:
    pc = Station(Rule.PRINTER)

    def printer(**changes: Any) -> dict[str, Any]:
        toner = {"kind": "toner", "colour": "black", "level": "number", "level_percent": 9, "low_percent": 10}
        one = {"name": "Laser", "reached": True, "errors": [], "supplies": [toner | changes.pop("toner", {})]}
        return {"printers": [one | changes]}

    assert [pc.report(printers=printer()) for _ in range(2)] == ["", "Laser:warning"]
    assert pc.report(printers=printer(reached=False, reason="no answer")) == "Laser:warning"
    some_left = printer(toner={"level": "some_left", "level_percent": None})
    assert [pc.report(printers=some_left) for _ in range(2)] == ["Laser:warning", ""]
    assert [pc.report(printers=printer(toner={"level_percent": 90}, errors=["no_paper"])) for _ in range(2)][
        -1
    ] == "Laser:information"


def test_a_projector_is_told_by_its_errors_and_the_life_of_its_lamp() -> None:
    def projector(hours: int, **states: str) -> dict[str, Any]:
        parts = dict.fromkeys(("fan", "lamp", "temperature", "cover", "filter", "other"), "ok") | states
        lamps = [{"hours": hours, "lit": True}]
        return {"projectors": [{"name": "Hall", "reached": True, "lamps": lamps, "lamp_life_hours": 5000} | parts]}

    for value, level in (
        (projector(3999), ""),
        (projector(4000), "Hall:warning"),
        (projector(5000), "Hall:critical"),
        (projector(10, filter="warning"), "Hall:warning"),
        (projector(10, fan="error"), "Hall:critical"),
    ):
        pc = Station(Rule.PROJECTOR)
        assert [pc.report(projectors=value) for _ in range(2)] == ["", level]
