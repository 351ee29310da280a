"""How hot the processor is, and from where its own sensor says that it is too hot."""

from collections.abc import Iterator
from pathlib import Path

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import entries_of, word_of
from agent.wire.health import Temperatures

PROCESSOR_SENSORS = ("coretemp", "k10temp", "zenpower", "cpu_thermal", "cpu-thermal", "scpi_sensors")
"""Names of the kernel's drivers for the sensors of Intel, AMD and others."""
PROCESSOR_ZONES = ("x86_pkg_temp", "cpu-thermal", "cpu_thermal")
COLDEST, HOTTEST = 1, 149
"""What a sensor says beyond that is a mistake: it is not readable."""

_THOUSANDTHS = 1000
_WHOLE_PROCESSOR = ("package", "tctl", "tdie")


def read(surroundings: Surroundings) -> Outcome:
    found = [*_from_sensors(surroundings.root / "sys/class/hwmon")]
    if not found:
        found = [*_from_zones(surroundings.root / "sys/class/thermal")]
    if not found:
        raise NoData("no sensor of the processor")
    degrees, most = max(found, key=lambda pair: pair[0])
    return Outcome(Temperatures(processor_celsius=degrees, processor_maximum_celsius=most))


def degrees_of(text: str) -> int | None:
    """Whole degrees from the kernel's thousandths; None where they cannot be true."""
    try:
        degrees = round(int(text) / _THOUSANDTHS)
    except ValueError:
        return None
    return degrees if COLDEST <= degrees <= HOTTEST else None


def _from_sensors(folder: Path) -> Iterator[tuple[int, int | None]]:
    for sensor in entries_of(folder, "hwmon"):
        if word_of(sensor, "name") not in PROCESSOR_SENSORS:
            continue
        inputs = [file.name.removesuffix("_input") for file in entries_of(sensor, "temp") if "_input" in file.name]
        whole = [one for one in inputs if word_of(sensor, f"{one}_label").lower().startswith(_WHOLE_PROCESSOR)]
        for one in whole or inputs:
            degrees = degrees_of(word_of(sensor, f"{one}_input"))
            if degrees is not None:
                most = degrees_of(word_of(sensor, f"{one}_crit")) or degrees_of(word_of(sensor, f"{one}_max"))
                yield degrees, most


def _from_zones(folder: Path) -> Iterator[tuple[int, int | None]]:
    for zone in entries_of(folder, "thermal_zone"):
        if word_of(zone, "type") not in PROCESSOR_ZONES:
            continue
        degrees = degrees_of(word_of(zone, "temp"))
        if degrees is not None:
            points = [
                file.name.removesuffix("_type") for file in entries_of(zone, "trip_point_") if "_type" in file.name
            ]
            critical = [one for one in points if word_of(zone, f"{one}_type") == "critical"]
            marks = [mark for one in critical if (mark := degrees_of(word_of(zone, f"{one}_temp"))) is not None]
            yield degrees, min(marks, default=None)
