"""The functions of Windows that the agent calls, with their types; each is documented at learn.microsoft.com."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
advapi32 = ctypes.WinDLL("advapi32", use_last_error=True)

WAIT_OBJECT_0 = 0
MAXIMUM_WAIT_OBJECTS = 64
INVALID_HANDLE = ctypes.c_void_p(-1).value

kernel32.GetTickCount64.restype = ctypes.c_uint64
kernel32.QueryUnbiasedInterruptTime.argtypes = (ctypes.POINTER(ctypes.c_uint64),)
kernel32.CreateEventW.argtypes = (ctypes.c_void_p, wintypes.BOOL, wintypes.BOOL, wintypes.LPCWSTR)
kernel32.CreateEventW.restype = wintypes.HANDLE
kernel32.SetEvent.argtypes = (wintypes.HANDLE,)
kernel32.ResetEvent.argtypes = (wintypes.HANDLE,)
kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
kernel32.WaitForSingleObject.argtypes = (wintypes.HANDLE, wintypes.DWORD)
kernel32.WaitForSingleObject.restype = wintypes.DWORD
kernel32.WaitForMultipleObjects.argtypes = (
    wintypes.DWORD,
    ctypes.POINTER(wintypes.HANDLE),
    wintypes.BOOL,
    wintypes.DWORD,
)
kernel32.WaitForMultipleObjects.restype = wintypes.DWORD
kernel32.GetExitCodeProcess.argtypes = (wintypes.HANDLE, ctypes.POINTER(wintypes.DWORD))
kernel32.GetDiskFreeSpaceExW.argtypes = (
    wintypes.LPCWSTR,
    ctypes.POINTER(ctypes.c_uint64),
    ctypes.POINTER(ctypes.c_uint64),
    ctypes.POINTER(ctypes.c_uint64),
)
kernel32.GetSystemFirmwareTable.argtypes = (wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD)
kernel32.GetSystemFirmwareTable.restype = wintypes.UINT
advapi32.RegCreateKeyExW.argtypes = (
    wintypes.HKEY,
    wintypes.LPCWSTR,
    wintypes.DWORD,
    wintypes.LPCWSTR,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.c_void_p,
    ctypes.POINTER(wintypes.HKEY),
    ctypes.c_void_p,
)


def event() -> int:
    """A new event object that is reset by hand; raises OSError."""
    handle = kernel32.CreateEventW(None, True, False, None)
    if not handle:
        raise last_error()
    return int(handle)


def last_error() -> OSError:
    """What the last call of a function said."""
    return ctypes.WinError(ctypes.get_last_error())


def close(handle: int) -> None:
    kernel32.CloseHandle(handle)


def is_set(handle: int) -> bool:
    """Whether an event is set, or a process has ended."""
    return bool(kernel32.WaitForSingleObject(handle, 0) == WAIT_OBJECT_0)


def wait(handles: list[int], seconds: float) -> None:
    """Sleep until one of these is set, at most so long."""
    some = handles[:MAXIMUM_WAIT_OBJECTS]
    array = (wintypes.HANDLE * len(some))(*some)
    kernel32.WaitForMultipleObjects(len(some), array, False, max(0, min(round(seconds * 1000), 2_000_000_000)))
