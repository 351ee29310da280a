"""How many updates Windows found when it looked last, from its logs; nothing is asked of Windows Update itself.

A search through its interface (WUA) takes minutes of a processor at times, and is not made.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

from agent.errors import NoData
from agent.machine.system_log_windows import events
from agent.probes.base import Outcome, Surroundings
from agent.probes.event_log import INSTALLED, SEARCHED, UPDATE_CLIENT, last_days, outcome_of, question, update_in

DAYS = 60
OPERATIONAL = "Microsoft-Windows-WindowsUpdateClient/Operational"


def read(surroundings: Surroundings) -> Outcome:
    try:
        searched = [*events(question({UPDATE_CLIENT: (SEARCHED,)}, last_days(DAYS)), OPERATIONAL)]
        installed = [*events(question({UPDATE_CLIENT: (INSTALLED,)}, last_days(DAYS)))]
    except OSError as error:
        raise NoData("no log of Windows Update") from error
    return outcome_of([told for event in (*searched, *installed) if (told := update_in(event))], surroundings)
