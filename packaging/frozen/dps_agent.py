"""The frozen program: every word of the command line."""

import sys

from agent.__main__ import main

sys.exit(main())
