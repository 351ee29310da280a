"""Which mails somebody gets, and where: an address holds when whoever reads its mails has told the code."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine, select

from collector.domain.access import Role
from collector.domain.alert_mails import AlertMails
from collector.i18n import Speech
from collector.mail import Post
from collector.storage.changes.messages import BETWEEN_SECONDS, CODE_SECONDS, MOST_TRIES
from collector.storage.engine import reading, writing
from collector.storage.models import new_email
from collector.storage.queries.accounts import Account, account_named
from collector.storage.queries.sites import site_ids
from collector.web.accounts import create_account
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.seeded_region import NOW, PASSWORD
from tests.collector.web.test_account_pages import change
from tests.collector.web.test_pages import text
from tests.collector.web.test_thresholds import Clock, audited, logged_in

POST = Post("mail.example", 587, "starttls", "", "", "dps@dps.example")
WITH_MAILS = replace(SETTINGS, post=POST)
NEW = "tom@dps.example"


class Letters:
    """What was handed to the mail server, which may refuse."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.broken = False

    def __call__(self, _post: Post, to: str, subject: str, said: str, _speech: Speech) -> None:
        if self.broken:
            raise ConnectionRefusedError
        self.sent.append((to, subject, said))

    def code(self) -> str:
        """As a person copies it, with its gap."""
        found = re.search(r"^\d{4} \d{4}$", self.sent[-1][2], re.MULTILINE)
        assert found
        return found[0]


@pytest.fixture
def letters(monkeypatch: pytest.MonkeyPatch) -> Letters:
    found = Letters()
    monkeypatch.setattr("collector.web.views.account.send", found)
    return found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tom(region: Engine, open_browser: Callable[..., Browser], clock: Clock) -> Browser:
    with writing(region) as connection:
        create_account(connection, "tom", PASSWORD, "technician", NOW)
    return logged_in(open_browser(region, WITH_MAILS, now=clock), "tom")


def account_of(region: Engine, name: str = "tom") -> Account:
    with reading(region) as connection:
        found = account_named(connection, name)
    assert found is not None
    return found


def ask(browser: Browser, email: str = NEW, current: str = PASSWORD) -> tuple[int, str]:
    answer = change(browser, action="email", email=email, current=current)
    return answer.status_code, text(answer.text)


def test_an_address_holds_when_the_code_was_typed_and_the_former_one_hears_of_it(
    region: Engine, tom: Browser, letters: Letters, clock: Clock
) -> None:
    assert "Your account has no e-mail address." in text(tom.get("/account").text)
    assert ask(tom)[0] == 303
    assert letters.sent[0][0] == NEW
    assert account_of(region).email == ""
    with reading(region) as connection:
        stored = connection.execute(select(new_email)).one()
    assert letters.code().replace(" ", "") not in str(stored)
    assert f"The code that was sent to {NEW}" in text(tom.get("/account").text)
    assert change(tom, action="email_code", code=letters.code()).status_code == 303
    assert account_of(region).email == NEW
    said = text(tom.get("/account").text)
    assert f"Mails go to {NEW}." in said
    assert "The code that was sent" not in said
    # A second address: the first one is told.
    clock.now += BETWEEN_SECONDS
    ask(tom, "other@dps.example")
    change(tom, action="email_code", code=letters.code())
    assert account_of(region).email == "other@dps.example"
    assert (letters.sent[-1][0], letters.sent[-1][1]) == (NEW, "Your address for the Digital Public Spaces was changed")
    # None again, without a code.
    assert ask(tom, "")[0] == 303
    assert account_of(region).email == ""
    lines = [line for line in audited(region, "account") if line[1] == "tom"]
    assert [line[3] for line in lines] == ['{"email": "changed"}', '{"email": "changed"}', '{"email": "removed"}']


