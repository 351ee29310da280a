"""Whether antivirus and firewall are on, as Windows' Security Center says, and of when Defender's signatures are."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from agent.machine import win32
from agent.machine.windows import values_of
from agent.probes.base import Outcome, Surroundings
from agent.probes.event_log import seconds_of
from agent.probes.protection import outcome_of

DEFENDER = r"SOFTWARE\Microsoft\Windows Defender"
_FIREWALL, _ANTIVIRUS = 1, 4
_GOOD, _NOT_MONITORED, _POOR, _SNOOZED = 0, 1, 2, 3
"""WSC_SECURITY_PROVIDER_HEALTH. A snoozed provider is one that is off for a while."""
_MAY_CONNECT, _MAY_ASK, _RUNNING = 1, 4, 4


def read(_surroundings: Surroundings) -> Outcome:
    signatures = values_of(rf"{DEFENDER}\Signature Updates").get("avsignatureapplied") if defender_works() else None
    at = seconds_of(signatures) if isinstance(signatures, bytes) else None
    return outcome_of(_health(_ANTIVIRUS), at, _health(_FIREWALL))


def defender_works() -> bool:
    """Whether Defender is the antivirus here; beside another one its signatures grow old, and rightly so."""
    if values_of(DEFENDER).get("passivemode"):
        return False
    advapi32 = win32.advapi32
    advapi32.OpenSCManagerW.restype = advapi32.OpenServiceW.restype = ctypes.c_void_p
    manager = advapi32.OpenSCManagerW(None, None, _MAY_CONNECT)
    if not manager:
        return False
    service = advapi32.OpenServiceW(ctypes.c_void_p(manager), "WinDefend", _MAY_ASK)
    status = (wintypes.DWORD * 7)()
    told = bool(service) and advapi32.QueryServiceStatus(ctypes.c_void_p(service), status)
    for handle in (service, manager):
        if handle:
            advapi32.CloseServiceHandle(ctypes.c_void_p(handle))
    return bool(told) and status[1] == _RUNNING


def _health(provider: int) -> bool | None:
    """What the Security Center says; None where there is none, as on a server, or where it watches nothing."""
    try:
        library = ctypes.WinDLL("wscapi")
    except OSError:
        return None
    health = ctypes.c_int(_NOT_MONITORED)
    if library.WscGetSecurityProviderHealth(provider, ctypes.byref(health)) != 0:
        return None
    return {_GOOD: True, _POOR: False, _SNOOZED: False}.get(health.value)
