"""The same probes on Windows, by documented functions of Windows; psutil would cost each contact 40 ms.

What decides and what a test on any system can show stands in the files of the same names beside this folder.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from collections.abc import Mapping

from agent.probes.base import Probe
from agent.probes.windows import memory, network_link, operating_system, pending_reboot, processor, volumes
from agent.wire.v1 import ProbeName

ON_WINDOWS: Mapping[ProbeName, Probe] = {
    "processor": processor.read,
    "memory": memory.read,
    "volumes": volumes.read,
    "operating_system": operating_system.read,
    "pending_reboot": pending_reboot.read,
    "network_link": network_link.read,
}
"""Instead of those beside this folder."""
