"""Whether the collector and the site's own router could be reached (GetBestRoute, SendARP); no address is kept."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
import socket
from ctypes import wintypes

from agent.probes.base import Outcome, Surroundings
from agent.probes.reachability import outcome_of

_ELSEWHERE = "192.0.2.1"
"""An address that nobody has (RFC 5737): the way to it is the way to any other. Nothing is sent there."""
_NO_ANSWER = 67
"""ERROR_BAD_NET_NAME. Other errors say that this link has no such addresses, as one over a telephone line."""
_NEXT_HOP = 3
"""Place of dwForwardNextHop in MIB_IPFORWARDROW."""


def read(surroundings: Surroundings) -> Outcome:
    return outcome_of(surroundings, gateway_reachable())


def gateway_reachable() -> bool | None:
    """Whether the router of IPv4 answers when it is asked for its hardware address; None without a router."""
    library = ctypes.WinDLL("iphlpapi")
    library.GetBestRoute.argtypes = (wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p)
    library.SendARP.argtypes = (wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p)
    row = (wintypes.DWORD * 14)()
    elsewhere = int.from_bytes(socket.inet_aton(_ELSEWHERE), sys.byteorder)
    if library.GetBestRoute(elsewhere, 0, row) or not row[_NEXT_HOP]:
        return None
    address, size = (ctypes.c_ubyte * 8)(), wintypes.ULONG(8)
    return {0: True, _NO_ANSWER: False}.get(library.SendARP(row[_NEXT_HOP], 0, address, ctypes.byref(size)))
