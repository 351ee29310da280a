"""Speaks HTTP to the collector: verified TLS, no redirects, no surprises from the environment.

Only our own problem+json may refuse content or a station; whatever a portal or proxy answers keeps everything pending.
"""

import gzip
import json
import os
import re
import time
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Self

import requests

from agent import __version__
from agent.sender.dates import EARLIEST_SECONDS, DatedBy, WithoutDates, is_about_dates
from agent.sender.outcome import Answered, NotAdmitted, Outcome, Refused, TryLater
from agent.wire.v1 import EnrolmentAnswer, EnvelopeAnswer, SaltAnswer, TimeAnswer

CONNECT_SECONDS = 10
READ_SECONDS = 30
LARGEST_ANSWER_BYTES = 64 * 1024
PROBLEM = "urn:dps:problem:"
HTTP_OK = 200
REFUSALS = (400, 413, 422)
NOT_OURS = (401, 403)
"""The collector does not know this secret (401), or does not take this token (403)."""
BUSY = (429, 503)
LONGEST_WHOLE = 4_102_444_800

ANSWERS = {
    "/api/v1/envelopes": EnvelopeAnswer,
    "/api/v1/salt": SaltAnswer,
    "/api/v1/enroll": EnrolmentAnswer,
    "/api/v1/time": TimeAnswer,
}


def is_whole(value: Any) -> bool:
    return type(value) is int and 0 <= value <= LONGEST_WHOLE


def is_hexadecimal(value: Any, length: int) -> bool:
    return isinstance(value, str) and re.fullmatch(rf"[0-9a-f]{{{length}}}", value) is not None


SHAPES: dict[str, Callable[[Any], bool]] = {
    "schema": lambda value: value == 1 and is_whole(value),
    "time_seconds": is_whole,
    "next_contact_seconds": is_whole,
    "last_envelope_id": lambda value: value is None or is_hexadecimal(value, 32),
    "receipt": lambda value: value is None or is_hexadecimal(value, 16),
    "wanted": lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    "enrol_again": lambda value: isinstance(value, bool),
    "waiting": lambda value: isinstance(value, bool),
    "salt": lambda value: is_hexadecimal(value, 64),
    "salts": lambda value: isinstance(value, list) and len(value) >= 1 and all(is_hexadecimal(v, 64) for v in value),
    "station_public_id": lambda value: is_hexadecimal(value, 16),
    "station_secret": lambda value: is_hexadecimal(value, 64),
    "status": lambda value: isinstance(value, str),
}
"""What each field of an answer must look like before anything is believed. pydantic would cost too much here."""


