"""The second factor of the own account: codes of a telephone, security keys, codes on paper."""

import logging
import secrets

from litestar.exceptions import ClientException

from collector.domain import second_factor
from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.second_factors import (
    NewKey,
    add_key,
    remove_key,
    remove_telephone,
    set_recovery_codes,
    set_telephone,
)
from collector.storage.queries.accounts import Account
from collector.storage.queries.security_keys import keys_of
from collector.web.editing import Typed, revoking
from collector.web.own_account import Own, Shown
from collector.web.relying_party import NotTakenError
from collector.web.security_keys import registered
from collector.web.surroundings import Surroundings, WebRequest

log = logging.getLogger(__name__)

LONGEST_KEY_NAME = 60


def store_telephone(own: Own) -> Shown | None:
    secret = own.typed["secret"]
    if own.account.totp_secret or not second_factor.is_secret(secret):
        raise ClientException
    step = second_factor.step_of(secret, own.typed["code"], own.around.clock(), 0)
    if step is None:
        raise Mistake(N_("This code is not right. Check that the clock of your telephone is right, and type the next."))
    codes = codes_on_paper(own.account)
    set_telephone(own.change, own.account, secret, step, codes, own.key())
    return Shown(codes=codes) if codes else None


def drop_telephone(own: Own) -> None:
    remove_telephone(own.change, own.account, own.key())


def store_key(own: Own) -> Shown | None:
    if own.new_key is None:
        raise ClientException
    codes = codes_on_paper(own.account)
    name = checked_key_name(own.typed)
    add_key(own.change, own.account, own.new_key, secrets.token_hex(8), name, codes, own.key())
    return Shown(codes=codes) if codes else None


def drop_key(own: Own) -> None:
    for each in keys_of(own.change.connection, own.account.account_id):
        if each.public_id == own.typed["key"]:
            remove_key(own.change, own.account, each, revoking(own.around), own.key())


def renew_codes(own: Own) -> Shown:
    if not own.account.has_second_factor:
        raise ClientException
    codes = tuple(second_factor.recovery_codes(secrets.token_bytes))
    set_recovery_codes(own.change, own.account, codes)
    return Shown(codes=codes)


def codes_on_paper(account: Account) -> tuple[str, ...]:
    """New ones with the first second factor; whoever has one has them already."""
    return () if account.has_second_factor else tuple(second_factor.recovery_codes(secrets.token_bytes))


def touched(request: WebRequest, around: Surroundings, typed: Typed) -> NewKey:
    """The key that answered, before anything is written. Raises Mistake."""
    checked_key_name(typed)
    try:
        return registered(request, around, typed["answer"])
    except NotTakenError as error:
        log.warning("A security key was not registered: %s.", error)
        raise Mistake(N_("The security key was not taken: it took too long, or the page was used before.")) from error


def checked_key_name(typed: Typed) -> str:
    """Raises Mistake."""
    name = typed["name"].strip()
    if not name or len(name) > LONGEST_KEY_NAME or not name.isprintable():
        raise Mistake(N_("Give it a name by which you know it again."))
    return name
