"""The own account: password, second factor, log-ins, tokens for programs."""

import secrets
from collections.abc import Callable, Mapping
from typing import cast

import segno
from litestar import Response, get, post
from litestar.concurrency import sync_to_thread
from litestar.exceptions import ClientException, NotAuthorizedException
from litestar.params import FromQuery
from litestar.response import Redirect

from collector.domain import second_factor
from collector.domain.access import Grant, Role, Scope
from collector.domain.alert_mails import AlertMails
from collector.domain.calendar import local_date, start_of_day
from collector.domain.fields import read_day
from collector.domain.mistakes import N_, Mistake
from collector.mail import Post, send
from collector.storage.changes.accounts import (
    NewToken,
    add_token,
    end_token,
    replace_password,
    unlink,
)
from collector.storage.changes.messages import email_asked
from collector.storage.changes.second_factors import MOST_KEYS
from collector.storage.engine import reading, writing
from collector.storage.queries.accounts import Account, account_numbered, identity_of
from collector.storage.queries.api_tokens import secret_digest, tokens_of
from collector.storage.queries.security_keys import keys_of
from collector.storage.queries.sites import all_sites
from collector.storage.queries.web_sessions import close_session_of, close_sessions_of, digest, sessions_of
from collector.storage.revocations import NO_PASSWORD
from collector.web.account_mails import CHANGES, sent, speech_to
from collector.web.account_mails import changed as changed_words
from collector.web.accounts import LONGEST_NAME, LONGEST_PASSWORD, SHORTEST_PASSWORD, hashed
from collector.web.editing import Form, Refused, Typed, back_to, change_by, refused, revoking
from collector.web.headers import WITH_SCRIPT
from collector.web.own_account import Own, Shown
from collector.web.own_messages import ask_new_email, confirm_new_email, store_alert_mails
from collector.web.own_second_factor import (
    LONGEST_KEY_NAME,
    drop_key,
    drop_telephone,
    renew_codes,
    store_key,
    store_telephone,
    touched,
)
from collector.web.places import chosen_place, named_place, places_of
from collector.web.relying_party import party_of
from collector.web.security_keys import to_register
from collector.web.surroundings import Around, Surroundings, WebRequest
from collector.web.under_way import link_proof
from collector.web.views.login import AT_ONCE, checked, client_of, mark_of

SLOT_SECONDS = 900
MOST_TOKENS = 50
LONGEST_TOKEN_DAYS = 400


@get("/account", sync_to_thread=True)
def show(
    request: WebRequest,
    around: Around,
    second: FromQuery[int] = 0,
    key: FromQuery[int] = 0,
    stored: FromQuery[int] = 0,
) -> Response[str]:
    """`second` sets up the telephone, `key` a security key."""
    setting_up = "second_factor" if second else "security_key" if key else ""
    return page(request, around, None, Shown(), setting_up=setting_up, stored=bool(stored))


@post("/account/change")
async def change(request: WebRequest, around: Around, data: Form) -> Response[str] | Redirect:
    return await sync_to_thread(changed, request, around, data)


def changed(request: WebRequest, around: Surroundings, data: Mapping[str, str]) -> Response[str] | Redirect:
    typed = Typed(data)
    action = ACTIONS.get(typed["action"])
    if action is None:
        raise ClientException
    try:
        with reading(around.engine) as connection:
            before = own_account(request, account_numbered(connection, number_of(request)))
        if typed["action"] in ASK_PASSWORD:
            check_password(request, around, before, typed)
        new_hash = ""
        if typed["action"] == "password":
            with AT_ONCE:
                new_hash = hashed(checked_new_password(typed))
        new_key = touched(request, around, typed) if typed["action"] == "security_key" else None
        with writing(around.engine) as connection:
            change = change_by(request, around, connection)
            shown = action(Own(request, around, before, typed, change, new_hash, new_key))
    except Mistake as mistake:
        return not_taken(request, around, typed, mistake)
    if typed["action"] in CHANGES:
        speech = speech_to(request, around, before)
        sent(around, before, changed_words(before, CHANGES[typed["action"]], speech), speech)
    if shown is None:
        return back_to(request, "/account")
    if shown.problem:
        return not_taken(request, around, typed, Mistake(shown.problem))
    return handed_over(request, around, typed, shown) if shown.letters else page(request, around, None, shown)


