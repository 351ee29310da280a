"""Speaks HTTP to the collector: verified TLS, no redirects, no surprises from the environment.

Only our own problem+json may refuse content or a station; whatever a portal or proxy answers keeps everything pending.
"""

import gzip
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import requests

from agent import __version__
from agent.sender.outcome import Answered, NotAdmitted, Outcome, Refused, TryLater

CONNECT_SECONDS = 10
READ_SECONDS = 30
LARGEST_ANSWER_BYTES = 64 * 1024
PROBLEM = "urn:dps:problem:"
HTTP_OK = 200
REFUSALS = (400, 413, 422)
TOO_LARGE = 413
UNAUTHORISED = 401
BUSY = (429, 503)


class Line:
    """A way to one collector; use it as a context manager, so that one connection serves a whole contact."""

    def __init__(
        self, server: str, *, ca_file: str = "", proxy: str = "", elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare to speak to `server`; `elapsed` tells the moment of an answer on the clock that runs since boot."""
        self.server = server.rstrip("/")
        self.elapsed = elapsed
        self.session = requests.Session()
        # Without this a .netrc would replace our credential, and a variable of the environment our certificates.
        self.session.trust_env = False
        self.session.verify = ca_file or True
        if proxy:
            self.session.proxies = {"http": proxy, "https": proxy}
        self.session.headers.clear()
        self.session.headers["User-Agent"] = f"dps-agent/{__version__}"
        self.ca_file = ca_file

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

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Outcome:
        if self.ca_file and not Path(self.ca_file).is_file():
            return TryLater(f"the certificate file {self.ca_file} (setting ca_file) does not exist")
        try:
            with self.session.request(
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
                return outcome_of(response, content, received)
        except requests.exceptions.SSLError as error:
            return TryLater(
                f"{self.server} cannot prove who it is ({reason_of(error)}); check the setting ca_file and the clock"
            )
        except (requests.exceptions.RequestException, OSError) as error:
            return TryLater(f"{self.server} cannot be reached ({reason_of(error)})")
        except Exception as error:  # noqa: BLE001 urllib3 lets its own errors through when a streamed answer breaks off
            return TryLater(f"the answer of {self.server} broke off ({type(error).__name__})")


def outcome_of(response: requests.Response, content: bytes, received: float) -> Outcome:
    """What an answer means."""
    status = response.status_code
    version = response.headers.get("DPS-Collector-Version", "")
    try:
        told: Any = json.loads(content) if len(content) <= LARGEST_ANSWER_BYTES else None
    except ValueError:
        told = None
    if status == HTTP_OK and isinstance(told, dict) and told.get("schema") == 1 and "time_seconds" in told:
        return Answered(told, version, received)
    ours = isinstance(told, dict) and str(told.get("type", "")).startswith(PROBLEM)
    if ours and status in REFUSALS:
        return Refused(sentence_of(told), version, too_large=status == TOO_LARGE)
    if ours and status == UNAUTHORISED:
        return NotAdmitted(sentence_of(told))
    if status in BUSY:
        after = response.headers.get("Retry-After", "")
        sentence = sentence_of(told) if ours else f"the server is busy (status {status})"
        return TryLater(sentence, int(after) if after.isdecimal() else None)
    if ours:
        return TryLater(sentence_of(told))
    return TryLater(
        f"something that is not a collector answered with status {status}; a portal, a proxy or a wrong address"
    )


def sentence_of(problem: dict[str, Any]) -> str:
    """The detail of a problem+json, bounded, on one line."""
    return " ".join(str(problem.get("detail") or problem.get("title") or "refused").split())[:300]


def reason_of(error: Exception) -> str:
    """The innermost words of an error of requests, without object addresses."""
    cause: BaseException = error
    while isinstance(cause.args and cause.args[0], BaseException):
        cause = cause.args[0]
    inner = getattr(cause, "reason", None)
    text = str(inner if inner is not None else cause)
    return " ".join(text.rpartition(">: ")[2].split())[:200] or type(error).__name__
