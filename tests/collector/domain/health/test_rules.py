"""Rules over the system, as worked examples: one story each, report after report, half an hour apart."""

import datetime as dt
from typing import Any

import pytest

from collector.domain.equipment import Equipment, EquipmentKind
from collector.domain.health.findings import Key, Level, Rule
from collector.domain.health.reports import Reading
from collector.domain.health.rules.disk_space import days_left
from collector.domain.health.rules.end_of_support import last_day_of
from collector.domain.health.rules.maintenance import look as look_at_maintenance
from tests.collector.domain.health.reporting import BEGIN, LIMITS, Station
from tests.collector.domain.health.town import at

GB = 10**9
GIB = 2**30


def volume(free: int, total: int = 100 * GB, label: str = "C:") -> dict[str, Any]:
    return {"label": label, "file_system": "NTFS", "total_bytes": total, "free_bytes": free}


def volumes(*some: dict[str, Any]) -> dict[str, Any]:
    return {"fixed": list(some)}


def test_a_disk_is_full_by_share_and_by_size_and_stays_so_until_there_is_room() -> None:
    pc = Station(Rule.DISK_SPACE)
    assert pc.report(volumes=volumes(volume(9 * GB))) == ""
    assert pc.report(volumes=volumes(volume(9 * GB))) == "C::warning"
    assert pc.report(volumes=volumes(volume(4 * GB))) == "C::warning"
    assert pc.report(volumes=volumes(volume(4 * GB))) == "C::critical"
    # 86 % full is no longer where it began, and not yet where it ends.
    for _ in range(3):
        pc.report(volumes=volumes(volume(14 * GB)))
    assert pc.alerts == {Key(Rule.DISK_SPACE, "C:"): Level.WARNING}
    assert [pc.report(volumes=volumes(volume(16 * GB))) for _ in range(3)] == ["C::warning", "C::warning", ""]


def test_a_large_disk_that_is_nearly_full_still_has_room_for_years() -> None:
    pc = Station(Rule.DISK_SPACE)
    for _ in range(3):
        assert pc.report(volumes=volumes(volume(30 * GB, 1000 * GB))) == ""


def test_a_disk_that_fills_up_by_ten_gigabytes_a_day_is_told_before_it_is_full() -> None:
    pc = Station(Rule.DISK_SPACE)
    said = [pc.report(later=86_400, volumes=volumes(volume(free * GB))) for free in (70, 60, 50, 40, 30, 25, 15)]
    assert said[:5] == [""] * 5
    assert "critical" in said[-1]


@pytest.mark.parametrize(
    ("free", "left"),
    [
        ([50, 40, 30], None),
        ([50, 40, 30, 20], 2),
        # One large download is no trend, nor is a cleaning its end.
        ([50, 50, 30, 30, 30], None),
        ([50, 40, 30, 60, 50], 5),
        ([20, 30, 40, 50], None),
    ],
)
def test_the_trend_is_the_usual_loss_of_a_day(free: list[int], left: int | None) -> None:
    assert days_left(free) == left


def test_a_volume_that_is_gone_ends_its_alert_and_one_that_cannot_be_read_does_not() -> None:
    pc = Station(Rule.DISK_SPACE)
    for _ in range(2):
        pc.report(volumes=volumes(volume(1 * GB), volume(1 * GB, label="D:")))
    for _ in range(5):
        assert pc.report(volumes=Reading("failed", {"reason": "denied"}, 0)) == "C::critical D::critical"
    assert [each.level for each in pc.found] == [Level.NOT_READABLE]
    for _ in range(3):
        pc.report(volumes=volumes(volume(1 * GB)))
    assert pc.alerts == {Key(Rule.DISK_SPACE, "C:"): Level.CRITICAL}


def test_a_memory_module_that_goes_is_told_until_somebody_accepts_it_or_it_is_back() -> None:
    pc = Station(Rule.MEMORY_SIZE)
    both, one = {"installed_bytes": 16 * GIB}, {"installed_bytes": 8 * GIB}
    assert pc.report(memory_modules=both) == ""
    assert [pc.report(memory_modules=one) for _ in range(2)] == ["", "warning"]
    assert [pc.report(memory_modules=both) for _ in range(2)] == ["warning", ""]
    assert [pc.report(memory_modules=one) for _ in range(2)] == ["", "warning"]
    assert pc.report(memory_modules=one, accept=True) == "warning"
    assert [pc.report(memory_modules=one) for _ in range(2)] == ["", ""]


