"""Invitations, the own account, the second factor, tokens: as people use them, and as thieves would."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy import Engine, select

from collector.domain.second_factor import code_at
from collector.mail import Post
from collector.storage.engine import reading, writing
from collector.storage.models import account, api_token, audit_entry, invitation, recovery_code
from collector.storage.queries.accounts import account_named
from collector.storage.queries.sites import site_ids
from collector.storage.revocations import bring_together
from collector.web import WebSettings
from collector.web.accounts import create_account
from collector.web.attempts import FAILURES_PER_NAME
from collector.web.views.account import picture_of
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import SETTINGS
from tests.collector.web.seeded_region import NOW, PASSWORD
from tests.collector.web.test_register_pages import sentence_in

NEW = "vier woorden zijn goed"
Open = Callable[..., Browser]


def link_in(page: Response) -> str:
    found = re.search(r"http://dps\.example(/invitations/[\w-]+)", page.text)
    assert found, page.text
    return found[1]


def invite(browser: Browser, name: str = "anna", role: str = "facilitator", where: str = "site:CANAL") -> Response:
    return browser.send("/accounts/invite", "/accounts", account_name=name, role=role, where=where, language="fr")


def change(browser: Browser, **fields: str) -> Response:
    return browser.send("/account/change", "/account", **fields)


def number_of(region: Engine, name: str) -> int:
    with reading(region) as connection:
        found = account_named(connection, name)
    assert found is not None
    return found.account_id


def test_who_is_invited_chooses_a_password_once_and_sees_the_own_site(
    region: Engine, administrator: Browser, open_browser: Open
) -> None:
    page = invite(administrator)
    link = link_in(page)
    assert page.status_code == 200
    with reading(region) as connection:
        stored = connection.execute(select(invitation)).one()
    assert link.rpartition("/")[2] not in str(stored)

    anna = open_browser(region)
    assert anna.log_in("anna", "").status_code == 403
    assert "anna" in anna.get(link).text
    assert "different" not in anna.get(link).text
    for fields, status in (
        ({"password": "short", "again": "short"}, 400),
        ({"password": NEW, "again": NEW + "x"}, 400),
        ({"password": NEW, "again": NEW}, 303),
        ({"password": PASSWORD, "again": PASSWORD}, 404),
    ):
        assert anna.send(link, "/login", **fields).status_code == status, fields
    assert anna.get(link).status_code == 404
    assert anna.log_in("anna", NEW).status_code == 303
    assert anna.get("/sites/CANAL").status_code == 200
    assert '<html lang="fr">' in anna.get("/sites/CANAL").text
    assert anna.get("/accounts").status_code == 403


def test_an_invitation_ends_in_a_week_with_a_newer_one_and_with_the_account(
    region: Engine, administrator: Browser, open_browser: Open
) -> None:
    first = link_in(invite(administrator))
    one = f"/accounts/{number_of(region, 'anna')}"
    second = link_in(administrator.send(f"{one}/change", one, action="invite"))
    clock = [NOW]
    browser = open_browser(region, now=lambda: clock[0])
    assert browser.get(first).status_code == 404
    assert browser.get(second).status_code == 200
    clock[0] += 7 * 86_400
    assert browser.get(second).status_code == 404
    clock[0] = NOW
    administrator.send(f"{one}/change", one, action="disable")
    assert browser.get(second).status_code == 404
    assert "This account is disabled" in administrator.get(one).text


def test_an_invitation_goes_by_mail_where_there_is_a_server_for_it(
    region: Engine, open_browser: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str, str]] = []
    monkeypatch.setattr("collector.web.account_mails.send", lambda _post, *words: sent.append(words))
    post = Post("mail.example", 587, "starttls", "", "", "dps@dps.example")
    settings = WebSettings(csrf_secret=SETTINGS.csrf_secret, post=post, public_url="https://dps.example/stats")
    browser = open_browser(region, settings)
    browser.log_in("administrator", PASSWORD)
    fields = {"account_name": "anna", "role": "reader", "where": "region", "language": "nl"}
    page = browser.send("/accounts/invite", "/accounts", email="anna@dps.example", **fields)
    assert "/invitations/" not in page.text
    to, subject, text = sent[0][:3]
    assert to == "anna@dps.example"
    assert subject == "Uw account voor de openbare computerruimten"
    assert re.search(r"https://dps\.example/stats/invitations/[\w-]{43}\n", text)
    assert "Hello" not in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"account_name": " "}, "Write a name"),
        ({"account_name": "administrator"}, "already an account named"),
        ({"role": "administrator"}, "Nobody has this role there"),
        ({"role": "root"}, "root"),
        ({"where": "site:NOWHERE"}, "There is no such place"),
        ({"where": "municipality:Paris"}, "There is no such place"),
        ({"email": "anna@localhost"}, "not an e-mail address"),
        ({"email": "a@b.example, c@d.example"}, "not an e-mail address"),
    ],
)
def test_an_invitation_that_makes_no_sense_is_refused(
    administrator: Browser, region: Engine, fields: dict[str, str], words: str
) -> None:
    given = {"account_name": "anna", "role": "facilitator", "where": "site:CANAL", "email": ""} | fields
    page = administrator.send("/accounts/invite", "/accounts", **given)
    assert page.status_code == 400
    assert words in sentence_in(page.text)
    with reading(region) as connection:
        assert len(connection.execute(select(account.c.name)).all()) == 1


def test_roles_are_changed_and_the_last_administrator_stays(region: Engine, administrator: Browser) -> None:
    invite(administrator)
    one = f"/accounts/{number_of(region, 'anna')}"
    administrator.send(f"{one}/change", one, action="give", role="reader", where="region")
    page = administrator.get(one).text
    grants = re.findall(r'name="grant" value="(\d+)"', page)
    assert len(grants) == 2
    administrator.send(f"{one}/change", one, action="take", grant=grants[0])
    assert re.findall(r'name="grant" value="(\d+)"', administrator.get(one).text) == grants[1:]

    me = f"/accounts/{number_of(region, 'administrator')}"
    grant = re.findall(r'name="grant" value="(\d+)"', administrator.get(me).text)[0]
    for fields in ({"action": "take", "grant": grant}, {"action": "disable"}):
        refused = administrator.send(f"{me}/change", me, **fields)
        assert "the last administrator" in sentence_in(refused.text)
    # An account that has no password cannot manage anything either.
    administrator.send(f"{one}/change", one, action="give", role="administrator", where="region")
    assert administrator.send(f"{me}/change", me, action="disable").status_code == 400


def test_a_disabled_account_is_out_at_once(region: Engine, administrator: Browser, open_browser: Open) -> None:
    with writing(region) as connection:
        create_account(connection, "anna", NEW, "reader", NOW, site_id=site_ids(connection)["CANAL"])
    anna = open_browser(region)
    anna.log_in("anna", NEW)
    one = f"/accounts/{number_of(region, 'anna')}"
    administrator.send(f"{one}/change", one, action="disable")
    assert anna.get("/").status_code == 303
    assert anna.log_in("anna", NEW).status_code == 403
    administrator.send(f"{one}/change", one, action="enable")
    assert anna.log_in("anna", NEW).status_code == 403, "the old password is gone"


def test_a_new_password_needs_the_old_one_and_ends_the_other_log_ins(
    region: Engine, administrator: Browser, open_browser: Open
) -> None:
    other = open_browser(region)
    other.log_in("administrator", PASSWORD)
    fields = {"action": "password", "password": NEW, "again": NEW}
    assert "present password" in sentence_in(change(administrator, current="wrong", **fields).text)
    assert other.get("/").status_code == 200
    assert change(administrator, current=PASSWORD, **fields).status_code == 303
    assert administrator.get("/").status_code == 200
    assert other.get("/").status_code == 303
    assert other.log_in("administrator", PASSWORD).status_code == 403


def test_log_ins_are_listed_and_ended_one_by_one(region: Engine, administrator: Browser, open_browser: Open) -> None:
    other = open_browser(region)
    other.client.headers["User-Agent"] = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    other.log_in("administrator", PASSWORD)
    page = administrator.get("/account").text
    assert "Firefox, Linux" in page
    assert "140." not in page, "chance makes “140” in a token, never with a dot"
    sessions = re.findall(r'name="session" value="(\w+)"', page)
    assert len(sessions) == 1, "not the own one"
    change(administrator, action="end_session", session=sessions[0])
    assert other.get("/").status_code == 303
    assert administrator.get("/").status_code == 200


def set_up(browser: Browser) -> tuple[str, list[str]]:
    """The second factor; its secret and the codes on paper."""
    page = browser.get("/account?second=1").text
    found = re.search(r'name="secret" value="([A-Z2-7]+)"', page)
    assert found
    fields = {"action": "second_factor", "secret": found[1], "current": PASSWORD}
    assert "This code is not right" in sentence_in(change(browser, code="000000", **fields).text)
    done = change(browser, code=code_at(found[1], NOW // 30), **fields)
    codes = re.findall(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b", done.text)
    assert len(codes) == 10
    return found[1], codes


def test_the_picture_for_the_telephone_holds_the_key_that_is_set_up(administrator: Browser) -> None:
    page = administrator.get("/account?second=1").text
    secret = re.search(r'name="secret" value="([A-Z2-7]+)"', page)
    link = re.search(r'href="(otpauth:[^"]+)"', page)
    assert secret
    assert link
    assert f"secret={secret[1]}&" in unescape(link[1])
    assert picture_of(unescape(link[1])) in page
    assert "<svg" not in administrator.get("/account").text


def test_with_a_second_factor_the_password_alone_opens_nothing(
    region: Engine, administrator: Browser, open_browser: Open
) -> None:
    secret, codes = set_up(administrator)
    clock = [NOW + 60]
    thief = open_browser(region, now=lambda: clock[0])
    assert thief.log_in("administrator", PASSWORD).headers["location"] == "/login/code?next=%2F"
    assert thief.get("/").status_code == 303
    assert thief.send("/login/code", "/login/code", code="000000").status_code == 403
    assert thief.send("/login/code", "/login/code", code=code_at(secret, NOW // 30)).status_code == 403, "used already"
    code = code_at(secret, clock[0] // 30)
    assert thief.send("/login/code", "/login/code", code=code, next="/account").headers["location"] == "/account"
    assert thief.get("/").status_code == 200

    again = open_browser(region, now=lambda: clock[0])
    again.log_in("administrator", PASSWORD)
    assert again.send("/login/code", "/login/code", code=code).status_code == 403
    assert again.send("/login/code", "/login/code", code=codes[3].upper()).status_code == 303
    again.log_in("administrator", PASSWORD)
    with reading(region) as connection:
        assert len(connection.execute(select(recovery_code)).all()) == 9
        assert codes[3].replace("-", "") not in str(connection.execute(select(recovery_code)).all())


def test_codes_cannot_be_tried_out_and_the_way_to_them_ends(
    region: Engine, administrator: Browser, open_browser: Open
) -> None:
    secret, _ = set_up(administrator)
    clock = [NOW + 60]
    thief = open_browser(region, now=lambda: clock[0])
    thief.log_in("administrator", PASSWORD)
    for _each in range(FAILURES_PER_NAME):
        assert thief.send("/login/code", "/login/code", code="000000").status_code == 403
    refused = thief.send("/login/code", "/login/code", code=code_at(secret, clock[0] // 30))
    assert refused.status_code == 429
    clock[0] += 901
    late = thief.send("/login/code", "/login/code", code=code_at(secret, clock[0] // 30))
    assert late.headers["location"] == "/login", "ten minutes after the password it is asked for again"
    thief.set_cookie("half-way", "1.99999999999." + "0" * 64)
    assert thief.send("/login/code", "/login/code", code="1").headers["location"] == "/login"


def test_the_second_factor_goes_with_the_password_or_by_an_administrator(
    region: Engine, administrator: Browser, open_browser: Open
) -> None:
    set_up(administrator)
    assert change(administrator, action="no_second_factor", current="wrong").status_code == 400
    me = f"/accounts/{number_of(region, 'administrator')}"
    administrator.send(f"{me}/change", me, action="no_second_factor")
    browser = open_browser(region)
    assert browser.log_in("administrator", PASSWORD).headers["location"] == "/"


ASK = "/api/v1/statistics?site={}&from=2026-11&to=2026-11"


def make_token(browser: Browser, where: str, until: str = "2026-12-31") -> str:
    page = change(browser, action="token", name="R", valid_until=until, where=where, current=PASSWORD)
    found = re.search(r"Bearer ([0-9a-f]{16}\.[0-9a-f]{64})", page.text)
    assert found, page.text
    return found[1]


def test_a_token_reads_what_it_is_for_until_it_ends(region: Engine, administrator: Browser, open_browser: Open) -> None:
    token = make_token(administrator, "site:CANAL")
    with reading(region) as connection:
        assert token.partition(".")[2] not in str(connection.execute(select(api_token)).one())
    clock = [NOW]
    program = open_browser(region, now=lambda: clock[0])
    bearer = {"Authorization": f"Bearer {token}"}
    assert "never used" in administrator.get("/account").text
    assert program.get(ASK.format("CANAL"), **bearer).status_code == 200
    assert "last used on 22 November 2026" in administrator.get("/account").text
    assert program.get(ASK.format("NOORD"), **bearer).status_code == 404
    assert program.get("/api/v1/reports/CANAL/2026?format=json", **bearer).status_code == 200
    assert program.get("/api/v1/reports/region/2026?format=json", **bearer).status_code == 403
    for path in ("/", "/account", "/sites/CANAL", "/accounts"):
        assert program.get(path, **bearer).status_code == 403, path
    for wrong in (token[:-1] + "x", token.upper(), "", "x", "0" * 16 + "." + "0" * 64):
        assert program.get(ASK.format("CANAL"), Authorization=f"Bearer {wrong}").status_code == 401
    clock[0] += 3 * 86_400
    assert program.get(ASK.format("CANAL"), **bearer).status_code == 200
    assert "last used on 25 November 2026" in administrator.get("/account").text
    clock[0] = 1_798_671_600  # 31 December 2026, 00:00 in Brussels
    assert program.get(ASK.format("CANAL"), **bearer).status_code == 401


def test_a_token_is_ended_and_goes_with_its_account(region: Engine, administrator: Browser, open_browser: Open) -> None:
    program = open_browser(region)
    first, second = (make_token(administrator, "region") for _ in range(2))
    for path in (ASK.format("NOORD"), "/api/v1/reports/region/2026?format=json"):
        assert program.get(path, Authorization=f"Bearer {first}").status_code == 200, path
    change(administrator, action="end_token", token=first.partition(".")[0])
    assert program.get(ASK.format("NOORD"), Authorization=f"Bearer {first}").status_code == 401
    with writing(region) as connection:
        connection.execute(account.update().values(disabled_at=NOW))
    assert program.get(ASK.format("NOORD"), Authorization=f"Bearer {second}").status_code == 401


def test_no_backup_revives_a_token_or_a_password_that_was_replaced_on_the_pages(
    region: Engine, open_browser: Open, tmp_path: Path
) -> None:
    file = tmp_path / "revocations.jsonl"
    browser = open_browser(region, WebSettings(csrf_secret=SETTINGS.csrf_secret, revocations_file=file))
    browser.log_in("administrator", PASSWORD)
    token = make_token(browser, "region")
    with reading(region) as connection:
        old = connection.execute(select(account.c.password_hash)).scalar_one()
    change(browser, action="end_token", token=token.partition(".")[0])
    change(browser, action="password", current=PASSWORD, password=NEW, again=NEW)
    with writing(region) as connection:  # the backup of yesterday
        connection.execute(api_token.update().values(revoked_at=None))
        connection.execute(account.update().values(password_hash=old))
    assert bring_together(region, file).applied == 2
    assert open_browser(region).get(ASK.format("CANAL"), Authorization=f"Bearer {token}").status_code == 401
    assert open_browser(region).log_in("administrator", PASSWORD).status_code == 403


@pytest.mark.parametrize("until", ["2026-11-22", "2028-01-01", "x", ""])
def test_a_token_has_an_end(administrator: Browser, until: str) -> None:
    refused = change(administrator, action="token", name="R", valid_until=until, where="region", current=PASSWORD)
    assert refused.status_code == 400


def test_the_log_tells_who_did_what_to_those_whom_it_concerns(
    region: Engine, administrator: Browser, open_browser: Open
) -> None:
    with writing(region) as connection:
        for code, name in (("CANAL", "anna"), ("NOORD", "bram")):
            create_account(connection, name, NEW, "site_coordinator", NOW, site_id=site_ids(connection)[code])
    anna, bram = open_browser(region), open_browser(region)
    anna.log_in("anna", NEW)
    bram.log_in("bram", NEW)
    anna.get("/sites/CANAL/files/sites.csv")
    anna.get(ASK.format("CANAL"))
    bram.get("/api/v1/reports/NOORD/2026?format=csv&edition=internal")
    invite(administrator, "carla")
    whole = administrator.get("/audit").text
    for words in ("sites.csv", "statistics 2026-11 2026-11 month json", "report-NOORD-2026-internal", "carla"):
        assert words in whole, words
    own = anna.get("/audit").text
    assert "sites.csv" in own
    assert "bram" not in own
    assert "NOORD" not in own
    assert "carla" not in own
    assert "sites.csv" not in anna.get("/audit?site=NOORD").text
    assert "report-NOORD" in administrator.get("/audit?by=bram").text
    assert "sites.csv" not in administrator.get("/audit?by=bram").text
    with reading(region) as connection:
        said = " ".join(str(row) for row in connection.execute(select(audit_entry)))
    assert NEW not in said
    assert "argon2" not in said


def test_the_log_goes_on_to_older_lines(region: Engine, administrator: Browser) -> None:
    with writing(region) as connection:
        for number in range(150):
            row = {"changed_at": NOW, "changed_by": "anna", "subject": "download", "name": f"file {number:03d}"}
            connection.execute(audit_entry.insert().values(row))
    first = administrator.get("/audit").text
    assert "file 149" in first
    assert "file 049" not in first
    older = re.search(r'href="(/audit\?[^"]*before=\d+)"', first)
    assert older
    assert "file 049" in administrator.get(older[1].replace("&amp;", "&")).text
