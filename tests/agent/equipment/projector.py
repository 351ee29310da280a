"""A projector on this computer that follows the text of PJLink, class 1 and 2."""

import hashlib
import socket
import threading
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

RANDOM = "498e4a67"
ANSWERS = {
    "%1CLSS": "2",
    "%1INF1": "EPSON",
    "%1INF2": "EB-2250U",
    "%1POWR": "1",
    "%1ERST": "010020",
    "%1LAMP": "3120 1 10 0",
    "%2FILT": "912",
}


class PjlinkServer:
    """Answers one connection after another; in a thread of its own."""

    def __init__(self, answers: Mapping[str, str] = ANSWERS, password: str = "", greeting: str | None = None) -> None:
        self.answers = answers
        self.password = password
        self.greeting = greeting if greeting is not None else f"PJLINK 1 {RANDOM}" if password else "PJLINK 0"
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that waits in accept
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        connection.sendall(f"{self.greeting}\r".encode())
        proof = hashlib.md5(f"{RANDOM}{self.password}".encode()).hexdigest() if self.password else ""
        waiting = b""
        while piece := connection.recv(256):
            waiting += piece
            while b"\r" in waiting:
                line, waiting = waiting.split(b"\r", 1)
                text = line.decode()
                if proof:
                    if not text.startswith(proof):
                        connection.sendall(b"PJLINK ERRA\r")
                        return
                    text, proof = text.removeprefix(proof), ""
                self.asked.append(text)
                question = text.removesuffix(" ?")
                connection.sendall(f"{question}={self.answers.get(question, 'ERR1')}\r".encode())
