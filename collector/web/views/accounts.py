"""Accounts of others: who there is, invitations, roles."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from litestar import Response, get, post
from litestar.exceptions import ClientException, NotFoundException
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect
from sqlalchemy import Connection
from sqlalchemy.exc import IntegrityError

from collector.domain.access import Grant, Role, is_sensible
from collector.domain.fields import read_count, read_word
from collector.domain.mistakes import N_, Mistake
from collector.i18n import LOCALES
from collector.storage.changes.accounts import (
    disable,
    enable,
    give,
    invite,
    note_account,
    withdraw,
)
from collector.storage.changes.base import Change
from collector.storage.changes.messages import set_email
from collector.storage.changes.second_factors import remove_second_factor
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import (
    Account,
    account_named,
    account_numbered,
    add_account,
    all_accounts,
    grants_of,
    set_columns,
)
from collector.storage.queries.sites import all_sites
from collector.storage.revocations import NO_PASSWORD
from collector.web.account_mails import SECOND_STEP_TAKEN_AWAY, invitation, sent, speech_to
from collector.web.account_mails import changed as changed_words
from collector.web.accounts import LONGEST_NAME
from collector.web.addresses import read_email
from collector.web.editing import Form, Refused, Typed, back_to, change_by, revoking
from collector.web.editing import refused as refused_form
from collector.web.places import all_places, chosen_place, named_place
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.words import sentence_of


@dataclass(frozen=True, slots=True)
class Invited:
    """What became of an invitation: sent by mail, or a link to hand over."""

    name: str
    email: str
    link: str
    """Empty: it was sent."""


@dataclass(frozen=True, slots=True)
class Other:
    """What an action is given."""

    around: Surroundings
    change: Change
    account: Account
    typed: Typed
    token: str
    """Of a new invitation."""


@get("/accounts", sync_to_thread=True)
def show(request: WebRequest, around: Around) -> Response[str]:
    return listed(request, around, None, None)


@post("/accounts/invite", sync_to_thread=True)
def add(request: WebRequest, around: Around, data: Form) -> Response[str]:
    typed = Typed(data)
    token = secrets.token_urlsafe(32)
    try:
        with writing(around.engine) as connection:
            change = change_by(request, around, connection)
            account = added(change, typed)
            invite(change, account, token, around.clock() + around.settings.invitation_days * 86_400)
    except Mistake as mistake:
        refused = Refused("invite", sentence_of(mistake, around.pages.speech_of(request).gettext), typed)
        return listed(request, around, refused, None)
    return listed(request, around, None, handed_over(request, around, account, token))


def listed(
    request: WebRequest, around: Surroundings, refused: Refused | None, invited: Invited | None
) -> Response[str]:
    translate = around.pages.speech_of(request).gettext
    with reading(around.engine) as connection:
        accounts = all_accounts(connection)
        sites = all_sites(connection)
    return around.pages.render(
        request,
        "accounts.html",
        status=400 if refused else 200,
        accounts=accounts,
        roles=list(Role),
        places=all_places(sites, translate),
        where=lambda grant: named_place(grant, sites, translate),
        no_password=NO_PASSWORD,
        languages_known=list(LOCALES),
        invited=invited,
        days=around.settings.invitation_days,
        refused=refused,
    )


@get("/accounts/{number:int}", sync_to_thread=True)
def show_one(request: WebRequest, around: Around, number: FromPath[int], stored: FromQuery[int] = 0) -> Response[str]:
    return page(request, around, number, None, None, stored=bool(stored))


@post("/accounts/{number:int}/change", sync_to_thread=True)
def change(request: WebRequest, around: Around, number: FromPath[int], data: Form) -> Response[str] | Redirect:
    typed = Typed(data)
    action = ACTIONS.get(typed["action"])
    if action is None:
        raise ClientException
    token = secrets.token_urlsafe(32)
    try:
        with writing(around.engine) as connection:
            account = found_account(connection, number)
            action(Other(around, change_by(request, around, connection), account, typed, token))
    except Mistake as mistake:
        wrong = refused_form(typed["action"], mistake, typed, around.pages.speech_of(request).gettext)
        return page(request, around, number, wrong, None)
    if typed["action"] == "invite":
        return page(request, around, number, None, handed_over(request, around, account, token))
    if typed["action"] == "no_second_factor" and account.has_second_factor:
        speech = speech_to(request, around, account)
        sent(around, account, changed_words(account, SECOND_STEP_TAKEN_AWAY, speech), speech)
    return back_to(request, f"/accounts/{number}")


def page(
    request: WebRequest,
    around: Surroundings,
    number: int,
    refused: Refused | None,
    invited: Invited | None,
    *,
    stored: bool = False,
) -> Response[str]:
    translate = around.pages.speech_of(request).gettext
    with reading(around.engine) as connection:
        account = found_account(connection, number)
        grants = grants_of(connection, number)
        sites = all_sites(connection)
    return around.pages.render(
        request,
        "account_of_other.html",
        status=400 if refused else 200,
        other=account,
        grants=grants,
        roles=list(Role),
        places=all_places(sites, translate),
        where=lambda grant: named_place(grant, sites, translate),
        has_password=account.password_hash != NO_PASSWORD,
        invited=invited,
        days=around.settings.invitation_days,
        refused=refused,
        stored=stored,
    )


def found_account(connection: Connection, number: int) -> Account:
    found = account_numbered(connection, number) if 0 < number < 2**62 else None
    if found is None:
        raise NotFoundException
    return found


def read_name(text: str) -> str:
    name = text.strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Mistake(N_("Write a name of at most %(number)s letters."), number=LONGEST_NAME)
    return name


def added(change: Change, typed: Typed) -> Account:
    """A new account without a password, with its first role."""
    name, email = typed.read("account_name", read_name), typed.read("email", read_email)
    grant = read_grant(change.connection, typed)
    taken = Mistake(N_("There is already an account named “%(name)s”; choose another name."), name=name)
    if account_named(change.connection, name) is not None:
        raise taken
    try:
        number = add_account(change.connection, name, NO_PASSWORD, change.at, email)
    except IntegrityError as error:
        raise taken from error
    give(change, found_account(change.connection, number), grant)
    if typed["language"] in LOCALES:
        set_columns(change.connection, number, language=typed["language"])
    note_account(change, number)
    return found_account(change.connection, number)


def read_grant(connection: Connection, typed: Typed) -> Grant:
    role = typed.read("role", lambda word: read_word(word, Role))
    grant = Grant(role, *chosen_place(typed["where"], all_sites(connection)))
    if not is_sensible(grant):
        raise Mistake(N_("Nobody has this role there; choose another role or another place."))
    return grant


def handed_over(request: WebRequest, around: Surroundings, account: Account, token: str) -> Invited:
    """By mail where one can be sent, else as a link for whoever invites."""
    root = request.scope.get("root_path", "").rstrip("/")
    base = around.settings.public_url.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}{root}"
    link = f"{base}/invitations/{token}"
    speech = speech_to(request, around, account)
    if sent(around, account, invitation(account, around.settings.invitation_days, link, speech), speech):
        return Invited(account.name, account.email, "")
    return Invited(account.name, account.email, link)


def give_role(other: Other) -> None:
    give(other.change, other.account, read_grant(other.change.connection, other.typed))


def take_role(other: Other) -> None:
    withdraw(other.change, other.account, other.typed.read("grant", read_count))


def shut(other: Other) -> None:
    disable(other.change, other.account, revoking(other.around))


def reopen(other: Other) -> None:
    enable(other.change, other.account)


def drop_second_factor(other: Other) -> None:
    remove_second_factor(other.change, other.account, revoking(other.around))


def note_email(other: Other) -> None:
    set_email(other.change, other.account, other.typed.read("email", read_email))


def invite_again(other: Other) -> None:
    if other.account.disabled:
        raise ClientException
    invite(
        other.change, other.account, other.token, other.around.clock() + other.around.settings.invitation_days * 86_400
    )


ACTIONS: Mapping[str, Callable[[Other], None]] = {
    "give": give_role,
    "take": take_role,
    "disable": shut,
    "enable": reopen,
    "no_second_factor": drop_second_factor,
    "invite": invite_again,
    "email": note_email,
}
