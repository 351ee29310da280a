"""The agent's view of a Windows computer."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import _winapi
import ctypes
import msvcrt
import os
import stat
import struct
import time
import winreg
from collections.abc import Callable
from ctypes import wintypes
from typing import TYPE_CHECKING, Literal

from agent.boot_copy import BootCopy
from agent.errors import Unusable
from agent.machine import boot_windows, win32
from agent.machine.base import ActiveSession, Clock, PresenceSource, SessionSource

if TYPE_CHECKING:
    from agent.machine.base import Logged
    from agent.machine.hardware import Serials

POLICY_KEYS = (r"SOFTWARE\DPS agent", r"SOFTWARE\Policies\DPS agent")
"""What the installer was told, and what Group Policy says."""
PROGRAM_DATA = bytes.fromhex("82 5d ab 62 c1 fd c3 4d a9 dd 07 0d 1d 49 5d 97")
"""FOLDERID_ProgramData, {62AB5D82-FDC1-4DC3-A9DD-070D1D495D97}."""
LOGON_KEY = r"SOFTWARE\Microsoft\Windows NT\CurrentVersion\Winlogon"

_CREATE_NO_WINDOW = 0x08000000
_CREATE_NEW_PROCESS_GROUP = 0x00000200
_TICKS_PER_SECOND = 10_000_000
_RAW_SMBIOS = int.from_bytes(b"RSMB", "big")
_RAW_HEADER_BYTES = 8


class WindowsClock:
    """The computer's clocks."""

    __slots__ = ("_boot_id",)

    def __init__(self) -> None:
        self._boot_id = ""

    def elapsed(self) -> float:
        """GetTickCount64 goes on while the computer sleeps, and through a hybrid shutdown, which is a sleep."""
        return float(win32.kernel32.GetTickCount64()) / 1000

    def awake(self) -> float:
        ticks = ctypes.c_uint64()
        if not win32.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(ticks)):
            return self.elapsed()
        return ticks.value / _TICKS_PER_SECOND

    def wall(self) -> float:
        return time.time()

    def synchronised(self) -> bool:
        """Windows says so only in the words of a command; the collector's answer is asked instead."""
        return False

    def boot_id(self) -> str:
        """From a volatile key of the registry: Windows forgets it at a true boot, and at nothing else."""
        if not self._boot_id:
            self._boot_id = boot_windows.identifier()
        return self._boot_id


def system_clock() -> Clock:
    return WindowsClock()


def open_session_source(
    *,
    remote_sessions: bool,
    staff: frozenset[str],
    root: str = "/",  # noqa: ARG001 - the same signature on every system
    bus_address: str | None = None,  # noqa: ARG001 - the same
) -> SessionSource:
    """Sessions from Windows' own service for them; raises SourceLost where it cannot be asked."""
    from agent.machine.accounts_windows import local_groups_of  # noqa: PLC0415 - the sender needs no sessions
    from agent.machine.visitors_windows import Rule  # noqa: PLC0415 - the same
    from agent.machine.wts import WtsSource  # noqa: PLC0415 - the same

    return WtsSource(Rule(remote_sessions, staff, local_groups_of))


def open_presence(active: Callable[[], ActiveSession | None]) -> PresenceSource:
    """Hear the idle time that the visitor's desktop tells; raises Unusable where nobody could tell it."""
    from agent.machine.presence_windows import PresencePipe  # noqa: PLC0415 - the sender needs none

    return PresencePipe(active)


def boot_copy(state_folder: str, told: str | None = None) -> BootCopy | None:  # noqa: ARG001 - the same signature on every system
    """A value of the registry: Windows clears no folder at boot."""
    return boot_windows.RegistryCopy(state_folder)


def logs_itself_on() -> bool:
    """Whether Windows logs an account on after boot (AutoAdminLogon of Winlogon)."""
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, LOGON_KEY, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY) as key:
            return str(winreg.QueryValueEx(key, "AutoAdminLogon")[0]).strip() == "1"
    except OSError:
        return False


def system_name() -> Literal["linux", "windows", "other"]:
    return "windows"


def computer_name() -> str:
    return os.environ.get("COMPUTERNAME", "station")


def architecture() -> str:
    """As Windows names it: "AMD64", "ARM64"."""
    return os.environ.get("PROCESSOR_ARCHITEW6432") or os.environ.get("PROCESSOR_ARCHITECTURE", "")


def is_administrator() -> bool:
    return bool(ctypes.WinDLL("shell32").IsUserAnAdmin())


