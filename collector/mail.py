"""Mails to people who have an account: plain text over SMTP, in the receiver's language."""

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid, parseaddr

from collector.i18n import LOCALES, Speech

TIMEOUT_SECONDS = 15
LINE_BREAKS = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Post:
    """The server that takes mails, and from whom they come."""

    host: str
    port: int
    security: str
    """starttls, tls or none."""
    user: str
    password: str
    sender: str
    """An address, with a name before it or without one."""


def message_of(post: Post, to: str, subject: str, text: str, speech: Speech) -> EmailMessage:
    """The whole mail, in the language of `speech`; its paragraphs are lines of any length, as telephones want them."""
    name, address = parseaddr(post.sender)
    message = EmailMessage()
    # A name that somebody reads, in the place of a bare address.
    message["From"] = formataddr((name or speech.gettext("Digital Public Spaces"), address))
    message["To"] = to
    message["Subject"] = LINE_BREAKS.sub(" ", subject)
    message["Date"] = format_datetime(datetime.now(UTC))
    # Not make_msgid's own choice of a domain, which would tell the name of this computer.
    message["Message-ID"] = make_msgid(domain=address.rpartition("@")[2] or None)
    message["Auto-Submitted"] = "auto-generated"
    # On the way no line is longer than 76 characters, and servers of any age leave it as it is.
    message.set_content(text, cte="quoted-printable")
    message["Content-Language"] = LOCALES[speech.language].replace("_", "-")
    return message


def send(post: Post, to: str, subject: str, text: str, speech: Speech) -> None:
    """Hand a mail over; raises OSError, which every failure of smtplib is."""
    message = message_of(post, to, subject, text, speech)
    context = ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(post.host, post.port, timeout=TIMEOUT_SECONDS, context=context)
        if post.security == "tls"
        else smtplib.SMTP(post.host, post.port, timeout=TIMEOUT_SECONDS)
    ) as server:
        if post.security == "starttls":
            server.starttls(context=context)
        if post.user:
            server.login(post.user, post.password)
        server.send_message(message)