def test_a_little_less_memory_for_the_graphics_is_no_module() -> None:
    pc = Station(Rule.MEMORY_SIZE)
    for total in (8 * GIB, 8 * GIB - 200 * 2**20, 8 * GIB - 200 * 2**20):
        assert pc.report(memory={"total_bytes": total, "available_bytes": GIB}) == ""


def test_memory_is_short_after_two_reports() -> None:
    pc = Station(Rule.MEMORY_AVAILABLE)
    short = {"total_bytes": 100 * GIB, "available_bytes": 4 * GIB}
    assert [pc.report(memory=short) for _ in range(2)] == ["", "warning"]


@pytest.mark.parametrize(("skew", "level"), [(120, ""), (-121, "warning"), (3600, "warning"), (-3601, "critical")])
def test_a_wrong_clock_is_told_in_both_directions(skew: int, level: str) -> None:
    pc = Station(Rule.CLOCK)
    assert [pc.report(skew=skew) for _ in range(2)] == ["", level]


def test_a_clock_that_is_wrong_by_an_hour_does_not_swing_about_the_threshold() -> None:
    pc = Station(Rule.CLOCK)
    for skew in (3602, 3598, 3601, 3599, 3598, 3603):
        said = [pc.report(skew=skew) for _ in range(2)]
    assert said == ["critical", "critical"]
    assert [pc.report(skew=3500) for _ in range(2)] == ["critical", "warning"]
    assert [pc.report(skew=skew) for skew in (121, 119, 118, 61)] == ["warning"] * 4
    assert [pc.report(skew=60) for _ in range(2)] == ["warning", ""]


def test_one_envelope_that_was_long_on_its_way_is_no_wrong_clock() -> None:
    pc = Station(Rule.CLOCK)
    assert [pc.report(skew=-900), pc.report(), pc.report(skew=-900)] == ["", "", ""]


def test_a_pending_reboot_is_told_after_a_week_and_more_loudly_after_a_month() -> None:
    pc = Station(Rule.PENDING_REBOOT)
    pending = {"required": True, "since_seconds": None}
    said = [pc.report(later=86_400, pending_reboot=pending) for _ in range(33)]
    assert (said[7], said[8], said[30], said[31]) == ("", "information", "information", "warning")
    assert pc.report(pending_reboot={"required": False, "since_seconds": None}) == ""


def test_updates_that_wait_count_from_when_the_station_says() -> None:
    pc = Station(Rule.UPDATES)
    old = BEGIN - 31 * 86_400
    assert pc.report(updates={"pending": 3, "security": 1, "since_seconds": old}) == "warning"
    assert pc.report(updates={"pending": 0, "security": 0, "since_seconds": None}) == ""
    pc.report(updates={"pending": None, "security": None, "since_seconds": None})
    assert [each.level for each in pc.found] == [Level.NOT_READABLE]


@pytest.mark.parametrize(
    ("name", "version", "level"),
    [
        ("Windows 10 Pro", "22H2", "warning"),
        ("Windows 11 Home", "25H2", ""),
        ("Debian GNU/Linux", "12 (bookworm)", ""),
        ("Debian GNU/Linux", "11", "warning"),
        ("Ubuntu", "22.04", "information"),
    ],
)
def test_the_end_of_support_is_told_half_a_year_ahead(name: str, version: str, level: str) -> None:
    value = {"name": name, "version": version}
    assert Station(Rule.END_OF_SUPPORT).report(operating_system=value) == level


def test_a_system_that_nobody_wrote_down_is_not_guessed() -> None:
    assert last_day_of("Windows 10 Enterprise LTSC", "1809") is None
    assert last_day_of("Haiku", "") is None


