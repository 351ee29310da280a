"""A provider of OpenID Connect.

The authorization code flow of OpenID Connect Core 1.0 (section 3.1) with PKCE (RFC 7636) by Authlib, which comes with
the extra "oidc". Nothing is asked for but who it is: no name, no address of mail, no group.
"""

import io
import secrets
import threading
import time
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests import PreparedRequest, RequestException, Response
from requests.adapters import HTTPAdapter

from collector.config import is_safe
from collector.web.provider import ProviderError, Refusal, Started

WELL_KNOWN = "/.well-known/openid-configuration"
"""OpenID Connect Discovery 1.0, section 4."""
ALGORITHMS = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
"""Signatures by keys that the provider alone has."""
LARGEST_BYTES = 256 * 1024
SECONDS = 10
"""Of silence, after which an answer is not waited for."""
KEPT_SECONDS = 3_600
"""For how long it is believed what a provider said of itself."""
LEEWAY_SECONDS = 120
LONGEST_SUBJECT = 255
"""OpenID Connect Core 1.0, section 2."""


class Client(NamedTuple):
    """As what the provider knows this collector."""

    issuer: str
    client_id: str
    client_secret: str
    label: str
    """What people call it, such as the name of their organisation."""
    return_to: str
    """The whole address of RETURN_PATH."""


class Bounded(HTTPAdapter):
    """Reads no more than fits."""

    def send(self, request: PreparedRequest, *args: Any, **named: Any) -> Response:
        answer = super().send(request, *args, **named)
        body = answer.raw.read(LARGEST_BYTES + 1, decode_content=True)
        if len(body) > LARGEST_BYTES:
            raise RequestException("the answer is too long")
        answer.raw.close()
        answer.raw = io.BytesIO(body)
        return answer


class OpenIdProvider:
    """One provider, asked over the network; `clock` is monotonic, in seconds."""

    def __init__(self, client: Client, clock: Callable[[], float] = time.monotonic) -> None:
        self.client = client
        self._clock = clock
        self._lock = threading.Lock()
        self._metadata: tuple[float, dict[str, Any]] | None = None
        self._keys: tuple[float, dict[str, Any]] | None = None

    @property
    def issuer(self) -> str:
        return self.client.issuer

    @property
    def label(self) -> str:
        return self.client.label

    def start(self) -> tuple[str, Started]:
        """Where the browser goes now, and what it keeps; raises ProviderError."""
        started = Started(*(secrets.token_urlsafe(32) for _ in Started._fields))
        with self._session() as session:
            address, _ = session.create_authorization_url(
                self._said("authorization_endpoint"),
                state=started.state,
                nonce=started.nonce,
                code_verifier=started.verifier,
            )
        return str(address), started

    def subject(self, query: str, started: Started, now: int) -> str:
        """Who came back with this query, at `now` (seconds since 1970); raises ProviderError and Refusal."""
        said = {name: values[0] for name, values in parse_qs(query, max_num_fields=50).items()}
        if not secrets.compare_digest(said.get("state", "").encode(), started.state.encode()):
            raise ProviderError("the answer belongs to another request")
        if said.get("iss", self.issuer) != self.issuer:
            raise ProviderError("the answer comes from another provider")
        if "error" in said:
            raise Refusal(said["error"][:60])
        token = self._token(query, started)
        found = self._claims(token, started.nonce, now).get("sub")
        if not isinstance(found, str) or not 0 < len(found) <= LONGEST_SUBJECT or not found.isprintable():
            raise ProviderError("the provider names nobody")
        return found

    def _token(self, query: str, started: Started) -> dict[str, Any]:

        try:
            with self._session() as session:
                token = session.fetch_token(
                    self._said("token_endpoint"),
                    authorization_response=f"{self.client.return_to}?{query}",
                    state=started.state,
                    code_verifier=started.verifier,
                    timeout=SECONDS,
                    allow_redirects=False,
                )
        except (RequestException, AuthlibBaseError, ValueError) as error:
            raise ProviderError(f"no token was given ({type(error).__name__})") from error
        if not isinstance(token.get("id_token"), str):
            raise ProviderError("the token does not say who it is")
        return dict(token)

    def _claims(self, token: dict[str, Any], nonce: str, now: int) -> dict[str, Any]:
        """What the signed token says, checked as section 3.1.3.7 of OpenID Connect Core 1.0 asks."""
        registry = JWSRegistry(algorithms=sorted(ALGORITHMS), strict_check_header=False)
        try:
            try:
                signed = jwt.decode(token["id_token"], KeySet.import_key_set(self._key_set()), registry=registry)
            except InvalidKeyIdError:
                # A new key since: asked for once more.
                keys = KeySet.import_key_set(self._key_set(again=True))
                signed = jwt.decode(token["id_token"], keys, registry=registry)
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                options={"iss": {"value": self.issuer}, "aud": {"value": self.client.client_id}},
                params={"nonce": nonce, "client_id": self.client.client_id, "access_token": token.get("access_token")},
            )
            claims.validate(now, LEEWAY_SECONDS)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderError(f"the token is not good ({type(error).__name__})") from error
        return dict(claims)

    def _said(self, name: str) -> str:
        """What the provider says of itself."""
        with self._lock:
            kept = self._metadata
            if kept is None or kept[0] <= self._clock():
                said = self._get(self.issuer.rstrip("/") + WELL_KNOWN)
                if said.get("issuer") != self.issuer:
                    raise ProviderError("the provider calls itself by another name than oidc_issuer")
                kept = self._metadata = (self._clock() + KEPT_SECONDS, said)
        value = kept[1].get(name)
        if not isinstance(value, str) or not is_safe(value):
            raise ProviderError(f"the provider has no safe {name}")
        return value

    def _key_set(self, *, again: bool = False) -> Any:
        address = self._said("jwks_uri")
        with self._lock:
            kept = self._keys
            if again or kept is None or kept[0] <= self._clock():
                kept = self._keys = (self._clock() + KEPT_SECONDS, self._get(address))
        return kept[1]

    def _get(self, address: str) -> dict[str, Any]:

        try:
            with self._session() as session:
                answer = session.request("GET", address, withhold_token=True, timeout=SECONDS, allow_redirects=False)
            answer.raise_for_status()
            said = answer.json()
        except (RequestException, ValueError) as error:
            raise ProviderError(f"the provider does not answer ({type(error).__name__})") from error
        if not isinstance(said, dict):
            raise ProviderError("the provider answers something else than an object")
        return said

    def _session(self) -> Any:
        session = OAuth2Session(
            self.client.client_id,
            self.client.client_secret,
            scope="openid",
            redirect_uri=self.client.return_to,
            code_challenge_method="S256",
        )
        session.mount("https://", Bounded())
        session.mount("http://", Bounded())
        return session
