"""The service's end of the named pipe on which the visitor's desktop tells the seconds since the last input.

It accepts nothing but lines of one to seven digits, from processes of the session at the screen: Windows itself says
in which session a client of a pipe runs (GetNamedPipeClientSessionId). Remote clients are refused, and nobody else can
offer a pipe of this name while ours is there (FILE_FLAG_FIRST_PIPE_INSTANCE).

What a hostile peer costs is bounded as on Linux: few places, each read at most once a second and then 1 KiB at most.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import _winapi
import ctypes
import time
from collections.abc import Callable
from contextlib import suppress
from ctypes import wintypes

from agent.errors import Unusable
from agent.machine import win32
from agent.machine.base import ActiveSession
from agent.machine.presence_lines import LARGEST_READ_BYTES, PAUSE_SECONDS, Lines

PIPE = r"\\.\pipe\dps-agent-presence"
"""Where presence looks for it (agent/presence/windows.py)."""
MOST_CONNECTIONS = 4
RIGHTS = "D:P(A;;GA;;;SY)(A;;GA;;;LS)(A;;GA;;;OW)(A;;0x00120192;;;IU)"
"""Everything for the system, the service's account and whoever made it; people at this computer may write and look at
attributes, and not make another pipe of this name (FILE_CREATE_PIPE_INSTANCE, which FILE_GENERIC_WRITE holds)."""

_FIRST_INSTANCE = 0x00080000
_REJECT_REMOTE_CLIENTS = 0x00000008


class _SecurityAttributes(ctypes.Structure):
    _fields_ = (("length", wintypes.DWORD), ("descriptor", ctypes.c_void_p), ("inherit", wintypes.BOOL))


class Place:
    """One end of the pipe: it waits for a peer, or for what the peer says."""

    __slots__ = ("_active", "_handle", "_lines", "_now", "_operation", "_read_at", "_reading", "session")

    def __init__(self, handle: int, active: Callable[[], ActiveSession | None], now: Callable[[], float]) -> None:
        self._handle = handle
        self._active = active
        self._now = now
        self._read_at = now() - PAUSE_SECONDS
        self._operation: _winapi.Overlapped | None = None
        self._await_peer()

    def event(self) -> int | None:
        """What to wait for now; None within a second of the last read."""
        if self._operation is None and self._now() - self._read_at >= PAUSE_SECONDS:
            self._begin_reading()
        return None if self._operation is None else int(self._operation.event)

    def rest_seconds(self) -> float | None:
        """How long `event` goes on to be None; None where it is not."""
        return None if self._operation is not None else max(0.0, self._read_at + PAUSE_SECONDS - self._now())

    def heard(self) -> int | None:
        """The idle time that arrived, if it is from the session at the screen."""
        operation = self._operation
        if operation is None or not win32.is_set(operation.event):
            return None
        self._operation = None
        try:
            count, _ = operation.GetOverlappedResult(False)
        except OSError:
            self._start_over()
            return None
        if not self._reading:
            self._welcome()
            return None
        self._read_at = self._now()
        try:
            told = self._lines.taken((operation.getbuffer() or b"")[:count])
        except ValueError:
            self._start_over()
            return None
        active = self._active()
        return told if active is not None and active.uid == self.session else None

    def close(self) -> None:
        if self._operation is not None:
            self._operation.cancel()
            with suppress(OSError):  # that it was cancelled
                self._operation.GetOverlappedResult(True)
            self._operation = None
        _winapi.CloseHandle(self._handle)

    def _await_peer(self) -> None:
        self._reading = False
        self._lines = Lines()
        self.session = 0
        self._operation = _winapi.ConnectNamedPipe(self._handle, overlapped=True)

    def _welcome(self) -> None:
        """Let in whoever is at the screen; anybody else has to go."""
        session = wintypes.ULONG()
        known = win32.kernel32.GetNamedPipeClientSessionId(self._handle, ctypes.byref(session))
        active = self._active()
        if not known or active is None or active.uid != session.value:
            self._start_over()
            return
        self.session = session.value
        self._reading = True

    def _begin_reading(self) -> None:
        try:
            self._operation, _ = _winapi.ReadFile(self._handle, LARGEST_READ_BYTES, overlapped=True)
        except OSError:
            self._start_over()

    def _start_over(self) -> None:
        """The peer has gone or has to; the next one is not let in before a second has passed."""
        win32.kernel32.DisconnectNamedPipe(self._handle)
        self._read_at = self._now()
        self._await_peer()


class PresencePipe:
    """A PresenceSource; no method waits."""

    __slots__ = ("_places",)

    def __init__(
        self, active: Callable[[], ActiveSession | None], name: str = PIPE, now: Callable[[], float] = time.monotonic
    ) -> None:
        """Offer the pipe; raises Unusable where another program offers one of this name."""
        self._places: list[Place] = []
        attributes = _attributes()
        try:
            for index in range(MOST_CONNECTIONS):
                self._places.append(Place(_offered(name, attributes, first=not index), active, now))
        except OSError as error:
            self.close()
            raise Unusable(f"Presence cannot be heard at {name}: {error.strerror}.") from error
        finally:
            win32.kernel32.LocalFree(attributes.descriptor)

    def filenos(self) -> list[int]:
        return [event for place in self._places if (event := place.event()) is not None]

    def rest_seconds(self) -> float | None:
        """Until the first of those places is listened to again that have just been read."""
        rests = [rest for place in self._places if (rest := place.rest_seconds()) is not None]
        return min(rests, default=None)

    def read(self) -> int | None:
        told = [idle for place in self._places if (idle := place.heard()) is not None]
        return told[-1] if told else None

    def close(self) -> None:
        for place in self._places:
            place.close()


def _attributes() -> _SecurityAttributes:
    descriptor = ctypes.c_void_p()
    convert = win32.advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
    if not convert(ctypes.c_wchar_p(RIGHTS), 1, ctypes.byref(descriptor), None):
        raise Unusable(f"Presence cannot be heard: {win32.last_error().strerror}.")
    return _SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor.value, False)


def _offered(name: str, attributes: _SecurityAttributes, *, first: bool) -> int:
    mode = _winapi.PIPE_ACCESS_INBOUND | _winapi.FILE_FLAG_OVERLAPPED | (_FIRST_INSTANCE if first else 0)
    return _winapi.CreateNamedPipe(
        name, mode, _REJECT_REMOTE_CLIENTS, MOST_CONNECTIONS, 0, LARGEST_READ_BYTES, 0, ctypes.addressof(attributes)
    )
