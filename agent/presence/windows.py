"""Presence on Windows: the idle time of this session, the way to the service, and one instance in each session."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from ctypes import wintypes

from agent.errors import Unusable

PIPE = r"\\.\pipe\dps-agent-presence"
"""Where the service listens (agent/machine/presence_windows.py)."""

_kernel32 = ctypes.WinDLL("kernel32", use_last_error=True)
_user32 = ctypes.WinDLL("user32", use_last_error=True)
_kernel32.CreateFileW.restype = wintypes.HANDLE
_kernel32.CreateFileW.argtypes = (
    wintypes.LPCWSTR,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.c_void_p,
    wintypes.DWORD,
    wintypes.DWORD,
    wintypes.HANDLE,
)
_kernel32.WriteFile.argtypes = (
    wintypes.HANDLE,
    ctypes.c_char_p,
    wintypes.DWORD,
    ctypes.POINTER(wintypes.DWORD),
    ctypes.c_void_p,
)
_kernel32.CloseHandle.argtypes = (wintypes.HANDLE,)
_kernel32.GetTickCount.restype = wintypes.DWORD

_WRITE_AND_LOOK = 0x00120192
_OPEN_EXISTING = 3
_IDENTIFY_ONLY = 0x00110000
"""SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION: whoever offers the pipe may know us, and not act as us."""
_INVALID = ctypes.c_void_p(-1).value
_ALREADY_EXISTS = 183


class _LastInput(ctypes.Structure):
    """LASTINPUTINFO."""

    _fields_ = (("size", wintypes.UINT), ("ticks", wintypes.DWORD))


class LastInput:
    """GetLastInputInfo: the last key or movement of this session, in milliseconds since boot, 49 days at most."""

    def fileno(self) -> int:
        """Nothing hangs up: Windows ends the processes of a session with it."""
        return -1

    def seconds(self) -> int | None:
        info = _LastInput(ctypes.sizeof(_LastInput), 0)
        if not _user32.GetLastInputInfo(ctypes.byref(info)):
            raise Unusable("Windows does not tell the last input")
        return int((_kernel32.GetTickCount() - info.ticks) % 2**32 // 1000)


class Line:
    """A connection to the service."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    def fileno(self) -> int:
        """Whether the service is gone shows at the next word."""
        return -2

    def send(self, words: bytes) -> bool:
        written = wintypes.DWORD()
        return bool(_kernel32.WriteFile(self._handle, words, len(words), ctypes.byref(written), None))

    def close(self) -> None:
        _kernel32.CloseHandle(self._handle)


def connected(path: str) -> Line | None:
    """A connection to the service; None where nobody listens."""
    handle = _kernel32.CreateFileW(path, _WRITE_AND_LOOK, 0, None, _OPEN_EXISTING, _IDENTIFY_ONLY, None)
    return None if handle in (None, _INVALID) else Line(handle)


def pause(_descriptors: tuple[int, ...], seconds: float) -> list[int]:
    """Wait so long; nothing hangs up on Windows."""
    _kernel32.Sleep(round(seconds * 1000))
    return []


def is_only_one() -> bool:
    """Whether no other presence runs in this session; the name is the session's own and ends with this process."""
    return bool(_kernel32.CreateMutexW(None, False, "Local\\dps-agent-presence")) and (
        ctypes.get_last_error() != _ALREADY_EXISTS
    )
