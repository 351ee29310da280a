"""A real HTTP server on 127.0.0.1 in a thread, whose every answer the test decides."""

import gzip
import json
import ssl
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, BinaryIO, NamedTuple, Self

WRITE_SECONDS = 20


class Asked(NamedTuple):
    """One request as it arrived."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(gzip.decompress(self.body))


class Reply(NamedTuple):
    """One answer; `raw` writes all of it by itself, and the connection ends with it."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    raw: Callable[[BinaryIO], None] | None = None


NOTHING = Reply()


def answer(content: Any, status: int = 200, **headers: str) -> Reply:
    """JSON, as our collector answers; underscores of header names stand for dashes."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(content).encode(), {"Content-Type": "application/json", **named})


def problem(status: int, detail: str = "no", kind: str = "test", **headers: str) -> Reply:
    told = {"type": f"urn:dps:problem:{kind}", "title": "t", "status": status, "detail": detail}
    return answer(told, status, **headers)


def raw(data: bytes) -> Reply:
    """Exactly these bytes."""

    def write(file: BinaryIO) -> None:
        file.write(data)

    return Reply(raw=write)


class LocalServer:
    """Answers with `reply`, a Reply or a function of what was asked, and remembers what was asked."""

    def __init__(self, reply: Reply | Callable[[Asked], Reply] = NOTHING, tls: ssl.SSLContext | None = None) -> None:
        self.reply = reply
        self.asked: list[Asked] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = WRITE_SECONDS

            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
                asked = Asked(self.command, self.path, dict(self.headers.items()), body)
                outer.asked.append(asked)
                reply = outer.reply(asked) if callable(outer.reply) else outer.reply
                if reply.raw is not None:
                    self.close_connection = True
                    reply.raw(self.wfile)  # type: ignore[arg-type]
                    return
                self.send_response(reply.status)
                for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(reply.body)

            do_GET = do_POST = do_CONNECT = handle_any  # noqa: N815 the names that the standard library asks for

            def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 the same
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that hangs up is part of the play."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self.scheme = "http"
        if tls is not None:
            self.scheme = "https"
            self._server.socket = tls.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def address(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
