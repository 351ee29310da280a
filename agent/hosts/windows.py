"""Runs the service under Windows' service manager, or in the foreground where somebody started it by hand.

The manager calls `handled` on a thread of its own; there flags are set and the loop is woken, which does the work.
Preshutdown comes before the sessions end and gives time to write; a hybrid shutdown (Fast Startup) tells of no stop at
all: it is a sleep, and the run goes on after it.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from collections.abc import Callable
from ctypes import wintypes
from typing import Any

from agent.errors import Unusable
from agent.hosts.log_file import LogFile
from agent.hosts.resident import counting, settings_from
from agent.machine import win32
from agent.machine.windows import demand_own_folder, output_of, state_folder
from agent.program import own_program
from agent.service import Service

SERVICE_NAME = "dps-agent"
LAST_SENDER_SECONDS = 5
"""How long a stop waits for the last contact."""
LONGEST_FLUSH_SECONDS = 1.5
"""Windows gives each program some two seconds before it sleeps (PBT_APMSUSPEND)."""
STOP_HINT_MILLISECONDS = 15_000
START_HINT_MILLISECONDS = 180_000
"""The volume of the state folder may be mounted late (state_wait_seconds)."""

_advapi32 = win32.advapi32
_OWN_PROCESS = 0x10
_STOPPED, _START_PENDING, _STOP_PENDING, _RUNNING = 1, 2, 3, 4
_STOP, _INTERROGATE, _SHUTDOWN, _POWER, _SESSION, _PRESHUTDOWN = 1, 4, 5, 0x0D, 0x0E, 0x0F
_ACCEPTED = 0x01 | 0x40 | 0x80 | 0x100
"""SERVICE_ACCEPT_STOP, _POWEREVENT, _SESSIONCHANGE, _PRESHUTDOWN."""
_NOT_IMPLEMENTED = 120
_SERVICE_SPECIFIC = 1066
_NO_MANAGER = 1063
"""ERROR_FAILED_SERVICE_CONTROLLER_CONNECT: not started by the service manager."""
_PBT_SUSPEND = 4
_EVENT_ERROR = 1
_NOT_STARTED = 1
"""The number of our one event."""


class _Status(ctypes.Structure):
    """SERVICE_STATUS."""

    _fields_ = (
        ("kind", wintypes.DWORD),
        ("state", wintypes.DWORD),
        ("accepted", wintypes.DWORD),
        ("exit_code", wintypes.DWORD),
        ("own_exit_code", wintypes.DWORD),
        ("check_point", wintypes.DWORD),
        ("wait_hint", wintypes.DWORD),
    )


_MAIN = ctypes.WINFUNCTYPE(None, wintypes.DWORD, ctypes.POINTER(wintypes.LPWSTR))
_HANDLER = ctypes.WINFUNCTYPE(wintypes.DWORD, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p, ctypes.c_void_p)


class _Entry(ctypes.Structure):
    """SERVICE_TABLE_ENTRYW."""

    _fields_ = (("name", wintypes.LPWSTR), ("main", _MAIN))


_advapi32.StartServiceCtrlDispatcherW.argtypes = (ctypes.POINTER(_Entry),)
_advapi32.RegisterServiceCtrlHandlerExW.argtypes = (wintypes.LPCWSTR, _HANDLER, ctypes.c_void_p)
_advapi32.RegisterServiceCtrlHandlerExW.restype = ctypes.c_void_p
_advapi32.RegisterEventSourceW.argtypes = (wintypes.LPCWSTR, wintypes.LPCWSTR)
_advapi32.RegisterEventSourceW.restype = ctypes.c_void_p
_advapi32.ReportEventW.argtypes = (
    ctypes.c_void_p,
    wintypes.WORD,
    wintypes.WORD,
    wintypes.DWORD,
    ctypes.c_void_p,
    wintypes.WORD,
    wintypes.DWORD,
    ctypes.POINTER(wintypes.LPCWSTR),
    ctypes.c_void_p,
)
_advapi32.DeregisterEventSource.argtypes = (ctypes.c_void_p,)
_advapi32.SetServiceStatus.argtypes = (ctypes.c_void_p, ctypes.POINTER(_Status))


class Loop:
    """What wakes the service and what ends it."""

    def __init__(self) -> None:
        self._woken = win32.event()
        self._flushed = win32.event()
        self.stop_reason = ""
        self._flush_wanted = False

    def wake(self) -> None:
        """Called from any thread."""
        win32.kernel32.SetEvent(self._woken)

    def stop(self, reason: str) -> None:
        """Called from any thread; `reason` is "power_off" or "service_stop"."""
        self.stop_reason = reason
        self.wake()

    def flush(self) -> None:
        """Called from another thread: returns once everything is on the disk, or after the time that Windows gives."""
        win32.kernel32.ResetEvent(self._flushed)
        self._flush_wanted = True
        self.wake()
        win32.wait([self._flushed], LONGEST_FLUSH_SECONDS)

    def run(self, service: Service) -> None:
        """Count until `stop`, then write what is there and let the last contact have its moment."""
        while not self.stop_reason:
            pause = max(0.0, service.due() - service.outside.clock.elapsed())
            rest = service.sight.rest_seconds()
            if rest is not None:
                pause = min(pause, rest)
            win32.wait([self._woken, *service.descriptors()], pause)
            win32.kernel32.ResetEvent(self._woken)
            service.wake()
            if self._flush_wanted:
                self._flush_wanted = False
                service.checkpoint()
                win32.kernel32.SetEvent(self._flushed)
        service.stop(self.stop_reason)
        clock = service.outside.clock
        deadline = clock.elapsed() + LAST_SENDER_SECONDS
        while not service.sender_done() and clock.elapsed() < deadline:
            win32.wait([self._woken], 0.05)


class ManagedService:
    """The service as Windows' service manager knows it."""

    def __init__(self, settings: Callable[[], dict[str, Any]]) -> None:
        """`settings` resolves them; what goes wrong there is told in the log, as everything else."""
        self._settings = settings
        self._loop = Loop()
        self._handle: int | None = None
        # Kept for as long as Windows may call them.
        self._main = _MAIN(self._run)
        self._handler = _HANDLER(self.handled)

    def start(self) -> bool:
        """Run until the manager stops it; False where no manager started this process."""
        table = (_Entry * 2)(_Entry(SERVICE_NAME, self._main), _Entry(None, _MAIN(0)))
        if _advapi32.StartServiceCtrlDispatcherW(table):
            return True
        if ctypes.get_last_error() == _NO_MANAGER:
            return False
        raise win32.last_error()

    def handled(self, control: int, kind: int, _data: object, _context: object) -> int:
        """A message of the manager; the answer is an error code of Windows, 0 for none."""
        if control in (_STOP, _SHUTDOWN, _PRESHUTDOWN):
            self._tell(_STOP_PENDING)
            self._loop.stop("service_stop" if control == _STOP else "power_off")
        elif control == _POWER and kind == _PBT_SUSPEND:
            self._loop.flush()  # who knows whether it wakes again; it sleeps when this returns
        elif control in (_POWER, _SESSION):
            self._loop.wake()
        elif control != _INTERROGATE:
            return _NOT_IMPLEMENTED
        return 0

    def _run(self, _count: int, _words: object) -> None:
        self._handle = _advapi32.RegisterServiceCtrlHandlerExW(SERVICE_NAME, self._handler, None)
        self._tell(_START_PENDING)
        log: LogFile | None = None
        try:
            settings = self._settings()
            demand_own_folder(settings["state_folder"])  # before a log is written there
            log = LogFile(f"{settings['state_folder']}/agent.log")
            with counting(settings, log.say) as service:
                self._tell(_RUNNING)
                self._loop.run(service)
            log.say("stopped")
        except Unusable as error:
            complain(str(error), log)
            self._tell(_STOPPED, error.exit_code)
        except Exception as error:
            if log is not None:
                log.say(f"ended by {type(error).__name__}: {error}")
            self._tell(_STOPPED, 1)
            raise
        else:
            self._tell(_STOPPED)

    def _tell(self, state: int, exit_code: int = 0) -> None:
        """A stop with another code than 0 makes the manager's recovery start the service again."""
        pending = state in (_START_PENDING, _STOP_PENDING)
        status = _Status(
            _OWN_PROCESS,
            state,
            _ACCEPTED if state == _RUNNING else 0,
            _SERVICE_SPECIFIC if exit_code else 0,
            exit_code,
            1 if pending else 0,
            {_START_PENDING: START_HINT_MILLISECONDS, _STOP_PENDING: STOP_HINT_MILLISECONDS}.get(state, 0),
        )
        _advapi32.SetServiceStatus(self._handle, ctypes.byref(status))


