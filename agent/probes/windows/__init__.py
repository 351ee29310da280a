"""The same probes on Windows, by documented functions of Windows; psutil would cost each contact 40 ms.

What decides and what a test on any system can show stands in the files of the same names beside this folder.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from collections.abc import Mapping

from agent.probes.base import Probe
from agent.probes.windows import (
    battery,
    card_readers,
    disk_encryption,
    disk_health,
    fans,
    firmware,
    memory,
    memory_modules,
    network_link,
    operating_system,
    pending_reboot,
    printer_queues,
    processor,
    protection,
    reachability,
    screens,
    stops,
    temperatures,
    updates,
    volumes,
)
from agent.wire.v1 import ProbeName

ON_WINDOWS: Mapping[ProbeName, Probe] = {
    "processor": processor.read,
    "memory": memory.read,
    "volumes": volumes.read,
    "operating_system": operating_system.read,
    "pending_reboot": pending_reboot.read,
    "network_link": network_link.read,
    "disk_health": disk_health.read,
    "temperatures": temperatures.read,
    "fans": fans.read,
    "battery": battery.read,
    "memory_modules": memory_modules.read,
    "stops": stops.read,
    "updates": updates.read,
    "protection": protection.read,
    "disk_encryption": disk_encryption.read,
    "firmware": firmware.read,
    "reachability": reachability.read,
    "card_readers": card_readers.read,
    "screens": screens.read,
    "printer_queues": printer_queues.read,
}
"""Instead of those beside this folder."""
