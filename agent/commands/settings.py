"""Print the settings for the resident process as one line of JSON; what Windows' service asks before it counts."""

import json
import sys

from agent.commands import Call
from agent.commands.run import settings_of
from agent.commands.volume import wait_for_volume


def run(call: Call) -> int:
    wait_for_volume(call.config)
    sys.stdout.write(json.dumps(settings_of(call)) + "\n")
    return 0
