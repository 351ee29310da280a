"""When printers and projectors are asked, and what the last answers were.

They are asked by a process of its own, on a slow rhythm; the sender starts it and does not wait for it. What it leaves
goes with the next contact.
"""

import json
from collections.abc import Callable
from typing import Any

from agent.disk import Disk
from agent.sender.memory import Memory

PLACE = "equipment.json"
EVERY_SECONDS = 6 * 3600


def start_when_due(memory: Memory, now: int, start: Callable[[], None] | None, folder: str, disk: Disk) -> None:
    """Start the process every six hours; where nothing is named any more, forget what was told."""
    if start is None:
        disk.remove(f"{folder}/{PLACE}")
        memory.equipment_at_seconds = 0
    elif not 0 <= now - memory.equipment_at_seconds < EVERY_SECONDS:
        memory.equipment_at_seconds = now
        start()


def last_answers(folder: str, disk: Disk) -> dict[str, Any]:
    """What was told last; empty where nothing was, or the file is damaged."""
    try:
        found = json.loads(disk.read(f"{folder}/{PLACE}"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
