"""The print queues of this computer (EnumPrintersW): state and number of documents; no name, nothing of a document."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from agent.errors import NoData
from agent.machine import win32
from agent.probes.base import Outcome, Surroundings
from agent.probes.printer_queues import outcome_of
from agent.probes.printer_status import is_virtual, queue_of

_LOCAL = 0x2
_LEVEL = 2
_TOO_SMALL = 122


class _Printer(ctypes.Structure):
    """PRINTER_INFO_2."""

    _fields_ = (
        ("server", ctypes.c_void_p),
        ("name", ctypes.c_void_p),
        ("share", ctypes.c_void_p),
        ("port", wintypes.LPWSTR),
        ("driver", ctypes.c_void_p),
        ("comment_location", ctypes.c_void_p * 2),
        ("mode", ctypes.c_void_p),
        ("separator_processor_datatype_parameters", ctypes.c_void_p * 4),
        ("security", ctypes.c_void_p),
        ("attributes", wintypes.DWORD),
        ("priorities_and_times", wintypes.DWORD * 4),
        ("status", wintypes.DWORD),
        ("jobs", wintypes.DWORD),
        ("pages_per_minute", wintypes.DWORD),
    )


def read(_surroundings: Surroundings) -> Outcome:
    spooler = ctypes.WinDLL("winspool.drv", use_last_error=True)
    needed, count = wintypes.DWORD(), wintypes.DWORD()
    places = (ctypes.byref(needed), ctypes.byref(count))
    if not spooler.EnumPrintersW(_LOCAL, None, _LEVEL, None, 0, *places):
        if ctypes.get_last_error() != _TOO_SMALL:
            raise NoData("the print spooler does not run")
        buffer = ctypes.create_string_buffer(needed.value)
        if not spooler.EnumPrintersW(_LOCAL, None, _LEVEL, buffer, needed.value, *places):
            raise win32.last_error()
        printers = ctypes.cast(buffer, ctypes.POINTER(_Printer))
        found = [printers[index] for index in range(count.value)]
        return outcome_of(
            [queue_of(one.status, one.attributes, one.jobs) for one in found if not is_virtual(one.port or "")]
        )
    return outcome_of([])
