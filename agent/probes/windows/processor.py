"""How many logical processors there are, and how busy they were since the previous contact (GetSystemTimes)."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes

from agent.machine import win32
from agent.probes.base import Outcome, Surroundings
from agent.probes.processor import Ticks, outcome_of

_ALL_GROUPS = 0xFFFF


def read(surroundings: Surroundings) -> Outcome:
    return outcome_of(ticks(), surroundings)


def ticks() -> Ticks:
    """In 100 ns; what Windows calls kernel time holds the idle time."""
    idle, kernel, user = ctypes.c_uint64(), ctypes.c_uint64(), ctypes.c_uint64()
    if not win32.kernel32.GetSystemTimes(ctypes.byref(idle), ctypes.byref(kernel), ctypes.byref(user)):
        raise win32.last_error()
    total = kernel.value + user.value
    return Ticks(win32.kernel32.GetActiveProcessorCount(_ALL_GROUPS) or 1, total - idle.value, total)
