"""Each setting, its value, and where it came from."""

import json
import re
import sys
from typing import Any

from agent.commands import Call
from agent.config import SETTINGS


def run(call: Call) -> int:
    """Print one line per setting; passwords inside addresses are hidden."""
    config = call.config
    resolved = {"tag": config.tag, "state_folder": str(config.state_folder)}
    for setting in SETTINGS:
        value = config.values[setting.name]
        shown = resolved.get(setting.name, value.value)
        if setting.name == "proxy":
            shown = without_password(shown)
        sys.stdout.write(f"{setting.name} = {as_toml(shown)}  # {value.origin}\n")
    return 0


def as_toml(value: Any) -> str:
    """A value as it would stand in the configuration file."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return "[" + ", ".join(as_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def without_password(address: str) -> str:
    """An address without the account that stands before its last @, however oddly that was written."""
    return re.sub(r"^([a-z0-9]+://)?.*@", r"\1(hidden)@", address, flags=re.IGNORECASE | re.DOTALL)
