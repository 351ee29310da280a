"""python -m tests.simulation run | mutate | replay"""

import sys
from importlib import import_module

WORDS = ("run", "mutate", "replay")


def main(words: list[str]) -> int:
    """Each word is a module beside this one, with `main(arguments) -> int`."""
    if not words or words[0] not in WORDS:
        print(f"usage: python -m tests.simulation {' | '.join(WORDS)} [--help]", file=sys.stderr)
        return 2
    module = import_module(f"tests.simulation.{'mutations' if words[0] == 'mutate' else words[0]}")
    code: int = module.main(words[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
