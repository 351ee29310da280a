"""Security keys: registered, used, lost, stolen; answers that are old, used before, of another page, copied, broken."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from httpx import Response
from hypothesis import given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient
from sqlalchemy import Engine, select

from collector.domain.second_factor import code_at
from collector.storage.changes.second_factors import MOST_KEYS
from collector.storage.engine import reading, writing
from collector.storage.models import audit_entry, recovery_code, security_key, used_challenge
from collector.storage.revocations import bring_together
from collector.web import web_app
from collector.web.attempts import FAILURES_PER_NAME
from collector.web.ceremonies import Asked, Ceremonies
from collector.web.challenges import CHALLENGE_SECONDS, Purpose, new_challenge, valid_until
from collector.web.half_way import HALF_WAY_SECONDS
from collector.web.relying_party import NotTakenError, Party, party_of
from tests.collector.web.browser import Browser
from tests.collector.web.conftest import WITH_KEYS
from tests.collector.web.seeded_region import NOW, PASSWORD
from tests.collector.web.software_key import Flag, SoftwareKey
from tests.collector.web.test_account_pages import change, number_of, set_up
from tests.collector.web.test_register_pages import sentence_in

ORIGIN = "https://dps.example"
ASKS = re.compile(r'data-asks="([^"]+)"')
CHALLENGE = "a challenge that was made just now"
CODE = re.compile(r"\b(?:[a-z2-7]{4}-){3}[a-z2-7]{4}\b")
Open = Callable[..., Browser]


@pytest.fixture
def owner(region: Engine, open_browser: Open) -> Browser:
    browser = open_browser(region, WITH_KEYS)
    assert browser.log_in("administrator", PASSWORD).status_code == 303
    return browser


@pytest.fixture
def key() -> SoftwareKey:
    return SoftwareKey(ORIGIN)


def asks_on(browser: Browser, path: str) -> str:
    page = browser.get(path)
    found = ASKS.search(page.text)
    assert found, page.text
    assert page.headers["content-security-policy"].endswith("; script-src 'self'")
    return unescape(found[1])


def register(browser: Browser, key: SoftwareKey, name: str = "blue", current: str = PASSWORD) -> Response:
    return send_key(browser, key.create(asks_on(browser, "/account?key=1")), name, current)


def send_key(browser: Browser, answer: str, name: str = "blue", current: str = PASSWORD) -> Response:
    return change(browser, action="security_key", name=name, current=current, answer=answer)


def half_way(region: Engine, open_browser: Open, now: Callable[[], int] = lambda: NOW) -> Browser:
    browser = open_browser(region, WITH_KEYS, now=now)
    assert browser.log_in("administrator", PASSWORD).headers["location"] == "/login/code?next=%2F"
    return browser


def log_in_with(browser: Browser, answer: str, wish: str = "/") -> Response:
    return browser.send("/login/key", "/login/code", answer=answer, next=wish)


def keys_in(region: Engine) -> list[str]:
    with reading(region) as connection:
        return list(connection.execute(select(security_key.c.name)).scalars())


def notes(region: Engine) -> str:
    with reading(region) as connection:
        return str(connection.execute(select(audit_entry.c.before, audit_entry.c.after)).all())


def test_a_key_opens_after_the_password_and_the_password_alone_does_not(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    elsewhere = open_browser(region, WITH_KEYS)
    elsewhere.log_in("administrator", PASSWORD)
    page = register(owner, key)
    assert len(CODE.findall(page.text)) == 10, "codes on paper come with the first second factor"
    assert "never used" in page.text
    assert elsewhere.get("/").status_code == 303, "a log-in without the key is over"
    assert "security_key" in notes(region)

    browser = half_way(region, open_browser)
    assert browser.get("/").status_code == 303
    asks = asks_on(browser, "/login/code")
    assert json.loads(asks)["userVerification"] == "preferred"
    assert log_in_with(browser, key.get(asks), "/account").headers["location"] == "/account"
    assert browser.get("/").status_code == 200
    assert "last used on 22 November 2026" in browser.get("/account").text


def test_an_answer_opens_once_and_only_in_the_browser_that_was_asked(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    register(owner, key)
    first, second = half_way(region, open_browser), half_way(region, open_browser, now=lambda: NOW + 1)
    asked_first = asks_on(first, "/login/code")
    assert log_in_with(second, key.get(asked_first)).status_code == 403, "asked in another browser"
    answer = key.get(asked_first)
    cookies = dict(first.client.cookies)
    assert log_in_with(first, answer).status_code == 303
    replay = open_browser(region, WITH_KEYS)
    for name in ("half-way", "csrf"):
        replay.set_cookie(name, cookies[name])
    refused = log_in_with(replay, answer)
    assert refused.status_code == 403
    assert "or the page was used before" in sentence_in(refused.text)
    key.count += 10
    assert log_in_with(replay, key.get(asked_first)).status_code == 403, "also a new signature of the same challenge"


def test_an_answer_comes_in_time(region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey) -> None:
    register(owner, key)
    clock = [NOW]
    browser = half_way(region, open_browser, now=lambda: clock[0])
    clock[0] += HALF_WAY_SECONDS - 1
    asks = asks_on(browser, "/login/code")
    clock[0] += 1
    assert log_in_with(browser, key.get(asks)).headers["location"] == "/login", "the password is too long ago"

    early = half_way(region, open_browser, now=lambda: clock[0])
    answer = key.create(asks_on(owner, "/account?key=1"))
    old = open_browser(region, WITH_KEYS, now=lambda: NOW + CHALLENGE_SECONDS)
    old.client.cookies = owner.client.cookies
    assert "took too long" in sentence_in(send_key(old, answer, "green").text)
    assert log_in_with(early, key.get(asks_on(early, "/login/code"))).status_code == 303


def test_a_challenge_is_for_one_purpose_one_browser_and_some_minutes() -> None:
    made = new_challenge(Purpose.LOG_IN, "a browser", NOW, "secret", lambda count: "0f" * count)
    assert valid_until(made, Purpose.LOG_IN, "a browser", NOW + CHALLENGE_SECONDS - 1, "secret")
    assert valid_until(made, Purpose.LOG_IN, "a browser", NOW + CHALLENGE_SECONDS, "secret") is None
    assert valid_until(made, Purpose.REGISTER, "a browser", NOW, "secret") is None
    assert valid_until(made, Purpose.LOG_IN, "another", NOW, "secret") is None
    assert valid_until(made, Purpose.LOG_IN, "a browser", NOW, "other") is None
    later = str(NOW + 10 * CHALLENGE_SECONDS) + made[made.index(".") :]
    assert valid_until(later, Purpose.LOG_IN, "a browser", NOW, "secret") is None


def test_an_answer_of_another_page_opens_nothing(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    register(owner, key)
    browser = half_way(region, open_browser)
    for origin in ("https://evil.example", "https://dps.example:8443", "http://dps.example", "https://www.dps.example"):
        key.origin = origin
        assert log_in_with(browser, key.get(asks_on(browser, "/login/code"))).status_code == 403, origin
        answer = SoftwareKey(origin).create(asks_on(owner, "/account?key=1"))
        assert send_key(owner, answer, "x").status_code == 400, origin
    assert keys_in(region) == ["blue"]


def test_a_key_of_somebody_else_or_that_nobody_touched_opens_nothing(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    register(owner, key)
    browser = half_way(region, open_browser)
    forged = SoftwareKey(ORIGIN, number=key.number)
    for other in (SoftwareKey(ORIGIN), forged):
        assert log_in_with(browser, other.get(asks_on(browser, "/login/code"))).status_code == 403
    key.flags = Flag(0)
    assert log_in_with(browser, key.get(asks_on(browser, "/login/code"))).status_code == 403
    asks = json.loads(asks_on(browser, "/login/code"))
    key.flags = Flag.UP
    assert log_in_with(browser, key.get(json.dumps(asks | {"rpId": "evil.example"}))).status_code == 403
    assert log_in_with(browser, key.get(asks_on(browser, "/login/code"))).status_code == 303


def test_a_copied_key_is_noticed_by_its_count(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    register(owner, key)
    copy = replace(key)
    browser = half_way(region, open_browser)
    assert log_in_with(browser, key.get(asks_on(browser, "/login/code"))).status_code == 303
    thief = half_way(region, open_browser)
    assert log_in_with(thief, copy.get(asks_on(thief, "/login/code"))).status_code == 403
    assert "security_key_copied" in notes(region)
    copy.counts, copy.count = False, 0
    assert log_in_with(thief, copy.get(asks_on(thief, "/login/code"))).status_code == 403


def test_a_key_that_does_not_count_opens_again_and_again(region: Engine, owner: Browser, open_browser: Open) -> None:
    key = SoftwareKey(ORIGIN, counts=False)
    register(owner, key)
    for _each in range(2):
        browser = half_way(region, open_browser)
        assert log_in_with(browser, key.get(asks_on(browser, "/login/code"))).status_code == 303


def test_keys_cannot_be_tried_out_and_count_with_the_codes(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    register(owner, key)
    browser = half_way(region, open_browser)
    for _each in range(FAILURES_PER_NAME - 1):
        assert log_in_with(browser, "{}").status_code == 403
    assert browser.send("/login/code", "/login/code", code="000000").status_code == 403
    refused = log_in_with(browser, key.get(asks_on(browser, "/login/code")))
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "900"


def test_without_a_telephone_no_code_but_one_on_paper_opens(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    codes = CODE.findall(register(owner, key).text)
    browser = half_way(region, open_browser)
    assert "Type one of your codes on paper." in browser.get("/login/code").text
    # What an empty secret would show is known to everybody.
    assert browser.send("/login/code", "/login/code", code=code_at("", NOW // 30)).status_code == 403
    assert browser.send("/login/code", "/login/code", code=codes[0]).status_code == 303


def test_codes_on_paper_stay_until_the_last_second_factor_goes(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    secret, codes = set_up(owner)
    assert register(owner, key).status_code == 303, "whoever has codes on paper gets no others"
    page = half_way(region, open_browser).get("/login/code").text
    assert ASKS.search(page)
    assert "your telephone shows now" in page
    assert change(owner, action="no_second_factor", current=PASSWORD).status_code == 303
    browser = half_way(region, open_browser)
    assert browser.send("/login/code", "/login/code", code=code_at(secret, NOW // 30 + 1)).status_code == 403
    assert browser.send("/login/code", "/login/code", code=codes[0]).status_code == 303
    remove(region, owner)
    with reading(region) as connection:
        assert connection.execute(select(recovery_code)).all() == []
    assert open_browser(region, WITH_KEYS).log_in("administrator", PASSWORD).headers["location"] == "/"


def remove(region: Engine, browser: Browser, current: str = PASSWORD) -> Response:
    with reading(region) as connection:
        public_id = connection.execute(select(security_key.c.public_id)).scalars().first()
    return change(browser, action="no_security_key", key=str(public_id), current=current)


def test_a_key_is_registered_and_removed_only_with_the_password(
    region: Engine, owner: Browser, key: SoftwareKey
) -> None:
    assert "present password" in sentence_in(register(owner, key, current="wrong").text)
    assert keys_in(region) == []
    register(owner, key)
    assert "present password" in sentence_in(remove(region, owner, current="wrong").text)
    assert keys_in(region) == ["blue"]
    assert remove(region, owner).status_code == 303
    assert keys_in(region) == []


def test_a_key_is_registered_once_with_a_name_and_ten_are_enough(
    region: Engine, owner: Browser, key: SoftwareKey
) -> None:
    for name in (" ", "x" * 61, "a\nb"):
        assert "by which you know it again" in sentence_in(register(owner, key, name).text)
    register(owner, key)
    excluded = json.loads(asks_on(owner, "/account?key=1"))["excludeCredentials"]
    assert len(excluded) == 1
    assert "registered already" in sentence_in(register(owner, key, "again").text)
    for number in range(MOST_KEYS - 1):
        assert register(owner, SoftwareKey(ORIGIN), f"key {number}").status_code == 303
    assert "Add a security key" not in owner.get("/account").text
    assert f"You have {MOST_KEYS} security keys" in sentence_in(register(owner, SoftwareKey(ORIGIN), "11").text)
    assert len(keys_in(region)) == MOST_KEYS


def test_an_administrator_takes_the_keys_away_with_the_rest(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    register(owner, key)
    me = f"/accounts/{number_of(region, 'administrator')}"
    assert "It asks for a second step." in owner.get(me).text
    owner.send(f"{me}/change", me, action="no_second_factor")
    assert keys_in(region) == []
    assert open_browser(region, WITH_KEYS).log_in("administrator", PASSWORD).headers["location"] == "/"
    assert "'security_keys': ['blue']" in notes(region) or '"security_keys": ["blue"]' in notes(region)


def test_no_backup_revives_a_key_that_was_removed(
    region: Engine, open_browser: Open, key: SoftwareKey, tmp_path: Path
) -> None:
    file = tmp_path / "revocations.jsonl"
    browser = open_browser(region, replace(WITH_KEYS, revocations_file=file))
    browser.log_in("administrator", PASSWORD)
    register(browser, key)
    with reading(region) as connection:
        backup = dict(connection.execute(select(security_key)).mappings().one())
    remove(region, browser)
    with writing(region) as connection:
        connection.execute(security_key.insert().values(backup))
    assert bring_together(region, file).applied == 1
    assert keys_in(region) == []


def test_challenges_that_were_answered_are_forgotten_when_they_are_too_old_anyway(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    register(owner, key)
    later = open_browser(region, WITH_KEYS, now=lambda: NOW + CHALLENGE_SECONDS)
    later.client.cookies = owner.client.cookies
    register(later, SoftwareKey(ORIGIN), "green")
    with reading(region) as connection:
        assert len(connection.execute(select(used_challenge)).all()) == 1


@pytest.mark.parametrize(
    ("public_url", "party"),
    [
        ("https://dps.example/stats", Party("dps.example", "https://dps.example")),
        ("https://DPS.example:443", Party("dps.example", "https://dps.example")),
        ("https://dps.example:8443", Party("dps.example", "https://dps.example:8443")),
        ("http://localhost:8000/x", Party("localhost", "http://localhost:8000")),
        ("https://épn.example", Party("xn--pn-9ia.example", "https://xn--pn-9ia.example")),
        ("http://dps.example", None),
        ("https://192.0.2.1", None),
        ("https://[2001:db8::1]", None),
        ("http://127.0.0.1:8000", None),
        ("", None),
    ],
)
def test_keys_sign_for_the_public_address(public_url: str, party: Party | None) -> None:
    assert party_of(public_url) == party


def test_where_no_key_can_be_used_none_is_offered_and_nothing_brings_a_script(
    region: Engine, administrator: Browser, key: SoftwareKey
) -> None:
    page = administrator.get("/account?key=1")
    assert "Security keys" not in page.text
    assert "script" not in page.headers["content-security-policy"]
    assert send_key(administrator, key.create('{"rp": {"id": "x"}, "challenge": "AAAA"}')).status_code == 400
    assert keys_in(region) == []


def test_a_key_that_is_of_no_use_any_more_is_still_asked_for(
    region: Engine, owner: Browser, open_browser: Open, key: SoftwareKey
) -> None:
    register(owner, key)
    elsewhere = open_browser(region)
    assert elsewhere.log_in("administrator", PASSWORD).headers["location"] == "/login/code?next=%2F"
    page = elsewhere.get("/login/code")
    assert not ASKS.search(page.text)
    assert "Type one of your codes on paper." in page.text


def test_below_a_path_behind_a_proxy_the_forms_stay_there(region: Engine, owner: Browser, key: SoftwareKey) -> None:
    register(owner, key)
    with TestClient(
        web_app(region, WITH_KEYS, lambda: NOW, lambda do: do()), base_url=ORIGIN, root_path="/stats"
    ) as client:
        browser = Browser(client)
        assert browser.log_in("administrator", PASSWORD).headers["location"] == "/stats/login/code?next=%2F"
        page = browser.get("/login/code").text
        assert 'action="/stats/login/key"' in page
        assert re.search(r'<script src="/stats/static/\w+/security-key\.js" defer></script>', page)
        answer = key.get(unescape(ASKS.findall(page)[0]))
        assert log_in_with(browser, answer).headers["location"] == "/stats/"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=60, deadline=None)
@given(part=st.sampled_from(["id", "rawId", "type", "response"]), junk=JSON)
def test_a_broken_answer_is_refused_whatever_it_does_to_the_parser(part: str, junk: object) -> None:
    ceremonies, key = Ceremonies(Party("dps.example", ORIGIN)), SoftwareKey(ORIGIN)
    answer = json.loads(key.create(ceremonies.to_register(Asked(b"1", "anna", "DPS"), [], CHALLENGE)))
    assert ceremonies.registered(CHALLENGE, json.dumps(answer)).credential_id == key.number
    try:
        ceremonies.registered(CHALLENGE, json.dumps(answer | {part: junk}))
    except NotTakenError:
        return
    assert part in {"type", "id"}, "these say nothing that is not said elsewhere"


def test_nonsense_is_refused_with_a_sentence(owner: Browser) -> None:
    for answer in ("", "[]", "1", "[" * 5_000, '{"response": {}}', "x" * 40_000):
        assert "was not taken" in sentence_in(send_key(owner, answer).text), answer[:20]
