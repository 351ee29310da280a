"""How hot the processor is: Windows tells it to no program without a driver of its own."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from agent.errors import NoData
from agent.probes.base import Outcome, Surroundings


def read(_surroundings: Surroundings) -> Outcome:
    # The thermal zones of ACPI that Windows does tell are no sensors of the processor, and often never change.
    raise NoData("not told by Windows")
