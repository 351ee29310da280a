"""The security descriptors of folders and keys, and who we are ourselves, as Windows tells them."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import wintypes

from agent.machine import win32
from agent.machine.sddl import FOLDER, OUR_SERVICE, closed_to_others_than

_FILE = 1
_KEY = 4
_OWNER_AND_LIST = 0x1 | 0x4
_VERSION = 1
_QUERY = 0x0008
_USER = 1
_LARGEST_USER_BYTES = 256

_advapi32 = win32.advapi32


class _SecurityAttributes(ctypes.Structure):
    """SECURITY_ATTRIBUTES."""

    _fields_ = (("size", wintypes.DWORD), ("descriptor", ctypes.c_void_p), ("inherits", wintypes.BOOL))


def descriptor_of(folder: str) -> str:
    """Owner and access list as SDDL (GetNamedSecurityInfoW); raises OSError."""
    descriptor = ctypes.c_void_p()
    words = (folder, _FILE, _OWNER_AND_LIST, None, None, None, None, ctypes.byref(descriptor))
    return _text_of(descriptor, _advapi32.GetNamedSecurityInfoW(*words))


def descriptor_of_key(key: int) -> str:
    """The same of an open key of the registry (GetSecurityInfo); raises OSError."""
    descriptor = ctypes.c_void_p()
    words = (wintypes.HANDLE(key), _KEY, _OWNER_AND_LIST, None, None, None, None, ctypes.byref(descriptor))
    return _text_of(descriptor, _advapi32.GetSecurityInfo(*words))


def _text_of(descriptor: ctypes.c_void_p, failed: int) -> str:
    """A descriptor that Windows made for us; its memory is given back."""
    if failed:
        raise ctypes.WinError(failed)
    text = wintypes.LPWSTR()
    try:
        convert = _advapi32.ConvertSecurityDescriptorToStringSecurityDescriptorW
        if not convert(descriptor, _VERSION, _OWNER_AND_LIST, ctypes.byref(text), None):
            raise win32.last_error()
        return _taken(text)
    finally:
        win32.kernel32.LocalFree(descriptor)


@contextmanager
def closed(everything: str) -> Iterator[object]:
    """For what is made anew: only the system, administrators and we ourselves may use it; raises OSError.

    In the service that is the service's own identifier, not LocalService, under which others run too.
    """
    descriptor = ctypes.c_void_p()
    text = closed_to_others_than(OUR_SERVICE if belongs_to(OUR_SERVICE) else own_account(), everything)
    convert = _advapi32.ConvertStringSecurityDescriptorToSecurityDescriptorW
    if not convert(text, _VERSION, ctypes.byref(descriptor), None):
        raise win32.last_error()
    try:
        yield ctypes.byref(_SecurityAttributes(ctypes.sizeof(_SecurityAttributes), descriptor, False))
    finally:
        win32.kernel32.LocalFree(descriptor)


def make_closed_folder(folder: str) -> None:
    """Make a folder that others cannot enter; raises OSError."""
    with closed(FOLDER) as attributes:
        if not win32.kernel32.CreateDirectoryW(folder, attributes):
            raise win32.last_error()


def belongs_to(identity: str) -> bool:
    """Whether this process acts as this account or group (CheckTokenMembership)."""
    known = ctypes.c_void_p()
    member = wintypes.BOOL()
    if not _advapi32.ConvertStringSidToSidW(identity, ctypes.byref(known)):
        return False
    try:
        return bool(_advapi32.CheckTokenMembership(None, known, ctypes.byref(member)) and member.value)
    finally:
        win32.kernel32.LocalFree(known)


def own_account() -> str:
    """The identifier of the account that runs this process (TokenUser); raises OSError."""
    token = wintypes.HANDLE()
    win32.kernel32.GetCurrentProcess.restype = wintypes.HANDLE
    if not _advapi32.OpenProcessToken(wintypes.HANDLE(win32.kernel32.GetCurrentProcess()), _QUERY, ctypes.byref(token)):
        raise win32.last_error()
    # TOKEN_USER: a pointer to the identifier, which follows in the same bytes.
    user = (ctypes.c_void_p * (_LARGEST_USER_BYTES // ctypes.sizeof(ctypes.c_void_p)))()
    size = wintypes.DWORD()
    text = wintypes.LPWSTR()
    try:
        if not _advapi32.GetTokenInformation(token, _USER, user, ctypes.sizeof(user), ctypes.byref(size)):
            raise win32.last_error()
        if not _advapi32.ConvertSidToStringSidW(ctypes.c_void_p(user[0]), ctypes.byref(text)):
            raise win32.last_error()
        return _taken(text)
    finally:
        win32.kernel32.CloseHandle(token)


def _taken(text: wintypes.LPWSTR) -> str:
    """A text that Windows made for us; its memory is given back."""
    told = text.value or ""
    win32.kernel32.LocalFree(text)
    return told
