"""Over what kind of link the station reaches the network (GetBestInterfaceEx, GetIfEntry2); no address, no name."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
import socket
from ctypes import wintypes

from agent.probes.base import Outcome, Surroundings
from agent.probes.network_link import windows_kind_of, windows_speed_of
from agent.wire.v1 import NetworkLink

_FAMILIES = ((socket.AF_INET, 4, "192.0.2.1"), (socket.AF_INET6, 8, "2001:db8::1"))
"""Addresses that nobody has (RFC 5737, RFC 3849): the way to them is the way to any other. Nothing is sent there."""
_NO_WAY = 1231
"""ERROR_NETWORK_UNREACHABLE."""
_NOT_FOUND = 1168
_HARDWARE = 0x01
"""HardwareInterface of InterfaceAndOperStatusFlags: no tunnel, no bridge, no virtual switch."""


class _Row(ctypes.Structure):
    """MIB_IF_ROW2; what would tell this computer from another is skipped over, never read."""

    _fields_ = (
        ("luid", ctypes.c_uint64),
        ("index", wintypes.ULONG),
        ("names_and_addresses", ctypes.c_ubyte * (16 + 2 * 257 * 2 + 4 + 2 * 32)),
        ("mtu", wintypes.ULONG),
        ("type", wintypes.ULONG),
        ("tunnel_and_media", ctypes.c_int * 5),
        ("flags", ctypes.c_ubyte),
        ("states", ctypes.c_int * 3),
        ("network", ctypes.c_ubyte * 16),
        ("connection", ctypes.c_int),
        ("sending_bits_per_second", ctypes.c_uint64),
        ("receiving_bits_per_second", ctypes.c_uint64),
        ("figures", ctypes.c_uint64 * 18),
    )


def read(_surroundings: Surroundings) -> Outcome:
    library = ctypes.WinDLL("iphlpapi")
    index = default_interface(library)
    if index is None:
        return Outcome(NetworkLink(kind="none", speed_megabits=None))
    row = _Row(0, index)
    if failed := library.GetIfEntry2(ctypes.byref(row)):
        raise ctypes.WinError(failed)
    return Outcome(
        NetworkLink(
            kind=windows_kind_of(row.type, hardware=bool(row.flags & _HARDWARE)),
            speed_megabits=windows_speed_of(row.sending_bits_per_second),
        )
    )


def default_interface(library: ctypes.WinDLL) -> int | None:
    """The number of the interface behind which the world is; None without one."""
    for family, place, address in _FAMILIES:
        packed = family.to_bytes(2, "little").ljust(place, b"\0") + socket.inet_pton(family, address)
        index = wintypes.DWORD()
        failed = library.GetBestInterfaceEx(packed.ljust(28, b"\0"), ctypes.byref(index))
        if not failed:
            return index.value
        if failed not in (_NO_WAY, _NOT_FOUND):
            raise ctypes.WinError(failed)
    return None
