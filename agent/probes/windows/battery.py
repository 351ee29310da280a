"""What the built-in batteries hold now when they are full, and what they held when they were new."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from agent.machine import win32
from agent.probes.base import Outcome, Surroundings
from agent.probes.battery import outcome_of
from agent.probes.windows.devices import paths

BATTERIES = bytes.fromhex("541e6372a478d011bcf700aa00b7b32a")
"""GUID_DEVICE_BATTERY: 72631E54-78A4-11D0-BCF7-00AA00B7B32A."""

_READ_AND_WRITE, _SHARED, _OPEN_EXISTING = 0xC0000000, 3, 3
_QUERY_TAG, _QUERY_INFORMATION = 0x00294040, 0x00294044
_BUILT_IN, _RELATIVE, _OF_A_UPS = 0x80000000, 0x40000000, 0x20000000
"""Of BATTERY_INFORMATION.Capabilities. A relative one tells no milliwatt-hours."""


class _Query(ctypes.Structure):
    """BATTERY_QUERY_INFORMATION; level 0 asks for BATTERY_INFORMATION."""

    _fields_ = (("tag", wintypes.ULONG), ("level", ctypes.c_int), ("rate", ctypes.c_long))


class _Information(ctypes.Structure):
    """BATTERY_INFORMATION."""

    _fields_ = (
        ("capabilities", wintypes.ULONG),
        ("technology", ctypes.c_ubyte),
        ("reserved", ctypes.c_ubyte * 3),
        ("chemistry", ctypes.c_ubyte * 4),
        ("designed_capacity", wintypes.ULONG),
        ("full_charged_capacity", wintypes.ULONG),
        ("alerts_and_bias", wintypes.ULONG * 3),
        ("cycles", wintypes.ULONG),
    )


def read(_surroundings: Surroundings) -> Outcome:
    return outcome_of([pair for path in paths(BATTERIES) if (pair := capacity_at(path)) is not None])


def capacity_at(path: str) -> tuple[int, int] | None:
    """What a battery holds and what it held; None for one that does not tell, or is not built in."""
    device = win32.kernel32.CreateFileW(path, _READ_AND_WRITE, _SHARED, None, _OPEN_EXISTING, 0, None)
    if device in (None, win32.INVALID_HANDLE):
        return None
    try:
        wait, tag = wintypes.ULONG(0), wintypes.ULONG()
        if not _asked(device, _QUERY_TAG, wait, tag) or not tag.value:
            return None
        told = _Information()
        if not _asked(device, _QUERY_INFORMATION, _Query(tag.value, 0, 0), told):
            return None
    finally:
        win32.close(device)
    if not told.capabilities & _BUILT_IN or told.capabilities & (_RELATIVE | _OF_A_UPS):
        return None
    return told.full_charged_capacity, told.designed_capacity


def _asked(device: int, question: int, given: "ctypes._CData", told: "ctypes._CData") -> bool:
    size = wintypes.DWORD()
    return bool(
        win32.kernel32.DeviceIoControl(
            wintypes.HANDLE(device),
            question,
            ctypes.byref(given),
            ctypes.sizeof(given),
            ctypes.byref(told),
            ctypes.sizeof(told),
            ctypes.byref(size),
            None,
        )
    )
