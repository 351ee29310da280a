"""Count sessions until stopped."""

import json
import os
import sys
from typing import NoReturn

from agent.commands import Call, own_program
from agent.errors import Unusable


def run(call: Call) -> NoReturn:
    """Resolve the settings, hand them to the resident process as one line, and become that process."""
    config = call.config
    settings = {
        "state_folder": str(config.state_folder.absolute()),
        "contact_seconds": config.contact_seconds,
        "remote_sessions": config.remote_sessions,
        "staff": list(config.staff),
        "counting": config.counting,
        "sender": [*own_program(), "send", *call.words],
    }
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
