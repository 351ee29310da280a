"""The agent's view of a Linux computer."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import ctypes
import fcntl
import os
import signal
import stat
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from agent.boot_copy import BootCopy, FileCopy
from agent.disk import RealDisk
from agent.errors import SourceLost, SourceSilent, Unusable
from agent.machine.accounts import SystemAccounts
from agent.machine.base import ActiveSession, Clock, PresenceSource, SessionSource
from agent.machine.files import text_of
from agent.machine.visitors import Rule, least_uid_of

if TYPE_CHECKING:
    from agent.machine.base import Logged
    from agent.machine.hardware import Serials

BUS_ADDRESS = "run/dbus/system_bus_socket"
BOOT_FOLDER = "/run/dps-agent"
"""Where the service manager makes it, for those whom it does not tell."""
UNKNOWN_EXIT_CODE = 255

_TIME_ERROR = 5
_STA_UNSYNC = 0x0040
_INHERITED_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGPIPE, signal.SIGCHLD)


class _Timex(ctypes.Structure):
    """The start of struct timex, and more room than any system needs for the rest; see adjtimex(2)."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_char * 512),
    )


class LinuxClock:
    """The computer's clocks."""

    __slots__ = ("_boot_id", "_library", "_root")

    def __init__(self, root: str = "/") -> None:
        self._root = root
        self._boot_id = ""
        self._library = ctypes.CDLL(None)

    def elapsed(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def awake(self) -> float:
        return time.clock_gettime(time.CLOCK_MONOTONIC)

    def wall(self) -> float:
        return time.time()

    def synchronised(self) -> bool:
        """Read-only adjtimex(2): in sync unless the kernel says otherwise; False where it cannot be asked."""
        state = _Timex()
        try:
            result = self._library.adjtimex(ctypes.byref(state))
        except (AttributeError, OSError):
            return False
        return is_synchronised(result, state.status)

    def boot_id(self) -> str:
        if not self._boot_id:
            self._boot_id = text_of(f"{self._root}/proc/sys/kernel/random/boot_id").strip()
        if not self._boot_id:
            self._boot_id = boot_time_of(text_of(f"{self._root}/proc/stat"))
        return self._boot_id


def is_synchronised(result: int, status: int) -> bool:
    """What adjtimex(2) returned and its status word say: an error, a clock in error, or one that nobody steers."""
    return 0 <= result < _TIME_ERROR and not status & _STA_UNSYNC


def boot_time_of(proc_stat: str) -> str:
    """The second of the boot, from /proc/stat; empty if it is not in it."""
    return next((line.split()[1] for line in proc_stat.splitlines() if line.startswith("btime ")), "")


def system_clock() -> Clock:
    return LinuxClock()


def open_session_source(
    *, remote_sessions: bool, staff: frozenset[str], root: str = "/", bus_address: str | None = None
) -> SessionSource:
    """Sessions from logind, else from the user records of the system.

    A logind that is only slow, as on a computer that has just been switched on, is waited for: the user records name
    the same visit otherwise, so that it would be counted twice, and tell no presence.

    Raises:
        SourceLost: neither can be read; the text says why.
    """
    # The sender needs the machine but no sessions; loading jeepney would cost each contact 20 ms and 2 MB.
    from agent.machine.logind import open_logind  # noqa: PLC0415 - for the reason above

    rule = Rule(least_uid_of(text_of(f"{root}/etc/login.defs")), remote_sessions, staff, SystemAccounts())
    try:
        return open_logind(bus_address or f"{root}/{BUS_ADDRESS}", rule)
    except SourceSilent:
        raise
    except SourceLost as no_logind:
        from agent.machine.utmp import UtmpSource  # noqa: PLC0415 - hardly any system needs it

        try:
            return UtmpSource(root, rule)
        except SourceLost:
            # Where the bus is there, what logind lacks is the better hint.
            raise no_logind from None


def open_presence(active: Callable[[], ActiveSession | None]) -> PresenceSource:
    """Hear the idle time that the visitor's desktop tells; raises Unusable where nobody could tell it."""
    from agent.machine.presence_linux import SOCKET, PresenceListener  # noqa: PLC0415 - the sender needs none

    return PresenceListener(SOCKET, active)


def boot_copy(state_folder: str, told: str | None = None) -> BootCopy | None:
    """A file in a folder of our own that is empty after each boot, as the service manager has made and told it.

    systemd tells it in RUNTIME_DIRECTORY where the unit says RuntimeDirectory=dps-agent (systemd.exec(5)), and leaves
    it alone at a restart with RuntimeDirectoryPreserve=yes. None for a service that has no such folder. Whoever is told
    nothing at all looks where the service manager makes it.
    """
    if told is None:
        return FileCopy(BOOT_FOLDER, state_folder, RealDisk())
    from agent.machine.presence_linux import check_folder  # noqa: PLC0415 - the service alone

    folder = told.partition(":")[0]
    try:
        if not folder:
            return None
        check_folder(folder)
    except (OSError, Unusable):
        return None
    return FileCopy(folder, state_folder, RealDisk())


def hardware_serials(root: str = "/") -> "Serials | None":
    """The PC's serial numbers; None where there are none, or this account may not read them."""
    from agent.machine.hardware_linux import serials_of  # noqa: PLC0415 - the service needs none

    return serials_of(root)


def handed_over(root: str = "/") -> bytes:
    """What root left for this account; empty where it left nothing that this account may read."""
    from agent.machine.hardware_linux import left_for_us  # noqa: PLC0415 - the same

    return left_for_us(root)


def hand_over(content: bytes, account: str, root: str = "/") -> None:
    """Leave something that only `account` can read; raises Unusable and UsageError."""
    from agent.machine.hardware_linux import leave  # noqa: PLC0415 - the same

    leave(content, account, root)


def system_name() -> Literal["linux", "windows", "other"]:
    return "linux"


def computer_name() -> str:
    return os.uname().nodename


def architecture() -> str:
    """As the kernel names it: "x86_64", "aarch64"."""
    return os.uname().machine


def is_administrator() -> bool:
    return os.geteuid() == 0


def act_as_owner_of(folder: str) -> None:
    """Where an administrator runs us on the state of the service's account, go on as that account.

    So nothing privileged writes into a folder that something unprivileged owns, and no file becomes unreadable for
    the service. There is no way back.
    """
    if os.geteuid() != 0:
        return
    try:
        found = os.lstat(folder)
    except OSError:
        return
    if stat.S_ISDIR(found.st_mode) and found.st_uid != 0:
        os.setgroups([])
        os.setgid(found.st_gid)
        os.setuid(found.st_uid)


def demand_own_folder(folder: str) -> None:
    """Nothing: on this system whoever makes a folder looks at its owner (`agent.disk`)."""


def logged_between(
    since: float,  # noqa: ARG001 - the same signature on every system
    until: float,  # noqa: ARG001 - the same
    *,
    remote_sessions: bool,  # noqa: ARG001 - the same
    staff: frozenset[str],  # noqa: ARG001 - the same
) -> "list[Logged] | None":
    """Nothing: what this system logs of sessions is not read."""
    return None


def state_folder() -> str:
    """The system's place for what the service keeps."""
    return "/var/lib/dps-agent"


def policies() -> list[tuple[str, dict[str, object]]]:
    """What an administrator decided elsewhere than in files: nothing."""
    return []


def space_of(folder: str) -> tuple[int, int]:
    """Size of the file system of a folder, and what ordinary users can still write to it, in bytes."""
    found = os.statvfs(folder)
    return found.f_blocks * found.f_frsize, found.f_bavail * found.f_frsize


def start_detached(words: list[str]) -> int:
    """Start a program by its absolute path and return its process number, without waiting for it.

    It reads from nothing, is the leader of its own process group, and of what this process has open it gets only the
    standard output and error, so that the journal has its words. `reap` it later.
    """
    actions: list[tuple[int, int, str, int, int] | tuple[int, int]] = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)
    ]
    actions += [(os.POSIX_SPAWN_CLOSE, descriptor) for descriptor in _descriptors_that_would_pass()]
    try:
        return os.posix_spawn(
            words[0], words, os.environ, file_actions=actions, setpgroup=0, setsigmask=(), setsigdef=_INHERITED_SIGNALS
        )
    except OSError as error:
        raise Unusable(f"The program {words[0]} cannot be started: {os.strerror(error.errno or 0)}.") from error


