"""The local groups of an account, as Windows knows them (NetUserGetLocalGroups); what is looked up is forgotten."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

_INDIRECTLY_TOO = 1
_NO_LIMIT = 0xFFFFFFFF


def local_groups_of(domain: str, user: str) -> frozenset[str]:
    """Names of the local groups of a user, through groups of a domain too; empty if the user is not known."""
    netapi32 = ctypes.WinDLL("netapi32")
    found = ctypes.POINTER(wintypes.LPWSTR)()
    count, total = wintypes.DWORD(), wintypes.DWORD()
    for name in (f"{domain}\\{user}", user):
        words = (
            None,
            name,
            0,
            _INDIRECTLY_TOO,
            ctypes.byref(found),
            _NO_LIMIT,
            ctypes.byref(count),
            ctypes.byref(total),
        )
        if netapi32.NetUserGetLocalGroups(*words) == 0:
            try:
                return frozenset(found[index] or "" for index in range(count.value))
            finally:
                netapi32.NetApiBufferFree(found)
    return frozenset()
