"""Which devices of a class are there now (CM_Get_Device_ID_List, CM_Get_Device_Interface_List)."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from agent.errors import NoData

_BY_CLASS, _PRESENT = 0x200, 0x100
_INTERFACE_PRESENT = 0
_MADE_BY_SOFTWARE = ("ROOT\\", "SWD\\")
"""Enumerators of devices that nobody can unplug."""

_cfgmgr32 = ctypes.WinDLL("cfgmgr32")

_NOTHING_KNOWN = (0x13, 0x20, 0x2E)
"""CR_FAILURE, CR_CALL_NOT_IMPLEMENTED, CR_NO_SUCH_REGISTRY_KEY: no device ever offered such an interface."""


def _demand(failed: int) -> None:
    if failed in _NOTHING_KNOWN:
        raise NoData("not told by Windows")
    if failed:
        raise OSError(f"Windows does not list its devices ({failed})")


def present(device_class: str) -> list[str]:
    """Names of the real devices of a class that are there now; raises OSError."""
    flags = _BY_CLASS | _PRESENT
    size = wintypes.ULONG()
    failed = _cfgmgr32.CM_Get_Device_ID_List_SizeW(ctypes.byref(size), device_class, flags)
    names = ctypes.create_unicode_buffer(max(1, size.value))
    failed = failed or _cfgmgr32.CM_Get_Device_ID_ListW(device_class, names, size.value, flags)
    _demand(failed)
    found = "".join(names).split("\0")
    return [name for name in found if name and not name.upper().startswith(_MADE_BY_SOFTWARE)]


def paths(interface: bytes) -> list[str]:
    """Where to open the devices that offer an interface; raises OSError."""
    size = wintypes.ULONG()
    failed = _cfgmgr32.CM_Get_Device_Interface_List_SizeW(ctypes.byref(size), interface, None, _INTERFACE_PRESENT)
    names = ctypes.create_unicode_buffer(max(1, size.value))
    failed = failed or _cfgmgr32.CM_Get_Device_Interface_ListW(interface, None, names, size.value, _INTERFACE_PRESENT)
    _demand(failed)
    return [name for name in "".join(names).split("\0") if name]
