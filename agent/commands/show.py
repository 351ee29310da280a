"""Exactly what would be sent next, byte for byte; for who may not see this PC's use, the table of fields."""

import os
import sys
from pathlib import Path

from agent import machine
from agent.commands import Call
from agent.commands.send import locked, world
from agent.disk import RealDisk
from agent.sender.exchange import next_envelope
from agent.sender.memory import Store

FIELDS = Path(__file__).parent.parent / "README.md"
HEADING = "## What is measured"


def run(call: Call) -> int:
    """Print the next envelope to whoever may read the state folder, else the table of fields."""
    config = call.config
    if not may_look(config.state_folder):
        sys.stdout.write(table_of_fields())
        return 0
    with locked(config):
        store = Store(str(config.state_folder), RealDisk())
        store.spool.prepare()
        prepared = next_envelope(store, store.memory(), world(config))
    sys.stdout.write(prepared.body + "\n")
    return 0


def may_look(folder: Path) -> bool:
    """Whether this account may see this PC's use: an administrator, or the service's own account."""
    return machine.is_administrator() or os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def table_of_fields() -> str:
    """What is measured, from the same page that the repository shows."""
    text = FIELDS.read_text(encoding="utf-8")
    start = text.index(HEADING)
    end = text.find("\n## ", start + len(HEADING))
    return text[start : end if end > 0 else len(text)].strip() + "\n"