def complain(sentence: str, log: LogFile | None) -> None:
    """Say why it does not count: in the log, and in Windows' own where there is no folder for a log.

    Where even the settings cannot be read, the usual place is where people look.
    """
    try:
        if log is None:
            demand_own_folder(state_folder())
        (log or LogFile(f"{state_folder()}/agent.log")).say(sentence)
    except (Unusable, OSError):
        to_event_log(sentence)


def to_event_log(sentence: str) -> None:
    """One error in the log Application, under the name of the service (ReportEventW)."""
    source = _advapi32.RegisterEventSourceW(None, SERVICE_NAME)
    if source:
        texts = (wintypes.LPCWSTR * 1)(sentence)
        _advapi32.ReportEventW(source, _EVENT_ERROR, 0, _NOT_STARTED, None, 1, 0, texts, None)
        _advapi32.DeregisterEventSource(source)


def run_by_hand(settings: dict[str, Any]) -> None:
    """Count in the foreground until Ctrl-C; raises Unusable."""
    loop = Loop()

    def pressed(_event: int) -> bool:
        loop.stop("service_stop")
        return True

    handler = ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.DWORD)(pressed)
    win32.kernel32.SetConsoleCtrlHandler(handler, True)
    with counting(settings, say) as service:
        loop.run(service)
    say("stopped")


def say(sentence: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"dps-agent: {sentence}\n")
    sys.stderr.flush()


def main() -> int:
    """The word `service` of the command line."""
    settings = [*own_program(), "settings"]
    if not ManagedService(lambda: settings_from(output_of(settings))).start():
        say("this mode is started by Windows' service manager; by hand, use `dps-agent run`")
        return 2
    return 0