def test_a_wrong_code_is_counted_and_after_five_the_right_one_is_over_too(
    region: Engine, tom: Browser, letters: Letters
) -> None:
    ask(tom)
    right = letters.code().replace(" ", "")
    wrong = f"{(int(right) + 1) % 10**8:08}"
    for _ in range(MOST_TRIES):
        answer = change(tom, action="email_code", code=wrong)
        assert answer.status_code == 400
        assert "This code is not the one that was sent." in text(answer.text)
    answer = change(tom, action="email_code", code=right)
    assert (answer.status_code, "This code is over" in text(answer.text)) == (400, True)
    assert account_of(region).email == ""


def test_a_code_is_over_after_an_hour_and_another_is_not_sent_at_once(
    region: Engine, tom: Browser, letters: Letters, clock: Clock
) -> None:
    ask(tom)
    status, said = ask(tom, "victim@elsewhere.example")
    assert (status, "A code was sent just now." in said) == (400, True)
    assert len(letters.sent) == 1
    clock.now += CODE_SECONDS
    assert change(tom, action="email_code", code=letters.code()).status_code == 400
    assert account_of(region).email == ""


def test_nothing_is_sent_without_the_password_or_to_what_is_no_address(
    region: Engine, tom: Browser, letters: Letters
) -> None:
    status, said = ask(tom, current="wrong")
    assert (status, "The present password is not right." in said) == (400, True)
    status, said = ask(tom, "tom at home")
    assert (status, "This is not an e-mail address." in said) == (400, True)
    assert letters.sent == []
    letters.broken = True
    status, said = ask(tom)
    assert (status, "The mail server took no message (ConnectionRefusedError)." in said) == (400, True)


def test_the_code_of_one_account_opens_no_other(
    region: Engine, tom: Browser, letters: Letters, open_browser: Callable[..., Browser], clock: Clock
) -> None:
    with writing(region) as connection:
        create_account(connection, "eva", PASSWORD, "technician", NOW)
    eva = logged_in(open_browser(region, WITH_MAILS, now=clock), "eva")
    ask(tom)
    assert change(eva, action="email_code", code=letters.code()).status_code == 400
    assert account_of(region, "eva").email == ""


def test_without_a_mail_server_an_administrator_notes_the_address(
    region: Engine, administrator: Browser, open_browser: Callable[..., Browser]
) -> None:
    with writing(region) as connection:
        create_account(connection, "tom", PASSWORD, "technician", NOW)
    tom = logged_in(open_browser(region), "tom")
    assert "an administrator can note an address" in text(tom.get("/account").text)
    assert change(tom, action="email", email=NEW, current=PASSWORD).status_code == 400
    page = f"/accounts/{account_of(region).account_id}"
    answer = administrator.send(f"{page}/change", page, action="email", email="tom at home")
    assert (answer.status_code, 'aria-invalid="true"' in answer.text) == (400, True)
    assert administrator.send(f"{page}/change", page, action="email", email=NEW).status_code == 303
    assert account_of(region).email == NEW
    assert tom.send(f"{page}/change", "/account", action="email", email="").status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_who_is_told_of_alerts_chooses_which_mails(
    region: Engine, open_browser: Callable[..., Browser], role: Role
) -> None:
    regional = role in {Role.ADMINISTRATOR, Role.REGIONAL_COORDINATOR}
    with writing(region) as connection:
        where = None if regional else site_ids(connection)["CANAL"]
        create_account(connection, "one", PASSWORD, role.value, NOW, site_id=where)
    one = logged_in(open_browser(region), "one")
    assert ('name="alert_mails"' in one.get("/account").text) is (role in {Role.TECHNICIAN, Role.SITE_COORDINATOR})
    for wanted in ("digest", "none"):
        assert change(one, action="alert_mails", alert_mails=wanted).status_code == 303
        assert account_of(region, "one").alert_mails is AlertMails(wanted)
    assert change(one, action="alert_mails", alert_mails="sometimes").status_code == 400
    assert [line[2:] for line in audited(region, "account")] == [
        ('{"alert_mails": "all"}', '{"alert_mails": "digest"}'),
        ('{"alert_mails": "digest"}', '{"alert_mails": "none"}'),
    ]
