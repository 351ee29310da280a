"""Sessions as Windows' own service for them tells (Remote Desktop Services API, wtsapi32).

What this relies on:

* A service is told of each change while it happens (SERVICE_CONTROL_SESSIONCHANGE): its host then wakes the service,
  which reads the list anew. So double notices, and notices that come too early, do no harm.
* Session 0 belongs to services. The accounts of the desktop's own programs, DWM-1 and UMFD-1, have sessions of no
  user; names are asked of each session, and those of the system's own domains are nobody's visit.
* The number of a session is used again after a log-off, so its key holds the time of its log-on too.
* A disconnected session (switch of user, closed remote desktop) goes on in the background.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from collections.abc import Callable
from ctypes import wintypes
from typing import Any, NamedTuple

from agent.errors import SourceLost
from agent.machine.base import (
    BACKGROUND,
    FOREGROUND,
    LOCK,
    LOG_OFF,
    LOG_ON,
    UNLOCK,
    ActiveSession,
    Event,
    OpenSession,
)
from agent.machine.visitors_windows import Rule

POLL_SECONDS = 15
"""How often the list is read where nobody tells of changes; it costs half a millisecond."""
CONSOLE = 0
"""WTSClientProtocolType of the screen that the computer has; a remote desktop has another."""

_wtsapi32 = ctypes.WinDLL("wtsapi32", use_last_error=True)
_SERVER = 0
_USER_NAME, _DOMAIN_NAME, _PROTOCOL, _SESSION_INFO, _SESSION_INFO_EX = 5, 7, 16, 24, 25
_ACTIVE, _CONNECTED, _DISCONNECTED = 0, 1, 4
_LOCKED = 0


class _SessionInfo(ctypes.Structure):
    """WTS_SESSION_INFOW."""

    _fields_ = (("session", wintypes.DWORD), ("station", wintypes.LPWSTR), ("state", ctypes.c_int))


class _Info(ctypes.Structure):
    """WTSINFOW, up to the time of the log-on."""

    _fields_ = (
        ("state", ctypes.c_int),
        ("session", wintypes.DWORD),
        ("bytes_and_frames", wintypes.DWORD * 6),
        ("station", wintypes.WCHAR * 32),
        ("domain", wintypes.WCHAR * 17),
        ("user", wintypes.WCHAR * 21),
        ("connected_at", ctypes.c_int64),
        ("disconnected_at", ctypes.c_int64),
        ("last_input_at", ctypes.c_int64),
        ("logged_on_at", ctypes.c_int64),
        ("now", ctypes.c_int64),
    )


class _InfoEx(ctypes.Structure):
    """WTSINFOEXW of level 1, up to the flags."""

    _fields_ = (
        ("level", wintypes.DWORD),
        ("padding", wintypes.DWORD),
        ("session", wintypes.ULONG),
        ("state", ctypes.c_int),
        ("flags", wintypes.LONG),
    )


_wtsapi32.WTSEnumerateSessionsW.argtypes = (
    wintypes.HANDLE,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.POINTER(ctypes.POINTER(_SessionInfo)),
    ctypes.POINTER(wintypes.DWORD),
)
_wtsapi32.WTSQuerySessionInformationW.argtypes = (
    wintypes.HANDLE,
    wintypes.DWORD,
    ctypes.c_int,
    ctypes.POINTER(ctypes.c_void_p),
    ctypes.POINTER(wintypes.DWORD),
)
_wtsapi32.WTSFreeMemory.argtypes = (ctypes.c_void_p,)


class Seen(NamedTuple):
    """One session as Windows lists it."""

    number: int
    connected: bool
    """At a screen, its own or a remote one, and not in the background."""
    remote: bool
    user: str
    domain: str
    logged_on_at: int
    locked: bool


class WtsSource:
    """A SessionSource."""

    __slots__ = ("_list", "_numbers", "_rule", "_sessions", "name", "poll_seconds")

    def __init__(self, rule: Rule, listed: Callable[[], list[Seen]] | None = None) -> None:
        """Read the list once; raises SourceLost where it cannot be read."""
        self.name = "wts"
        self.poll_seconds: int | None = POLL_SECONDS
        self._rule = rule
        self._list = listed or windows_sessions
        self._sessions: dict[str, OpenSession] = {}
        self._numbers: dict[str, int] = {}
        self._take(self._list())

    def fileno(self) -> int | None:
        """The service host is told of changes, and wakes the service."""
        return None

    def present(self) -> list[OpenSession]:
        return list(self._sessions.values())

    def active(self) -> ActiveSession | None:
        """The visitor's session at the screen; its number stands in the place of a uid."""
        for key, session in self._sessions.items():
            if session.foreground:
                return ActiveSession(key, self._numbers[key])
        return None

    def read(self) -> list[Event]:
        return self._take(self._list())

    def close(self) -> None:
        """Nothing is held open."""

    def _take(self, seen: list[Seen]) -> list[Event]:
        """The differences to what was known, ends before starts: the number of a session is used again."""
        found: dict[str, OpenSession] = {}
        numbers: dict[str, int] = {}
        for one in seen:
            if self._rule.counts(user=one.user, domain=one.domain, remote=one.remote):
                key = f"{one.number}-{one.logged_on_at}"
                found[key] = OpenSession(key, locked=one.locked, foreground=one.connected)
                numbers[key] = one.number
        events = [Event(LOG_OFF, key) for key in self._sessions if key not in found]
        for key, after in found.items():
            before = self._sessions.get(key)
            if before is None:
                events.append(Event(LOG_ON, key))
                before = OpenSession(key, locked=False, foreground=True)
            if before.foreground != after.foreground:
                events.append(Event(FOREGROUND if after.foreground else BACKGROUND, key))
            if before.locked != after.locked:
                events.append(Event(LOCK if after.locked else UNLOCK, key))
        self._sessions, self._numbers = found, numbers
        return events


