"""How many screens are connected; not what they show."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from agent.probes.base import Outcome, Surroundings
from agent.probes.windows.devices import present
from agent.wire.health import Screens

MONITORS = "{4d36e96e-e325-11ce-bfc1-08002be10318}"
"""GUID_DEVCLASS_MONITOR."""


def read(_surroundings: Surroundings) -> Outcome:
    return Outcome(Screens(count=len(present(MONITORS))))
