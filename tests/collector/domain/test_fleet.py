"""Which computers are asked for, and in which order."""

import datetime as dt
from typing import Any

import pytest

from collector.domain.fleet import GIB, LABEL, Column, Computer, Hardware, Wish, built_in, fits, hardware_of, ordered
from collector.domain.health.states import State

NAMES = {1: "Noord", 2: "Anneessens"}


def one(label: str, site_id: int = 1, **other: Any) -> Computer:
    known = {"contact_at": 0, "agent_version": "0.9.0", "state": State.ONLINE}
    return Computer(site_id, 1, label, **{**known, **other})


@pytest.mark.parametrize(
    ("said", "gibibytes"),
    [(7.7, 8), (8.0, 8), (8.1, 10), (15.4, 16), (5.8, 6), (3.8, 4), (2.9, 3), (0.97, 1)],
)
def test_memory_that_the_system_may_use_is_rounded_up_to_what_is_built_in(said: float, gibibytes: int) -> None:
    assert built_in(int(said * GIB)) == gibibytes * GIB


def test_a_computer_of_8_gb_of_which_graphics_keep_a_part_is_not_below_8_gb() -> None:
    readings = {"memory": ["ok", {"total_bytes": int(7.7 * GIB), "available_bytes": GIB}, 0]}
    big = one("big", hardware=hardware_of(readings))
    assert not fits(big, Wish(memory_below=8))
    assert not fits(big, Wish(memory_above=8))
    assert fits(big, Wish(memory_below=9, memory_above=7))


def test_installed_modules_say_better_what_is_built_in() -> None:
    readings = {
        "memory": ["ok", {"total_bytes": 13 * GIB, "available_bytes": GIB}, 0],
        "memory_modules": ["ok", {"installed_bytes": 16 * GIB}, 0],
    }
    assert hardware_of(readings).memory_bytes == 16 * GIB


def test_a_reading_that_failed_is_not_known_and_fits_no_search() -> None:
    readings = {
        "memory": ["failed", {"reason": "no file"}, 0],
        "volumes": ["no_data", {"reason": "no fixed volume"}, 0],
        "operating_system": ["ok", {"name": "Windows 10 Pro", "version": "22H2"}, 0],
    }
    hardware = hardware_of(readings)
    assert hardware == Hardware(system="Windows 10 Pro 22H2", failed=("memory",))
    silent = one("PC", hardware=hardware)
    assert fits(silent, Wish(system="windows 10"))
    for wish in (Wish(memory_below=999), Wish(memory_above=0), Wish(free_below=999), Wish(model="a"), Wish(supplied=1)):
        assert not fits(silent, wish), wish


def test_wishes_add_up() -> None:
    old = Hardware(system="Windows 10 Pro", memory_bytes=4 * GIB)
    new = Hardware(system="Windows 11 Pro", memory_bytes=4 * GIB)
    many = Hardware(system="Windows 10 Pro", memory_bytes=8 * GIB)
    wish = Wish(system="Windows 10", memory_below=8)
    assert [fits(one("PC", hardware=each), wish) for each in (old, new, many)] == [True, False, False]
    assert not fits(one("PC", hardware=old), wish._replace(state=State.OFF))
    supplied = one("PC", hardware=old, supplied_on=dt.date(2021, 5, 1), model="ThinkCentre M70q")
    assert fits(supplied, wish._replace(supplied=2021, model="m70", version="0.9.0"))
    assert not fits(supplied, wish._replace(version="0.9"))


def test_free_space_is_that_of_the_volume_that_has_the_least() -> None:
    volumes = [{"total_bytes": 100 * GIB, "free_bytes": free * GIB} for free in (30, 4, 50)]
    hardware = hardware_of({"volumes": ["ok", {"fixed": volumes}, 0]})
    assert (hardware.disk_bytes, hardware.free_bytes) == (300 * GIB, 4 * GIB)


def test_what_is_not_known_comes_last_whichever_way_it_is_sorted() -> None:
    small, large = (Hardware(memory_bytes=size * GIB) for size in (4, 16))
    some = [one("c"), one("b", hardware=large), one("a", hardware=small)]
    for falling, labels in ((False, "abc"), (True, "bac")):
        assert "".join(each.label for each in ordered(some, Column.MEMORY, NAMES, falling=falling)) == labels


def test_computers_stand_by_the_name_of_their_site_and_then_by_label() -> None:
    some = [one("B"), one("a"), one("c", site_id=2)]
    assert [each.label for each in ordered(some, Column.SITE, NAMES, falling=False)] == ["c", "a", "B"]
    assert [each.label for each in ordered(some, LABEL, NAMES, falling=True)] == ["c", "B", "a"]


def test_versions_are_ordered_as_numbers() -> None:
    some = [one("a", agent_version="0.10.0"), one("b", agent_version="0.9.1"), one("c", agent_version="0.9.1.dev1")]
    assert [each.label for each in ordered(some, Column.AGENT, NAMES, falling=False)] == ["b", "c", "a"]
