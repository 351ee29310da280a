"""A contact on a computer whose clock is wrong: real servers, whose certificates are not valid now.

What a clock of 2009 makes of a certificate of today, the clock of today makes of one of 2040; and what a clock of 2040
makes of it, the clock of today makes of one that ended in March 2026.
"""

import json
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from agent.sender.dates import EARLIEST_SECONDS, WithoutDates, is_about_dates, latest_known
from agent.sender.outcome import Answered, Outcome, TryLater
from agent.sender.upload import Line
from tests.agent.sender.certificates import Certificates
from tests.agent.sender.local_server import Asked, LocalServer, Reply, answer, raw
from tests.agent.sender.test_upload import CREDENTIAL, GOOD
from tests.agent.sender.tunnel import Tunnel
from tests.agent.stage import MONDAY, StageClock, StageDisk

OF_2040 = ("20400101000000Z", "20401231235959Z")
OF_2026 = ("20260101000000Z", "20260301000000Z")
FOR_LONG = ("20000101000000Z", "20991231235959Z")


def seconds(date: str) -> int:
    return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())


def telling(date: str) -> Callable[[Asked], Reply]:
    """A collector whose clock says `date`."""

    def reply(asked: Asked) -> Reply:
        if asked.path == "/api/v1/time":
            return answer({"schema": 1, "time_seconds": seconds(date)})
        return answer(GOOD)

    return reply


def post_twice(server: LocalServer, certificates: Certificates, **settings: Any) -> tuple[Outcome, Outcome]:
    with Line(server.address, **{"ca_file": str(certificates.old_issuer), **settings}) as line:
        return line.post("/api/v1/envelopes", b"{}", CREDENTIAL), line.post("/api/v1/envelopes", b"{}", CREDENTIAL)


def assert_nothing_secret(server: LocalServer) -> None:
    for asked in server.asked:
        assert (asked.method, asked.path, asked.body) == ("GET", "/api/v1/time", b"")
        assert "Authorization" not in asked.headers


@pytest.mark.parametrize(
    ("valid", "today"),
    [(OF_2040, "2040-06-01"), (OF_2026, "2026-02-01")],
    ids=["the clock says 2009", "the clock says 2040"],
)
def test_a_dead_battery_costs_one_question_without_a_secret_and_then_the_contact_goes_on(
    certificates: Certificates, valid: tuple[str, str], today: str
) -> None:
    with LocalServer(telling(today), certificates.chain("dated", leaf=valid)) as server:
        first, second = post_twice(server, certificates)
    assert isinstance(first, Answered)
    assert isinstance(second, Answered)
    assert [asked.path for asked in server.asked] == ["/api/v1/time", "/api/v1/envelopes", "/api/v1/envelopes"]
    assert "Authorization" not in server.asked[0].headers


@pytest.mark.parametrize("today", ["2026-06-01", "2040-12-31", "2041-01-01"])
def test_a_certificate_that_has_really_expired_is_refused_by_the_collectors_own_time(
    certificates: Certificates, today: str
) -> None:
    with LocalServer(telling(today), certificates.chain("ended", leaf=OF_2026)) as server:
        first, second = post_twice(server, certificates)
    for outcome in (first, second):
        assert isinstance(outcome, TryLater)
        assert "certificate has expired at the time that the server itself tells" in outcome.sentence
    assert_nothing_secret(server)
    assert len(server.asked) == 1, "it is asked once in a contact"


def test_a_certificate_that_is_not_valid_yet_by_the_collectors_own_time_is_refused(certificates: Certificates) -> None:
    with LocalServer(telling("2030-01-01"), certificates.chain("early", leaf=OF_2040)) as server:
        first, _ = post_twice(server, certificates)
    assert isinstance(first, TryLater)
    assert "certificate is not yet valid at the time that the server itself tells" in first.sentence
    assert_nothing_secret(server)


def test_the_whole_chain_is_checked_and_not_only_the_certificate_of_the_server(certificates: Certificates) -> None:
    tls = certificates.chain("below", leaf=FOR_LONG, between=OF_2026)
    with LocalServer(telling("2027-01-01"), tls) as server:
        first, _ = post_twice(server, certificates)
    assert isinstance(first, TryLater)
    assert "certificate has expired at the time that the server itself tells" in first.sentence
    assert_nothing_secret(server)


def test_a_time_that_has_passed_for_certain_is_not_believed(certificates: Certificates) -> None:
    """Who stole the key of an expired certificate tells a time at which it was valid."""
    with LocalServer(telling("2026-02-01"), certificates.chain("stolen", leaf=OF_2026)) as server:
        first, _ = post_twice(server, certificates, no_earlier=seconds("2026-06-01"))
    assert isinstance(first, TryLater)
    assert "says that it is 2026-02-01 00:00 UTC, which has passed for certain" in first.sentence
    assert_nothing_secret(server)


def test_no_time_before_there_was_an_agent_is_believed(certificates: Certificates) -> None:
    tls = certificates.chain("ancient", leaf=("20090101000000Z", "20091231235959Z"))
    with LocalServer(telling("2009-06-01"), tls) as server:
        first, _ = post_twice(server, certificates)
    assert isinstance(first, TryLater)
    assert_nothing_secret(server)


