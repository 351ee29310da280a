"""A station as GLPI takes it in: only what its schema knows, and no person.

The parts of https://glpi-project.org/inventory.json, version 0.1 (glpi-project/inventory_format, 37c1708), that we
fill: each object there refuses every other name.
"""

from typing import Any

import jsonschema_rs
import pytest

from collector.domain.glpi import GLPI_SCHEMA, Registered, inventory

GIB = 2**30
TEXT, WHOLE = {"type": "string"}, {"type": "integer"}


def closed(*needed: str, **known: Any) -> dict[str, Any]:
    return {"type": "object", "properties": known, "required": list(needed), "additionalProperties": False}


def every(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


DAY = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([ |T][0-9]{2}:[0-9]{2}:[0-9]{2}.*)?$"}
SCHEMA = closed(
    "content",
    "deviceid",
    action={"type": "string", "pattern": "^(injector|inventory|netdiscovery|netinventory|.*)$"},
    deviceid=TEXT,
    itemtype={"type": "string", "pattern": "^(Computer|Phone|NetworkEquipment|Printer)$"},
    tag=TEXT,
    content=closed(
        "versionclient",
        versionclient=TEXT,
        hardware=closed(name=TEXT, memory=WHOLE, type=TEXT, chassis_type=TEXT, description=TEXT),
        bios=closed(assettag=TEXT, bdate=DAY, bversion=TEXT, smanufacturer=TEXT, smodel=TEXT, ssn=TEXT),
        operatingsystem=closed(name=TEXT, version=TEXT, full_name=TEXT, kernel_version=TEXT, arch=TEXT),
        drives=every(closed(letter=TEXT, type=TEXT, filesystem=TEXT, total=WHOLE, free=WHOLE)),
        memories=every(closed(capacity=WHOLE, numslots=WHOLE)),
        storages=every(closed(model=TEXT, type=TEXT, disksize=WHOLE)),
        batteries=every(closed(capacity=WHOLE, real_capacity=WHOLE)),
    ),
)
READINGS: dict[str, list[Any]] = {
    "memory": ["ok", {"total_bytes": int(7.7 * GIB), "available_bytes": GIB}, 0],
    "memory_modules": ["ok", {"installed_bytes": 8 * GIB, "slots": 2, "modules_bytes": [4 * GIB, 4 * GIB]}, 0],
    "volumes": [
        "ok",
        {"fixed": [{"label": "C:", "file_system": "NTFS", "total_bytes": 119 * GIB, "free_bytes": 40 * GIB}]},
        0,
    ],
    "operating_system": [
        "ok",
        {"name": "Windows 11 Pro", "version": "25H2", "kernel": "10.0.26200", "architecture": "AMD64"},
        0,
    ],
    "firmware": ["ok", {"maker": "LENOVO", "model": "30D1", "bios_version": "M2", "bios_date": "2023-11-30"}, 0],
    "disk_health": ["ok", {"disks": [{"number": 1, "model": "SSD 870", "kind": "solid_state", "size_bytes": None}]}, 0],
    "battery": [
        "ok",
        {"batteries": [{"number": 1, "full_milliwatt_hours": 30_000, "design_milliwatt_hours": 45_000}]},
        0,
    ],
    "processor": ["failed", {"reason": "no file"}, 0],
}
STATION = Registered("CANAL", 3, "CANAL-03", "0.1.0", "PF2ABC", "ThinkCentre M70q")


@pytest.mark.parametrize(
    ("station", "readings"),
    [(STATION, READINGS), (STATION._replace(serial="", model=""), {}), (Registered("A", 1, "pc", ""), READINGS)],
)
def test_it_is_what_the_published_schema_allows(station: Registered, readings: dict[str, list[Any]]) -> None:
    jsonschema_rs.validate(SCHEMA, inventory(station, readings))


def test_the_version_of_the_schema_is_named() -> None:
    assert GLPI_SCHEMA == "https://glpi-project.org/inventory.json 0.1"


def test_the_hardware_is_all_there() -> None:
    made = inventory(STATION, READINGS)
    assert made["deviceid"] == "dps-CANAL-3"
    content = made["content"]
    assert content["hardware"]["memory"] == 8192
    assert content["bios"]["smodel"] == "ThinkCentre M70q"
    assert content["drives"] == [{"letter": "C:", "filesystem": "NTFS", "total": 121856, "free": 40960}]
    assert [each["capacity"] for each in content["memories"]] == [4096, 4096]
    assert content["batteries"] == [{"capacity": 45000, "real_capacity": 30000}]


def test_no_serial_number_is_in_it_unless_the_register_has_one() -> None:
    assert "ssn" not in inventory(STATION._replace(serial=""), READINGS)["content"]["bios"]
