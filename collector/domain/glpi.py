"""A station as GLPI takes inventories in: hardware and system, and no person.

The form is that of GLPI's published inventory schema, https://glpi-project.org/inventory.json, version 0.1 (repository
glpi-project/inventory_format, commit 37c1708, of GLPI 10 and later). Sizes are whole MiB, which it calls MB. What it
would also take and what is never here: users, groups, log-ins, processes, software, addresses, the computer's own
identifiers. A serial number is here only where somebody wrote one into the register.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from collector.domain.fleet import built_in

MIB = 2**20
GLPI_SCHEMA = "https://glpi-project.org/inventory.json 0.1"


class Registered(NamedTuple):
    """What the register says of it."""

    site_code: str
    station_id: int
    label: str
    agent_version: str
    serial: str = ""
    model: str = ""


def inventory(known: Registered, readings: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """What is not readable is left out."""

    def said(probe: str) -> Mapping[str, Any]:
        outcome, value = (*readings.get(probe, ("", {})),)[:2]
        return value if outcome == "ok" else {}

    memory, modules = said("memory").get("total_bytes"), said("memory_modules")
    installed = modules.get("installed_bytes") or (None if memory is None else built_in(memory))
    parts: dict[str, Any] = {
        "hardware": _filled(
            {"name": known.label, "memory": None if installed is None else installed // MIB, "type": "Computer"}
        ),
        "bios": _bios(known, said("firmware")),
        "operatingsystem": _system(said("operating_system")),
        "drives": [_drive(each) for each in said("volumes").get("fixed", ())],
        "memories": [
            {"capacity": size // MIB, "numslots": number}
            for number, size in enumerate(modules.get("modules_bytes", ()), 1)
        ],
        "storages": [_disk(each) for each in said("disk_health").get("disks", ())],
        "batteries": [
            {"capacity": each["design_milliwatt_hours"], "real_capacity": each["full_milliwatt_hours"]}
            for each in said("battery").get("batteries", ())
        ],
    }
    return {
        "action": "inventory",
        "itemtype": "Computer",
        "deviceid": f"dps-{known.site_code}-{known.station_id}",
        "tag": known.site_code,
        "content": {"versionclient": f"dps-agent_v{known.agent_version or '0'}", **_filled(parts)},
    }


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def _bios(known: Registered, firmware: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(
        {
            "assettag": known.label,
            "smanufacturer": firmware.get("maker"),
            "smodel": known.model or firmware.get("model"),
            "bversion": firmware.get("bios_version"),
            "bdate": firmware.get("bios_date"),
            "ssn": known.serial,
        }
    )


def _system(system: Mapping[str, Any]) -> dict[str, Any]:
    return _filled(
        {
            "name": system.get("name"),
            "version": system.get("version"),
            "full_name": " ".join(system[word] for word in ("name", "version") if system.get(word)),
            "kernel_version": system.get("kernel"),
            "arch": system.get("architecture"),
        }
    )


def _drive(volume: Mapping[str, Any]) -> dict[str, Any]:
    """A letter of Windows, or a place in the one tree of other systems."""
    place = "letter" if volume["label"].endswith(":") else "type"
    return _filled(
        {
            place: volume["label"],
            "filesystem": volume["file_system"],
            "total": volume["total_bytes"] // MIB,
            "free": volume["free_bytes"] // MIB,
        }
    )


def _disk(disk: Mapping[str, Any]) -> dict[str, Any]:
    size = disk.get("size_bytes")
    return _filled({"model": disk["model"], "type": "disk", "disksize": None if size is None else size // MIB})
