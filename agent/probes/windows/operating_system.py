"""Which Windows runs, in which version, as its registry says; nothing is asked of WMI, which is slow."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from agent.errors import NoData
from agent.machine import architecture
from agent.machine.windows import values_of
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import printable
from agent.probes.operating_system import windows_names_of
from agent.wire.v1 import OperatingSystem

KEY = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion"


def read(_surroundings: Surroundings) -> Outcome:
    values = values_of(KEY)
    if not values:
        raise NoData("the registry does not tell the version")
    running = sys.getwindowsversion()
    name, version, kernel = windows_names_of(values, (running.major, running.minor, running.build))
    return Outcome(
        OperatingSystem(
            name=printable(name, 120),
            version=printable(version, 64),
            kernel=printable(kernel, 120),
            architecture=printable(architecture(), 32),
        )
    )
