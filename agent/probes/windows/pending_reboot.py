r"""Whether an installed update waits for a restart: the marks that Windows leaves in its registry.

* Component Based Servicing\RebootPending: parts of Windows wait.
* WindowsUpdate\Auto Update\RebootRequired: an update waits.
* PendingFileRenameOperations (MoveFileEx, MOVEFILE_DELAY_UNTIL_REBOOT): a file waits to be replaced. Files that wait
  to be removed do not count: programs leave such litter every day, and nothing waits for it.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import winreg

from agent.probes.base import Outcome, Surroundings
from agent.probes.pending_reboot import outcome_of, replaces_a_file

MARKS = (
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\Component Based Servicing\RebootPending",
    r"SOFTWARE\Microsoft\Windows\CurrentVersion\WindowsUpdate\Auto Update\RebootRequired",
)
RENAMES = r"SYSTEM\CurrentControlSet\Control\Session Manager"

_TICKS_PER_SECOND = 10_000_000
_SECONDS_FROM_1601_TO_1970 = 11_644_473_600


def read(surroundings: Surroundings) -> Outcome:
    marked = [at for path in MARKS if (at := changed_at(path)) is not None]
    return outcome_of(marked, surroundings, replaced=replaces_a_file(pending_renames()))


def changed_at(path: str) -> int | None:
    """When a key of the local machine was last written, in seconds since 1970; None where it is not there."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as key:
            return max(0, winreg.QueryInfoKey(key)[2] // _TICKS_PER_SECOND - _SECONDS_FROM_1601_TO_1970)
    except FileNotFoundError:
        return None


def pending_renames() -> list[str]:
    """Pairs of a file and what it is to be called; empty where none waits."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, RENAMES) as key:
            found = winreg.QueryValueEx(key, "PendingFileRenameOperations")[0]
    except FileNotFoundError:
        return []
    return [str(name) for name in found] if isinstance(found, list) else []
