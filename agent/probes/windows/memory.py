"""How much memory there is, and how much programs could still get (GlobalMemoryStatusEx)."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from agent.machine import win32
from agent.probes.base import Outcome, Surroundings
from agent.wire.v1 import Memory


class _Status(ctypes.Structure):
    """MEMORYSTATUSEX."""

    _fields_ = (
        ("length", wintypes.DWORD),
        ("load_percent", wintypes.DWORD),
        ("total", ctypes.c_uint64),
        ("available", ctypes.c_uint64),
        ("others", ctypes.c_uint64 * 5),
    )


def read(_surroundings: Surroundings) -> Outcome:
    status = _Status(ctypes.sizeof(_Status))
    if not win32.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
        raise win32.last_error()
    return Outcome(Memory(total_bytes=status.total, available_bytes=min(status.available, status.total)))
