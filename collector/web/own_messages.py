"""Which mails the own account gets, and where: a new address holds when its holder has typed the code sent there."""

import secrets

from litestar.exceptions import ClientException

from collector.domain.alert_mails import AlertMails
from collector.domain.mistakes import N_, Mistake
from collector.storage.changes.messages import Confirmed, ask_email, confirm_email, set_alert_mails, set_email
from collector.web.addresses import read_email
from collector.web.own_account import Letter, Own, Shown

CODE_DIGITS = 8


def store_alert_mails(own: Own) -> None:
    if own.typed["alert_mails"] not in set(AlertMails):
        raise ClientException
    set_alert_mails(own.change, own.account, AlertMails(own.typed["alert_mails"]))


def ask_new_email(own: Own) -> Shown | None:
    """Without a mail server nobody could confirm an address, so then an administrator notes it."""
    if own.around.settings.post is None:
        raise ClientException
    email = own.typed.read("email", read_email)
    if not email or email == own.account.email:
        set_email(own.change, own.account, email)
        return None
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
    ask_email(own.change, own.account, email, code)
    speech = own.around.pages.speech_of(own.request)
    text = speech.gettext(
        "Hello,\n\nsomebody who is logged in as %(name)s wants mails of the Digital Public Spaces to come to this"
        " address. Type this code on the page “My account”, within an hour:\n\n%(code)s\n\n"
        "If that was not you, you need not do anything."
    ) % {"name": own.account.name, "code": f"{code[:4]} {code[4:]}"}
    return Shown(
        letters=(Letter(email, speech.gettext("Your code for the Digital Public Spaces"), f"{text}\n", speech),)
    )


def confirm_new_email(own: Own) -> Shown | None:
    """The former address hears of it: who took over an account must not do so unseen."""
    code = "".join(own.typed["code"].split())
    found = confirm_email(own.change, own.account, code)
    if found is Confirmed.WRONG:
        return Shown(problem=N_("This code is not the one that was sent."))
    if found is Confirmed.OVER:
        raise Mistake(N_("This code is over: an hour has passed, or it was tried too often. Ask for another."))
    if not own.account.email:
        return None
    speech = own.around.pages.speech_of(own.request)
    text = speech.gettext(
        "Hello,\n\nmails for %(name)s no longer come to this address but to another one."
        " If that was not you, tell the administrator."
    ) % {"name": own.account.name}
    subject = speech.gettext("Your address for the Digital Public Spaces was changed")
    return Shown(letters=(Letter(own.account.email, subject, f"{text}\n", speech),))
