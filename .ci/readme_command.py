#!/usr/bin/env python3
"""Print the one command line that stands under a heading of README.md: `readme_command.py "Test it"`.

Whoever runs a command of the README takes it from the README, so that what is promised there is what is run.
"""

import re
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def commands_under(heading: str, text: str) -> list[str]:
    """Non-empty lines of all fenced blocks between `## heading` and the next heading of that level."""
    section = re.search(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    if section is None:
        return []
    blocks = re.findall(r"^```[a-z]*\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def main(words: list[str]) -> int:
    commands = commands_under(words[0], README.read_text("utf-8")) if len(words) == 1 else []
    if len(commands) != 1:
        sys.stderr.write(f"README.md has {len(commands)} command lines under {words}: one is wanted.\n")
        return 1
    sys.stdout.write(commands[0] + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