class Line:
    """A way to one collector; use it as a context manager, so that one connection serves a whole contact."""

    def __init__(
        self,
        server: str,
        *,
        ca_file: str = "",
        proxy: str = "",
        elapsed: Callable[[], float] = time.monotonic,
        no_earlier: int = EARLIEST_SECONDS,
    ) -> None:
        """Prepare to speak to `server`.

        `elapsed` tells the moment of an answer on the clock that runs since boot. `no_earlier`, in seconds since 1970,
        has come for certain: where our own clock is wrong, no earlier time is believed (agent/sender/dates.py).
        """
        self.server = server.rstrip("/")
        self.elapsed = elapsed
        self.ca_file = ca_file
        self.no_earlier = no_earlier
        self._proxy = proxy
        self._time_asked = False
        self.session = self._new_session()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def post(self, path: str, body: bytes, credential: str | None = None) -> Outcome:
        """Send JSON, compressed; never raises."""
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        if credential is not None:
            headers["Authorization"] = f"Bearer {credential}"
        return self._ask("POST", path, gzip.compress(body, 6, mtime=0), headers)

    def get(self, path: str) -> Outcome:
        """Ask for something that needs no credential; never raises."""
        return self._ask("GET", path, None, {})

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        # Without this a .netrc would replace our credential, and a variable of the environment our certificates.
        session.trust_env = False
        session.verify = self.ca_file or True
        if self._proxy:
            session.proxies = {"http": self._proxy, "https": self._proxy}
        session.headers.clear()
        session.headers["User-Agent"] = f"dps-agent/{__version__}"
        return session

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Outcome:
        if self.ca_file and not os.access(self.ca_file, os.R_OK):
            return TryLater(f"the certificate file {self.ca_file} (setting ca_file) does not exist or cannot be read")
        outcome = self._tried(self.session, method, path, body, headers)
        if not (isinstance(outcome, TryLater) and outcome.dates_alone) or self._time_asked:
            return outcome
        self._time_asked = True
        doubt = self._learn_the_time()
        return self._tried(self.session, method, path, body, headers) if doubt is None else doubt

    def _learn_the_time(self) -> Outcome | None:
        """Ask for the time with dates unchecked, and check by it from now on; else why the contact cannot go on."""
        with self._new_session() as session:
            session.mount("https://", WithoutDates())
            outcome = self._tried(session, "GET", "/api/v1/time", None, {})
        if not isinstance(outcome, Answered):
            return outcome
        told, received = outcome.answer["time_seconds"], outcome.received_elapsed_seconds
        if told < self.no_earlier:
            then = f"{datetime.fromtimestamp(told, UTC):%Y-%m-%d %H:%M} UTC"
            return TryLater(
                f"{self.server} says that it is {then}, which has passed for certain; check its clock and ours"
            )
        self.session.mount("https://", DatedBy(lambda: told + self.elapsed() - received))
        return None

    def _tried(
        self, session: requests.Session, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> Outcome:
        try:
            with session.request(
                method,
                self.server + path,
                data=body,
                headers=headers,
                timeout=(CONNECT_SECONDS, READ_SECONDS),
                allow_redirects=False,
                stream=True,
            ) as response:
                received = self.elapsed()
                content = response.raw.read(LARGEST_ANSWER_BYTES + 1, decode_content=True)
                return outcome_of(response, content, received, path)
        except requests.exceptions.SSLError as error:
            return TryLater(
                f"{self.server} cannot prove who it is ({reason_of(error)}); check the setting ca_file and the clock",
                dates_alone=is_about_dates(error),
            )
        except (requests.exceptions.RequestException, OSError) as error:
            return TryLater(f"{self.server} cannot be reached ({reason_of(error)})")
        except Exception as error:  # noqa: BLE001 urllib3 lets its own errors through when a streamed answer breaks off
            return TryLater(f"the answer of {self.server} broke off ({type(error).__name__})")


def outcome_of(response: requests.Response, content: bytes, received: float, path: str) -> Outcome:
    """What an answer to a request for `path` means."""
    status = response.status_code
    version = response.headers.get("DPS-Collector-Version", "")[:64]
    try:
        told: Any = json.loads(content) if len(content) <= LARGEST_ANSWER_BYTES else None
    except (ValueError, RecursionError):
        told = None
    if status == HTTP_OK and is_answer(told, path):
        return Answered(told, version, received)
    ours = isinstance(told, dict) and str(told.get("type", "")).startswith(PROBLEM)
    if ours and status in REFUSALS:
        return Refused(sentence_of(told), version)
    if ours and status in NOT_OURS:
        return NotAdmitted(sentence_of(told), forgotten=told["type"] == f"{PROBLEM}not_recognised")
    if status in BUSY:
        sentence = sentence_of(told) if ours else f"the server is busy (status {status})"
        return TryLater(sentence, seconds_of(response.headers.get("Retry-After", ""), response.headers.get("Date", "")))
    if ours:
        return TryLater(sentence_of(told))
    return TryLater(
        f"something that is not a collector answered with status {status}; a portal, a proxy or a wrong address"
    )


def is_answer(told: Any, path: str) -> bool:
    """Whether a collector can have said this to a request for `path`; fields of a later version are fine."""
    return isinstance(told, dict) and all(
        field.name in told and SHAPES[field.name](told[field.name]) for field in fields(ANSWERS[path])
    )


def seconds_of(retry_after: str, date: str) -> int | None:
    """Retry-After in seconds (RFC 9110): a number, or a date, which is compared with the date of the answer itself.

    Our own clock has no part in it, because it may be wrong. None for nonsense.
    """
    if re.fullmatch(r"[0-9]{1,9}", retry_after):
        return int(retry_after)
    try:
        return max(0, round((parsedate_to_datetime(retry_after) - parsedate_to_datetime(date)).total_seconds()))
    except (ValueError, TypeError):
        return None


def sentence_of(problem: dict[str, Any]) -> str:
    """The detail of a problem+json, bounded, on one line, without what a terminal would obey."""
    words = " ".join(str(problem.get("detail") or problem.get("title") or "refused").split())
    return "".join(letter for letter in words if letter.isprintable())[:300]


def reason_of(error: Exception) -> str:
    """The innermost words of an error of requests, without object addresses."""
    cause: BaseException = error
    while isinstance(cause.args and cause.args[0], BaseException):
        cause = cause.args[0]
    inner = getattr(cause, "reason", None)
    text = str(inner if inner is not None else cause)
    text = re.sub(r"^(<.*>|\w+\(host=.*?\)): ", "", text)
    return " ".join(text.split())[:200] or type(error).__name__
