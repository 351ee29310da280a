"""The little of D-Bus that is needed to ask a service of the session for one number, packed by hand.

jeepney, which the resident service uses, costs 2.5 MiB here and would not fit. Format: the D-Bus specification,
"Message Format". Only methods without arguments are called. Signals and whatever else
any program of the session may send to us are skipped.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import os
from _socket import AF_UNIX, SOCK_STREAM, socket

from agent.errors import Unusable
from agent.greeting import greet

LONGEST_MESSAGE_BYTES = 64 * 1024
"""Longer ones are read and thrown away in pieces."""

_METHOD_CALL, _METHOD_RETURN, _ERROR = 1, 2, 3
_NO_AUTO_START = 2
_PATH, _INTERFACE, _MEMBER, _REPLY_SERIAL, _DESTINATION, _SIGNATURE = 1, 2, 3, 5, 6, 8
_FIXED_BYTES = 16

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Literal


class SessionBus:
    """An open connection; every method raises Unusable when the bus is gone."""

    __slots__ = ("_now", "_patience", "_serial", "_socket")

    def __init__(self, address: bytes, now: "Callable[[], float]", patience_seconds: float = 5) -> None:
        """Connect to the socket at `address`, whose first byte is 0 for an abstract one, and say who we are."""
        self._now = now
        self._patience = patience_seconds
        self._serial = 0
        self._socket = socket(AF_UNIX, SOCK_STREAM)
        self._socket.settimeout(patience_seconds)
        try:
            self._socket.connect(address)
            welcome = greet(self._socket, os.getuid())
        except OSError as error:
            self.close()
            raise Unusable("the session bus cannot be reached") from error
        if not welcome:
            self.close()
            raise Unusable("the session bus refuses us")
        bus = "org.freedesktop.DBus"
        self.ask(bus, "/org/freedesktop/DBus", bus, "Hello")

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def ask(self, service: str, path: str, interface: str, member: str) -> int | None:
        """The number that a method answers; None where it is refused, no number, or late."""
        self._serial += 1
        deadline = self._now() + self._patience
        try:
            self._socket.sendall(method_call(self._serial, service, path, interface, member))
            while self._now() < deadline:
                fixed = self._exactly(_FIXED_BYTES)
                rest = self._rest_of(fixed)
                if rest is not None and (answer := answer_in(fixed + rest)) and answer[0] == self._serial:
                    return answer[1]
        except TimeoutError:
            return None
        except OSError as error:
            raise Unusable("the session bus is gone") from error
        return None

    def _rest_of(self, fixed: bytes) -> bytes | None:
        """What follows the fixed start of a message; None for one that is too long to be our answer."""
        order = byte_order(fixed)
        fields = int.from_bytes(fixed[12:16], order)
        size = fields + -fields % 8 + int.from_bytes(fixed[4:8], order)
        if size <= LONGEST_MESSAGE_BYTES:
            return self._exactly(size)
        while size:
            size -= len(self._exactly(min(size, LONGEST_MESSAGE_BYTES)))
        return None

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            piece = self._socket.recv(size - len(found))
            if not piece:
                raise Unusable("the session bus is gone")
            found += piece
        return found


def method_call(serial: int, service: str, path: str, interface: str, member: str) -> bytes:
    """A call without arguments that does not start the service where it is not running."""
    fields = b""
    for code, kind, text in (
        (_PATH, b"o", path),
        (_DESTINATION, b"s", service),
        (_INTERFACE, b"s", interface),
        (_MEMBER, b"s", member),
    ):
        fields += b"\0" * (-len(fields) % 8)
        fields += bytes([code, 1]) + kind + b"\0" + len(text).to_bytes(4, "little") + text.encode() + b"\0"
    start = bytes([ord("l"), _METHOD_CALL, _NO_AUTO_START, 1]) + bytes(4) + serial.to_bytes(4, "little")
    return start + len(fields).to_bytes(4, "little") + fields + b"\0" * (-len(fields) % 8)


def answer_in(message: bytes) -> tuple[int, int | None] | None:
    """Which call a message answers, and the number in it, None for a refusal; None if it is no answer at all."""
    if message[1] not in (_METHOD_RETURN, _ERROR):
        return None
    order = byte_order(message)
    end = _FIXED_BYTES + int.from_bytes(message[12:16], order)
    body = message[end + -end % 8 :]
    reply_serial, signature = 0, b""
    at = _FIXED_BYTES
    while at + 4 <= end:
        code, kind = message[at], message[at + 2 : at + 3]
        at += 4
        if kind == b"u":
            if code == _REPLY_SERIAL:
                reply_serial = int.from_bytes(message[at : at + 4], order)
            at += 4
        elif kind == b"g":
            if code == _SIGNATURE:
                signature = message[at + 1 : at + 1 + message[at]]
            at += message[at] + 2
        elif kind in (b"s", b"o"):
            at += 4 + int.from_bytes(message[at : at + 4], order) + 1
        else:
            return None
        at += -at % 8
    size = {b"u": 4, b"t": 8}.get(signature, 0)
    is_number = message[1] == _METHOD_RETURN and 0 < size <= len(body)
    return reply_serial, int.from_bytes(body[:size], order) if is_number else None


def byte_order(message: bytes) -> "Literal['little', 'big']":
    return "big" if message[:1] == b"B" else "little"


def session_bus_address(environment: "Mapping[str, str]") -> bytes:
    """Where the bus of this session listens; raises Unusable where nobody says it."""
    for server in environment.get("DBUS_SESSION_BUS_ADDRESS", "").split(";"):
        transport, _, pairs = server.partition(":")
        values = dict(pair.partition("=")[::2] for pair in pairs.split(","))
        if transport == "unix" and "path" in values:
            return _unescaped(values["path"])
        if transport == "unix" and "abstract" in values:
            return b"\0" + _unescaped(values["abstract"])
    if folder := environment.get("XDG_RUNTIME_DIR"):
        return os.fsencode(f"{folder}/bus")
    raise Unusable("this session has no message bus (DBUS_SESSION_BUS_ADDRESS)")


def _unescaped(value: str) -> bytes:
    """Bytes of an address, in which unusual ones are written as %xx."""
    first, *others = value.split("%")
    found = os.fsencode(first)
    for other in others:
        try:
            found += bytes.fromhex(other[:2]) + os.fsencode(other[2:])
        except ValueError as error:
            raise Unusable("DBUS_SESSION_BUS_ADDRESS makes no sense") from error
    return found
