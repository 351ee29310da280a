"""Reads Windows' System log (EvtQuery, EvtNext, EvtRender), which services may read without further rights."""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "win32"

import ctypes
from collections.abc import Iterator
from ctypes import wintypes

from agent.machine import win32
from agent.machine.base import LOG_OFF, LOG_ON, Logged
from agent.machine.system_log import moment_of, query_of, told_in
from agent.machine.visitors_windows import Rule

CHANNEL = "System"
MOST_EVENTS = 20_000
_CHANNEL_PATH, _FORWARD = 0x1, 0x100
_AS_XML = 1
_AT_ONCE = 64
_PATIENCE_MILLISECONDS = 5000
_LARGEST_EVENT_BYTES = 131_072

_wevtapi = ctypes.WinDLL("wevtapi", use_last_error=True)
_wevtapi.EvtQuery.argtypes = (ctypes.c_void_p, wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD)
_wevtapi.EvtQuery.restype = ctypes.c_void_p
_wevtapi.EvtNext.argtypes = (
    ctypes.c_void_p,
    wintypes.DWORD,
    ctypes.POINTER(ctypes.c_void_p),
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.POINTER(wintypes.DWORD),
)
_wevtapi.EvtRender.argtypes = (
    ctypes.c_void_p,
    ctypes.c_void_p,
    wintypes.DWORD,
    wintypes.DWORD,
    ctypes.c_void_p,
    ctypes.POINTER(wintypes.DWORD),
    ctypes.POINTER(wintypes.DWORD),
)
_wevtapi.EvtClose.argtypes = (ctypes.c_void_p,)


def logged_between(since: float, until: float, rule: Rule) -> list[Logged] | None:
    """What the log tells of a stretch of time, of visitors' sessions only.

    None where it cannot be read, begins later, or tells more than anybody can have done.
    """
    try:
        oldest = next(events("*"), None)
        if oldest is None or moment_of(oldest) > since:
            return None
        found = []
        for event in events(query_of(since, until)):
            told = told_in(event)
            if told is None:
                continue
            if told.logged.kind in (LOG_ON, LOG_OFF) and not is_visitor(told.account, rule):
                continue
            found.append(told.logged)
            if len(found) > MOST_EVENTS:
                return None
    except (OSError, ValueError):
        return None
    return found


def events(query: str, channel: str = CHANNEL) -> Iterator[str]:
    """The events that a question finds, oldest first, as XML; raises OSError."""
    results = _wevtapi.EvtQuery(None, channel, query, _CHANNEL_PATH | _FORWARD)
    if not results:
        raise win32.last_error()
    try:
        some = (ctypes.c_void_p * _AT_ONCE)()
        count = wintypes.DWORD()
        while _wevtapi.EvtNext(results, _AT_ONCE, some, _PATIENCE_MILLISECONDS, 0, ctypes.byref(count)):
            handles = [some[index] for index in range(count.value)]
            try:
                yield from map(rendered, handles)
            finally:
                for handle in handles:
                    _wevtapi.EvtClose(handle)
    finally:
        _wevtapi.EvtClose(results)


def rendered(event: int | None) -> str:
    text = ctypes.create_string_buffer(_LARGEST_EVENT_BYTES)
    used, properties = wintypes.DWORD(), wintypes.DWORD()
    words = (None, event, _AS_XML, _LARGEST_EVENT_BYTES, text, ctypes.byref(used), ctypes.byref(properties))
    if not _wevtapi.EvtRender(*words):
        raise win32.last_error()
    return text.raw[: used.value].decode("utf-16-le").rstrip("\0")


def is_visitor(account: str, rule: Rule) -> bool:
    """Whether an account is a visitor's; one that exists no more was a visitor's, since staff and services stay."""
    identifier = ctypes.c_void_p()
    if not win32.advapi32.ConvertStringSidToSidW(account, ctypes.byref(identifier)):
        return False
    user, domain = ctypes.create_unicode_buffer(257), ctypes.create_unicode_buffer(257)
    user_size, domain_size, use = wintypes.DWORD(257), wintypes.DWORD(257), wintypes.DWORD()
    try:
        sizes = (user, ctypes.byref(user_size), domain, ctypes.byref(domain_size), ctypes.byref(use))
        if not win32.advapi32.LookupAccountSidW(None, identifier, *sizes):
            return True
        return rule.counts(user=user.value, domain=domain.value, remote=False)
    finally:
        win32.kernel32.LocalFree(identifier)
