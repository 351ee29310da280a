"""Each setting, its value, and where it came from."""

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
    text = re.sub(r"(://[^/@:]*):[^/@]*@", r"\1:(hidden)@", value)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
