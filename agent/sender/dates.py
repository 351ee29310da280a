"""TLS on a computer whose clock is wrong, as after its battery died: certificates seem not yet valid, or expired.

On such an error, and on no other, the collector is asked for the time once, without any secret and with the dates of
its certificates unchecked; host name, chain and purpose are checked as always (OpenSSL's X509_V_FLAG_NO_CHECK_TIME,
X509_VERIFY_PARAM_set_flags(3), leaves out the dates and nothing else). From then on every connection of this contact
checks the dates of the whole chain against the time so learnt, after the handshake and before a request goes out.

Who holds an old certificate and its key could tell a time that suits it. So no time is believed that is earlier than
what this station knows already: on a station whose clock is right, an expired certificate stays expired.

A worked example: the clock says 2009, the certificate is valid in 2026. OpenSSL says "not yet valid"; the collector
says 2026-11-22; the chain is valid then, and the contact goes on. Had the chain ended on 2026-11-21, nothing secret
would have been sent.
"""

import ssl
from collections.abc import Callable
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3.util.ssl_ import create_urllib3_context

from agent.disk import Disk
from agent.machine.base import Clock
from agent.sender.memory import Store
from agent.timekeeping import TOLERANCE_SECONDS, trusted_offset

NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL's x509_vfy.h, which the module ssl does not name."""
DATE_ERRORS = (9, 10)
"""X509_V_ERR_CERT_NOT_YET_VALID and X509_V_ERR_CERT_HAS_EXPIRED of the same file."""
EARLIEST_SECONDS = 1_767_225_600
"""2026-01-01, before which there was no agent."""


def latest_known(clock: Clock, disk: Disk, state_folder: str) -> int:
    """A moment that has come for certain, in seconds since 1970."""
    offset = trusted_offset(clock, disk, f"{state_folder}/trust.json")
    if offset is not None:
        return max(EARLIEST_SECONDS, int(clock.elapsed()) + offset - TOLERANCE_SECONDS)
    noted = Store(state_folder, disk).run().get("last_trusted_seconds")
    return max(EARLIEST_SECONDS, noted - TOLERANCE_SECONDS) if isinstance(noted, int) else EARLIEST_SECONDS


def is_about_dates(error: BaseException) -> bool:
    """Whether a certificate was refused for its dates alone: OpenSSL looks at them last, after all else was right."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ssl.SSLCertVerificationError):
            return seen.verify_code in DATE_ERRORS
        inner = getattr(seen, "reason", None) or (seen.args[0] if seen.args else None)
        seen = inner if isinstance(inner, BaseException) else None
    return False


class WithoutDates(HTTPAdapter):
    """Connections whose certificates are checked as always, except for their dates."""

    def __init__(self) -> None:
        """Prepare the way in which all connections of this adapter are checked."""
        self._context = create_urllib3_context()
        self._context.verify_flags |= NO_CHECK_TIME
        super().__init__()

    def init_poolmanager(self, *arguments: Any, **named: Any) -> None:
        super().init_poolmanager(*arguments, **named, ssl_context=self._context)

    def proxy_manager_for(self, proxy: str, **named: Any) -> Any:
        return super().proxy_manager_for(proxy, **named, ssl_context=self._context)


class DatedBy(WithoutDates):
    """The same, and each handshake ends with a look at the dates of the whole chain at the moment that is told."""

    def __init__(self, moment: Callable[[], float]) -> None:
        """Check against `moment`, in seconds since 1970."""
        super().__init__()

        class Socket(ssl.SSLSocket):
            def do_handshake(self, block: bool = False) -> None:
                super().do_handshake(block)
                check_dates(self, moment())

        class Wrapped(ssl.SSLObject):
            """The same within the TLS of a proxy."""

            def do_handshake(self) -> None:
                super().do_handshake()
                check_dates(self, moment())

        self._context.sslsocket_class = Socket
        self._context.sslobject_class = Wrapped


def check_dates(connection: ssl.SSLSocket | ssl.SSLObject, moment: float) -> None:
    """Refuse a chain of which a certificate, the issuer's own included, is not valid at `moment`.

    Raises:
        ssl.SSLError: it is not; the text says why.
    """
    # The public get_verified_chain came with Python 3.13 and gives bytes that somebody would have to parse.
    chain = connection._sslobj.get_verified_chain()  # type: ignore[union-attr] # noqa: SLF001 - for the reason above
    if not chain:
        raise ssl.SSLError(ssl.SSL_ERROR_SSL, "the dates of its certificates cannot be read")
    for certificate in chain:
        told = certificate.get_info()
        if moment < ssl.cert_time_to_seconds(told["notBefore"]):
            raise ssl.SSLError(
                ssl.SSL_ERROR_SSL, "certificate is not yet valid at the time that the server itself tells"
            )
        if moment > ssl.cert_time_to_seconds(told["notAfter"]):
            raise ssl.SSLError(ssl.SSL_ERROR_SSL, "certificate has expired at the time that the server itself tells")
