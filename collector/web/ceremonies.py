"""What a security key is asked and what it answers (WebAuthn level 3), written and checked by fido2.

Loaded late, because fido2 costs 20 MB: only where somebody uses a key.
"""

import json
import logging
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestationConveyancePreference,
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from collector.storage.changes.second_factors import NewKey
from collector.storage.queries.security_keys import SecurityKey
from collector.web.relying_party import NotTakenError, Party

LONGEST_ANSWER = 16_384
LONGEST_CREDENTIAL = 4_096
TOUCH_MILLISECONDS = 120_000
PREFERRED = UserVerificationRequirement.PREFERRED
Value = TypeVar("Value")

# It logs the numbers of credentials, which are nobody's business.
logging.getLogger("fido2").setLevel(logging.WARNING)


class Asked(NamedTuple):
    """Whom a new key is for."""

    handle: bytes
    """Names the account without saying whose it is."""
    name: str
    label: str
    """What the collector is called."""


class Signed(NamedTuple):
    """Which key answered, and how often it says that it has."""

    key: SecurityKey
    sign_count: int


class Ceremonies:
    """Registration of keys for one party, and log-in with them. Options and answers are JSON."""

    def __init__(self, party: Party) -> None:
        self.party = party

    def to_register(self, asked: Asked, keys: Sequence[SecurityKey], challenge: str) -> str:
        """Asks for a key that is none of these."""
        options, _ = self._server(asked.label).register_begin(
            PublicKeyCredentialUserEntity(id=asked.handle, name=asked.name, display_name=asked.name),
            _credentials(keys),
            resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
            user_verification=PREFERRED,
            challenge=challenge.encode(),
        )
        return json.dumps(dict(options.public_key))

    def to_log_in(self, keys: Sequence[SecurityKey], challenge: str) -> str:
        """Asks for one of these keys."""
        options, _ = self._server().authenticate_begin(
            _credentials(keys), user_verification=PREFERRED, challenge=challenge.encode()
        )
        return json.dumps(dict(options.public_key))

    def registered(self, challenge: str, answer: str) -> NewKey:
        """The key that answered this; raises NotTakenError."""

        def checked() -> NewKey:
            said = self._server().register_complete(_state(challenge), _read(answer))
            credential = said.credential_data
            if credential is None or len(credential) > LONGEST_CREDENTIAL:
                raise NotTakenError("no credential of a sensible size")
            return NewKey(credential.credential_id, bytes(credential), said.counter)

        return _believed(checked)

    def signed(self, challenge: str, keys: Sequence[SecurityKey], answer: str) -> Signed:
        """Which of the keys answered this; raises NotTakenError."""

        def checked() -> Signed:
            said, credentials = _read(answer), _credentials(keys)
            used = self._server().authenticate_complete(_state(challenge), credentials, said)
            count = AuthenticationResponse.from_dict(said).response.authenticator_data.counter
            return Signed(keys[credentials.index(used)], count)

        return _believed(checked)

    def _server(self, label: str = "") -> Fido2Server:
        server = Fido2Server(
            PublicKeyCredentialRpEntity(id=self.party.host, name=label or self.party.host),
            attestation=AttestationConveyancePreference.NONE,
            verify_origin=lambda origin: origin == self.party.origin,
        )
        server.timeout = TOUCH_MILLISECONDS  # type: ignore[assignment]  # fido2 says None, and means a number too
        return server


def challenge_in(answer: str) -> str:
    """Which challenge it says that it answers, not believed yet; raises NotTakenError."""

    def read() -> str:
        said = _read(answer)
        kind = RegistrationResponse if "attestationObject" in said["response"] else AuthenticationResponse
        return str(kind.from_dict(said).response.client_data.challenge.decode("ascii"))

    return _believed(read)


def _believed(read: Callable[[], Value]) -> Value:
    try:
        return read()
    except Exception as error:  # whatever a hostile answer does to the parser, it is no answer
        raise NotTakenError(str(error) or type(error).__name__) from error


def _credentials(keys: Sequence[SecurityKey]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(key.credential) for key in keys]


def _state(challenge: str) -> dict[str, Any]:
    """What fido2 remembers of what it asked."""
    return {"challenge": websafe_encode(challenge.encode()), "user_verification": PREFERRED}


def _read(answer: str) -> dict[str, Any]:
    if len(answer) > LONGEST_ANSWER:
        raise NotTakenError("the answer is too long")
    said = json.loads(answer)
    if not isinstance(said, dict):
        raise NotTakenError("the answer is no object")
    return said
