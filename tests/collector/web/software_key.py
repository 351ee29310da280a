"""A security key in software: signs as one that is touched, and as one that is stolen, copied or lied to."""

import json
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import sha256, websafe_decode, websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

Flag = AuthenticatorData.FLAG


def new_private_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


@dataclass
class SoftwareKey:
    """Signs what a browser at `origin` asks it."""

    origin: str
    count: int = 0
    """Of its signatures so far; a key that does not count stays at 0."""
    counts: bool = True
    flags: Flag = Flag.UP
    private: EllipticCurvePrivateKey = field(default_factory=new_private_key)
    number: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def create(self, asks: str) -> str:
        """Its answer to being registered."""
        options = json.loads(asks)
        public = ES256.from_cryptography_key(self.private.public_key())  # type: ignore[no-untyped-call]  # of fido2
        credential = AttestedCredentialData.create(Aaguid.NONE, self.number, public)
        said = self._authenticator(options["rp"]["id"], credential)
        return self._answer(
            "webauthn.create",
            options["challenge"],
            attestationObject=bytes(AttestationObject.create("none", said, {})),
        )

    def get(self, asks: str) -> str:
        """Its answer to a log-in."""
        options = json.loads(asks)
        said = self._authenticator(options["rpId"])
        client = self._client("webauthn.get", options["challenge"])
        signature = self.private.sign(said + client.hash, ECDSA(SHA256()))
        return self._answer("webauthn.get", options["challenge"], authenticatorData=bytes(said), signature=signature)

    def _authenticator(self, host: str, credential: AttestedCredentialData | None = None) -> AuthenticatorData:
        self.count += self.counts
        flags = self.flags | (Flag.AT if credential else Flag(0))
        made: AuthenticatorData = AuthenticatorData.create(sha256(host.encode()), flags, self.count, credential or b"")
        return made

    def _client(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, websafe_decode(challenge), self.origin)

    def _answer(self, kind: str, challenge: str, **said: bytes) -> str:
        response = {"clientDataJSON": bytes(self._client(kind, challenge))} | said
        number = websafe_encode(self.number)
        return json.dumps(
            {
                "id": number,
                "rawId": number,
                "type": "public-key",
                "response": {name: websafe_encode(value) for name, value in response.items()},
                "clientExtensionResults": {},
            }
        )
