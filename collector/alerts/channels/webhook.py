"""A webhook: one JSON document by POST, signed as Standard Webhooks (https://www.standardwebhooks.com) says.

Certificates are verified, redirects are not followed, and neither a slow nor a long answer holds us up.
"""

import base64
import hashlib
import hmac
import http.client
import json
import ssl
import threading
from typing import Any
from urllib.parse import urlsplit

from collector import __version__
from collector.alerts.channels.message import Message, Refused

KEY_PREFIX = "whsec_"
KEY_BYTES = (24, 64)
"""As the standard asks."""
TIMEOUT_SECONDS = 10
"""Of each step, such as connecting."""
WHOLE_SECONDS = 20
LONGEST_ANSWER_BYTES = 65_536
SUCCESS = range(200, 300)


def key_of(secret: str) -> bytes:
    """Raises ValueError where it is not `whsec_` and base64 of 24 to 64 bytes."""
    if not secret.startswith(KEY_PREFIX):
        raise ValueError(KEY_PREFIX)
    key = base64.b64decode(secret.removeprefix(KEY_PREFIX), validate=True)
    if not KEY_BYTES[0] <= len(key) <= KEY_BYTES[1]:
        raise ValueError(KEY_BYTES)
    return key


def signature(key: bytes, message_id: str, at: int, body: bytes) -> str:
    signed = f"{message_id}.{at}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def body_of(message: Message, at: int) -> bytes:
    document: dict[str, Any] = {
        "schema": 1,
        "type": f"alerts.{message.kind.value}",
        "sent_at_seconds": at,
        "subject": message.subject,
        "text": message.text,
        "count": message.in_all,
        "alerts": list(message.alerts),
    }
    return json.dumps(document, ensure_ascii=False).encode()


def post(address: str, key: bytes, message: Message, at: int, *, whole_seconds: float = WHOLE_SECONDS) -> None:
    """Raises OSError: Refused where the answer is another than 2xx."""
    body = body_of(message, at)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"dps-collector/{__version__}",
        "webhook-id": message.message_id,
        "webhook-timestamp": str(at),
        "webhook-signature": signature(key, message.message_id, at, body),
    }
    parts = urlsplit(address)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    cut = threading.Event()
    # A timeout counts anew with each byte: who drips is cut off by this.
    deadline = threading.Timer(whole_seconds, _cut, (connection, cut))
    deadline.daemon = True
    try:
        connection.connect()
        deadline.start()
        connection.request("POST", _target(parts.path, parts.query), body, headers)
        answer = connection.getresponse()
        answer.read(LONGEST_ANSWER_BYTES)
    except (http.client.HTTPException, OSError) as error:
        if not cut.is_set():
            if isinstance(error, OSError):
                raise
            raise Refused("no HTTP") from error
    finally:
        deadline.cancel()
        connection.close()
    if cut.is_set():
        raise Refused("too slow")
    if answer.status not in SUCCESS:
        raise Refused(f"HTTP {answer.status}")


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "http":
        return http.client.HTTPConnection(host, port, timeout=TIMEOUT_SECONDS)
    context = ssl.create_default_context()
    return http.client.HTTPSConnection(host, port, timeout=TIMEOUT_SECONDS, context=context)


def _target(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _cut(connection: http.client.HTTPConnection, done: threading.Event) -> None:
    done.set()
    if connection.sock is not None:
        try:
            connection.sock.shutdown(2)
        except OSError:
            return
