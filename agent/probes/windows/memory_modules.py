"""How much memory is built in, and in which modules, as the firmware says (GetSystemFirmwareTable)."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from agent.machine.windows import firmware_table
from agent.probes.base import Outcome, Surroundings
from agent.probes.memory_modules import outcome_of, sizes_in


def read(_surroundings: Surroundings) -> Outcome:
    sizes = sizes_in(firmware_table()[0])
    return outcome_of(sizes, len(sizes))
