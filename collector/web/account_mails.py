"""Mails about an account: its invitation, a new password, and what was changed of the ways in."""

import logging
from typing import NamedTuple

from collector.domain.mistakes import N_
from collector.i18n import Speech
from collector.mail import send
from collector.storage.queries.accounts import Account
from collector.storage.revocations import NO_PASSWORD
from collector.web.surroundings import Surroundings, WebRequest

log = logging.getLogger(__name__)

CHANGES = {
    "password": N_("Your password was changed."),
    "second_factor": N_("A code from your telephone is asked for when you log in."),
    "no_second_factor": N_("No code from your telephone is asked for any more when you log in."),
    "security_key": N_("A security key was added."),
    "no_security_key": N_("A security key was removed."),
    "recovery_codes": N_("New codes on paper were made; the old ones open nothing any more."),
}
"""Of what people change of their own account, what they are told by mail: somebody else could have done it."""
SECOND_STEP_TAKEN_AWAY = N_("An administrator took the second step away: the password alone opens.")


class Words(NamedTuple):
    subject: str
    text: str


def invitation(account: Account, days: int, link: str, speech: Speech) -> Words:
    """To choose the first password, or a new one."""
    _ = speech.gettext
    said = {"name": account.name, "days": days, "link": link}
    if account.password_hash != NO_PASSWORD:
        text = _(
            "Hello,\n\nthe administrator has made a link with which you choose a new password for the statistics of "
            "the Digital Public Spaces, within %(days)s days; your present one is good until then:\n%(link)s\n\n"
            "You log in with this name:\n%(name)s\n\n"
            "If you did not ask for it, tell the administrator; you need not do anything else."
        )
        return Words(_("A new password for the Digital Public Spaces"), text % said)
    text = _(
        "Hello,\n\nyou have an account for the statistics of the Digital Public Spaces.\n\n"
        "Choose a password here, within %(days)s days:\n%(link)s\n\n"
        "Then log in with this name:\n%(name)s\n\n"
        "If you did not expect this mail, you need not do anything."
    )
    return Words(_("Your account for the Digital Public Spaces"), text % said)


def changed(account: Account, sentence: str, speech: Speech) -> Words:
    """What was changed just now; without a link, which a thief's mail would have, too."""
    _ = speech.gettext
    text = _(
        "Hello,\n\nthis was just changed in your account %(name)s for the Digital Public Spaces:\n%(change)s\n\n"
        "If it was not you, and you did not ask for it, tell the administrator at once."
    )
    return Words(
        _("Your account for the Digital Public Spaces was changed"),
        text % {"name": account.name, "change": _(sentence)},
    )


def speech_to(request: WebRequest, around: Surroundings, account: Account) -> Speech:
    """In the language of the account, else in that of whoever writes."""
    return around.pages.languages[account.language or around.pages.language_of(request)]


def sent(around: Surroundings, account: Account, words: Words, speech: Speech) -> bool:
    """Whether the mail server took it; nothing is sent to an account without an address, or without a server."""
    post = around.settings.post
    if post is None or not account.email:
        return False
    try:
        send(post, account.email, words.subject, f"{words.text}\n", speech)
    except OSError as error:
        # No traceback: its text may hold an address.
        log.warning("A mail about an account could not be sent (%s).", type(error).__name__)
        return False
    return True
