"""Mails to people who have an account: plain text over SMTP, in the receiver's language."""

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage

TIMEOUT_SECONDS = 15


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


def send(post: Post, to: str, subject: str, text: str) -> None:
    """Hand a mail over; raises OSError, which every failure of smtplib is."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = post.sender, to, subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
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
