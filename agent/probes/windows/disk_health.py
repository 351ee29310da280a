"""What the disks say of themselves, from the file that the elevated reader of disks leaves."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from pathlib import Path

from agent.errors import NoData
from agent.machine.windows import PROGRAM_DATA, known_folder
from agent.probes.base import Outcome, Surroundings
from agent.probes.disk_health import health_of
from agent.probes.files import text_of

PLACE = "DPS Agent Disks\\disks.json"
"""Below ProgramData; the installer makes the folder so that only administrators may write there."""


def read(_surroundings: Surroundings) -> Outcome:
    text = text_of(Path(known_folder(PROGRAM_DATA)), PLACE)
    if text is None:
        raise NoData("no answer of the reader of disks yet")
    return Outcome(health_of(text))
