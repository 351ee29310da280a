"""Maker and model of the computer, version and date of its BIOS, as the registry says. No serial number."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from agent.machine.windows import values_of
from agent.probes.base import Outcome, Surroundings
from agent.probes.firmware import outcome_of

KEY = r"HARDWARE\DESCRIPTION\System\BIOS"
NAMES = ("systemmanufacturer", "systemproductname", "biosversion", "biosreleasedate")


def read(_surroundings: Surroundings) -> Outcome:
    values = values_of(KEY)
    return outcome_of(*(str(values.get(name) or "") for name in NAMES))
