"""How full the built-in disks are: drives that Windows calls fixed, and that do not hang on USB."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from agent.errors import NoData
from agent.machine import space_of, win32
from agent.probes.base import Outcome, Surroundings
from agent.probes.files import printable
from agent.probes.volumes import LONGEST_NAME, MOST_VOLUMES, labelled
from agent.wire.v1 import Volume, Volumes

_FIXED = 3
_LONGEST_TEXT = 1024
_SHARED = 3
_OPEN_EXISTING = 3
_QUERY_PROPERTY = 0x002D1400
"""IOCTL_STORAGE_QUERY_PROPERTY; it needs no right to the disk."""
EXTERNAL = (4, 7, 12, 13)
"""STORAGE_BUS_TYPE: FireWire, USB, SD, MMC. A visitor's own disk calls itself fixed too."""

_kernel32 = win32.kernel32
_kernel32.CreateFileW.restype = wintypes.HANDLE


class _Query(ctypes.Structure):
    """STORAGE_PROPERTY_QUERY; zeros ask for the STORAGE_DEVICE_DESCRIPTOR."""

    _fields_ = (("property", ctypes.c_int), ("query", ctypes.c_int), ("more", ctypes.c_byte * 4))


class _Descriptor(ctypes.Structure):
    """STORAGE_DEVICE_DESCRIPTOR, up to the bus. Where the serial number stands is not even named."""

    _fields_ = (
        ("version", wintypes.DWORD),
        ("size", wintypes.DWORD),
        ("kind", ctypes.c_ubyte * 4),
        ("places_of_texts", wintypes.DWORD * 4),
        ("bus", ctypes.c_int),
    )


def read(_surroundings: Surroundings) -> Outcome:
    found = []
    for label, drive, file_system in labelled(fixed_drives()):
        try:
            total, free = space_of(drive)
        except OSError:
            continue  # gone since, or locked
        kind = printable(file_system, LONGEST_NAME)
        found.append(Volume(label=label, file_system=kind, total_bytes=total, free_bytes=min(free, total)))
    if not found:
        raise NoData("Windows tells of no fixed drive")
    return Outcome(Volumes(fixed=tuple(found[:MOST_VOLUMES])))


def fixed_drives() -> list[tuple[str, str]]:
    """Root folder and file system of each drive that is built in and holds a file system."""
    there = int(_kernel32.GetLogicalDrives())
    drives = [f"{chr(ord('A') + number)}:\\" for number in range(26) if there >> number & 1]
    return [
        (drive, file_system)
        for drive in drives
        if _kernel32.GetDriveTypeW(drive) == _FIXED
        and not stands_for_a_folder(drive)
        and bus_of(drive) not in EXTERNAL
        and (file_system := file_system_of(drive))
    ]


def stands_for_a_folder(drive: str) -> bool:
    """Whether somebody gave a folder a letter of its own (subst)."""
    target = ctypes.create_unicode_buffer(_LONGEST_TEXT)
    return bool(_kernel32.QueryDosDeviceW(drive[:2], target, _LONGEST_TEXT)) and target.value.startswith("\\??\\")


def file_system_of(drive: str) -> str:
    """Such as "NTFS"; empty where the drive holds none, or is locked."""
    name = ctypes.create_unicode_buffer(_LONGEST_TEXT)
    told = _kernel32.GetVolumeInformationW(drive, None, 0, None, None, None, name, _LONGEST_TEXT)
    return name.value if told else ""


def bus_of(drive: str) -> int | None:
    """By which bus the drive hangs on the computer; None where Windows does not tell."""
    return bus_of_device(f"\\\\.\\{drive[:2]}")


def bus_of_device(path: str) -> int | None:
    """The same of a device, by its path."""
    device = _kernel32.CreateFileW(path, 0, _SHARED, None, _OPEN_EXISTING, 0, None)
    if device in (None, win32.INVALID_HANDLE):
        return None
    descriptor = _Descriptor()
    size = wintypes.DWORD()
    words = (ctypes.byref(descriptor), ctypes.sizeof(descriptor), ctypes.byref(size), None)
    query = _Query()
    told = _kernel32.DeviceIoControl(
        wintypes.HANDLE(device), _QUERY_PROPERTY, ctypes.byref(query), ctypes.sizeof(query), *words
    )
    win32.close(device)
    return int(descriptor.bus) if told and size.value == ctypes.sizeof(descriptor) else None
