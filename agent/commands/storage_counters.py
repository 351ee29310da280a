"""What Windows itself counts of its disks, in the words of smartctl: for computers where smartctl is not installed.

MSFT_PhysicalDisk and MSFT_StorageReliabilityCounter of learn.microsoft.com; only the system may ask for the second.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

QUESTION = """
$ErrorActionPreference = 'SilentlyContinue'
[Console]::OutputEncoding = New-Object System.Text.UTF8Encoding
$space = 'root/Microsoft/Windows/Storage'
$disks = foreach ($disk in Get-CimInstance -Namespace $space -ClassName MSFT_PhysicalDisk) {
  $own = $disk.CimInstanceProperties
  $counter = Get-CimAssociatedInstance -InputObject $disk -ResultClassName MSFT_StorageReliabilityCounter
  $counted = @{}
  foreach ($name in 'PowerOnHours', 'ReadErrorsUncorrected', 'Temperature', 'Wear', 'WriteErrorsUncorrected') {
    $counted[$name] = $counter.CimInstanceProperties[$name].Value
  }
  foreach ($name in 'BusType', 'DeviceId', 'HealthStatus', 'MediaType', 'Model', 'Size') {
    $counted[$name] = $own[$name].Value
  }
  $counted
}
ConvertTo-Json -Compress -InputObject @($disks)
"""
"""Numbers as they are: what PowerShell shows for some of them is translated."""
PROTOCOLS = {3: "ATA", 11: "ATA", 10: "SCSI", 17: "NVMe"}
"""By BusType."""
EXTERNAL = (4, 7, 12, 13)
"""FireWire, USB, SD, MMC: a visitor's."""
NVME = 17
SOLID_STATE = 4
"""Of MediaType."""
HEALTHY, UNHEALTHY = (0, 1), 2
"""Of HealthStatus; 1 is a warning, and no disk that has failed. 5 is unknown."""
HOTTEST_CELSIUS, MOST_PERCENT = 150, 255


def counted_by_windows(powershell: str, output: Callable[[Sequence[str]], bytes]) -> list[dict[str, Any]]:
    """One object for each disk; raises Unusable where PowerShell cannot be started."""
    return disks_in(output([powershell, "-NoProfile", "-NonInteractive", "-NoLogo", "-Command", QUESTION]))


def disks_in(text: bytes) -> list[dict[str, Any]]:
    """What is told in the answer to the question; nothing of a damaged one."""
    try:
        found = json.loads(text.decode("utf-8-sig"))
    except ValueError:
        return []
    disks = [disk for disk in found if isinstance(disk, dict)] if isinstance(found, list) else []
    return [in_words_of_smartctl(disk) for disk in disks if number(disk, "BusType") not in EXTERNAL]


def in_words_of_smartctl(counted: Mapping[str, Any]) -> dict[str, Any]:
    """Each figure under the name that smartctl has for it; none for what is not told."""
    bus, health = number(counted, "BusType"), number(counted, "HealthStatus")
    wear = number(counted, "Wear", 0, MOST_PERCENT)
    model = counted.get("Model")
    told: dict[str, Any] = {
        "device": {"name": f"PhysicalDrive{counted.get('DeviceId')}"[:32], "protocol": PROTOCOLS.get(bus or 0)},
        "model_name": model.strip()[:64] if isinstance(model, str) else None,
        "user_capacity": {"bytes": number(counted, "Size", 1)},
        "rotation_rate": 0 if number(counted, "MediaType") == SOLID_STATE else None,
        "smart_status": {"passed": health != UNHEALTHY if health in (*HEALTHY, UNHEALTHY) else None},
        # 0 degrees and 0 hours mean that the disk does not tell.
        "temperature": {"current": number(counted, "Temperature", 1, HOTTEST_CELSIUS)},
        "power_on_time": {"hours": number(counted, "PowerOnHours", 1)},
        "endurance_used": {"current_percent": wear},
        "nvme_smart_health_information_log": {"percentage_used": wear if bus == NVME else None},
        "scsi_error_counter_log": {
            side: {"total_uncorrected_errors": number(counted, f"{side.capitalize()}ErrorsUncorrected")}
            for side in ("read", "write")
        },
    }
    disk = without_nothing(told)
    return disk if isinstance(disk, dict) else {}


def number(counted: Mapping[str, Any], name: str, least: int = 0, most: int = 2**63) -> int | None:
    value = counted.get(name)
    told = isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
    return value if told else None


def without_nothing(part: Any) -> Any:
    """Leaves out what is not told, and what is empty then."""
    if not isinstance(part, dict):
        return part
    inner = {name: without_nothing(value) for name, value in part.items()}
    return {name: value for name, value in inner.items() if value is not None and value != {}}