def test_another_host_stays_an_error_whatever_the_clock_says(certificates: Certificates) -> None:
    tls = certificates.chain("elsewhere", leaf=OF_2040, subject="DNS:elsewhere.example.org")
    with LocalServer(telling("2040-06-01"), tls) as server:
        first, _ = post_twice(server, certificates)
        assert isinstance(first, TryLater)
        assert not first.dates_alone
        with pytest.raises(requests.exceptions.SSLError, match=r"127\.0\.0\.1"):
            ask_without_dates(server, str(certificates.old_issuer))
    assert server.asked == []


def test_an_unknown_issuer_stays_an_error_whatever_the_clock_says(certificates: Certificates) -> None:
    with LocalServer(telling("2040-06-01"), certificates.chain("unknown", leaf=OF_2040)) as server:
        first, _ = post_twice(server, certificates, ca_file=certificates.issuer)
        assert isinstance(first, TryLater)
        assert not first.dates_alone
        with pytest.raises(requests.exceptions.SSLError, match="unable to get local issuer"):
            ask_without_dates(server, certificates.issuer)
    assert server.asked == []


def ask_without_dates(server: LocalServer, ca_file: str) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("https://", WithoutDates())
        session.get(f"{server.address}/api/v1/time", verify=ca_file)


def test_a_portal_that_answers_the_question_with_a_page_gets_nothing_secret(certificates: Certificates) -> None:
    portal = Reply(200, b"<html>Welcome to our network</html>")
    with LocalServer(portal, certificates.chain("portal", leaf=OF_2040)) as server:
        first, second = post_twice(server, certificates)
    assert isinstance(first, TryLater)
    assert "something that is not a collector answered with status 200" in first.sentence
    assert isinstance(second, TryLater)
    assert_nothing_secret(server)
    assert len(server.asked) == 1


@pytest.mark.parametrize("proxy_speaks_tls", [False, True])
@pytest.mark.parametrize(("today", "accepted"), [("2026-02-01", True), ("2026-06-01", False)])
def test_through_a_proxy_the_dates_are_checked_in_the_same_way(
    certificates: Certificates, *, proxy_speaks_tls: bool, today: str, accepted: bool
) -> None:
    own = certificates.chain("proxy", leaf=FOR_LONG) if proxy_speaks_tls else None
    with (
        LocalServer(telling(today), certificates.chain("behind", leaf=OF_2026)) as server,
        Tunnel(server.port, own) as proxy,
    ):
        first, _ = post_twice(server, certificates, proxy=proxy)
    assert isinstance(first, Answered if accepted else TryLater)
    if not accepted:
        assert_nothing_secret(server)


def test_a_proxy_that_answers_200_and_a_page_learns_nothing(certificates: Certificates) -> None:
    with LocalServer(Reply(200, b"<html>Welcome</html>")) as proxy:
        first, _ = post_twice(proxy, certificates, proxy=proxy.address)
        with Line("https://collector.example.org", proxy=proxy.address) as line:
            tunnelled = line.post("/api/v1/envelopes", b"{}", CREDENTIAL)
    assert isinstance(first, TryLater)
    assert isinstance(tunnelled, TryLater)
    assert not tunnelled.dates_alone


def test_a_collector_that_breaks_off_is_a_sentence_and_the_question_is_not_repeated(certificates: Certificates) -> None:
    broken = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{")
    with LocalServer(broken, certificates.chain("broken", leaf=OF_2040)) as server:
        first, second = post_twice(server, certificates)
    assert isinstance(first, TryLater)
    assert isinstance(second, TryLater)
    assert_nothing_secret(server)
    assert len(server.asked) == 1


def test_a_clock_that_is_right_asks_nothing(certificates: Certificates) -> None:
    with LocalServer(telling("2026-06-01"), certificates.chain("right", leaf=FOR_LONG)) as server:
        post_twice(server, certificates)
    assert [asked.path for asked in server.asked] == ["/api/v1/envelopes"] * 2


def test_only_the_two_date_errors_of_openssl_are_about_dates() -> None:
    def refused(code: int) -> requests.exceptions.SSLError:
        inner = ssl.SSLCertVerificationError(1, "certificate verify failed")
        inner.verify_code = code
        return requests.exceptions.SSLError(inner)

    assert [code for code in range(100) if is_about_dates(refused(code))] == [9, 10]
    assert not is_about_dates(requests.exceptions.SSLError("wrong version number"))


@pytest.mark.parametrize(
    ("vouched", "run", "known"),
    [
        (True, {}, MONDAY - 120),
        (False, {}, EARLIEST_SECONDS),
        (False, {"last_trusted_seconds": MONDAY - 86_400}, MONDAY - 86_400 - 120),
        (False, {"last_trusted_seconds": 5}, EARLIEST_SECONDS),
        (False, {"last_trusted_seconds": None}, EARLIEST_SECONDS),
    ],
    ids=str,
)
def test_what_has_passed_for_certain_is_what_this_station_knew_already(
    vouched: bool, run: dict[str, Any], known: int
) -> None:
    clock, disk = StageClock(), StageDisk()
    clock.vouched = vouched
    disk.files["/state/run.json"] = json.dumps(run).encode()
    assert latest_known(clock, disk, "/state") == known
