"""One connection to the system's message bus that never waits once it is open.

Requests are sent and their answers arrive like signals, in the order in which the other side sent them; so no signal
is lost while an answer is awaited. jeepney packs and unpacks the messages; its blocking connection is not used,
because it throws away what arrives while it waits.
"""

# ruff: noqa: E402 - the first line tells readers and type checkers that only one system runs this file

import sys

assert sys.platform == "linux"

import os
import select
import socket
import struct
from typing import Any

from jeepney.low_level import HeaderFields, Message, MessageType
from jeepney.wrappers import DBusAddress, new_method_call

from agent.errors import SourceLost, SourceSilent
from agent.greeting import greet

BUS_NAME = "org.freedesktop.DBus"
LARGEST_MESSAGE_BYTES = 256 * 1024
"""Any process may send us a signal. Longer ones are thrown away as they arrive, unread."""
LARGEST_READ_BYTES = 1024 * 1024
"""Read in one go; the rest stays in the socket, which then stays readable."""

_THE_BUS = DBusAddress("/org/freedesktop/DBus", bus_name=BUS_NAME, interface=BUS_NAME)
_LITTLE_ENDIAN = ord("l")
_BIG_ENDIAN = ord("B")
_FIXED_HEADER_BYTES = 16


class Reply:
    """The answer to a request: what was asked for, who answers, and the body, or None where the other side refused."""

    __slots__ = ("body", "path", "sender", "what")

    def __init__(self, what: str, path: str, sender: str, body: tuple[Any, ...] | None) -> None:
        self.what = what
        self.path = path
        self.sender = sender
        self.body = body


class Signal:
    """A signal with its sender's unique name, which the bus guarantees."""

    __slots__ = ("body", "interface", "member", "path", "sender")

    def __init__(self, message: Message) -> None:
        fields = message.header.fields
        self.sender: str = fields.get(HeaderFields.sender, "")
        self.path: str = fields.get(HeaderFields.path, "")
        self.interface: str = fields.get(HeaderFields.interface, "")
        self.member: str = fields.get(HeaderFields.member, "")
        self.body: tuple[Any, ...] = message.body


class Bus:
    """An open connection; every method raises SourceLost when the bus is gone."""

    __slots__ = ("_asked", "_buffer", "_serial", "_skip", "_socket")

    def __init__(self, address: str, *, timeout_seconds: float) -> None:
        """Connect to the socket at `address` and say who we are; the kernel vouches for our uid."""
        self._buffer = b""
        self._skip = 0
        self._serial = 0
        self._asked: dict[int, tuple[str, str]] = {}
        self._socket = socket.socket(socket.AF_UNIX)
        try:
            self._greet(address, timeout_seconds)
        except TimeoutError as error:
            self._socket.close()
            raise SourceSilent("not readable: bus is silent") from error
        except OSError as error:
            self._socket.close()
            raise SourceLost("not readable: no system bus") from error
        except SourceLost:
            self._socket.close()
            raise

    def _greet(self, address: str, timeout_seconds: float) -> None:
        self._socket.settimeout(timeout_seconds)
        self._socket.connect(address)
        if not greet(self._socket, os.getuid()):
            raise SourceLost("not readable: bus refuses")
        self._socket.setblocking(False)
        self.ask_bus("hello", "Hello")

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    @property
    def last_asked(self) -> int:
        """Number of the last request."""
        return self._serial

    @property
    def oldest_unanswered(self) -> int | None:
        """Number of the oldest request whose answer is still to come."""
        return next(iter(self._asked), None)

    def ask_bus(self, what: str, method: str, signature: str | None = None, body: tuple[Any, ...] = ()) -> None:
        """Ask the bus itself."""
        self.ask(what, _THE_BUS, method, signature, body)

    def ask(
        self,
        what: str,
        address: DBusAddress,
        method: str,
        signature: str | None = None,
        body: tuple[Any, ...] = (),
    ) -> None:
        """Send a request; its Reply, which carries `what` and the object's path, comes out of `arrived`."""
        self._serial += 1
        try:
            self._socket.sendall(new_method_call(address, method, signature, body).serialise(serial=self._serial))
        except OSError as error:
            raise SourceLost("not readable: bus is gone") from error
        self._asked[self._serial] = (what, address.object_path)

    def arrived(self) -> list[Reply | Signal]:
        """What has arrived since the last call, in order, without waiting."""
        found: list[Reply | Signal] = []
        budget = LARGEST_READ_BYTES
        while budget > 0:
            try:
                data = self._socket.recv(16_384)
            except (BlockingIOError, InterruptedError):
                break
            except OSError as error:
                raise SourceLost("not readable: bus is gone") from error
            if not data:
                raise SourceLost("not readable: bus is gone")
            budget -= len(data)
            self._buffer += data
            found += self._complete_messages()
        return found

    def wait(self, seconds: float) -> None:
        """Wait until something arrives, at most so long; for the opening only."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        poll.poll(max(0.0, seconds) * 1000)

    def _complete_messages(self) -> list[Reply | Signal]:
        found: list[Reply | Signal] = []
        while True:
            if self._skip:
                dropped = min(self._skip, len(self._buffer))
                self._buffer = self._buffer[dropped:]
                self._skip -= dropped
            if self._skip or len(self._buffer) < _FIXED_HEADER_BYTES:
                return found
            size = _size_of_message(self._buffer)
            if size > LARGEST_MESSAGE_BYTES:
                self._skip = size
                continue
            if len(self._buffer) < size:
                return found
            raw, self._buffer = self._buffer[:size], self._buffer[size:]
            item = self._understood(raw)
            if item is not None:
                found.append(item)

    def _understood(self, raw: bytes) -> Reply | Signal | None:
        """The message, or None for one that nobody waits for or that makes no sense."""
        try:
            message = Message.from_buffer(raw)
            kind = message.header.message_type
            fields = message.header.fields
        except (ValueError, KeyError, IndexError, TypeError, struct.error):
            # The frame was whole, so the next message is still found: one bad message costs itself only.
            return None
        if kind is MessageType.signal:
            return Signal(message)
        if kind in (MessageType.method_return, MessageType.error):
            asked = self._asked.pop(fields.get(HeaderFields.reply_serial, -1), None)
            if asked is not None:
                body = tuple(message.body) if kind is MessageType.method_return else None
                return Reply(*asked, fields.get(HeaderFields.sender, ""), body)
        return None


def _size_of_message(start: bytes) -> int:
    """Bytes of a message, from its first 16 (D-Bus specification, "Message Format")."""
    if start[0] == _LITTLE_ENDIAN:
        order = "<"
    elif start[0] == _BIG_ENDIAN:
        order = ">"
    else:
        raise SourceLost("not readable: bus is garbled")
    (body,) = struct.unpack(order + "I", start[4:8])
    (fields,) = struct.unpack(order + "I", start[12:16])
    header = _FIXED_HEADER_BYTES + int(fields)
    return header + (-header % 8) + int(body)
