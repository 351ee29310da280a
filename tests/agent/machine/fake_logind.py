"""A small login1 on a private bus: what systemd-logind would say, for as long as a test wants it to."""

import threading
from itertools import count
from typing import Any

from jeepney import DBusAddress, Header, HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection

MANAGER_PATH = "/org/freedesktop/login1"
MANAGER = "org.freedesktop.login1.Manager"
SESSION = "org.freedesktop.login1.Session"
PROPERTIES = "org.freedesktop.DBus.Properties"
SIGNATURES = {
    "Class": "s",
    "Type": "s",
    "Seat": "(so)",
    "User": "(uo)",
    "Name": "s",
    "Remote": "b",
    "Active": "b",
    "State": "s",
    "LockedHint": "b",
}


def session(user: str = "visitor", uid: int = 1001, **changes: Any) -> dict[str, Any]:
    """A visitor at the screen, or what the changes make of it."""
    usual = {
        "Class": "user",
        "Type": "x11",
        "Seat": ("seat0", "/org/freedesktop/login1/seat/seat0"),
        "User": (uid, f"/org/freedesktop/login1/user/_{uid}"),
        "Name": user,
        "Remote": False,
        "Active": True,
        "State": "active",
        "LockedHint": False,
    }
    return usual | changes


def path_of(identifier: str) -> str:
    return f"{MANAGER_PATH}/session/_{identifier}"


class FakeLogind:
    """Owns org.freedesktop.login1 until it is stopped."""

    def __init__(self, address: str, sessions: dict[str, dict[str, Any]]) -> None:
        self.sessions = sessions
        self.vanished: set[str] = set()
        """Listed or announced, but gone when somebody asks for more."""
        self._connection: DBusConnection = open_dbus_connection(f"unix:path={address}")
        self._serials = count(1000)
        self._lock = threading.Lock()
        reply = self._connection.send_and_get_reply(message_bus.RequestName("org.freedesktop.login1"), timeout=5)
        assert reply.body == (1,), "another fake still owns the name"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._connection.sock.shutdown(2)
        self._thread.join(5)
        self._connection.close()

    def appear(self, identifier: str, properties: dict[str, Any]) -> None:
        self.sessions[identifier] = properties
        self.tell("SessionNew", "so", (identifier, path_of(identifier)))

    def remove(self, identifier: str) -> None:
        self.sessions.pop(identifier, None)
        self.tell("SessionRemoved", "so", (identifier, path_of(identifier)))

    def change(self, identifier: str, **properties: Any) -> None:
        """Change properties and announce them, except State, which logind never announces."""
        self.sessions[identifier].update(properties)
        announced = {name: (SIGNATURES[name], value) for name, value in properties.items() if name != "State"}
        at = DBusAddress(path_of(identifier), interface=PROPERTIES)
        self._send(new_signal(at, "PropertiesChanged", "sa{sv}as", (SESSION, announced, [])))

    def tell(self, member: str, signature: str, body: tuple[Any, ...]) -> None:
        self._send(new_signal(DBusAddress(MANAGER_PATH, interface=MANAGER), member, signature, body))

    def _send(self, message: Message) -> None:
        with self._lock:
            self._connection.send(message, serial=next(self._serials))

    def _serve(self) -> None:
        try:
            while True:
                message = self._connection.receive()
                if message.header.message_type is MessageType.method_call:
                    self._send(self._answer(message))
        except OSError:
            return

    def _answer(self, message: Message) -> Message:
        header: Header = message.header
        member = header.fields[HeaderFields.member]
        if member == "ListSessions":
            rows = [
                (identifier, each["User"][0], each["Name"], each["Seat"][0], path_of(identifier))
                for identifier, each in self.sessions.items()
            ]
            return new_method_return(message, "a(susso)", (rows,))
        identifier = header.fields[HeaderFields.path].rpartition("_")[2]
        found = None if identifier in self.vanished else self.sessions.get(identifier)
        if found is None:
            return new_error(message, "org.freedesktop.DBus.Error.UnknownObject")
        variants = {name: (SIGNATURES[name], value) for name, value in found.items()}
        if member == "GetAll":
            return new_method_return(message, "a{sv}", (variants,))
        return new_method_return(message, "v", (variants[message.body[1]],))


class Stranger:
    """A visitor's program that sends us what looks like logind's signals."""

    def __init__(self, address: str) -> None:
        self._connection = open_dbus_connection(f"unix:path={address}")

    def everybody(self) -> list[str]:
        reply = self._connection.send_and_get_reply(message_bus.ListNames(), timeout=5)
        return [name for name in reply.body[0] if name.startswith(":") and name != self._connection.unique_name]

    def tell_directly(self, name: str) -> None:
        at = DBusAddress(MANAGER_PATH, interface=MANAGER)
        for member, signature, body in (
            ("PrepareForShutdown", "b", (True,)),
            ("SessionRemoved", "so", ("1", path_of("1"))),
        ):
            message = new_signal(at, member, signature, body)
            message.header.fields[HeaderFields.destination] = name
            self._connection.send(message)

    def close(self) -> None:
        # The answer to one more question shows that the bus has passed on what was sent before.
        self._connection.send_and_get_reply(message_bus.ListNames(), timeout=5)
        self._connection.close()
