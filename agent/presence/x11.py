"""The idle time of an X server, from its MIT-SCREEN-SAVER extension (XScreenSaver(3)).

The X server counts keys, buttons and movements of all its devices; it does not tell us which. A program that holds
the screen awake with XResetScreenSaver, as some video players do, counts as input too.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import ctypes
import os

from agent.errors import Unusable

_QUEUED_ALREADY = 0


class _Info(ctypes.Structure):
    """XScreenSaverInfo of X11/extensions/scrnsaver.h."""

    _fields_ = (
        ("window", ctypes.c_ulong),
        ("state", ctypes.c_int),
        ("kind", ctypes.c_int),
        ("til_or_since", ctypes.c_ulong),
        ("idle", ctypes.c_ulong),  # milliseconds
        ("event_mask", ctypes.c_ulong),
    )


_Handler = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)


def _go_on(_display: int | None, _error: int | None) -> int:
    """An X error costs one answer. Xlib's own handler would write to the visitor's log and end the program."""
    return 0


def _end(_display: int | None, _nothing: int | None) -> int:
    """The display is gone, so the session is over. Xlib exits with 1 when this returns, hence it never does."""
    os._exit(0)


_GO_ON, _END = _Handler(_go_on), _Handler(_end)


class XScreen:
    """A connection to an X server; at most one in a process, as Xlib has one error handler for all."""

    __slots__ = ("_display", "_info", "_root", "_saver", "_x")

    def __init__(self, name: str) -> None:
        """Connect to the display of this name; raises Unusable where its idle time cannot be read."""
        try:
            self._x = ctypes.CDLL("libX11.so.6")
            self._saver = ctypes.CDLL("libXss.so.1")
        except OSError as error:
            raise Unusable("the libraries libX11.so.6 and libXss.so.1 are needed; install them") from error
        self._declare()
        self._x.XSetErrorHandler(_GO_ON)
        self._x.XSetIOErrorHandler(_END)
        self._display = self._x.XOpenDisplay(name.encode())
        if not self._display:
            raise Unusable(f"the X display {name} refuses the connection; start this in the desktop session")
        found = [ctypes.byref(ctypes.c_int()) for _ in range(3)]
        if self._x.XQueryExtension(self._display, b"XWAYLAND", *found):
            raise Unusable("this X server runs inside Wayland and does not see all input")
        if not self._saver.XScreenSaverQueryExtension(self._display, *found[:2]):
            raise Unusable("this X server has no extension MIT-SCREEN-SAVER")
        self._root = self._x.XDefaultRootWindow(self._display)
        self._info = _Info()

    def _declare(self) -> None:
        """Pointers and window numbers are longer than the int that ctypes takes for granted."""
        for library, name, result, arguments in (
            (self._x, "XOpenDisplay", ctypes.c_void_p, (ctypes.c_char_p,)),
            (self._x, "XConnectionNumber", ctypes.c_int, (ctypes.c_void_p,)),
            (self._x, "XDefaultRootWindow", ctypes.c_ulong, (ctypes.c_void_p,)),
            (self._x, "XEventsQueued", ctypes.c_int, (ctypes.c_void_p, ctypes.c_int)),
            (self._x, "XSync", ctypes.c_int, (ctypes.c_void_p, ctypes.c_int)),
            (self._x, "XQueryExtension", ctypes.c_int, (ctypes.c_void_p, ctypes.c_char_p, *[ctypes.c_void_p] * 3)),
            (self._saver, "XScreenSaverQueryExtension", ctypes.c_int, (ctypes.c_void_p,) * 3),
            (self._saver, "XScreenSaverQueryInfo", ctypes.c_int, (ctypes.c_void_p, ctypes.c_ulong, ctypes.c_void_p)),
        ):
            function = getattr(library, name)
            function.restype = result
            function.argtypes = arguments

    def fileno(self) -> int:
        return int(self._x.XConnectionNumber(self._display))

    def seconds(self) -> int | None:
        """Since the last input; None if the server refused this once."""
        answered = self._saver.XScreenSaverQueryInfo(self._display, self._root, ctypes.byref(self._info))
        if self._x.XEventsQueued(self._display, _QUEUED_ALREADY):
            # A change of the keyboard map is told to every program, wanted or not; unread, it would pile up.
            self._x.XSync(self._display, 1)
        return int(self._info.idle) // 1000 if answered else None
