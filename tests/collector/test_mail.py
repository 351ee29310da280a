"""Mails on their way to a real mail server."""

import time
from email.utils import parsedate_to_datetime

from collector.mail import Post, send
from tests.rigs.mail_server import MailServer


def test_a_mail_has_all_that_a_mail_needs_and_nothing_of_this_computer() -> None:
    with MailServer() as server:
        post = Post("127.0.0.1", server.port, "none", "", "", "Santé <health@dps.example>")
        for number in range(2):
            send(post, "marie@dps.example", "Critique à Evere", f"Un écran\n.\nn° {number}\n")
    one, other = server.to("marie@dps.example")
    assert (one.subject, one.text) == ("Critique à Evere", "Un écran\n.\nn° 0\n")
    assert (one.message["To"], one.message["From"]) == ("marie@dps.example", "Santé <health@dps.example>")
    assert one.message["Auto-Submitted"] == "auto-generated"
    assert abs(parsedate_to_datetime(one.message["Date"]).timestamp() - time.time()) < 3600
    assert one.message["Message-ID"].endswith("@dps.example>")
    assert one.message["Message-ID"] != other.message["Message-ID"]
