"""What the built-in batteries hold now when they are full, and what they held when they were new."""

from pathlib import Path

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import entries_of, word_of
from agent.wire.health import Battery, OneBattery

MOST_BATTERIES = 4
MOST_MILLIWATT_HOURS = 1_000_000
_PER_THOUSAND = 1000
_PER_BILLION = 1_000_000_000


def read(surroundings: Surroundings) -> Outcome:
    found = [
        pair
        for folder in entries_of(surroundings.root / "sys/class/power_supply", "")
        # A mouse and a headset have batteries too: the kernel says "Device" of those.
        if word_of(folder, "type") == "Battery" and word_of(folder, "scope") != "Device" and (pair := _capacity(folder))
    ]
    return outcome_of(found)


def outcome_of(found: list[tuple[int, int]]) -> Outcome:
    """From pairs of what a battery holds and what it held, in milliwatt-hours; one that says nonsense is left out."""
    sensible = [pair for pair in found if 0 <= pair[0] <= MOST_MILLIWATT_HOURS and 0 < pair[1] <= MOST_MILLIWATT_HOURS]
    if not sensible:
        raise NoData("no battery")
    batteries = [
        OneBattery(number=number, full_milliwatt_hours=full, design_milliwatt_hours=design)
        for number, (full, design) in enumerate(sensible[:MOST_BATTERIES], 1)
    ]
    return Outcome(Battery(batteries=tuple(batteries)))


def _capacity(folder: Path) -> tuple[int, int] | None:
    full, design = _number(folder, "energy_full"), _number(folder, "energy_full_design")
    if full and design:
        return full // _PER_THOUSAND, design // _PER_THOUSAND
    full, design = _number(folder, "charge_full"), _number(folder, "charge_full_design")
    volts = _number(folder, "voltage_min_design") or _number(folder, "voltage_now")
    if full and design and volts:
        return full * volts // _PER_BILLION, design * volts // _PER_BILLION
    return None


def _number(folder: Path, name: str) -> int:
    """Millionths of an hour's watt, ampere or of a volt; 0 where they are not told."""
    text = word_of(folder, name)
    return int(text) if text.isascii() and text.isdigit() else 0