def hardware_serials(root: str = "/") -> "Serials | None":  # noqa: ARG001 - the same signature on every system
    """The PC's serial numbers (GetSystemFirmwareTable), which every account may ask for; None where there are none."""
    from agent.machine.smbios import serials_in  # noqa: PLC0415 - the service needs none

    return serials_in(*firmware_table())


def firmware_table() -> tuple[bytes, tuple[int, int]]:
    """SMBIOS and its version; empty where there is none."""
    ask = win32.kernel32.GetSystemFirmwareTable
    size = ask(_RAW_SMBIOS, 0, None, 0)
    told = ctypes.create_string_buffer(size)
    if not size or ask(_RAW_SMBIOS, 0, told, size) != size:
        return b"", (0, 0)
    # RawSMBIOSData: the calling method, the version, a revision, the length of the table, and the table.
    _, major, minor, _, length = struct.unpack_from("<4BI", told.raw) if size > _RAW_HEADER_BYTES else (0, 0, 0, 0, 0)
    return told.raw[_RAW_HEADER_BYTES : _RAW_HEADER_BYTES + length], (major, minor)


def handed_over(root: str = "/") -> bytes:  # noqa: ARG001 - the same
    """Nothing: on Windows any account may ask the firmware."""
    return b""


def hand_over(content: bytes, account: str, root: str = "/") -> None:  # noqa: ARG001 - the same
    raise Unusable(f"Nothing need be handed over to {account} on Windows: leave this step out.")


def act_as_owner_of(folder: str) -> None:
    """Nothing: on Windows new files take the rights of their folder, whoever writes them."""


def demand_own_folder(folder: str) -> None:
    """See to it that nobody else may enter a folder, or can have put anything there; raises Unusable.

    Everybody may make folders in ProgramData. A folder that is missing is made closed; one that others own or may enter
    is refused, because a link of theirs may lie in it already.
    """
    from agent.machine.access_windows import descriptor_of, make_closed_folder, own_account  # noqa: PLC0415 - asked once
    from agent.machine.sddl import is_open_to_others  # noqa: PLC0415 - the same

    try:
        found = os.lstat(folder)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(os.path.abspath(folder)), exist_ok=True)  # noqa: PTH103, PTH100, PTH120 no pathlib here
        make_closed_folder(folder)
        found = os.lstat(folder)
    if found.st_file_attributes & stat.FILE_ATTRIBUTE_REPARSE_POINT or not stat.S_ISDIR(found.st_mode):
        raise Unusable(f"The state folder {folder} is a link or no folder: remove it, or choose another state_folder.")
    if is_open_to_others(descriptor_of(folder), own_account()):
        raise Unusable(
            f"The state folder {folder} belongs to others, or others may enter it: move it away and repair the "
            "installation, which makes it anew, or close it as `dps-agent check` says."
        )


def logged_between(
    since: float, until: float, *, remote_sessions: bool, staff: frozenset[str]
) -> "list[Logged] | None":
    """What the System log tells of visitors' sessions, sleeps and boots; None where it tells nothing certain."""
    from agent.machine import system_log_windows  # noqa: PLC0415 - after a gap only
    from agent.machine.accounts_windows import local_groups_of  # noqa: PLC0415 - the same
    from agent.machine.visitors_windows import Rule  # noqa: PLC0415 - the same

    return system_log_windows.logged_between(since, until, Rule(remote_sessions, staff, local_groups_of))


def state_folder() -> str:
    """The system's place for what the service keeps; asked of Windows, since the environment of services may lie."""
    return known_folder(PROGRAM_DATA) + "\\DPS agent"


def known_folder(identifier: bytes) -> str:
    """SHGetKnownFolderPath; raises OSError."""
    path = ctypes.c_wchar_p()
    failed = ctypes.WinDLL("shell32").SHGetKnownFolderPath(identifier, 0, None, ctypes.byref(path))
    try:
        if failed or not path.value:
            raise OSError(f"Windows does not tell where it keeps the data of programs ({failed:#x})")
        return path.value
    finally:
        ctypes.WinDLL("ole32").CoTaskMemFree(path)


def policies() -> list[tuple[str, dict[str, object]]]:
    """Where each comes from, and its settings; the later ones stand over the earlier ones."""
    return [(f"registry HKLM\\{path}", values_of(path)) for path in POLICY_KEYS]