def windows_sessions() -> list[Seen]:
    """All sessions with a user; raises SourceLost."""
    rows = ctypes.POINTER(_SessionInfo)()
    count = wintypes.DWORD()
    if not _wtsapi32.WTSEnumerateSessionsW(_SERVER, 0, 1, ctypes.byref(rows), ctypes.byref(count)):
        raise SourceLost(f"not readable: sessions cannot be listed ({ctypes.get_last_error()})")
    try:
        found = [(rows[index].session, rows[index].state) for index in range(count.value)]
    finally:
        _wtsapi32.WTSFreeMemory(rows)
    sessions = [
        _seen(number, state) for number, state in found if number and state in (_ACTIVE, _CONNECTED, _DISCONNECTED)
    ]
    return [session for session in sessions if session is not None]


def _seen(number: int, state: int) -> Seen | None:
    """None for a session without a user, such as the log-on screen, or one that has just ended."""
    user = _text(number, _USER_NAME)
    if not user:
        return None
    protocol = _asked(number, _PROTOCOL, ctypes.c_ushort)
    info = _asked(number, _SESSION_INFO, _Info)
    more = _asked(number, _SESSION_INFO_EX, _InfoEx)
    return Seen(
        number,
        connected=state == _ACTIVE,
        remote=protocol is not None and protocol.value != CONSOLE,
        user=user,
        domain=_text(number, _DOMAIN_NAME),
        logged_on_at=info.logged_on_at if info is not None else 0,
        locked=more is not None and more.level == 1 and more.flags == _LOCKED,
    )


def _text(number: int, question: int) -> str:
    buffer = ctypes.c_void_p()
    length = wintypes.DWORD()
    if not _wtsapi32.WTSQuerySessionInformationW(_SERVER, number, question, ctypes.byref(buffer), ctypes.byref(length)):
        return ""
    try:
        return ctypes.wstring_at(buffer.value) if buffer.value else ""
    finally:
        _wtsapi32.WTSFreeMemory(buffer)


def _asked(number: int, question: int, kind: type[Any]) -> Any:
    """The answer as such a structure; None where Windows does not know, or not that much."""
    buffer = ctypes.c_void_p()
    length = wintypes.DWORD()
    if not _wtsapi32.WTSQuerySessionInformationW(_SERVER, number, question, ctypes.byref(buffer), ctypes.byref(length)):
        return None
    try:
        if not buffer.value or length.value < ctypes.sizeof(kind):
            return None
        return kind.from_buffer_copy(ctypes.string_at(buffer.value, ctypes.sizeof(kind)))
    finally:
        _wtsapi32.WTSFreeMemory(buffer)
