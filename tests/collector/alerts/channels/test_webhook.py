"""The webhook against a real server on this computer."""

import base64
import hashlib
import hmac
import json
import ssl
from pathlib import Path
from threading import Event
from typing import BinaryIO

import pytest

from collector.alerts.channels import Kind, Message, Refused
from collector.alerts.channels.webhook import key_of, post, signature
from tests.agent.sender.certificates import Certificates
from tests.agent.sender.local_server import Asked, LocalServer, Reply, raw

KEY = b"k" * 32
AT = 1_763_900_000
ROW = {"site": "CANAL", "sentence": "Schijf C: is bijna vol – 2,8 GB"}
MESSAGE = Message("0a" * 16, Kind.CRITICAL, "Kritiek in Canal", "één\n", (ROW,), 1)


def test_the_signature_is_that_of_the_standards_own_example() -> None:
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    body = b'{"test": 2432232314}'
    said = signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, body)
    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    "secret",
    ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_short", "whsec_é", f"whsec_{'A' * 92}", "whsec_c2hvcnQ="],
)
def test_a_key_that_is_none_or_too_short_or_too_long_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        key_of(secret)


def test_a_receiver_gets_the_alerts_as_json_and_can_verify_who_sent_them() -> None:
    with LocalServer(Reply(204)) as server:
        post(f"{server.address}/alerts?room=1", KEY, MESSAGE, AT)
        (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/alerts?room=1")
    headers = {name.lower(): value for name, value in asked.headers.items()}
    assert headers["content-type"] == "application/json"
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("0a" * 16, str(AT))
    # As a receiver would do it, with nothing of ours.
    wanted = hmac.new(KEY, b".".join((b"0a" * 16, str(AT).encode(), asked.body)), hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(wanted).decode()
    assert json.loads(asked.body) == {
        "schema": 1,
        "type": "alerts.critical",
        "sent_at_seconds": AT,
        "subject": "Kritiek in Canal",
        "text": "één\n",
        "count": 1,
        "alerts": [ROW],
    }


def test_a_redirect_is_not_followed() -> None:
    def reply(asked: Asked) -> Reply:
        return Reply(307, b"", {"Location": "/elsewhere"}) if asked.path == "/" else Reply(200)

    with LocalServer(reply) as server, pytest.raises(Refused, match=r"^HTTP 307$"):
        post(server.address, KEY, MESSAGE, AT)
    assert [asked.path for asked in server.asked] == ["/"]


@pytest.mark.parametrize(
    ("reply", "reason"), [(Reply(500), "HTTP 500"), (Reply(404), "HTTP 404"), (raw(b"hello\r\n\r\n"), "no HTTP")]
)
def test_an_answer_that_is_no_success_says_so_without_an_address(reply: Reply, reason: str) -> None:
    with LocalServer(reply) as server, pytest.raises(Refused) as caught:
        post(server.address, KEY, MESSAGE, AT)
    assert str(caught.value) == reason


def test_a_receiver_that_drips_is_cut_off() -> None:
    cut = Event()

    def drip(file: BinaryIO) -> None:
        file.write(b"HTTP/1.1 200 OK\r\nX: ")
        while not cut.wait(0.05):
            try:
                file.write(b"x")
                file.flush()
            except OSError:
                return

    with LocalServer(Reply(raw=drip)) as server:
        try:
            with pytest.raises(Refused, match=r"^too slow$"):
                post(server.address, KEY, MESSAGE, AT, whole_seconds=0.3)
        finally:
            cut.set()


def test_a_long_answer_is_not_read_to_its_end() -> None:
    with LocalServer(Reply(200, b"x" * 5_000_000)) as server:
        post(server.address, KEY, MESSAGE, AT)


def test_nobody_listening_is_a_failure() -> None:
    with LocalServer() as server:
        address = server.address
    with pytest.raises(ConnectionRefusedError):
        post(address, KEY, MESSAGE, AT)


def test_a_certificate_is_verified_and_its_host_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates = Certificates(tmp_path)
    with LocalServer(Reply(200), certificates.server("good")) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            post(server.address, KEY, MESSAGE, AT)
        assert server.asked == []
        # The issuers of this computer, where its operator has added one.
        monkeypatch.setenv("SSL_CERT_FILE", certificates.issuer)
        post(server.address, KEY, MESSAGE, AT)
    with LocalServer(Reply(200), certificates.server("other")) as server:
        with pytest.raises(ssl.SSLCertVerificationError):
            post(server.address, KEY, MESSAGE, AT)
        assert server.asked == []
