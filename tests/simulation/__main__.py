"""python -m tests.simulation replay EVENTS.csv ..."""

import sys

from tests.simulation import replay

COMMANDS = {"replay": replay.main}


def main(words: list[str]) -> int:
    if not words or words[0] not in COMMANDS:
        sys.stderr.write(f"python -m tests.simulation: the first word must be one of {', '.join(COMMANDS)}\n")
        return 2
    return COMMANDS[words[0]](words[1:])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
