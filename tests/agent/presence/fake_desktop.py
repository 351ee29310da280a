"""The idle services of a Wayland desktop on a private bus: what Mutter and a screen saver would answer."""

import threading

from jeepney import HeaderFields, Message, MessageType, new_error, new_method_return, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import DBusConnection, open_dbus_connection
from jeepney.wrappers import DBusAddress

MUTTER = "org.gnome.Mutter.IdleMonitor"
SAVER = "org.freedesktop.ScreenSaver"

CALLS = {
    MUTTER: (MUTTER, "/org/gnome/Mutter/IdleMonitor/Core", MUTTER, "GetIdletime"),
    SAVER: (SAVER, "/org/freedesktop/ScreenSaver", SAVER, "GetSessionIdleTime"),
}


class FakeDesktop:
    """Owns the names of its services until it is stopped."""

    def __init__(self, address: str, answers: dict[str, tuple[str, int] | None]) -> None:
        """Each service answers (signature, value), or refuses."""
        self.answers = answers
        self.noise = 0
        """So many signals that nobody asked for come before each answer."""
        self.silent = False
        """Whether it answers only when it is asked the next time, and then 999,000."""
        self._late: list[Message] = []
        self.asked: list[str] = []
        self._connection: DBusConnection = open_dbus_connection(f"unix:path={address}")
        for name in answers:
            reply = self._connection.send_and_get_reply(message_bus.RequestName(name), timeout=5)
            assert reply.body == (1,), "another fake still owns the name"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def stop(self) -> None:
        self._connection.sock.shutdown(2)
        self._thread.join(5)
        self._connection.close()

    def _serve(self) -> None:
        try:
            while True:
                message = self._connection.receive()
                if message.header.message_type is MessageType.method_call:
                    self._answer(message)
        except OSError:
            return

    def _answer(self, message: Message) -> None:
        fields = message.header.fields
        service = fields[HeaderFields.interface]
        assert (service, fields[HeaderFields.path], service, fields[HeaderFields.member]) == CALLS[service]
        self.asked.append(service)
        if self.silent:
            self._late.append(message)
            return
        for late in self._late:
            self._connection.send(new_method_return(late, "t", (999_000,)))
        self._late.clear()
        for number in range(self.noise):
            signal = new_signal(DBusAddress("/noise", interface="org.example.Noise"), "Heard", "ts", (number, "x" * 30))
            signal.header.fields[HeaderFields.destination] = fields[HeaderFields.sender]
            self._connection.send(signal)
        big = new_signal(DBusAddress("/noise", interface="org.example.Noise"), "Heard", "ay", (bytes(100_000),))
        big.header.fields[HeaderFields.destination] = fields[HeaderFields.sender]
        if self.noise:
            self._connection.send(big)
        answer = self.answers[service]
        if answer is None:
            self._connection.send(new_error(message, "org.freedesktop.DBus.Error.NotSupported", "s", ("no",)))
        else:
            self._connection.send(new_method_return(message, answer[0], (answer[1],)))