def reap(pid: int) -> int | None:
    """Exit code of a program started by `start_detached`, negative for a signal; None while it runs.

    255 where nobody can tell any more, because something else has asked for it.
    """
    try:
        done, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return UNKNOWN_EXIT_CODE
    return os.waitstatus_to_exitcode(status) if done == pid else None


def lock_file(path: str) -> int:
    """Take a lock that ends with this process or with the closing of the returned descriptor.

    Raises:
        Unusable: another process holds it, or the file cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Unusable(f"The lock {path} cannot be opened: {os.strerror(error.errno or 0)}.") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(descriptor)
        if isinstance(error, BlockingIOError):
            raise Unusable(f"Another process holds {path}: wait until it ends, or end it.") from error
        raise Unusable(f"The file {path} cannot be locked: {os.strerror(error.errno or 0)}.") from error
    return descriptor


def _descriptors_that_would_pass() -> list[int]:
    """Python closes its own descriptors in children; those that we were started with it leaves open."""
    passing = []
    for name in os.listdir("/proc/self/fd"):  # noqa: PTH208 - no pathlib in the resident service
        descriptor = int(name)
        try:
            if descriptor > 2 and os.get_inheritable(descriptor):  # noqa: PLR2004 - 0, 1 and 2 are the standard ones
                passing.append(descriptor)
        except OSError:
            continue
    return passing
