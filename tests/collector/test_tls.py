"""TLS that the collector serves by itself, as a station meets it."""

import io
import ssl
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from collector.app import Collector, open_engine, server_of
from collector.config import Settings, read
from collector.storage.schema import migrate

ADDRESS = "127.0.0.1"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A collector with a certificate of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a collector")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(ADDRESS))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    words = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    (tmp_path / "tls.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, words))
    (tmp_path / "tls.pem").write_bytes(certificate.public_bytes(pem))
    found = read(None, {}, data_folder=str(tmp_path / "data"))
    return replace(found, tls_certificate_file=str(tmp_path / "tls.pem"), tls_key_file=str(tmp_path / "tls.key"))


@pytest.fixture
def server_context(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What the collector's own server talks TLS with."""
    monkeypatch.setattr("collector.app.writes_apart", lambda _engine: False)
    engine = open_engine(settings)
    migrate(engine)
    config = server_of(Collector(engine, settings, log=io.StringIO()), settings).config
    config.load()
    engine.dispose()
    assert config.ssl is not None
    return config.ssl


def shaken(server: ssl.SSLContext, client: ssl.SSLContext) -> tuple[ssl.SSLObject, int]:
    """A client's connection after one line from the server, and the bytes that the server has sent for it."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    here = client.wrap_bio(down, up, server_hostname=ADDRESS)
    there = server.wrap_bio(up, down, server_side=True)
    sent, done = 0, [False, False]

    def step(side: int, act: Callable[[], object]) -> None:
        try:
            act()
            done[side] = True
        except ssl.SSLWantReadError:
            pass

    while not all(done):
        step(0, here.do_handshake)
        before = down.pending
        step(1, there.do_handshake)
        sent += down.pending - before
    there.write(b"x")
    assert here.read(1) == b"x"
    return here, sent


def test_a_station_that_trusts_the_certificate_is_given_no_ticket_that_it_could_not_keep(
    settings: Settings, server_context: ssl.SSLContext
) -> None:
    trusting = ssl.create_default_context(cafile=settings.tls_certificate_file)
    connection, without = shaken(server_context, trusting)
    assert connection.version() == "TLSv1.3"
    assert connection.session is not None
    assert not connection.session.has_ticket
    server_context.num_tickets = 2
    connection, with_tickets = shaken(server_context, trusting)
    assert connection.session is not None
    assert connection.session.has_ticket
    assert with_tickets - without > 400


def test_a_station_that_does_not_trust_the_certificate_does_not_speak(server_context: ssl.SSLContext) -> None:
    with pytest.raises(ssl.SSLCertVerificationError):
        shaken(server_context, ssl.create_default_context())