def not_taken(request: WebRequest, around: Surroundings, typed: Typed, mistake: Mistake) -> Response[str]:
    wrong = refused(typed["action"], mistake, typed, around.pages.speech_of(request).gettext)
    return page(request, around, wrong, Shown(), setting_up=typed["action"])


def handed_over(request: WebRequest, around: Surroundings, typed: Typed, shown: Shown) -> Response[str] | Redirect:
    """What is stored is stored: a mail that nobody took is told of."""
    try:
        for letter in shown.letters:
            send(cast("Post", around.settings.post), *letter)
    except OSError as error:
        reason = type(error).__name__
        return not_taken(
            request, around, typed, Mistake(N_("The mail server took no message (%(reason)s)."), reason=reason)
        )
    return back_to(request, "/account")


def check_password(request: WebRequest, around: Surroundings, account: Account, typed: Typed) -> None:
    """Whoever sits before a browser that was left open must not take the account over; raises Mistake.

    It takes time on purpose, so it comes before anything is written.
    """
    if account.password_hash == NO_PASSWORD:
        return
    client, mark, now = client_of(request), mark_of(request, around, account.name), around.clock()
    wait = around.attempts.wait_seconds(client, account.name, mark, now)
    if wait:
        raise Mistake(N_("Too many attempts. Please wait %(minutes)s min, then try again."), minutes=-(-wait // 60))
    if checked(around, account.name, typed["current"]) is None:
        around.attempts.failed(client, account.name, mark, now)
        raise Mistake(N_("The present password is not right."))


def number_of(request: WebRequest) -> int:
    return own_account(request, request.user).account_id


def own_account(_request: WebRequest, found: Account | None) -> Account:
    if found is None:
        raise NotAuthorizedException
    return found


def page(
    request: WebRequest,
    around: Surroundings,
    wrong: Refused | None,
    shown: Shown,
    *,
    setting_up: str = "",
    stored: bool = False,
) -> Response[str]:
    """`setting_up` is the action whose form is open: "second_factor" or "security_key"."""
    now, zone, provider = around.clock(), around.settings.rules.zone, around.settings.provider
    with reading(around.engine) as connection:
        account = own_account(request, account_numbered(connection, number_of(request)))
        sessions = sessions_of(connection, account.account_id, now)
        linked = provider is not None and identity_of(connection, account.account_id, provider.issuer) is not None
        tokens = tokens_of(connection, account.account_id)
        waiting = email_asked(change_by(request, around, connection), account.account_id)
        keys = keys_of(connection, account.account_id)
        sites = [site for site in all_sites(connection) if account.rights.sees_anything_of(site.place)]
    telephone = setting_up == "second_factor" and not account.totp_secret
    asks = to_register(request, around, account, keys) if setting_up == "security_key" else ""
    secret = wrong.typed["secret"] if wrong and wrong.form == "second_factor" else ""
    secret = secret if secret and second_factor.is_secret(secret) else second_factor.new_secret(secrets.token_bytes)
    translate = around.pages.speech_of(request).gettext
    link = second_factor.address(secret, account.name, translate("Digital Public Spaces")) if telephone else ""
    return around.pages.render(
        request,
        "account.html",
        status=400 if wrong else 200,
        headers=WITH_SCRIPT if asks else None,
        own=account,
        sessions=sessions,
        here=digest(request.auth),
        tokens=tokens,
        now=now,
        today=local_date(now, zone),
        day_of=lambda moment: local_date(moment, zone),
        where=lambda grant: named_place(grant, sites, translate),
        places=places_of(sites, translate),
        has_password=account.password_hash != NO_PASSWORD,
        shortest=SHORTEST_PASSWORD,
        setting_up=telephone,
        keys=keys,
        may_add_key=len(keys) < MOST_KEYS and party_of(around.settings.public_url) is not None,
        longest_key_name=LONGEST_KEY_NAME,
        asks=asks,
        secret=secret,
        groups=[secret[place : place + 4] for place in range(0, len(secret), 4)],
        link=link,
        picture=picture_of(link) if link else "",
        shown=shown,
        refused=wrong,
        stored=stored,
        linked=linked,
        mails=around.settings.post is not None,
        waiting=waiting,
        alert_mails=list(AlertMails),
        link_proof=link_proof(str(request.auth), around.settings.csrf_secret),
    )


def picture_of(link: str) -> str:
    """For the telephone's camera (a QR code), black on white in every light."""
    return segno.make(link, error="m").svg_inline(scale=4, dark="#000", light="#fff", svgclass="qr", lineclass=None)


def checked_new_password(typed: Typed) -> str:
    """Raises Mistake."""
    password = typed["password"]
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Mistake(
            N_("The password must have at least %(number)s characters; several words are easiest."),
            number=SHORTEST_PASSWORD,
        )
    if password != typed["again"]:
        raise Mistake(N_("The two passwords are not the same."))
    return password


def store_password(own: Own) -> None:
    replace_password(own.change, own.account, own.new_hash, revoking(own.around), own.key())


def end_session(own: Own) -> None:
    close_session_of(own.change.connection, own.account.account_id, own.typed["session"])


def end_other_sessions(own: Own) -> None:
    close_sessions_of(own.change.connection, own.account.account_id, own.key())


def make_token(own: Own) -> Shown:
    connection, now, zone = own.change.connection, own.around.clock(), own.around.settings.rules.zone
    name = own.typed["name"].strip()
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Mistake(N_("Give it a name by which you know it again."))
    valid_until = start_of_day(own.typed.read("valid_until", read_day), zone) * SLOT_SECONDS
    if not now < valid_until <= now + LONGEST_TOKEN_DAYS * 86_400:
        raise Mistake(N_("The end must lie in the future, at most %(days)s days from now."), days=LONGEST_TOKEN_DAYS)
    alive = [each for each in tokens_of(connection, own.account.account_id) if each.revoked_at is None]
    if len([each for each in alive if each.valid_until > now]) >= MOST_TOKENS:
        raise Mistake(N_("You have %(number)s tokens; end one first."), number=MOST_TOKENS)
    place = chosen_place(own.typed["where"], all_sites(connection))
    grant = Grant(Role.READER, *place) if place else Grant(Role.READER, Scope.REGION)
    public_id, secret = secrets.token_hex(8), secrets.token_hex(32)
    add_token(own.change, own.account, NewToken(public_id, secret_digest(secret), name, grant, valid_until))
    return Shown(token=f"{public_id}.{secret}")


def drop_token(own: Own) -> None:
    for each in tokens_of(own.change.connection, own.account.account_id):
        if each.public_id == own.typed["token"] and each.revoked_at is None:
            end_token(own.change, own.account, each, revoking(own.around))


def undo_link(own: Own) -> None:
    provider = own.around.settings.provider
    if provider is None:
        raise ClientException
    if own.account.password_hash == NO_PASSWORD:
        raise Mistake(
            N_("Without it you could not log in any more; ask the administrator for a link to choose a password first.")
        )
    unlink(own.change, own.account, provider.issuer, revoking(own.around))


ACTIONS: dict[str, Callable[[Own], Shown | None]] = {
    "password": store_password,
    "second_factor": store_telephone,
    "no_second_factor": drop_telephone,
    "security_key": store_key,
    "no_security_key": drop_key,
    "recovery_codes": renew_codes,
    "end_session": end_session,
    "end_other_sessions": end_other_sessions,
    "token": make_token,
    "end_token": drop_token,
    "unlink": undo_link,
    "alert_mails": store_alert_mails,
    "email": ask_new_email,
    "email_code": confirm_new_email,
}

ASK_PASSWORD = {*ACTIONS} - {"end_session", "end_other_sessions", "end_token", "alert_mails", "email_code"}
"""Of these, the ones that ask for the present password first."""
