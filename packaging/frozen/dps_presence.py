"""The frozen program of the visitor's desktop on Windows: the word `presence`, without a window."""

import os
import sys

from agent.presence.program import main

if sys.stderr is None:  # a program without a console has nowhere to write
    sys.stdout = sys.stderr = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115 small, and open for ever
sys.exit(main(sys.argv[1:]))
