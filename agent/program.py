"""How this program is started again."""

import os
import sys


def own_program(arguments: list[str] = sys.argv) -> list[str]:
    """The words before any other: the frozen executable, or the interpreter away from any other's code.

    An installed script is started again as it was: it knows where its modules are, and `-m` costs 0.4 MiB.
    """
    if getattr(sys, "frozen", False):
        return [sys.executable]
    if os.path.basename(arguments[0]) == "dps-agent":  # noqa: PTH119 pathlib costs the resident service memory
        return [sys.executable, "-I", os.path.abspath(arguments[0])]  # noqa: PTH100 the same
    return [sys.executable, "-I", "-m", "agent"]
