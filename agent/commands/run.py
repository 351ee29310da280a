"""Count sessions until stopped."""

import json
import os
import sys
from typing import Any, NoReturn

from agent.commands import Call
from agent.commands.volume import wait_for_volume
from agent.errors import Unusable
from agent.program import own_program


def run(call: Call) -> int:
    """Resolve the settings and count in the foreground."""
    wait_for_volume(call.config)
    settings = settings_of(call)
    if sys.platform == "win32":
        from agent.hosts.windows import run_by_hand  # noqa: PLC0415 the system's

        run_by_hand(settings)
    else:
        become_resident(settings)
    return 0


def settings_of(call: Call) -> dict[str, Any]:
    """What the resident process wants to know."""
    config = call.config
    return {
        "state_folder": str(config.state_folder.absolute()),
        "contact_seconds": config.contact_seconds,
        "remote_sessions": config.remote_sessions,
        "staff": list(config.staff),
        "counting": config.counting,
        "sender": [*own_program(), "send", *call.words],
    }


def become_resident(settings: dict[str, Any]) -> NoReturn:
    """Hand the settings over as one line, and become the resident process."""
    line = (json.dumps(settings) + "\n").encode()
    if len(line) > 65_536:  # noqa: PLR2004 what a pipe holds without a reader on the other side
        raise Unusable("the settings are longer than 64 KiB; shorten the list staff, or name groups with @")
    sys.stdout.flush()
    read, write = os.pipe()
    os.write(write, line)
    os.close(write)
    os.dup2(read, 0)
    os.close(read)
    words = [*own_program(), "resident"]
    os.execv(words[0], words)  # noqa: S606 our own program, by its absolute path
