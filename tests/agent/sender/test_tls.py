"""Nothing is sent to a server that cannot prove who it is. Dates of certificates: test_dates.py."""

from pathlib import Path

import pytest

from agent.sender.outcome import Answered, Outcome, TryLater
from agent.sender.upload import Line
from tests.agent.sender.certificates import Certificates
from tests.agent.sender.local_server import LocalServer, answer
from tests.agent.sender.test_upload import GOOD, post


def refused(outcome: Outcome, server: LocalServer) -> str:
    """The sentence of a server that could not prove who it is; it saw no request."""
    assert isinstance(outcome, TryLater)
    assert server.asked == []
    assert outcome.sentence.startswith(f"{server.address} cannot prove who it is (")
    assert outcome.sentence.endswith("check the setting ca_file and the clock")
    return outcome.sentence


def test_a_certificate_of_the_named_issuer_is_accepted(certificates: Certificates) -> None:
    with LocalServer(answer(GOOD), certificates.server("good")) as server:
        assert isinstance(post(server, ca_file=certificates.issuer), Answered)


def test_an_issuer_that_nobody_named_is_refused(certificates: Certificates) -> None:
    with LocalServer(answer(GOOD), certificates.server("good")) as server:
        assert "unable to get local issuer certificate" in refused(post(server), server)


def test_the_certificate_of_another_host_is_refused(certificates: Certificates) -> None:
    with LocalServer(answer(GOOD), certificates.server("other")) as server:
        assert "127.0.0.1" in refused(post(server, ca_file=certificates.issuer), server)


def test_no_variable_of_the_environment_makes_an_issuer_known(
    certificates: Certificates, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, certificates.issuer)
    with LocalServer(answer(GOOD), certificates.server("good")) as server:
        refused(post(server), server)


def test_a_server_without_tls_behind_an_https_address_is_a_sentence() -> None:
    with LocalServer(answer(GOOD)) as server:
        outcome = post(server.address.replace("http:", "https:"))
    assert isinstance(outcome, TryLater)
    assert server.asked == []


def test_a_certificate_file_that_is_missing_is_named_and_nothing_is_sent(server: LocalServer, tmp_path: Path) -> None:
    outcome = post(server, ca_file=str(tmp_path / "gone.pem"))
    assert isinstance(outcome, TryLater)
    assert f"{tmp_path / 'gone.pem'} (setting ca_file) does not exist" in outcome.sentence
    assert server.asked == []


@pytest.mark.parametrize("content", [b"", b"not a certificate", b"\xff\xfe\x00"])
def test_a_certificate_file_without_certificates_is_a_sentence(
    certificates: Certificates, tmp_path: Path, content: bytes
) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_bytes(content)
    with LocalServer(answer(GOOD), certificates.server("good")) as server:
        outcome = post(server, ca_file=str(wrong))
        assert isinstance(outcome, TryLater)
        assert "ca_file" in outcome.sentence
        assert server.asked == []


def test_a_proxy_sees_neither_credential_nor_content_of_what_goes_over_tls(certificates: Certificates) -> None:
    with (
        LocalServer(answer(GOOD)) as proxy,
        Line("https://collector.example.org", ca_file=certificates.issuer, proxy=proxy.address) as line,
    ):
        assert isinstance(line.post("/api/v1/envelopes", b"{}", "public.secret"), TryLater)
    for asked in proxy.asked:
        assert (asked.method, asked.path, asked.body) == ("CONNECT", "collector.example.org:443", b"")
        assert "Authorization" not in asked.headers
    assert proxy.asked
