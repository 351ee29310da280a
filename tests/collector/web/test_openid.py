"""What a provider may say, and what is not believed, over a real connection."""

import json
import threading
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from collector.web.openid import KEPT_SECONDS, LARGEST_BYTES, Client, OpenIdProvider
from collector.web.provider import ProviderError, Refusal, Started

NOW = 1_795_353_600
STARTED = Started("the-state", "the-nonce", "v" * 43)
QUERY = "code=a-code&state=the-state"
SECRET = "a secret of the collector"


@dataclass
class Liar:
    """A provider that answers what a test makes of an honest one."""

    issuer: str = ""
    metadata: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    keys: list[ECKey] = field(default_factory=lambda: [ECKey.generate_key("P-256", {"kid": "first"})])
    answers: dict[str, bytes] = field(default_factory=dict)
    id_token: str | None = None
    asked: list[str] = field(default_factory=list)
    clock: float = 0

    def answer(self, path: str) -> bytes:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        if path == "/.well-known/openid-configuration":
            said = {"issuer": self.issuer, "jwks_uri": self.issuer + "/keys"}
            said |= {f"{each}_endpoint": f"{self.issuer}/{each}" for each in ("authorization", "token")}
            return json.dumps(said | self.metadata).encode()
        if path == "/keys":
            return json.dumps({"keys": [key.as_dict(private=False) for key in self.keys]}).encode()
        token = {"access_token": "opaque", "token_type": "Bearer", "id_token": self.id_token or self.signed()}
        return json.dumps(token).encode()

    def signed(self) -> str:
        said = {"iss": self.issuer, "aud": "dps", "sub": "amina", "nonce": "the-nonce", "iat": NOW, "exp": NOW + 300}
        key = self.keys[-1]
        return jwt.encode({"alg": "ES256", "kid": key.kid}, said | self.claims, key)

    def provider(self) -> OpenIdProvider:
        client = Client(self.issuer, "dps", SECRET, "Irisnet", "https://dps.example/login/provider/return")
        return OpenIdProvider(client, lambda: self.clock)


@pytest.fixture
def liar() -> Iterator[Liar]:
    made = Liar()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            body = made.answer(self.path)
            self.send_response(302 if body.startswith(b"http") else 200)
            if body.startswith(b"http"):
                self.send_header("Location", body.decode())
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815  # the names of http.server

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        made.issuer = f"http://127.0.0.1:{server.server_port}"
        yield made
        server.shutdown()
        thread.join()


def test_an_honest_answer_says_who_it_is(liar: Liar) -> None:
    assert liar.provider().subject(QUERY, STARTED, NOW) == "amina"


def test_nothing_but_who_it_is_is_asked_for_and_a_stolen_code_is_worth_nothing(liar: Liar) -> None:
    address, started = liar.provider().start()
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(liar.issuer + "/authorization?")
    assert (asked["scope"], asked["response_type"], asked["code_challenge_method"]) == ("openid", "code", "S256")
    assert (asked["state"], asked["nonce"]) == (started.state, started.nonce)
    assert started.verifier not in address
    assert len({started, liar.provider().start()[1]}) == 2


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://other.example"},
        {"aud": "another collector"},
        {"aud": ["dps", "another collector"], "azp": "another collector"},
        {"nonce": "of another log-in"},
        {"exp": NOW - 300},
        {"iat": NOW + 3_600},
        {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"sub": "a\x00b"},
    ],
    ids=str,
)
def test_what_is_signed_for_somebody_else_or_another_time_says_nobody(liar: Liar, claims: dict[str, Any]) -> None:
    liar.claims = claims
    with pytest.raises(ProviderError):
        liar.provider().subject(QUERY, STARTED, NOW)


def test_a_token_that_nobody_signed_or_whoever_knows_the_secret_says_nobody(liar: Liar) -> None:
    claims = {"iss": liar.issuer, "aud": "dps", "sub": "amina", "nonce": "the-nonce", "iat": NOW, "exp": NOW + 300}
    body = urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    unsigned = urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode() + f".{body}."
    by_secret = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET + "." * 32))
    stranger = jwt.encode({"alg": "ES256", "kid": "first"}, claims, ECKey.generate_key("P-256", {"kid": "first"}))
    for token in (unsigned, by_secret, stranger, "not a token", f"{body}.{body}.{body}"):
        liar.id_token = token
        with pytest.raises(ProviderError, match="the token is not good"):
            liar.provider().subject(QUERY, STARTED, NOW)


def test_a_provider_that_signs_with_a_new_key_is_understood_at_once(liar: Liar) -> None:
    provider = liar.provider()
    assert provider.subject(QUERY, STARTED, NOW) == "amina"
    liar.keys.append(ECKey.generate_key("P-256", {"kid": "second"}))
    assert provider.subject(QUERY, STARTED, NOW) == "amina"
    assert liar.asked.count("/keys") == 2


def test_what_it_says_of_itself_is_asked_once_an_hour(liar: Liar) -> None:
    provider = liar.provider()
    for _ in range(3):
        provider.start()
    liar.clock += KEPT_SECONDS
    provider.start()
    assert liar.asked == ["/.well-known/openid-configuration"] * 2


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("code=a-code&state=another", ProviderError),
        ("code=a-code", ProviderError),
        (QUERY + "&iss=https%3A%2F%2Fother.example", ProviderError),
        ("error=access_denied&state=the-state", Refusal),
        ("error=access_denied&state=another", ProviderError),
    ],
)
def test_an_answer_to_another_question_is_not_looked_at(liar: Liar, query: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        liar.provider().subject(query, STARTED, NOW)
    assert "/token" not in liar.asked


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        ("/.well-known/openid-configuration", b'{"issuer": "https://other.example"}'),
        ("/.well-known/openid-configuration", b"[]"),
        ("/.well-known/openid-configuration", b"<html>"),
        ("/.well-known/openid-configuration", b" " * (LARGEST_BYTES + 1)),
        ("/.well-known/openid-configuration", b"http://127.0.0.1:9/elsewhere"),
        ("/token", b"{}"),
        ("/token", b'{"access_token": "opaque", "token_type": "Bearer", "id_token": 7}'),
        ("/token", b"http://127.0.0.1:9/elsewhere"),
        ("/token", b" " * (LARGEST_BYTES + 1)),
        ("/keys", b'{"keys": 7}'),
        ("/keys", b'{"keys": []}'),
        ("/keys", b"[]"),
    ],
    ids=lambda each: each[:60],
)
def test_an_answer_that_is_none_is_no_log_in_and_no_crash(liar: Liar, path: str, answer: bytes) -> None:
    liar.answers[path] = answer
    with pytest.raises(ProviderError):
        liar.provider().subject(QUERY, STARTED, NOW)


@pytest.mark.parametrize("address", ["http://login.example/token", "file:///etc/passwd", "", 7, None])
def test_a_secret_goes_nowhere_where_somebody_could_read_it_on_the_way(liar: Liar, address: object) -> None:
    liar.metadata = {"token_endpoint": address}
    with pytest.raises(ProviderError, match="no safe token_endpoint"):
        liar.provider().subject(QUERY, STARTED, NOW)


def test_a_provider_that_is_not_there_is_no_log_in(liar: Liar) -> None:
    liar.issuer = "http://127.0.0.1:9"
    with pytest.raises(ProviderError, match="does not answer"):
        liar.provider().start()