def test_a_link_is_slow_against_its_own_best_of_thirty_days() -> None:
    pc = Station(Rule.LINK_SPEED)
    fast, slow = ({"kind": "wired", "speed_megabits": speed} for speed in (1000, 100))
    assert pc.report(network_link=slow) == ""
    assert pc.report(later=86_400, network_link=fast) == ""
    assert [pc.report(network_link=slow) for _ in range(2)] == ["", "warning"]
    assert pc.report(network_link={"kind": "wireless", "speed_megabits": 20}) == "warning"
    pc.now += 31 * 86_400
    assert [pc.report(network_link=slow) for _ in range(2)] == ["warning", ""]


def hour(text: str, tried: int, failed: int) -> dict[str, int]:
    return {"hour": at(text) // 3600, "tried": tried, "failed": failed, "without_gateway": 0}


def test_contacts_that_fail_count_within_opening_hours_only() -> None:
    pc = Station(Rule.CONTACTS)
    pc.now = at("2026-11-25 17:00")
    night = [hour("2026-11-24 22:00", 50, 50)]
    day = [hour(f"2026-11-24 {each:02}:00", 5, 0) for each in (9, 10, 11, 13, 14)]
    assert pc.report(reachability={"gateway_reachable": True, "hours": [*night, *day]}) == ""
    bad = [hour("2026-11-25 10:00", 5, 4)]
    assert pc.report(reachability={"gateway_reachable": True, "hours": bad}) == "warning"
    assert pc.found[0].facts == {"tried": 30, "failed": 4}


def test_a_line_that_was_cut_for_a_day_makes_no_alert_of_each_station_afterwards() -> None:
    hours = (9, 10, 11, 13, 14, 15, 16, 17)
    good = [hour(f"2026-11-23 {each:02}:00", 3, 0) for each in hours]
    cut = [hour(f"2026-11-24 {each:02}:00", 2, 2) for each in hours]
    # One that is cut for an hour now and again is a line that fails.
    fails = [hour(f"2026-11-24 {each:02}:00", 2, 2 if each in {9, 11, 14, 16} else 0) for each in hours]
    for told, level in ((cut, ""), (fails, "warning")):
        pc = Station(Rule.CONTACTS)
        pc.now = at("2026-11-25 17:00")
        assert pc.report(reachability={"gateway_reachable": True, "hours": [*good, *told]}) == level


def test_an_agent_is_behind_by_two_releases_failing_or_losing() -> None:
    pc = Station(Rule.AGENT_VERSION)
    assert [pc.report(version=each) for each in ("1.0.3", "1.1.0", "0.9.9", "new")] == [
        "warning",
        "",
        "warning",
        "warning",
    ]
    pc = Station(Rule.AGENT_READINGS)
    failing = Reading("failed", {"reason": "denied"}, 0)
    assert [pc.report(fans=failing) for _ in range(3)] == ["", "", "warning"]
    assert Station(Rule.AGENT_READINGS).report(fans=Reading("no_data", {"reason": "none"}, 0)) == ""
    pc = Station(Rule.AGENT_DROPPED)
    assert pc.report(agent={"records_dropped": 2, "records_set_aside": 1}) == "warning"
    assert pc.report(accept=True, agent={"records_dropped": 2, "records_set_aside": 1}) == ""
    assert pc.report(agent={"records_dropped": 3, "records_set_aside": 1}) == "warning"


def test_maintenance_ends_four_years_after_the_supply() -> None:
    def levels(today: dt.date, **changes: Any) -> list[Level]:
        laser = Equipment(1, EquipmentKind.PRINTER, "Laser", supplied_on=dt.date(2023, 3, 1))._replace(**changes)
        return [each.level for each in look_at_maintenance([laser], today, LIMITS)]

    assert levels(dt.date(2026, 8, 29)) == [Level.OK]
    assert levels(dt.date(2026, 8, 30)) == [Level.INFORMATION]
    assert levels(dt.date(2027, 3, 1)) == [Level.WARNING]
    assert levels(dt.date(2027, 3, 1), retired_on=dt.date(2027, 2, 1)) == []
    assert levels(dt.date(2027, 3, 1), supplied_on=None) == []