def values_of(path: str) -> dict[str, object]:
    """Numbers and texts of a key of the local machine, names in small letters; empty where there is no such key."""
    found: dict[str, object] = {}
    try:
        key = winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path, 0, winreg.KEY_READ | winreg.KEY_WOW64_64KEY)
    except OSError:
        return found
    with key:
        for index in range(winreg.QueryInfoKey(key)[1]):
            name, value, _ = winreg.EnumValue(key, index)
            found[name.lower()] = value
    return found


def space_of(folder: str) -> tuple[int, int]:
    """Size of the file system of a folder, and what can still be written to it, in bytes."""
    free, total = ctypes.c_uint64(), ctypes.c_uint64()
    if not win32.kernel32.GetDiskFreeSpaceExW(folder, ctypes.byref(free), ctypes.byref(total), None):
        raise win32.last_error()
    return total.value, free.value


class _StartupInfo:
    """What CreateProcess wants to know, in the shape that `_winapi` reads."""

    dwFlags = wShowWindow = 0  # noqa: N815 - names of Windows
    hStdInput = hStdError = lpAttributeList = None  # noqa: N815 - the same
    hStdOutput: int | None = None  # noqa: N815 - the same


def start_detached(words: list[str]) -> int:
    """Start a program by its absolute path and return its handle, without waiting for it; `reap` it later.

    It has no window and inherits nothing.
    """
    return _started(words, _CREATE_NO_WINDOW | _CREATE_NEW_PROCESS_GROUP, _StartupInfo(), inherits=False)


def output_of(words: list[str]) -> bytes:
    """What a program writes to its standard output, once it has ended; raises Unusable where it ends badly."""
    reading, writing = _winapi.CreatePipe(None, 0)
    ours = _winapi.GetCurrentProcess()
    startup = _StartupInfo()
    startup.dwFlags = _winapi.STARTF_USESTDHANDLES
    startup.hStdOutput = _winapi.DuplicateHandle(ours, writing, ours, 0, True, _winapi.DUPLICATE_SAME_ACCESS)
    _winapi.CloseHandle(writing)
    try:
        process = _started(words, _CREATE_NO_WINDOW, startup, inherits=True)
    finally:
        _winapi.CloseHandle(startup.hStdOutput)
    told = b""
    try:
        while True:
            told += _winapi.ReadFile(reading, 65_536)[0]
    except BrokenPipeError:
        pass  # it has ended
    finally:
        _winapi.CloseHandle(reading)
    _winapi.WaitForSingleObject(process, _winapi.INFINITE)
    if code := reap(process):
        raise Unusable(f"{words[0]} {words[-1]} ended with {code}")
    return told


def _started(words: list[str], flags: int, startup: _StartupInfo, *, inherits: bool) -> int:
    line = " ".join(map(quoted, words))
    create: Callable[..., tuple[int, int, int, int]] = _winapi.CreateProcess
    try:
        process, thread, _, _ = create(words[0], line, None, None, inherits, flags, None, None, startup)
    except OSError as error:
        raise Unusable(f"The program {words[0]} cannot be started: {error.strerror}.") from error
    _winapi.CloseHandle(thread)
    return process


def quoted(word: str) -> str:
    """One word of a command line as programs of Microsoft's C runtime take it apart again.

    Backslashes mean themselves but before a quote, where each needs another one ("Parsing C++ command-line arguments").
    """
    if word and not any(sign in word for sign in ' \t"'):
        return word
    told, backslashes = "", 0
    for sign in word:
        if sign == "\\":
            backslashes += 1
            continue
        told += "\\" * (2 * backslashes + 1 if sign == '"' else backslashes) + sign
        backslashes = 0
    return '"' + told + "\\" * (2 * backslashes) + '"'


def reap(process: int) -> int | None:
    """Exit code of a program started by `start_detached`; None while it runs."""
    if not win32.is_set(process):
        return None
    code = wintypes.DWORD()
    win32.kernel32.GetExitCodeProcess(process, ctypes.byref(code))
    win32.close(process)
    return code.value


def lock_file(path: str) -> int:
    """Take a lock that ends with this process or with the closing of the returned descriptor.

    Raises:
        Unusable: another process holds it, or the file cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOINHERIT, 0o600)
    except OSError as error:
        raise Unusable(f"The lock {path} cannot be opened: {error.strerror}.") from error
    try:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    except OSError as error:
        os.close(descriptor)
        # As on Linux: whoever asks can tell this from other troubles.
        raise Unusable(f"Another process holds {path}: wait until it ends, or end it.") from BlockingIOError(
            error.errno, error.strerror
        )
    return descriptor
