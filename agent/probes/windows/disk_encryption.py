"""Whether the volume of the system is encrypted: BitLocker, as the shell tells everybody."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
import os
from ctypes import wintypes
from typing import Literal

from agent.errors import NoData
from agent.machine import win32
from agent.probes.base import Outcome, Surroundings
from agent.wire.health import DiskEncryption

_PROPERTY_STORE = bytes.fromhex("eb8e6d88f28c46448d02cdba1dbdcf99")
"""IID_IPropertyStore: 886D8EEB-8CF2-4446-8D02-CDBA1DBDCF99."""
_NAME = "System.Volume.BitLockerProtection"
_STATES: dict[int, Literal["on", "off", "changing", "suspended"]] = {
    1: "on",
    2: "off",
    3: "changing",
    4: "changing",
    5: "suspended",
    6: "on",
}
_GET_VALUE, _RELEASE = 5, 2
"""Places in the table of IPropertyStore."""
_WHOLE_NUMBERS = (3, 19, 22, 23)
"""VT_I4, VT_UI4, VT_INT, VT_UINT."""


class _Key(ctypes.Structure):
    """PROPERTYKEY."""

    _fields_ = (("set", ctypes.c_ubyte * 16), ("number", wintypes.DWORD))


class _Value(ctypes.Structure):
    """PROPVARIANT, of a whole number."""

    _fields_ = (
        ("kind", wintypes.WORD),
        ("reserved", wintypes.WORD * 3),
        ("number", ctypes.c_int64),
        ("more", ctypes.c_int64),
    )


def read(_surroundings: Surroundings) -> Outcome:
    state = _STATES.get(protection_of(system_drive()))
    if state is None:
        raise NoData("not told by Windows")
    return Outcome(DiskEncryption(system_volume=state))


def system_drive() -> str:
    folder = ctypes.create_unicode_buffer(260)
    win32.kernel32.GetWindowsDirectoryW(folder, len(folder))
    return os.path.splitdrive(folder.value)[0] + "\\"


def protection_of(drive: str) -> int:
    """The number that the shell has for a drive; 0 where it tells none."""
    ole32, shell32, propsys = ctypes.WinDLL("ole32"), ctypes.WinDLL("shell32"), ctypes.WinDLL("propsys")
    key, store, value = _Key(), ctypes.c_void_p(), _Value()
    begun = ole32.CoInitializeEx(None, 0) in (0, 1)
    try:
        if propsys.PSGetPropertyKeyFromName(_NAME, ctypes.byref(key)):
            return 0
        words = (drive, None, 0, _PROPERTY_STORE, ctypes.byref(store))
        if shell32.SHGetPropertyStoreFromParsingName(*words) or not store:
            return 0
        table = ctypes.cast(
            ctypes.cast(store, ctypes.POINTER(ctypes.c_void_p))[0] or 0, ctypes.POINTER(ctypes.c_void_p)
        )
        ask = ctypes.WINFUNCTYPE(ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(
            table[_GET_VALUE] or 0
        )
        failed = ask(store, ctypes.byref(key), ctypes.byref(value))
        ctypes.WINFUNCTYPE(ctypes.c_ulong, ctypes.c_void_p)(table[_RELEASE] or 0)(store)
        return int(value.number & 0xFFFFFFFF) if not failed and value.kind in _WHOLE_NUMBERS else 0
    finally:
        if begun:
            ole32.CoUninitialize()
