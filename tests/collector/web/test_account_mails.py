"""Mails as a real mail server gets them: invitation, new password, what was changed of the ways in, test message."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime

import pytest
from sqlalchemy import Engine, update

from collector.i18n import load_languages
from collector.mail import Post, message_of
from collector.storage.engine import writing
from collector.storage.models import account
from collector.web.account_mails import CHANGES
from collector.web.views.account import ASK_PASSWORD
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import WITH_KEYS
from tests.collector.web.seeded_region import PASSWORD
from tests.collector.web.software_key import SoftwareKey
from tests.collector.web.test_account_pages import change, number_of, set_up
from tests.collector.web.test_security_keys import ORIGIN, register, remove
from tests.rigs.mail_server import Letter, MailServer

NEW = "vier woorden zijn goed"
LONGEST_LINE = 78
"""RFC 5322, section 2.1.1, without the end of the line."""


@pytest.fixture
def server() -> Iterator[MailServer]:
    with MailServer() as taking:
        yield taking


@pytest.fixture
def post(server: MailServer) -> Post:
    return Post("127.0.0.1", server.port, "none", "", "", "dps@dps.example")


@pytest.fixture
def owner(region: Engine, open_browser: Callable[..., Browser], post: Post) -> Browser:
    with writing(region) as connection:
        connection.execute(update(account).values(email="ann@dps.example", language="fr"))
    browser = open_browser(region, replace(WITH_KEYS, post=post))
    assert browser.log_in("administrator", PASSWORD).status_code == 303
    browser.set_cookie("language", "en")
    return browser


def last(server: MailServer) -> Letter:
    return server.letters[-1]


def text(letter: Letter) -> str:
    return letter.text.replace("\r\n", "\n")


def test_an_invitation_comes_with_all_that_a_mail_needs(owner: Browser, server: MailServer) -> None:
    who = {"account_name": "noor", "role": "reader", "where": "region", "email": "noor@dps.example"}
    owner.send("/accounts/invite", "/accounts", **who, language="nl")
    letter = last(server)
    assert letter.to == ("noor@dps.example",)
    headers = {name: str(value) for name, value in letter.message.items()}
    assert parsedate_to_datetime(headers.pop("Date")).utcoffset() is not None
    assert re.fullmatch(r"<[^@<>\s]+@dps\.example>", headers.pop("Message-ID"))
    assert headers == {
        "From": "Openbare computerruimten <dps@dps.example>",
        "To": "noor@dps.example",
        "Subject": "Uw account voor de openbare computerruimten",
        "Content-Language": "nl-BE",
        "Auto-Submitted": "auto-generated",
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
        "MIME-Version": "1.0",
    }
    assert re.search(r"^https://dps\.example/stats/invitations/[\w-]{43}$", text(letter), re.MULTILINE)
    assert max(len(line) for line in letter.message.as_bytes().splitlines()) <= LONGEST_LINE


def test_a_new_link_for_somebody_with_a_password_is_no_invitation(
    region: Engine, owner: Browser, server: MailServer
) -> None:
    me = f"/accounts/{number_of(region, 'administrator')}"
    owner.send(f"{me}/change", me, action="invite")
    assert last(server).subject == "Un nouveau mot de passe pour les espaces publics numériques"
    assert "l’actuel reste valable jusque-là\u00a0:\nhttps://" in text(last(server))


def test_whoever_owns_an_account_is_told_what_was_changed_of_its_ways_in(
    region: Engine, owner: Browser, server: MailServer
) -> None:
    set_up(owner)
    assert "Un code de votre téléphone vous est demandé" in text(last(server))
    change(owner, action="no_second_factor", current=PASSWORD)
    register(owner, SoftwareKey(ORIGIN))
    assert "Une clé de sécurité a été ajoutée." in text(last(server))
    change(owner, action="recovery_codes", current=PASSWORD)
    remove(region, owner)
    change(owner, action="password", current=PASSWORD, password=NEW, again=NEW)
    assert len(server.letters) == len(CHANGES)
    change(owner, action="password", current="wrong", password=NEW, again=NEW)
    assert len(server.letters) == len(CHANGES), "nothing was changed"

    register(owner, SoftwareKey(ORIGIN), current=NEW)
    me = f"/accounts/{number_of(region, 'administrator')}"
    owner.send(f"{me}/change", me, action="no_second_factor")
    assert "Un administrateur a retiré la deuxième étape\u00a0: le mot de passe seul suffit." in text(last(server))
    assert {letter.to for letter in server.letters} == {("ann@dps.example",)}
    assert not any("http" in letter.text for letter in server.letters), "a thief's mail would have a link"


def test_every_change_that_is_told_asks_for_the_password() -> None:
    assert set(CHANGES) <= ASK_PASSWORD


def test_a_change_is_stored_though_its_mail_cannot_be_sent(
    region: Engine, open_browser: Callable[..., Browser], owner: Browser, post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    unreachable = replace(post, security="tls")
    browser = open_browser(region, replace(WITH_KEYS, post=unreachable))
    browser.log_in("administrator", PASSWORD)
    assert change(browser, action="password", current=PASSWORD, password=NEW, again=NEW).status_code == 303
    assert "A mail about an account could not be sent (SSLError)." in caplog.text
    assert "ann@" not in caplog.text
    assert owner.get("/").status_code == 303, "the other log-in ended with the old password"


def test_a_name_in_the_setting_stays_and_no_subject_breaks_a_mail() -> None:
    post = Post("", 25, "none", "", "", "Région <dps@dps.example>")
    message = message_of(post, "a@x.example", "Critical at A\r\nBcc: b@x.example", "é\n", load_languages()["fr"])
    assert message["From"] == "Région <dps@dps.example>"
    assert message["Subject"] == "Critical at A Bcc: b@x.example"
    assert message["Bcc"] is None
