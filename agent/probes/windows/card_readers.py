"""How many readers for identity cards are connected; nothing of the cards."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from agent.probes.base import Outcome, Surroundings
from agent.probes.windows.devices import present
from agent.wire.health import CardReaders

READERS = "{50dd5230-ba8a-11d1-bf5d-0000f805f530}"
"""GUID_DEVCLASS_SMARTCARDREADER."""


def read(_surroundings: Surroundings) -> Outcome:
    return Outcome(CardReaders(count=len(present(READERS))))
