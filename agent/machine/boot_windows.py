"""What Windows keeps for us until the next boot: the boot's identifier, and the copy of what was counted.

Both lie in volatile keys of the registry, which are in memory alone. A true boot forgets them and nothing else does:
Fast Startup hibernates the session of services with the registry in it and wakes it up again ("Delivering fast boot
times in Windows 8", Building Windows 8, 2011), so a hybrid shutdown is a sleep of one boot here too, as it is for
GetTickCount64 and for the service, which goes on.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
import errno
import os
import winreg
from ctypes import wintypes

from agent.machine import win32
from agent.machine.sddl import KEY

KEYS = (
    (winreg.HKEY_USERS, r"S-1-5-19\Software\DPS agent"),
    (winreg.HKEY_CURRENT_USER, r"Software\DPS agent"),
)
"""With LocalService, the service's account, else with who runs us by hand."""
LARGEST_COPY_BYTES = 1024 * 1024
"""What every format of the registry takes ("Registry Element Size Limits"); a checkpoint needs some kilobytes, and one
of a disk that has been full for a month less than this."""

_VOLATILE = 1


def identifier() -> str:
    """The same through one boot, different after the next; empty where the registry keeps nothing for us."""
    return _kept_identifier() or _new_identifier()


def _kept_identifier() -> str:
    for root, path in KEYS:
        try:
            with winreg.OpenKey(root, path + r"\Boot") as key:
                return str(winreg.QueryValueEx(key, "Identifier")[0])
        except OSError:
            continue
    return ""


def _new_identifier() -> str:
    new = os.urandom(8).hex()
    for root, path in KEYS:
        try:
            winreg.CreateKey(root, path).Close()
            key = _volatile_key(root, path + r"\Boot")
        except OSError:
            continue
        winreg.SetValueEx(key, "Identifier", 0, winreg.REG_SZ, new)
        winreg.CloseKey(key)
        return new
    return ""


def _volatile_key(root: int, path: str, attributes: object = None) -> int:
    """Open a key, made first if it is not there; raises OSError."""
    key = wintypes.HKEY()
    rights = winreg.KEY_READ | winreg.KEY_WRITE
    words = (root, path, 0, None, _VOLATILE, rights, attributes, ctypes.byref(key), None)
    failed = win32.advapi32.RegCreateKeyExW(*words)
    if failed or not key.value:
        raise ctypes.WinError(failed)
    return key.value


class RegistryCopy:
    """The copy for one state folder: a value of a key that only the system, administrators and the service may open.

    The other services of LocalService may write beside it and no visitor may, so nobody who gains by it can have made
    that key before us.
    """

    __slots__ = ("_name",)

    def __init__(self, state_folder: str) -> None:
        self._name = state_folder

    def read(self) -> bytes:
        for root, path in KEYS:
            try:
                key = winreg.OpenKey(root, path + r"\Boot\Copy")
            except OSError:
                continue
            with key:
                told = winreg.QueryValueEx(key, self._name)[0]
                return told if isinstance(told, bytes) else b""
        raise FileNotFoundError(errno.ENOENT, "no copy in the registry", self._name)

    def write(self, data: bytes) -> None:
        from agent.machine.access_windows import closed  # noqa: PLC0415 - the sender needs none

        if len(data) > LARGEST_COPY_BYTES:
            raise OSError(errno.EFBIG, "too much for the registry", self._name)
        with closed(KEY) as attributes:
            for root, path in KEYS:
                try:
                    key = _volatile_key(root, path + r"\Boot\Copy", attributes)
                except OSError:
                    continue
                try:
                    winreg.SetValueEx(key, self._name, 0, winreg.REG_BINARY, data)
                finally:
                    winreg.CloseKey(key)
                return
        raise PermissionError(errno.EACCES, "no key of the registry can be written", self._name)

    def remove(self) -> None:
        for root, path in KEYS:
            try:
                with winreg.OpenKey(root, path + r"\Boot\Copy", 0, winreg.KEY_SET_VALUE) as key:
                    winreg.DeleteValue(key, self._name)
            except OSError:
                continue
