"""A real web proxy on 127.0.0.1 that does nothing but CONNECT."""

import contextlib
import select
import socket
import ssl
import threading

PATIENCE_SECONDS = 20


class Tunnel:
    """Leads whatever address it is asked for to one port of this computer; a context that gives its address."""

    def __init__(self, port: int, tls: ssl.SSLContext | None) -> None:
        """Lead to `port`; speak TLS itself where it is given a context."""
        self._port = port
        self._tls = tls
        self._threads: list[threading.Thread] = []
        self._serving = threading.Thread(target=self._serve)
        self._listening = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> str:
        self._serving.start()
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._listening.getsockname()[1]}"

    def __exit__(self, *_: object) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._serving.join()
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        self._listening.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the end of the test closes the socket
            while True:
                connection, _ = self._listening.accept()
                connection.settimeout(PATIENCE_SECONDS)
                self._threads.append(threading.Thread(target=self._lead, args=(connection,), daemon=True))
                self._threads[-1].start()

    def _lead(self, plain: socket.socket) -> None:
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.suppress(OSError))  # either side may hang up at any time
            client = stack.enter_context(plain)
            if self._tls is not None:
                client = stack.enter_context(self._tls.wrap_socket(plain, server_side=True))
            asked = b""
            while not asked.endswith(b"\r\n\r\n"):
                asked += client.recv(1)
            assert asked.startswith(b"CONNECT ")
            server = stack.enter_context(socket.create_connection(("127.0.0.1", self._port), PATIENCE_SECONDS))
            client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while True:
                ready, _, _ = select.select([client, server], [], [], PATIENCE_SECONDS)
                for source, target in ((client, server), (server, client)):
                    if source in ready:
                        data = source.recv(65_536)
                        if not data:
                            return
                        target.sendall(data)
