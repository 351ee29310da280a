"""Security keys as the second factor: what they are asked here, and what is made of their answers."""

import logging
import secrets
from typing import TYPE_CHECKING

from collector.storage.changes.base import Change
from collector.storage.changes.second_factors import NewKey, note_copy, use_challenge, use_key
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import Account
from collector.storage.queries.security_keys import SecurityKey, keys_of
from collector.web.challenges import Purpose, new_challenge, valid_until
from collector.web.half_way import HALF_WAY_COOKIE
from collector.web.relying_party import NotTakenError, party_of
from collector.web.signatures import signature
from collector.web.surroundings import Surroundings, WebRequest

if TYPE_CHECKING:
    from collector.web.ceremonies import Ceremonies

log = logging.getLogger(__name__)


def to_register(request: WebRequest, around: Surroundings, account: Account, keys: list[SecurityKey]) -> str:
    """What a new key is asked, as JSON; empty where none can be used."""
    if party_of(around.settings.public_url) is None:
        return ""
    from collector.web.ceremonies import Asked  # noqa: PLC0415  # late, as it says

    label = around.pages.speech_of(request).gettext("Digital Public Spaces")
    handle = bytes.fromhex(signature(around.settings.csrf_secret, "handle", str(account.account_id)))
    challenge = _new_challenge(around, Purpose.REGISTER, str(request.auth))
    return _ceremonies(around).to_register(Asked(handle, account.name, label), keys, challenge)


def to_log_in(request: WebRequest, around: Surroundings, account: Account) -> str:
    """What the account's keys are asked, as JSON; empty where there are none, or none can be used."""
    if party_of(around.settings.public_url) is None or not account.security_keys:
        return ""
    with reading(around.engine) as connection:
        keys = keys_of(connection, account.account_id)
    return _ceremonies(around).to_log_in(keys, _new_challenge(around, Purpose.LOG_IN, _half_way(request, around)))


def registered(request: WebRequest, around: Surroundings, answer: str) -> NewKey:
    """The key that answered; raises NotTakenError."""
    ceremonies = _ceremonies(around)
    return ceremonies.registered(_answered(around, answer, Purpose.REGISTER, str(request.auth)), answer)


def check(request: WebRequest, around: Surroundings, account: Account, answer: str) -> None:
    """Raises NotTakenError where no key of the account has answered what it was asked just now."""
    ceremonies, now = _ceremonies(around), around.clock()
    challenge = _answered(around, answer, Purpose.LOG_IN, _half_way(request, around))
    with reading(around.engine) as connection:
        keys = keys_of(connection, account.account_id)
    said = ceremonies.signed(challenge, keys, answer)
    with writing(around.engine) as connection:
        if use_key(connection, said.key, said.sign_count, now):
            return
        change = Change(connection, account.name, now, around.settings.rules.zone, lambda: 0)
        note_copy(change, account, said.key)
    raise NotTakenError("its count went back: there seem to be two of it")


def _ceremonies(around: Surroundings) -> "Ceremonies":
    party = party_of(around.settings.public_url)
    if party is None:
        raise NotTakenError("no key can be used at this public_url")
    from collector.web.ceremonies import Ceremonies  # noqa: PLC0415  # late, as it says

    return Ceremonies(party)


def _new_challenge(around: Surroundings, purpose: Purpose, bound_to: str) -> str:
    return new_challenge(purpose, bound_to, around.clock(), around.settings.csrf_secret, secrets.token_hex)


def _answered(around: Surroundings, answer: str, purpose: Purpose, bound_to: str) -> str:
    """The challenge, where it is ours, of this browser, in time, and was never answered; raises NotTakenError."""
    from collector.web.ceremonies import challenge_in  # noqa: PLC0415  # late, as it says

    challenge, now = challenge_in(answer), around.clock()
    until = valid_until(challenge, purpose, bound_to, now, around.settings.csrf_secret)
    if until is None:
        raise NotTakenError("the challenge is over, or of another browser")
    with writing(around.engine) as connection:
        if not use_challenge(connection, challenge, until, now):
            raise NotTakenError("the challenge was answered before")
    return challenge


def _half_way(request: WebRequest, around: Surroundings) -> str:
    return request.cookies.get(around.settings.cookie(HALF_WAY_COOKIE), "")
